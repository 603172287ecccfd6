// The official Node SDK at a help desk: conversations, tickets, and what belongs to them.
import assert from "node:assert/strict";
import { Intercom, IntercomClient } from "intercom-client";

const { INTERLOCK_URL: url, INTERLOCK_TOKEN: token } = process.env;
const client = new IntercomClient({ environment: url, token });
const { conversations, tickets, tags, contacts } = client;

async function all(pages) {
  const found = [];
  for await (const one of await pages) found.push(one);
  return found;
}

const ids = (list) => list.map((one) => one.id);

async function refused(call, kind, status) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof kind, String(error));
    assert.equal(error.statusCode, status);
    return true;
  });
}

const stranger = new IntercomClient({ environment: url, token: "nobody" });
await refused(stranger.conversations.list(), Intercom.UnauthorizedError, 401);

// --- staff

const me = (await client.admins.identify()).id;
const admin = Number(me);
assert.deepEqual(ids((await client.admins.list()).admins), [me]);
const away = { admin_id: admin, away_mode_enabled: true, away_mode_reassign: false };
assert.equal((await client.admins.away(away)).away_mode_enabled, true);
assert.equal((await client.admins.away({ ...away, away_mode_enabled: false })).away_mode_enabled, false);
const now = Math.floor(Date.now() / 1000);
const logs = await client.admins.listAllActivityLogs({ created_at_after: String(now - 60) });
assert.ok(logs.activity_logs.some((one) => one.activity_type === "admin_away_mode_change"));
const [team] = (await client.teams.list()).teams;
assert.deepEqual((await client.teams.find({ team_id: team.id })).admin_ids, [admin]);

// --- a conversation

const ann = await contacts.create({ external_id: "ann", name: "Ann" });
const bob = await contacts.create({ external_id: "bob" });
const from = { type: "user", id: ann.id };
const { conversation_id } = await conversations.create({ from, body: "My order is late" });
const reply = (body) => conversations.reply({ conversation_id, body });
await reply({ type: "admin", message_type: "comment", admin_id: me, body: "We are looking" });
await reply({ type: "admin", message_type: "note", admin_id: me, body: "VIP" });
const reply_options = ["Yes", "No"].map((text) => ({ text, uuid: `u-${text}` }));
await reply({ type: "admin", message_type: "quick_reply", admin_id: me, reply_options });
const answered = await reply({ type: "user", message_type: "comment", intercom_user_id: ann.id, body: "Yes" });
const parts = answered.conversation_parts.conversation_parts;
assert.deepEqual(parts.map((one) => one.part_type), ["comment", "note", "quick_reply", "comment"]);
assert.deepEqual(parts.map((one) => one.author.type), ["admin", "admin", "admin", "user"]);

const manage = (body) => conversations.manage({ conversation_id, body: { admin_id: me, ...body } });
const assigned = await manage({ message_type: "assignment", type: "admin", assignee_id: me });
assert.equal(assigned.admin_assignee_id, admin);
const snoozed = await manage({ message_type: "snoozed", snoozed_until: now + 3600 });
assert.deepEqual([snoozed.state, snoozed.snoozed_until], ["snoozed", now + 3600]);
assert.equal((await manage({ message_type: "open" })).state, "open");
assert.equal((await manage({ message_type: "close", type: "admin", body: "Solved" })).state, "closed");
const updated = await conversations.update({ conversation_id, read: true, title: "Late order" });
assert.deepEqual([updated.read, updated.title], [true, "Late order"]);

const customer = { intercom_user_id: bob.id };
const both = await conversations.attachContactAsAdmin({ conversation_id, admin_id: me, customer });
assert.deepEqual(ids(both.contacts.contacts).sort(), [ann.id, bob.id].sort());
const detach = (contact_id) => conversations.detachContactAsAdmin({ conversation_id, contact_id, admin_id: me });
assert.deepEqual(ids((await detach(bob.id)).contacts.contacts), [ann.id]);
await refused(detach(ann.id), Intercom.UnprocessableEntityError, 422);
const redacted = await conversations.redactConversationPart({
  type: "conversation_part",
  conversation_id,
  conversation_part_id: parts[0].id,
});
assert.equal(redacted.conversation_parts.conversation_parts[0].redacted, true);
await refused(conversations.find({ conversation_id: "1" }), Intercom.NotFoundError, 404);

// --- many

for (let n = 0; n < 4; n++) await conversations.create({ from, body: `Question ${n}` });
const listed = ids(await all(conversations.list({ per_page: 2 })));
assert.equal(new Set(listed).size, 5);
assert.equal(listed.length, 5);
const state = (value) => ({ field: "state", operator: "=", value });
const open = await all(conversations.search({ query: state("open"), pagination: { per_page: 3 } }));
assert.deepEqual(ids(open).sort(), listed.filter((id) => id !== conversation_id).sort());
const mine = { field: "admin_assignee_id", operator: "=", value: me };
const done = await all(conversations.search({ query: { operator: "AND", value: [mine, state("closed")] } }));
assert.deepEqual(ids(done), [conversation_id]);

// --- tickets

const type = await client.ticketTypes.create({ name: "Bug", category: "Customer", icon: "🐞" });
const ticket_type_id = type.id;
await client.ticketTypes.attributes.create({
  ticket_type_id,
  name: "Severity",
  description: "How bad",
  data_type: "list",
  list_items: "low,high",
});
// The declared name of the list is another than the service has; the wire is what counts.
const asked = (await client.ticketTypes.get({ ticket_type_id })).ticket_type_attributes.data;
assert.ok(asked.some((one) => one.name === "Severity"));
const states = (await client.ticketStates.listTicketStates()).data;
const made = await tickets.create({
  ticket_type_id,
  contacts: [{ id: ann.id }],
  assignment: { admin_assignee_id: me },
});
const ticket_id = made.id;
assert.equal(made.ticket_state.category, "submitted");
assert.equal(made.admin_assignee_id, me);
const changed = await tickets.update({
  ticket_id,
  ticket_attributes: { _default_title_: "It crashes" },
  ticket_state_id: states.find((one) => one.category === "resolved").id,
});
assert.equal(changed.ticket_attributes._default_title_, "It crashes");
assert.equal(changed.ticket_state.category, "resolved");
const fixed = { type: "admin", message_type: "comment", admin_id: me, body: "Fixed" };
assert.equal((await tickets.reply({ ticket_id, body: fixed })).part_type, "comment");
const thanks = { type: "user", message_type: "comment", intercom_user_id: ann.id, body: "Thanks" };
assert.equal((await tickets.reply({ ticket_id, body: thanks })).author.type, "user");
const turn = { conversation_id: Number(conversation_id), ticket_type_id };
assert.equal((await conversations.convertToTicket(turn)).id, conversation_id);
await refused(conversations.convertToTicket(turn), Intercom.BadRequestError, 400);

let job = await tickets.enqueueCreateTicket({ ticket_type_id, contacts: [{ external_id: "ann" }] });
for (const ends = Date.now() + 20_000; job.status === "pending" && Date.now() < ends; ) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  job = await client.jobs.status({ job_id: job.id });
}
assert.deepEqual([job.status, job.resource_type], ["success", "ticket"]);
const query = { field: "ticket_type_id", operator: "=", value: ticket_type_id };
const found = await all(tickets.search({ query, pagination: { per_page: 2 } }));
assert.deepEqual(ids(found).sort(), [ticket_id, conversation_id, job.resource_id].sort());

// --- tags, notes, segments

const company = await client.companies.createOrUpdate({ company_id: "acme", name: "Acme" });
const tag_id = (await tags.create({ name: "urgent" })).id;
assert.equal((await tags.tagContact({ contact_id: ann.id, id: tag_id })).name, "urgent");
assert.deepEqual(ids((await contacts.listAttachedTags({ contact_id: ann.id })).data), [tag_id]);
assert.equal((await tags.untagContact({ contact_id: ann.id, tag_id })).id, tag_id);
const tagsOfCompany = async () => ids((await client.companies.find({ company_id: company.id })).tags.tags);
await tags.create({ name: "urgent", companies: [{ company_id: "acme" }] });
assert.deepEqual(await tagsOfCompany(), [tag_id]);
await tags.create({ name: "urgent", companies: [{ company_id: "acme", untag: true }] });
assert.deepEqual(await tagsOfCompany(), []);
await tags.tagConversation({ conversation_id, id: tag_id, admin_id: me });
assert.deepEqual(ids((await conversations.find({ conversation_id })).tags.tags), [tag_id]);
assert.equal((await tags.untagConversation({ conversation_id, tag_id, admin_id: me })).id, tag_id);
assert.equal((await tags.tagTicket({ ticket_id, id: tag_id, admin_id: me })).id, tag_id);
assert.equal((await tags.untagTicket({ ticket_id, tag_id, admin_id: me })).id, tag_id);
await tags.delete({ tag_id });
await refused(tags.find({ tag_id }), Intercom.NotFoundError, 404);

const notes = [];
for (const body of ["One", "Two", "Three"]) {
  notes.push((await client.notes.create({ contact_id: ann.id, body, admin_id: me })).id);
}
assert.deepEqual(ids(await all(client.notes.list({ contact_id: ann.id, per_page: 2 }))).sort(), notes.sort());
assert.equal((await client.notes.find({ note_id: Number(notes[0]) })).author.id, me);
const [segment] = (await client.segments.list({ include_count: true })).segments;
assert.deepEqual([segment.name, segment.count], ["Called Ann", 1]);
assert.deepEqual(ids((await contacts.listAttachedSegments({ contact_id: ann.id })).data), [segment.id]);

// --- consent, messages, events

const subscriptions = (await client.subscriptionTypes.list()).data;
const subscription_id = subscriptions.find((one) => one.consent_type === "opt_out").id;
const chosen = async () => ids((await contacts.listAttachedSubscriptions({ contact_id: ann.id })).data);
await contacts.attachSubscription({ contact_id: ann.id, id: subscription_id, consent_type: "opt_out" });
assert.deepEqual(await chosen(), [subscription_id]);
await contacts.detachSubscription({ contact_id: ann.id, subscription_id });
assert.deepEqual(await chosen(), []);
const sent = await client.messages.create({
  message_type: "inapp",
  body: "Hello",
  from: { type: "admin", id: admin },
  to: { type: "user", id: ann.id },
  create_conversation_without_contact_reply: true,
});
const told = await conversations.find({ conversation_id: sent.conversation_id });
assert.equal(told.source.delivered_as, "admin_initiated");
await client.events.create({ id: ann.id, event_name: "ordered", created_at: now - 60, metadata: { sku: "1" } });
await client.events.create({ user_id: "ann", event_name: "ordered", created_at: now });
const event_summaries = { event_name: "paid", count: 3, first: now - 90, last: now };
await client.events.summaries({ user_id: "ann", event_summaries });
const summed = (await client.events.list({ type: "user", user_id: "ann", summary: true })).events;
const counts = Object.fromEntries(summed.map((one) => [one.name, one.count]));
assert.deepEqual(counts, { ordered: 2, paid: 3 });

// --- a visitor, which the Messenger would make, and not an integration

const user_id = "passer-by";
const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
const visit = await fetch(`${url}/interlock/v1/visitors`, {
  method: "POST",
  headers,
  body: JSON.stringify({ user_id }),
});
assert.equal((await client.visitors.find({ user_id })).id, (await visit.json()).id);
assert.equal((await client.visitors.update({ user_id, name: "Cleo" })).name, "Cleo");
const cleo = await client.visitors.mergeToContact({ type: "user", user: { user_id: "cleo" }, visitor: { user_id } });
assert.deepEqual([cleo.role, cleo.external_id], ["user", "cleo"]);
await refused(client.visitors.find({ user_id }), Intercom.NotFoundError, 404);

// --- the end

assert.equal((await conversations.deleteConversation({ conversation_id: Number(conversation_id) })).deleted, true);
await refused(conversations.find({ conversation_id }), Intercom.NotFoundError, 404);
assert.equal((await tickets.deleteTicket({ ticket_id })).deleted, true);
assert.equal((await contacts.delete({ contact_id: ann.id })).deleted, true);
console.log("done");

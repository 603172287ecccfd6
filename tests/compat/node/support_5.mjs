// A help desk on an older major version of the official Node SDK, the last that was written by hand. It sends the
// token as the user name of HTTP Basic, and says nothing of a version.
import assert from "node:assert/strict";
import sdk from "intercom-client-5";

const { INTERLOCK_URL: url, INTERLOCK_TOKEN: token } = process.env;
const client = new sdk.Client({ tokenAuth: { token } }).useRequestOpts({ baseURL: url });
const { conversations, contacts, tags } = client;
const ids = (list) => list.map((one) => one.id);

async function refused(call, status, code) {
  await assert.rejects(call, (error) => {
    assert.equal(error.statusCode, status);
    assert.equal(error.body.errors[0].code, code);
    return true;
  });
}

// Lists and searches have no loop of their own here: a client hands the cursor on.
async function all(page, name) {
  const found = [];
  for (let answer = await page(), after; ; answer = await page(after)) {
    found.push(...answer[name]);
    after = answer.pages.next?.starting_after;
    if (!after) return ids(found);
  }
}

const stranger = new sdk.Client({ tokenAuth: { token: "nobody" } }).useRequestOpts({ baseURL: url });
await refused(stranger.conversations.list({}), 401, "unauthorized");

// --- staff

const [{ id: adminId }] = (await client.admins.list()).admins;
assert.equal((await client.admins.find({ id: adminId })).id, adminId);
const away = (enableAwayMode) => client.admins.away({ adminId, enableAwayMode, enableReassignMode: false });
assert.equal((await away(true)).away_mode_enabled, true);
assert.equal((await away(false)).away_mode_enabled, false);
const logs = await client.admins.listAllActivityLogs({ after: new Date(Date.now() - 60_000) });
assert.ok(logs.activity_logs.some((one) => one.activity_type === "admin_away_mode_change"));
const [team] = (await client.teams.list()).teams;
assert.deepEqual((await client.teams.find({ id: team.id })).admin_ids, [Number(adminId)]);

// --- a conversation

const ann = await contacts.createUser({ externalId: "ann", name: "Ann" });
const bob = await contacts.createUser({ externalId: "bob" });
const begin = (body) => conversations.create({ userId: ann.id, body });
const id = (await begin("My order is late")).conversation_id;
assert.equal((await conversations.find({ id, inPlainText: true })).source.body, "My order is late");
const asAdmin = { id, adminId };
await conversations.replyByIdAsAdmin({ ...asAdmin, messageType: "comment", body: "We are looking" });
await conversations.replyByIdAsAdmin({ ...asAdmin, messageType: "note", body: "VIP" });
await conversations.replyByIdAsUser({ id, intercomUserId: ann.id, body: "Thanks" });
const parts = (await conversations.find({ id })).conversation_parts.conversation_parts;
assert.deepEqual(parts.map((one) => one.part_type), ["comment", "note", "comment"]);
assert.deepEqual(parts.map((one) => one.author.type), ["admin", "admin", "user"]);
const assigned = await conversations.assign({ ...asAdmin, type: "admin", assigneeId: adminId });
assert.equal(assigned.admin_assignee_id, Number(adminId));
const now = Math.floor(Date.now() / 1000);
const snoozed = await conversations.snooze({ ...asAdmin, snoozedUntil: now + 3600 });
assert.deepEqual([snoozed.state, snoozed.snoozed_until], ["snoozed", now + 3600]);
assert.equal((await conversations.open(asAdmin)).state, "open");
assert.equal((await conversations.close({ ...asAdmin, body: "Solved" })).state, "closed");
assert.equal((await conversations.update({ id, markRead: true })).read, true);

const both = await conversations.attachContactAsAdmin({ ...asAdmin, customer: { intercomUserId: bob.id } });
assert.deepEqual(ids(both.contacts.contacts).sort(), [ann.id, bob.id].sort());
const detach = (contactId) => conversations.detachContactAsAdmin({ conversationId: id, contactId, adminId });
assert.deepEqual(ids((await detach(bob.id)).contacts.contacts), [ann.id]);
await assert.rejects(detach(ann.id), (error) => error.statusCode === 422);
const redacted = await conversations.redactConversationPart({
  type: "conversation_part",
  conversationId: id,
  conversationPartId: parts[0].id,
});
assert.equal(redacted.conversation_parts.conversation_parts[0].redacted, true);
await refused(conversations.find({ id: "1" }), 404, "not_found");

// --- many

for (let n = 0; n < 4; n++) await begin(`Question ${n}`);
const listed = await all((startingAfter) => conversations.list({ startingAfter, perPage: 2 }), "conversations");
assert.equal(new Set(listed).size, 5);
assert.equal(listed.length, 5);
const { EQUALS, AND } = sdk.Operators;
const search = (query) =>
  all(
    (starting_after) => conversations.search({ data: { query, pagination: { per_page: 3, starting_after } } }),
    "conversations",
  );
const state = (value) => ({ field: "state", operator: EQUALS, value });
assert.deepEqual((await search(state("open"))).sort(), listed.filter((one) => one !== id).sort());
const mine = { field: "admin_assignee_id", operator: EQUALS, value: adminId };
assert.deepEqual(await search({ operator: AND, value: [mine, state("closed")] }), [id]);

// --- tags, notes, segments

const company = await client.companies.create({ companyId: "acme", name: "Acme" });
await client.companies.attachContact({ contactId: ann.id, companyId: company.id });
const tagId = (await tags.create({ name: "urgent" })).id;
assert.equal((await tags.update({ id: tagId, name: "very urgent" })).name, "very urgent");
const tagName = "very urgent";
assert.deepEqual(ids((await tags.list()).data), [tagId]);
assert.equal((await tags.tagContact({ contactId: ann.id, tagId })).id, tagId);
assert.deepEqual(ids((await contacts.listAttachedTags({ id: ann.id })).data), [tagId]);
assert.equal((await tags.untagContact({ contactId: ann.id, tagId })).id, tagId);
const tagged = async () => ids((await client.companies.list({ tagId })).data);
await tags.tagCompanies({ tagName, companiesIds: [company.id] });
assert.deepEqual(await tagged(), [company.id]);
await tags.untagCompanies({ tagName, companiesIds: [company.id] });
assert.deepEqual(await tagged(), []);
await tags.tagConversation({ conversationId: id, tagId, adminId });
assert.deepEqual(ids((await conversations.find({ id })).tags.tags), [tagId]);
assert.equal((await tags.untagConversation({ conversationId: id, tagId, adminId })).id, tagId);
await tags.delete({ id: tagId });
assert.deepEqual((await tags.list()).data, []);

const note = await client.notes.create({ adminId, contactId: ann.id, body: "Pays late" });
assert.equal((await client.notes.find({ id: note.id })).author.id, adminId);
assert.deepEqual(ids((await client.notes.list({ contactId: ann.id, page: 1, perPage: 2 })).data), [note.id]);
const [segment] = (await client.segments.list({ includeCount: true })).segments;
assert.deepEqual([segment.name, segment.count], ["Called Ann", 1]);
assert.equal((await client.segments.find({ id: segment.id, includeCount: true })).count, 1);
assert.deepEqual(ids((await contacts.listAttachedSegments({ id: ann.id })).data), [segment.id]);

// --- subscription types, messages, events

const types = (await client.subscriptions.listTypes()).data;
assert.ok(types.some((one) => one.consent_type === "opt_out"));
assert.deepEqual((await contacts.listAttachedEmailSubscriptions({ id: ann.id })).data, []);
const sent = await client.messages.create({
  messageType: "inapp",
  body: "Hello",
  from: { type: "admin", id: adminId },
  to: { type: "user", id: ann.id },
  createConversationWithoutContactReply: true,
});
assert.equal((await conversations.find({ id: sent.conversation_id })).source.delivered_as, "admin_initiated");
await client.events.create({ eventName: "ordered", createdAt: now - 60, id: ann.id, metadata: { sku: "1" } });
await client.events.create({ eventName: "ordered", createdAt: now, userId: "ann" });
const summed = await client.events.listBy({ userId: "ann", perPage: 2, summary: true });
assert.deepEqual(summed.events.map((one) => [one.name, one.count]), [["ordered", 2]]);

// --- a visitor, which the Messenger would make, and not an integration

const userId = "passer-by";
const made = await client.post({ url: "/interlock/v1/visitors", data: { user_id: userId } });
assert.equal((await client.visitors.find({ userId })).id, made.id);
assert.equal((await client.visitors.update({ userId, name: "Cleo" })).name, "Cleo");
const cleo = await client.visitors.mergeToContact({ type: "user", user: { userId: "cleo" }, visitor: { userId } });
assert.deepEqual([cleo.role, cleo.external_id], ["user", "cleo"]);
await refused(client.visitors.find({ userId }), 404, "not_found");

assert.equal((await contacts.delete({ id: ann.id })).deleted, true);
assert.equal((await client.companies.delete({ id: company.id })).deleted, true);
console.log("done");

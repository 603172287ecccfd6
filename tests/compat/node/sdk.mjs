// The official Node SDK, as it comes from the registry, with another base URL.
import assert from "node:assert/strict";
import { IntercomClient, IntercomError } from "intercom-client";

const client = new IntercomClient({ environment: process.env.INTERLOCK_URL, token: process.env.INTERLOCK_TOKEN });

async function all(pages) {
  const found = [];
  for await (const one of await pages) found.push(one);
  return found;
}

const me = await client.admins.identify();
assert.equal(me.type, "admin");
assert.equal(me.app.region, "US");

const seats = await client.dataAttributes.create({ name: "seats", model: "contact", data_type: "integer" });
assert.equal(seats.data_type, "integer");
await client.dataAttributes.update({ data_attribute_id: seats.id, body: { description: "How many" } });
const attributes = await client.dataAttributes.list({ model: "contact" });
assert.equal(attributes.data.find((one) => one.name === "seats").description, "How many");

const ann = await client.contacts.create({ external_id: "ann", custom_attributes: { seats: 5 } });
assert.equal(ann.custom_attributes.seats, 5);
for (let n = 0; n < 4; n++) await client.contacts.create({ email: `user${n}@example.com` });
const renamed = await client.contacts.update({ contact_id: ann.id, name: "Ann" });
assert.equal(renamed.name, "Ann");
assert.equal((await client.contacts.find({ contact_id: ann.id })).external_id, "ann");
assert.equal((await all(client.contacts.list({ per_page: 2 }))).length, 5);
const found = await all(
  client.contacts.search({
    query: {
      operator: "AND",
      value: [
        { field: "custom_attributes.seats", operator: ">", value: 4 },
        { field: "name", operator: "=", value: "Ann" },
      ],
    },
    pagination: { per_page: 1 },
  }),
);
assert.deepEqual(found.map((one) => one.id), [ann.id]);
await assert.rejects(client.contacts.find({ contact_id: "0".repeat(24) }), (error) => {
  assert.ok(error instanceof IntercomError);
  assert.equal(error.statusCode, 404);
  return true;
});

const lead = await client.contacts.create({ role: "lead", email: "ann@example.com" });
await client.contacts.update({ contact_id: ann.id, email: "ann@example.com" });
const merged = await client.contacts.mergeLeadInUser({ from: lead.id, into: ann.id });
assert.equal(merged.id, ann.id);

const company = await client.companies.createOrUpdate({ company_id: "acme", name: "Acme", plan: "Gold" });
await client.companies.attachContact({ contact_id: ann.id, id: company.id });
assert.deepEqual((await all(client.contacts.listAttachedCompanies({ contact_id: ann.id }))).map((one) => one.id), [company.id]);
assert.deepEqual((await all(client.companies.list({ per_page: 1 }))).map((one) => one.id), [company.id]);
assert.deepEqual((await all(client.companies.scroll())).map((one) => one.id), [company.id]);
assert.equal((await client.companies.find({ company_id: company.id })).user_count, 1);

const order = await client.customObjectInstances.createCustomObjectInstances({
  custom_object_type_identifier: "Order",
  external_id: "123",
  external_created_at: 1392036272,
  external_updated_at: 1392036272,
  custom_attributes: { order_number: "ORDER-12345", total_amount: 99.99 },
});
assert.equal(order.type, "Order");
await client.contacts.update({ contact_id: ann.id, custom_attributes: { order: [order.id] } });
const linked = (await client.contacts.find({ contact_id: ann.id })).custom_attributes.order;
assert.deepEqual(linked.instances.map((one) => one.external_id), ["123"]);
const byExternalId = await client.customObjectInstances.getCustomObjectInstancesByExternalId({
  custom_object_type_identifier: "Order",
  external_id: "123",
});
assert.equal(byExternalId.id, order.id);
const byId = await client.customObjectInstances.getCustomObjectInstancesById({
  custom_object_type_identifier: "Order",
  custom_object_instance_id: order.id,
});
assert.equal(byId.custom_attributes.total_amount, 99.99);
// The generated names of the two deletions are the wrong way round; the wire is what counts.
const gone = await client.customObjectInstances.deleteCustomObjectInstancesById({
  custom_object_type_identifier: "Order",
  external_id: "123",
});
assert.equal(gone.deleted, true);

assert.equal((await client.contacts.delete({ contact_id: ann.id })).deleted, true);
console.log("done");

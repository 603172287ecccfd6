// The tutorial of the founding documents, with plain axios: only the base URL differs.
import assert from "node:assert/strict";
import axios from "axios";

const api = axios.create({
  baseURL: process.env.INTERLOCK_URL,
  headers: {
    Authorization: `Bearer ${process.env.INTERLOCK_TOKEN}`,
    "Content-Type": "application/json",
    Accept: "application/json",
    "Intercom-Version": "2.13",
  },
});
const TYPE = "PeteUserTrainingTopic";
const now = Math.floor(Date.now() / 1000);

async function topic(external_id, custom_attributes) {
  const answer = await api.post(`/custom_object_instances/${TYPE}`, {
    external_id,
    external_created_at: now,
    external_updated_at: now,
    custom_attributes,
  });
  assert.equal(answer.status, 200);
  return answer.data;
}

const standalone = await topic("topic-1", { Title: "Wiring basics" });
assert.equal(standalone.type, TYPE);
assert.equal(standalone.custom_attributes.Title, "Wiring basics");

const contact = (await api.post("/contacts", { role: "user", external_id: "trainee" })).data;
const linked = await topic("topic-2", { Title: "Ladders", person: [contact.id] });
const again = await topic("topic-2", { Title: "Ladders and heights" });
assert.equal(again.id, linked.id);
assert.equal(again.custom_attributes.person.instances[0].id, contact.id);

const listed = (await api.get(`/custom-objects/${TYPE}`)).data;
assert.deepEqual(listed.data.map((one) => one.external_id), ["topic-2", "topic-1"]);
const one = (await api.get(`/custom-objects/${TYPE}/${standalone.id}`)).data;
assert.equal(one.external_id, "topic-1");
const mine = (await api.get(`/contacts/${contact.id}/custom-objects/${TYPE}`)).data;
assert.deepEqual(mine.data.map((one) => one.external_id), ["topic-2"]);
assert.equal(mine.total_count, 1);

const missing = await api.get(`/custom-objects/${TYPE}/nope`).catch((error) => error.response);
assert.equal(missing.status, 404);
assert.equal(missing.data.type, "error.list");
console.log("done");

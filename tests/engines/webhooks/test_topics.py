"""Which topics what happens has, and what is in them, in the version of the workspace."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.jobs import work_store
from interlock.core.jobs.telling import CREATE_TICKET
from interlock.core.webhooks.topics import TOPICS
from interlock.kit import limits
from interlock.storage.database import Database
from support.receiver import Receiver
from tests.engines.jobs.making import Clock
from tests.engines.webhooks.world import World

ORDER = {"identifier": "Order", "attributes": [{"name": "total", "data_type": "integer"}]}


@pytest.fixture
async def all_ears(world: World) -> World:
    await world.webhook(*TOPICS)
    await heard(world)  # that a webhook was made is in the activity log
    return world


async def heard(world: World, but_jobs: bool = False) -> list[tuple[str, dict[str, Any]]]:
    """What has come since the last time, in the order of the notifications' making. Clients' jobs may wait."""
    await world.tell()
    await (world.runners[1].drain() if but_jobs else world.send())
    found = sorted((one.json for one in world.receiver.requests), key=lambda one: one["created_at"])
    world.receiver.requests.clear()
    return [(one["topic"], one["data"]["item"]) for one in found]


async def topics(world: World) -> set[str]:
    return {topic for topic, _ in await heard(world)}


async def test_people(all_ears: World) -> None:
    client = all_ears.client
    ada = await client.ok("POST", "/contacts", {"email": "ada@example.com"})
    assert await topics(all_ears) == {"contact.user.created"}
    path = f"/contacts/{ada['id']}"
    await client.ok("PUT", path, {"name": "Ada"})
    assert await topics(all_ears) == {"contact.user.updated"}
    await client.ok("PUT", path, {"email": "lovelace@example.com", "unsubscribed_from_emails": True})
    found = await topics(all_ears)
    assert found >= {"contact.user.updated", "contact.email.updated", "contact.unsubscribed", "granular.unsubscribe"}
    await client.ok("POST", f"{path}/archive")
    await client.ok("POST", f"{path}/unarchive")
    assert await topics(all_ears) == {"contact.archived", "contact.unarchive"}
    await client.ok("DELETE", path)
    assert await heard(all_ears) == [("contact.deleted", {"type": "contact", "id": ada["id"]})]


async def test_leads(all_ears: World) -> None:
    client = all_ears.client
    lead = await client.ok("POST", "/contacts", {"role": "lead"})
    assert await topics(all_ears) == {"contact.lead.created"}
    await client.ok("PUT", f"/contacts/{lead['id']}", {"email": "lead@example.com"})
    assert await topics(all_ears) == {"contact.lead.updated", "contact.lead.added_email"}
    await client.ok("PUT", f"/contacts/{lead['id']}", {"role": "user"})
    assert await topics(all_ears) == {"contact.lead.signed_up", "contact.user.updated"}


async def test_a_merge_names_who_was_merged(all_ears: World) -> None:
    client = all_ears.client
    lead = await client.ok("POST", "/contacts", {"role": "lead", "email": "a@example.com"})
    user = await client.ok("POST", "/contacts", {"external_id": "u", "email": "a@example.com"})
    await heard(all_ears)
    await client.ok("POST", "/contacts/merge", {"from": lead["id"], "into": user["id"]})
    item = dict(await heard(all_ears))["contact.merged"]
    assert (item["id"], item["merged_from"]) == (user["id"], {"type": "contact", "id": lead["id"]})


async def test_tags_on_people(all_ears: World) -> None:
    client = all_ears.client
    ada = await client.ok("POST", "/contacts", {"external_id": "ada"})
    tag = await client.ok("POST", "/tags", {"name": "VIP"})
    await heard(all_ears)
    await client.ok("POST", f"/contacts/{ada['id']}/tags", {"id": tag["id"]})
    item = dict(await heard(all_ears))["contact.user.tag.created"]
    assert (item["type"], item["contact"]["id"], item["tag"]["name"]) == ("contact_tag", ada["id"], "VIP")
    await client.ok("DELETE", f"/contacts/{ada['id']}/tags/{tag['id']}")
    assert "contact.user.tag.deleted" in await topics(all_ears)


async def test_companies(all_ears: World) -> None:
    client = all_ears.client
    company = await client.ok("POST", "/companies", {"company_id": "c", "name": "Acme"})
    ada = await client.ok("POST", "/contacts", {"external_id": "ada"})
    assert await topics(all_ears) == {"company.created", "contact.user.created"}
    await client.ok("POST", "/companies", {"company_id": "c", "name": "Acme Ltd"})
    await client.ok("POST", f"/contacts/{ada['id']}/companies", {"id": company["id"]})
    found = dict(await heard(all_ears))
    assert found.keys() == {"company.updated", "company.contact.attached"}
    attached = found["company.contact.attached"]
    assert attached["contact"] == {"type": "contact", "id": ada["id"], "external_id": "ada"}
    await client.ok("DELETE", f"/contacts/{ada['id']}/companies/{company['id']}")
    await client.ok("DELETE", f"/companies/{company['id']}")
    found = dict(await heard(all_ears))
    assert found["company.deleted"] == {"type": "company", "id": company["id"], "company_id": "c"}
    assert "company.contact.detached" in found


async def test_custom_objects(all_ears: World) -> None:
    client = all_ears.client
    await client.ok("POST", "/interlock/v1/object_types", ORDER)
    path = "/custom_object_instances/Order"
    one = await client.ok("POST", path, {"external_id": "A", "custom_attributes": {"total": 3}})
    assert await heard(all_ears) == [("custom_object_instance.created", one)]
    changed = await client.ok("POST", path, {"external_id": "A", "custom_attributes": {"total": 4}})
    assert await heard(all_ears) == [("custom_object_instance.updated", changed)]
    await client.ok("DELETE", f"{path}/{one['id']}")
    gone = {"type": "Order", "id": one["id"], "external_id": "A"}
    assert await heard(all_ears) == [("custom_object_instance.deleted", gone)]


async def test_events(all_ears: World) -> None:
    await all_ears.client.ok("POST", "/contacts", {"external_id": "ada"})
    await heard(all_ears)
    event = {"event_name": "ordered", "user_id": "ada", "created_at": 1_700_000_000, "metadata": {"n": 1}}
    assert (await all_ears.client.post("/events", event)).status_code == 202
    item = dict(await heard(all_ears))["event.created"]
    assert {name: item[name] for name in ("event_name", "user_id", "created_at", "metadata")} == event


async def conversation(world: World, **more: Any) -> tuple[str, str]:
    ada = await world.client.ok("POST", "/contacts", {"external_id": "ada", "email": "ada@example.com"})
    body = {"from": {"type": "user", "id": ada["id"]}, "body": "Hi", **more}
    made = await world.client.ok("POST", "/conversations", body)
    return made["conversation_id"], ada["id"]


async def test_a_conversation(all_ears: World) -> None:
    client = all_ears.client
    me = (await client.ok("GET", "/me"))["id"]
    id, ada = await conversation(all_ears)
    assert "conversation.user.created" in await topics(all_ears)
    path = f"/conversations/{id}"
    reply = {"message_type": "comment", "type": "admin", "admin_id": me, "body": "<p>Hi <i>there</i></p>"}
    await client.ok("POST", f"{path}/reply", reply)
    found = dict(await heard(all_ears))
    item = found["conversation.admin.replied"]
    [part] = item["conversation_parts"]["conversation_parts"]
    assert part["body"] == "Hi there"
    assert item["conversation_parts"]["total_count"] == 1
    await client.ok("POST", f"{path}/reply", reply | {"message_type": "note"})
    assert "conversation.admin.noted" in await topics(all_ears)
    said = {"message_type": "comment", "type": "user", "intercom_user_id": ada, "body": "Thanks"}
    await client.ok("POST", f"{path}/reply", said)
    assert "conversation.user.replied" in await topics(all_ears)
    for message_type, topic in (("snoozed", "snoozed"), ("open", "unsnoozed"), ("close", "closed"), ("open", "opened")):
        more = {"snoozed_until": 4_000_000_000} if message_type == "snoozed" else {}
        body = {"message_type": message_type, "type": "admin", "admin_id": me, **more}
        await client.ok("POST", f"{path}/parts", body)
        assert f"conversation.admin.{topic}" in await topics(all_ears), message_type
    await client.ok("PUT", path, {"read": True})
    await client.ok("DELETE", path)
    found = dict(await heard(all_ears))
    assert found["conversation.deleted"] == {"type": "conversation", "id": id}


@pytest.mark.parametrize(("version", "body"), [("2.14", "<p>Hello <b>you</b></p>"), ("2.15", "Hello you")])
async def test_bodies_are_plain_from_2_15_on(
    new_database: Database, receiver: Receiver, version: str, body: str
) -> None:
    world = await World.open(new_database, receiver, version)
    await world.webhook("conversation.admin.replied")
    me = (await world.client.ok("GET", "/me"))["id"]
    id, _ = await conversation(world)
    reply = {"message_type": "comment", "type": "admin", "admin_id": me, "body": "<p>Hello <b>you</b></p>"}
    await world.client.ok("POST", f"/conversations/{id}/reply", reply)
    [(_, item)] = await heard(world)
    await world.close()
    assert item["conversation_parts"]["conversation_parts"][0]["body"] == body
    assert item["source"]["body"] == ("Hi" if body == "Hello you" else "<p>Hi</p>")


async def test_staff(all_ears: World) -> None:
    client = all_ears.client
    me = (await client.ok("GET", "/me"))["id"]
    away = {"away_mode_enabled": True, "away_mode_reassign": False}
    answer = await client.put(f"/admins/{me}/away", away)
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert await topics(all_ears) >= {"admin.away_mode_updated", "admin.activity_log_event.created"}


async def test_every_topic_is_one_of_the_list() -> None:
    assert len(TOPICS) == len(set(TOPICS)) > 60
    assert "contact.unarchived" not in TOPICS


async def test_a_ticket(all_ears: World) -> None:
    client = all_ears.client
    me = (await client.ok("GET", "/me"))["id"]
    ada = await client.ok("POST", "/contacts", {"external_id": "ada"})
    kind = await client.ok("POST", "/ticket_types", {"name": "Bug", "category": "Customer"})
    await heard(all_ears)
    body = {"ticket_type_id": kind["id"], "contacts": [{"id": ada["id"]}], "ticket_attributes": {}}
    made = await client.ok("POST", "/tickets", body)
    item = dict(await heard(all_ears))["ticket.created"]
    assert (item["id"], item["ticket_id"]) == (made["id"], made["ticket_id"])
    path = f"/tickets/{made['id']}"
    await client.ok("PUT", path, {"ticket_attributes": {"_default_title_": "It broke"}})
    assert "ticket.attribute.updated" in await topics(all_ears)
    states = (await client.ok("GET", "/ticket_states"))["data"]
    resolved = next(one["id"] for one in states if one["category"] == "resolved")
    await client.ok("PUT", path, {"ticket_state_id": resolved, "admin_id": me, "assignee_id": me})
    assert await topics(all_ears) >= {"ticket.state.updated", "ticket.admin.assigned"}
    note = {"message_type": "note", "type": "admin", "admin_id": me, "body": "<p>Look <b>here</b></p>"}
    await client.ok("POST", f"{path}/reply", note)
    item = dict(await heard(all_ears))["ticket.note.created"]
    assert [one["body"] for one in item["ticket_parts"]["ticket_parts"]] == ["Look here"]
    await client.ok("DELETE", path)


async def test_a_job_that_was_asked_for(all_ears: World) -> None:
    client = all_ears.client
    ada = await client.ok("POST", "/contacts", {"external_id": "ada"})
    kind = await client.ok("POST", "/ticket_types", {"name": "Bug", "category": "Customer"})
    body = {"ticket_type_id": kind["id"], "contacts": [{"id": ada["id"]}], "ticket_attributes": {}}
    job = await client.ok("POST", "/tickets/enqueue", body)
    await all_ears.runners[0].drain()
    found = dict(await heard(all_ears))
    assert found["job.completed"]["id"] == job["id"]
    assert found["job.completed"]["status"] == "success"
    assert found["job.completed"]["resource_id"] == found["ticket.created"]["id"]


async def asked_for(world: World) -> str:
    ada = await world.client.ok("POST", "/contacts", {"external_id": "ada"})
    kind = await world.client.ok("POST", "/ticket_types", {"name": "Bug", "category": "Customer"})
    body = {"ticket_type_id": kind["id"], "contacts": [{"id": ada["id"]}], "ticket_attributes": {}}
    id = (await world.client.ok("POST", "/tickets/enqueue", body))["id"]
    await heard(world, but_jobs=True)
    return id


async def test_a_job_that_was_asked_for_and_whose_worker_died(all_ears: World, moved: Clock) -> None:
    id = await asked_for(all_ears)
    for _ in range(limits.JOB_ATTEMPTS):
        assert await all_ears.database.transact(work_store.claim, "dies", [CREATE_TICKET], 1_000_000, 10)
        moved.forward(2)
    await all_ears.runners[0].drain()
    [(topic, item)] = await heard(all_ears)
    assert (topic, item["id"], item["status"]) == ("job.completed", id, "failed")
    dropped = await all_ears.client.ok("POST", f"/interlock/v1/jobs/{id}/drop")
    assert dropped["state"] == "dropped"
    assert await heard(all_ears) == [], "it had ended before"


async def test_a_job_that_was_asked_for_and_dropped(all_ears: World) -> None:
    id = await asked_for(all_ears)
    for _ in range(2):
        await all_ears.client.ok("POST", f"/interlock/v1/jobs/{id}/drop")
    [(topic, item)] = await heard(all_ears)
    assert (topic, item["id"], item["status"]) == ("job.completed", id, "failed")
    [told] = (await all_ears.client.ok("GET", "/interlock/v1/changes", params={"types": "job"}))["changes"]
    assert told["through"].startswith("token:")
    assert told["data"]["after"] == {"kind": CREATE_TICKET, "state": "dropped"}

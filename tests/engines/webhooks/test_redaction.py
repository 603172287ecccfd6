"""What was redacted or deleted is in no notification any more: none that waits, none that is kept, none sent again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.core.webhooks import delivery_store
from interlock.core.webhooks.topics import TOPICS
from interlock.kit import limits
from interlock.storage.open import open_database
from support.receiver import Receiver
from tests.engines.webhooks.world import WEBHOOKS, World

SECRET = "4111 1111"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REDACT_BATCH", 2)


async def ada(world: World, **more: Any) -> str:
    return (await world.client.ok("POST", "/contacts", {"external_id": "ada", "email": "ada@example.com"} | more))["id"]


async def begin(world: World, contact_id: str, body: str = "Hi") -> str:
    wanted = {"from": {"type": "user", "id": contact_id}, "body": body}
    return (await world.client.ok("POST", "/conversations", wanted))["conversation_id"]


async def reply(world: World, id: str, contact_id: str, body: str) -> str:
    wanted = {"message_type": "comment", "type": "user", "intercom_user_id": contact_id, "body": body}
    shown = await world.client.ok("POST", f"/conversations/{id}/reply", wanted)
    return shown["conversation_parts"]["conversation_parts"][-1]["id"]


async def redact(world: World, id: str, **named: str) -> None:
    kind = "source" if "source_id" in named else "conversation_part"
    await world.client.ok("POST", "/conversations/redact", {"type": kind, "conversation_id": id} | named)


async def everything(world: World, webhook_id: str) -> str:
    return str(await world.deliveries(webhook_id, per_page=150))


async def send_all_again(world: World, webhook_id: str) -> list[Any]:
    world.receiver.requests.clear()
    done = await world.client.post(f"{WEBHOOKS}/{webhook_id}/replay", {"from": 0, "to": 4_000_000_000})
    assert done.status_code == 202
    await world.send()
    return [one.json for one in world.receiver.requests]


async def test_a_part_that_waits_is_sent_without_what_it_said(world: World, receiver: Receiver) -> None:
    person = await ada(world)
    id = await begin(world, person)
    await world.stamp()
    hook = await world.webhook("conversation.user.replied")
    part_id = await reply(world, id, person, SECRET)
    await world.tell()
    [waiting] = await world.deliveries(hook, state="waiting")
    assert SECRET in str(waiting)
    await redact(world, id, conversation_part_id=part_id)
    assert SECRET not in await everything(world, hook)
    await world.send()
    [sent] = [one.json for one in receiver.requests]
    told = waiting["notification"]
    told["data"]["item"] = {"type": "conversation", "id": id}
    assert sent == told | {"delivery_attempts": 1, "first_sent_at": sent["first_sent_at"]}


async def test_a_part_that_was_sent_is_neither_kept_nor_sent_again(world: World) -> None:
    hook = await world.webhook("conversation.user.created", "conversation.user.replied", "conversation.read")
    person = await ada(world)
    id, other = await begin(world, person), await begin(world, person, "Another")
    parts = [await reply(world, id, person, f"{SECRET} {number}") for number in range(5)]
    await world.run()
    for part_id in parts:
        await redact(world, id, conversation_part_id=part_id)
    assert SECRET not in await everything(world, hook)
    again = await send_all_again(world, hook)
    assert len(again) == 7
    assert SECRET not in str(again)
    assert [one["data"]["item"]["source"]["body"] for one in again if one["data"]["item"]["id"] == other] == ["Another"]


async def test_the_message_that_a_conversation_began_with(world: World) -> None:
    hook = await world.webhook("conversation.user.created", "conversation.user.replied")
    person = await ada(world)
    id = await begin(world, person, SECRET)
    await reply(world, id, person, "Are you there?")
    await world.run()
    assert (await everything(world, hook)).count(SECRET) == 2
    source = (await world.client.ok("GET", f"/conversations/{id}"))["source"]["id"]
    await redact(world, id, source_id=source)
    assert SECRET not in await everything(world, hook)
    assert SECRET not in str(await send_all_again(world, hook))


async def test_a_part_that_a_ticket_was_told_of(world: World) -> None:
    """A conversation that has become a ticket: both are told of with the same parts."""
    hook = await world.webhook(*(one for one in TOPICS if one.startswith(("ticket.", "conversation."))))
    person = await ada(world)
    id = await begin(world, person)
    kind = await world.client.ok("POST", "/ticket_types", {"name": "Bug", "category": "Customer"})
    await world.client.ok("POST", f"/conversations/{id}/convert", {"ticket_type_id": kind["id"]})
    me = (await world.client.ok("GET", "/me"))["id"]
    note = {"message_type": "note", "type": "admin", "admin_id": me, "body": SECRET}
    said = await world.client.ok("POST", f"/tickets/{id}/reply", note)
    await world.run()
    told = [one for one in await world.deliveries(hook) if SECRET in str(one)]
    assert "ticket.note.created" in {one["topic"] for one in told}
    await redact(world, id, conversation_part_id=said["id"])
    assert SECRET not in await everything(world, hook)


async def test_a_conversation_that_is_deleted(world: World) -> None:
    hook = await world.webhook("conversation.user.created", "conversation.user.replied", "conversation.deleted")
    person = await ada(world)
    id = await begin(world, person, SECRET)
    await reply(world, id, person, SECRET)
    await world.run()
    await world.client.ok("DELETE", f"/conversations/{id}")
    assert SECRET not in await everything(world, hook)
    await world.run()
    assert [one["data"]["item"] for one in await send_all_again(world, hook)] == 3 * [
        {"type": "conversation", "id": id}
    ]


async def test_a_ticket_that_is_deleted(world: World) -> None:
    hook = await world.webhook("ticket.created", "ticket.note.created")
    kind = await world.client.ok("POST", "/ticket_types", {"name": "Bug", "category": "Customer"})
    values = {"_default_title_": SECRET}
    body = {"ticket_type_id": kind["id"], "contacts": [{"id": await ada(world)}], "ticket_attributes": values}
    id = (await world.client.ok("POST", "/tickets", body))["id"]
    await world.tell()
    assert SECRET in await everything(world, hook)
    await world.client.ok("DELETE", f"/tickets/{id}")
    assert SECRET not in await everything(world, hook)
    await world.send()
    assert [one.json["data"]["item"] for one in world.receiver.requests] == [{"type": "ticket", "id": id}]


async def test_a_contact_that_is_deleted_with_what_was_merged_into_it(world: World) -> None:
    about = [one for one in TOPICS if one.startswith(("contact.", "event.", "granular."))]
    hook = await world.webhook(*about)
    lead = await world.client.ok("POST", "/contacts", {"role": "lead", "email": "ada@example.com"})
    await world.run()
    id = await ada(world, name="Ada")
    tag = await world.client.ok("POST", "/tags", {"name": "VIP"})
    await world.client.ok("POST", f"/contacts/{id}/tags", {"id": tag["id"]})
    await world.client.post("/events", {"event_name": "ordered", "user_id": "ada", "created_at": 1_700_000_000})
    await world.client.ok("POST", "/contacts/merge", {"from": lead["id"], "into": id})
    await world.run()
    topics = {one["topic"] for one in await world.deliveries(hook) if "ada@example.com" in str(one)}
    assert topics >= {"contact.merged", "contact.lead.created", "contact.user.tag.created", "event.created"}
    await world.client.ok("DELETE", f"/contacts/{id}")
    assert "ada@example.com" not in await everything(world, hook)
    items = [one["data"]["item"] for one in await send_all_again(world, hook)]
    assert len(items) >= len(topics)
    assert {(one["type"], one["id"]) for one in items} == {("contact", id), ("contact", lead["id"])}


async def test_others_keep_what_they_tell(world: World) -> None:
    hook = await world.webhook("contact.user.created")
    id = await ada(world)
    await world.client.ok("POST", "/contacts", {"email": "grace@example.com"})
    await world.run()
    await world.client.ok("DELETE", f"/contacts/{id}")
    assert (await everything(world, hook)).count("grace@example.com") == 1


async def test_a_notification_that_is_being_made_at_that_moment(
    migrated_postgres: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read the text already, and is not committed yet: the redaction waits for it."""
    database = await open_database(migrated_postgres(), 4)
    world = await World.open(database, receiver)
    person = await ada(world)
    id = await begin(world, person)
    await world.stamp()
    hook = await world.webhook("conversation.user.replied")
    part_id = await reply(world, id, person, SECRET)
    await world.stamp()
    rendered, go_on, add = asyncio.Event(), asyncio.Event(), delivery_store.add

    async def slow(*arguments: Any) -> bool:
        rendered.set()
        await go_on.wait()
        return await add(*arguments)

    monkeypatch.setattr(delivery_store, "add", slow)
    telling = asyncio.create_task(world.fan_out.step())
    await rendered.wait()
    redacting = asyncio.create_task(redact(world, id, conversation_part_id=part_id))
    done, _ = await asyncio.wait({redacting}, timeout=0.2)
    assert not done
    go_on.set()
    await asyncio.gather(telling, redacting)
    assert len(await world.deliveries(hook)) == 1
    assert SECRET not in await everything(world, hook)
    await world.close()
    await database.close()

"""Conversations: begun, listed, found, changed, joined, deleted; and everything that is said and done in them."""

from __future__ import annotations

from typing import Any

import pytest

from contract.pairs import expected
from contract.walk import Walk, lacks
from interlock.core.staff import access
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database

LISTED = (
    *("type", "id", "title", "created_at", "updated_at", "waiting_since", "snoozed_until", "open", "state", "read"),
    *("priority", "admin_assignee_id", "team_assignee_id", "tags", "conversation_rating", "source", "contacts"),
    *("teammates", "custom_attributes", "first_contact_reply", "sla_applied", "statistics", "linked_objects"),
    *("ai_agent_participated", "ai_agent"),
)
NOBODY = "0" * 24


def check(walk: Walk, conversation: dict[str, Any]) -> None:
    """It has every field, and those of its version."""
    assert not lacks(conversation, *LISTED, "conversation_parts")
    older = {"none": "not_priority"} if not walk.since("2.16") else {}
    assert conversation["priority"] == older.get("none", "none")
    if not conversation["admin_assignee_id"]:
        assert conversation["admin_assignee_id"] == (0 if walk.since("2.16") else None)
    assert ("ai_topics" in conversation) is (walk.version == "Preview")
    assert ("topics" in conversation) is not walk.since("2.13")


async def begin(walk: Walk, contact: str, body: str = "Hello there") -> str:
    """A conversation that a contact has begun."""
    message = await walk.ok("POST", "/conversations", {"from": {"type": "user", "id": contact}, "body": body})
    assert message["type"] == "user_message"
    assert not lacks(message, "id", "created_at", "body", "message_type", "conversation_id")
    return message["conversation_id"]


async def test_conversations(walk: Walk) -> None:
    ann = await walk.make_user(external_id="ann", email="ann@example.com", name="Ann")
    admin = (await walk.ok("GET", "/me"))["id"]
    id = await begin(walk, ann["id"])
    await walk.refused(
        404, "not_found", "POST", "/conversations", {"from": {"type": "user", "id": NOBODY}, "body": "Hello"}
    )
    read = await walk.ok("GET", f"/conversations/{id}")
    check(walk, read)
    assert read["state"] == "open"
    await walk.refused(404, "not_found", "GET", "/conversations/1")
    changed = await walk.ok("PUT", f"/conversations/{id}", {"read": True, "title": "An order"})
    check(walk, changed)
    assert changed["title"] == "An order"
    await walk.refused(404, "not_found", "PUT", "/conversations/1", {"read": True})
    plain = await walk.ok("GET", f"/conversations/{id}?display_as=plaintext")
    assert plain["source"]["body"] == "Hello there"
    await lists(walk, ann["id"], id)
    await joining(walk, id, ann["id"], admin)
    await deleting(walk, id)
    assert walk.seen >= expected("conversations", walk.version)


async def lists(walk: Walk, contact: str, id: str) -> None:
    second = await begin(walk, contact)
    listed = await walk.ok("GET", "/conversations?per_page=1")
    assert listed["type"] == "conversation.list"
    assert [one["id"] for one in listed["conversations"]] == [second]
    assert not lacks(listed["conversations"][0], *LISTED)
    following = await walk.ok(
        "GET", f"/conversations?per_page=1&starting_after={listed['pages']['next']['starting_after']}"
    )
    assert [one["id"] for one in following["conversations"]] == [id]
    query = {"field": "created_at", "operator": ">", "value": "1306054154"}
    found = await walk.ok(
        "POST",
        "/conversations/search",
        {"query": {"operator": "AND", "value": [query]}, "pagination": {"per_page": 5}},
    )
    assert found["total_count"] == 2
    assert not lacks(found["conversations"][0], *LISTED)


async def joining(walk: Walk, id: str, ann: str, admin: str) -> None:
    bob = (await walk.make_user(email="bob@example.com"))["id"]
    path = f"/conversations/{id}/customers"
    customer = {"admin_id": admin, "customer": {"intercom_user_id": bob}}
    joined = await walk.ok("POST", path, customer)
    assert {one["id"] for one in joined["customers"]} == {ann, bob}
    await walk.refused(404, "not_found", "POST", "/conversations/1/customers", customer)
    body = {"admin_id": admin, "customer": {"intercom_user_id": ann}}
    await walk.refused(404, "not_found", "DELETE", f"/conversations/1/customers/{ann}", body)
    await walk.refused(404, "not_found", "DELETE", f"{path}/{NOBODY}", body)
    left = await walk.ok("DELETE", f"{path}/{ann}", body)
    assert [one["id"] for one in left["customers"]] == [bob]
    await walk.refused(422, "parameter_invalid", "DELETE", f"{path}/{bob}", body)


async def deleting(walk: Walk, id: str) -> None:
    if not walk.has("deleteConversation"):
        return
    gone = await walk.ok("DELETE", f"/conversations/{id}")
    assert gone == {"id": id, "object": "conversation", "deleted": True}
    await walk.refused(404, "not_found", "GET", f"/conversations/{id}")
    if walk.has("listDeletedConversationIds"):
        listed = await walk.ok("GET", "/conversations/deleted")
        assert [one["id"] for one in listed["conversations"]] == [id]
        assert not lacks(listed["conversations"][0], "type", "metrics_retained", "deleted_at")
        older = {"headers": {"Intercom-Version": "2.15"}}
        await walk.refused(400, "intercom_version_invalid", "GET", "/conversations/deleted", **older)


@pytest.fixture
async def reader(database: Database, workspace: Made) -> str:
    """A token that may read conversations and nothing else."""
    secret, _ = await access.create(database, workspace.workspace_id, "Reader", ["read_conversations"])
    return secret


async def test_what_is_said(walk: Walk, reader: str) -> None:
    ann = await walk.make_user(external_id="ann", email="ann@example.com")
    admin = (await walk.ok("GET", "/me"))["id"]
    id = await begin(walk, ann["id"])
    await replies(walk, id, ann["id"], admin)
    await managing(walk, id, admin)
    await redacting(walk, id, admin)
    if walk.since("2.15"):
        await handling(walk, id, admin)
    if walk.since("2.16"):
        await beside(walk, id, admin)
        await merging(walk, id, await begin(walk, ann["id"]), reader)
    assert walk.seen >= expected("what is said", walk.version)


async def replies(walk: Walk, id: str, ann: str, admin: str) -> None:
    path = f"/conversations/{id}/reply"
    by_admin = {"message_type": "comment", "type": "admin", "admin_id": admin, "body": "<p>Yes?</p>"}
    answered = await walk.ok("POST", path, by_admin)
    check(walk, answered)
    assert answered["waiting_since"] is None
    by_user = {"message_type": "comment", "type": "user", "intercom_user_id": ann, "body": "Thanks"}
    check(walk, await walk.ok("POST", path, by_user))
    noted = await walk.ok("POST", path, by_admin | {"message_type": "note"})
    assert noted["conversation_parts"]["conversation_parts"][-1]["part_type"] == "note"
    options = [{"text": "Yes", "uuid": "a5e1c524-5ddd-4c3e-9328-6bca5d6e3edb"}]
    quick = {"message_type": "quick_reply", "type": "admin", "admin_id": admin, "reply_options": options}
    if walk.since("2.14"):
        asked = await walk.ok("POST", path, quick)
        assert asked["conversation_parts"]["conversation_parts"][-1]["part_type"] == "quick_reply"
    last = {"message_type": "comment", "type": "user", "intercom_user_id": ann, "body": "Hello again"}
    assert (await walk.ok("POST", "/conversations/last/reply", last))["id"] == id
    await walk.refused(404, "not_found", "POST", "/conversations/1/reply", by_admin)


async def managing(walk: Walk, id: str, admin: str) -> None:
    path = f"/conversations/{id}/parts"
    close = {"message_type": "close", "type": "admin", "admin_id": admin, "body": "Goodbye"}
    closed = await walk.ok("POST", path, close)
    check(walk, closed)
    assert (closed["state"], closed["open"]) == ("closed", False)
    opened = await walk.ok("POST", path, {"message_type": "open", "admin_id": admin})
    assert opened["state"] == "open"
    snooze = {"message_type": "snoozed", "admin_id": admin, "snoozed_until": opened["updated_at"] + 86_400}
    snoozed = await walk.ok("POST", path, snooze)
    assert (snoozed["state"], snoozed["open"]) == ("snoozed", True)
    assign = {"message_type": "assignment", "type": "admin", "admin_id": admin, "assignee_id": admin}
    assigned = await walk.ok("POST", path, assign)
    assert assigned["admin_assignee_id"] == int(admin)
    await walk.refused(404, "not_found", "POST", "/conversations/1/parts", close)


async def redacting(walk: Walk, id: str, admin: str) -> None:
    by_admin = {"message_type": "comment", "type": "admin", "admin_id": admin, "body": "A secret"}
    said = await walk.ok("POST", f"/conversations/{id}/reply", by_admin)
    part = said["conversation_parts"]["conversation_parts"][-1]
    wanted = {"type": "conversation_part", "conversation_id": id, "conversation_part_id": part["id"]}
    redacted = await walk.ok("POST", "/conversations/redact", wanted)
    check(walk, redacted)
    assert redacted["conversation_parts"]["conversation_parts"][-1]["redacted"] is True
    unknown = wanted | {"conversation_part_id": "1"}
    await walk.refused(404, "conversation_part_or_message_not_found", "POST", "/conversations/redact", unknown)


async def handling(walk: Walk, id: str, admin: str) -> None:
    made = {"type": "paused", "admin_id": admin, "reason": "Lunch"}
    await walk.ok("POST", f"/interlock/v1/conversations/{id}/handling_events", made)
    listed = await walk.ok("GET", f"/conversations/{id}/handling_events")
    assert not lacks(listed["handling_events"][-1], "teammate", "type", "timestamp", "reason")
    await walk.refused(404, "not_found", "GET", "/conversations/1/handling_events")


async def beside(walk: Walk, id: str, admin: str) -> None:
    made = {"admin_id": admin, "subject": "Ask the warehouse", "body": "Where is it?"}
    await walk.ok("POST", f"/interlock/v1/conversations/{id}/side_conversations", made)
    listed = await walk.ok("GET", f"/conversations/{id}/side_conversations")
    assert listed["total_count"] == 1
    assert not lacks(listed["side_conversations"][0], "side_conversation_id", "conversation_parts", "total_count")
    await walk.refused(404, "not_found", "GET", "/conversations/1/side_conversations")


async def merging(walk: Walk, primary: str, secondary: str, reader: str) -> None:
    path, into = f"/conversations/{secondary}/merge", {"merge_into_conversation_id": int(primary)}
    await walk.refused(400, "parameter_invalid", "POST", path, {"merge_into_conversation_id": "x"})
    owner, walk.client.token = walk.client.token, reader
    await walk.refused(403, "forbidden", "POST", path, into)
    walk.client.token = owner
    await walk.refused(422, "merge_failed", "POST", path, {"merge_into_conversation_id": 1})
    itself = {"merge_into_conversation_id": int(secondary)}
    await walk.refused(422, "merge_failed", "POST", path, itself)
    merged = await walk.ok("POST", path, into)
    check(walk, merged)
    assert merged["id"] == primary
    await walk.refused(422, "merge_failed", "POST", path, into)

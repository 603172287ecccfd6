"""Side conversations, and the events of teammates' work."""

from __future__ import annotations

import time
from datetime import datetime

from resources.conversations.conftest import Desk

OURS = "/interlock/v1/conversations"


async def test_a_side_conversation_is_begun_answered_and_listed(desk: Desk) -> None:
    id = await desk.begun()
    path = f"{OURS}/{id}/side_conversations"
    wanted = {"admin_id": desk.admin, "subject": "Parcel", "to": ["dhl@example.com"], "body": "Where is it?"}
    made = await desk.client.ok("POST", path, wanted)
    answer = {"email": "dhl@example.com", "name": "DHL", "body": "<b>On its way</b>"}
    await desk.client.ok("POST", f"{path}/{made['side_conversation_id']}/reply", answer)
    newest = await desk.client.ok("POST", path, {"admin_id": desk.admin, "body": "Another"})
    listed = await desk.client.ok("GET", f"/conversations/{id}/side_conversations")
    assert (listed["type"], listed["total_count"], listed["pages"]["per_page"]) == ("side_conversation.list", 2, 25)
    first = listed["side_conversations"][1]
    assert listed["side_conversations"][0]["side_conversation_id"] == newest["side_conversation_id"]
    assert [one["body"] for one in first["conversation_parts"]] == ["<p>Where is it?</p>", "<b>On its way</b>"]
    assert first["conversation_parts"][1]["author"] == {
        "type": "user",
        "id": "",
        "name": "DHL",
        "email": "dhl@example.com",
    }
    assert first["total_count"] == 2
    assert (await desk.get(id))["conversation_parts"]["total_count"] == 0
    page = await desk.client.ok("GET", f"/conversations/{id}/side_conversations?per_page=1&page=2")
    assert [one["side_conversation_id"] for one in page["side_conversations"]] == [first["side_conversation_id"]]


async def test_side_conversations_of_what_is_not_there(desk: Desk) -> None:
    id = await desk.begun()
    for path in (f"{OURS}/9/side_conversations", f"{OURS}/{id}/side_conversations/9/reply"):
        error = await desk.client.error(404, "POST", path, {"admin_id": desk.admin, "body": "x"})
        assert error["code"] == "not_found"
    await desk.client.error(404, "GET", "/conversations/9/side_conversations")
    path = f"{OURS}/{id}/side_conversations"
    assert (await desk.client.error(400, "POST", path, {"admin_id": desk.admin}))["field"] == "body"
    assert (await desk.client.error(400, "POST", path, {"body": "x"}))["field"] == "admin_id"
    assert (await desk.client.error(404, "POST", path, {"admin_id": 1, "body": "x"}))["code"] == "admin_not_found"
    assert (await desk.client.error(400, "GET", f"/conversations/{id}/side_conversations?per_page=51"))[
        "field"
    ] == "per_page"


async def test_snoozing_pauses_work_and_waking_resumes_it(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    path = f"/conversations/{id}/handling_events"
    assert await desk.client.ok("GET", path) == {"handling_events": []}
    await desk.manages(id, "snoozed", snoozed_until=int(time.time()) + 100)
    await desk.manages(id, "snoozed", snoozed_until=int(time.time()) + 200)
    await desk.says(id, joe)
    events = (await desk.client.ok("GET", path))["handling_events"]
    assert [(one["type"], one["reason"]) for one in events] == [("paused", "Snoozed"), ("resumed", None)]
    owner = (await desk.client.ok("GET", "/me"))["email"]
    for one in events:
        assert (one["teammate"]["type"], one["teammate"]["id"], one["teammate"]["email"]) == (
            "admin",
            desk.admin,
            owner,
        )
        assert abs(datetime.fromisoformat(one["timestamp"]).timestamp() - time.time()) < 60


async def test_work_is_paused_and_resumed_by_hand(desk: Desk) -> None:
    id = await desk.begun()
    path = f"{OURS}/{id}/handling_events"
    wanted = {"type": "paused", "admin_id": desk.admin, "reason": "Away"}
    await desk.client.ok("POST", path, wanted)
    events = (await desk.client.ok("POST", path, wanted))["handling_events"]
    assert [(one["type"], one["reason"]) for one in events] == [("paused", "Away")]
    await desk.replies(id)
    events = (await desk.client.ok("GET", f"/conversations/{id}/handling_events"))["handling_events"]
    assert [one["type"] for one in events] == ["paused", "resumed"]
    assert (await desk.client.error(400, "POST", path, {"type": "gone", "admin_id": 1}))["code"] == "parameter_invalid"
    error = await desk.client.error(404, "POST", f"{OURS}/9/handling_events", {"type": "paused", "admin_id": 1})
    assert error["code"] == "not_found"

"""What is said in tickets, and what tickets are about."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.core.schema.cache import SchemaCache
from interlock.core.threads import ticket_jobs, ticket_redact, words
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import clock, limits
from interlock.storage.database import Database
from resources.tickets.conftest import Make
from resources.tickets.test_update import _history, _jobs, _parts
from support.client import Client


def _by_admin(admin_id: int, kind: str = "comment", **more: Any) -> dict[str, Any]:
    return {"message_type": kind, "type": "admin", "admin_id": admin_id, "body": "Hi", **more}


def _by_contact(id: str, **more: Any) -> dict[str, Any]:
    return {"message_type": "comment", "type": "user", "intercom_user_id": id, "body": "Thanks :)", **more}


async def test_a_contact_replies_and_wakes_the_ticket(
    client: Client, new_ticket: Make, database: Database, workspace: Made
) -> None:
    made = await new_ticket()
    path, contact = f"/tickets/{made['id']}", made["contacts"]["contacts"][0]
    await client.ok("PUT", path, {"open": False})
    part = await client.ok("POST", f"{path}/reply", _by_contact(contact["id"]))
    assert (part["type"], part["part_type"], part["body"]) == ("ticket_part", "comment", "<p>Thanks :)</p>")
    assert part["author"] == {"type": "user", "id": contact["id"], "name": "Ann"}
    shown = await client.ok("GET", path)
    assert shown["open"] is True
    assert shown["ticket_parts"]["ticket_parts"][-1]["id"] == part["id"]
    by_external_id = {**_by_contact(""), "user_id": contact["external_id"]}
    await client.ok("POST", f"{path}/reply", by_external_id)
    assert (await client.ok("GET", f"/contacts/{contact['id']}"))["last_replied_at"] is not None
    action, after = (await _history(database, workspace, made["id"]))[-1]
    assert (action, after["by"]) == ("replied", "user")


async def test_a_lead_is_shown_as_a_user(client: Client, new_ticket: Make) -> None:
    made = await new_ticket(contacts=[{"email": "lead@example.com"}])
    said = {"message_type": "comment", "type": "user", "email": "lead@example.com", "body": "Hi"}
    part = await client.ok("POST", f"/tickets/{made['id']}/reply", said)
    assert (part["author"]["type"], part["author"]["email"]) == ("user", "lead@example.com")


async def test_a_teammate_replies_notes_and_offers_choices(
    client: Client, new_ticket: Make, admin_id: int, database: Database, workspace: Made
) -> None:
    made = await new_ticket()
    path = f"/tickets/{made['id']}/reply"
    await client.ok("PUT", f"/tickets/{made['id']}", {"snoozed_until": clock.seconds() + 1000})
    html = "<html> <body>  <h2>List</h2>  <ul>   <li>Tea</li> </ul> <script>x</script> </body> </html>"
    note = await client.ok("POST", path, _by_admin(admin_id, "note", body=html))
    assert (note["part_type"], note["redacted"], note["attachments"]) == ("note", False, [])
    assert "<h2>List</h2>" in note["body"]
    assert "script" not in note["body"]
    assert "snoozed_until" in await client.ok("GET", f"/tickets/{made['id']}")
    options = [{"text": "Yes", "uuid": "0df48b85-9a93-4c66-a167-753eff0baaec"}]
    offer = {"message_type": "quick_reply", "type": "admin", "admin_id": str(admin_id), "reply_options": options}
    asked = await client.ok("POST", path, offer)
    assert (asked["part_type"], asked["body"], asked["reply_options"]) == ("quick_reply", None, options)
    assert "snoozed_until" not in await client.ok("GET", f"/tickets/{made['id']}")
    with_file = _by_admin(admin_id, attachment_files=[{"content_type": "text/plain", "data": "aGk=", "name": "a.txt"}])
    said = await client.ok("POST", path, with_file)
    assert (said["attachments"][0]["name"], said["attachments"][0]["filesize"]) == ("a.txt", 2)
    actions = [action for action, _ in await _history(database, workspace, made["id"])]
    assert actions[2:] == ["noted", "unsnoozed", "replied", "replied"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"message_type": None}, "parameter_not_found"),
        ({"message_type": "sing"}, "parameter_invalid"),
        ({"type": "robot"}, "parameter_invalid"),
        ({"admin_id": None}, "parameter_not_found"),
        ({"body": None}, "parameter_not_found"),
        ({"body": "<script>x</script>"}, "parameter_not_found"),
        ({"body": 1}, "type_mismatch"),
        ({"message_type": "quick_reply"}, "parameter_not_found"),
        ({"message_type": "quick_reply", "reply_options": [{"text": "a"}]}, "parameter_not_found"),
        ({"created_at": 10**10}, "parameter_invalid"),
        ({"attachment_urls": ["https://a.b/c"] * 11}, "parameter_invalid"),
        ({"cross_post": True}, "parameter_invalid"),
        ({"type": "user"}, "parameter_not_found"),
    ],
)
async def test_what_is_wrong_in_a_reply_is_refused(
    client: Client, new_ticket: Make, admin_id: int, change: dict[str, Any], code: str
) -> None:
    made = await new_ticket()
    path = f"/tickets/{made['id']}"
    assert (await client.error(400, "POST", f"{path}/reply", {**_by_admin(admin_id), **change}))["code"] == code
    assert await client.ok("GET", path) == made


async def test_who_is_not_there_or_does_not_belong_here_is_not_found(
    client: Client, new_ticket: Make, new_user: Make, admin_id: int
) -> None:
    made, stranger = await new_ticket(), await new_user()
    path = f"/tickets/{made['id']}/reply"
    contact_id = made["contacts"]["contacts"][0]["id"]
    for where, sent in (
        (path, _by_contact("nobody")),
        (path, _by_contact(stranger["id"])),
        (path, _by_admin(1)),
        ("/tickets/1/reply", _by_admin(admin_id)),
        ("/tickets/1/reply", _by_contact(contact_id)),
    ):
        problem = await client.error(404, "POST", where, sent)
        assert (problem["code"], problem["message"]) == ("not_found", "Resource Not Found")


async def test_contacts_do_not_reply_on_back_office_tickets(client: Client, new_ticket: Make) -> None:
    made = await new_ticket("Back-office")
    sent = _by_contact(made["contacts"]["contacts"][0]["id"])
    problem = await client.error(400, "POST", f"/tickets/{made['id']}/reply", sent)
    assert problem["code"] == "parameter_mismatch"
    assert problem["message"] == "User replies are not allowed on Backoffice tickets"


# --- linked conversations


async def test_a_tracker_is_linked_to_conversations(
    client: Client, new_ticket: Make, new_conversation: Make, database: Database, workspace: Made
) -> None:
    tracker, conversation = await new_ticket("Tracker"), await new_conversation()
    path = f"/tickets/{tracker['id']}/linked_conversations"
    linked = await client.ok("POST", path, {"conversation_id": conversation["id"]})
    assert (linked["type"], linked["id"]) == ("conversation", conversation["id"])
    assert linked["linked_objects"] == {
        "type": "list",
        "data": [{"type": "ticket", "id": tracker["id"], "category": "Tracker"}],
        "total_count": 1,
        "has_more": False,
    }
    shown = (await client.ok("GET", f"/tickets/{tracker['id']}"))["linked_objects"]
    assert shown["data"] == [{"type": "conversation", "id": conversation["id"], "category": None}]
    assert [action for action, _ in await _history(database, workspace, tracker["id"])] == ["created", "linked"]
    unlinked = await client.ok("DELETE", f"{path}/{conversation['id']}")
    assert unlinked["linked_objects"] == {"type": "list", "data": [], "total_count": 0, "has_more": False}
    problem = await client.error(404, "DELETE", f"{path}/{conversation['id']}")
    assert (problem["code"], problem["message"]) == (
        "conversation_not_found",
        "Conversation is not linked to this ticket",
    )


async def test_what_cannot_be_linked(
    client: Client, new_ticket: Make, new_conversation: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, tracker = await new_ticket(), await new_ticket("Tracker")
    one, two = (await new_conversation())["id"], (await new_conversation())["id"]
    path = "/tickets/{}/linked_conversations"
    unlink = path.format(customer["id"]) + f"/{one}"
    assert (await client.error(400, "DELETE", unlink))["message"] == (
        "Only tracker tickets support unlinking conversations"
    )
    await client.error(404, "DELETE", path.format("1") + f"/{one}")
    mine = path.format(tracker["id"])
    for where, sent, status, code, message in (
        (mine, None, 400, "parameter_not_found", "conversation_id not specified"),
        (mine, {}, 400, "parameter_not_found", "conversation_id not specified"),
        (path.format("1"), {"conversation_id": one}, 404, "ticket_not_found", "Ticket not found"),
        (
            path.format(customer["id"]),
            {"conversation_id": "1"},
            400,
            "invalid_ticket_type",
            "Only tracker tickets support linking conversations",
        ),
        (mine, {"conversation_id": "1"}, 404, "conversation_not_found", "Conversation not found"),
    ):
        problem = await client.error(status, "POST", where, sent)
        assert (problem["code"], problem["message"]) == (code, message)
    await client.ok("POST", mine, {"conversation_id": one})
    second = await new_ticket("Tracker")
    for where in (mine, path.format(second["id"])):
        problem = await client.error(400, "POST", where, {"conversation_id": one})
        assert problem["code"] == "already_linked_to_tracker"
        assert problem["message"] == "A conversation can only have one tracker ticket"
    monkeypatch.setattr(limits, "TRACKER_LINKS", 1)
    problem = await client.error(400, "POST", mine, {"conversation_id": two})
    assert problem["code"] == "linked_conversation_limit_exceeded"
    assert problem["message"] == "Ticket has reached the maximum number of conversations that can be linked"


async def test_of_two_trackers_at_once_one_gets_the_conversation(
    client: Client, new_ticket: Make, new_conversation: Make
) -> None:
    id = (await new_conversation())["id"]
    trackers = [(await new_ticket("Tracker"))["id"] for _ in range(4)]
    paths = [f"/tickets/{one}/linked_conversations" for one in trackers]
    answers = await asyncio.gather(*(client.post(path, {"conversation_id": id}) for path in paths))
    assert sorted(one.status_code for one in answers) == [200, 400, 400, 400]


async def test_a_new_ticket_may_be_linked(
    client: Client, new_ticket: Make, new_conversation: Make, new_type: Make
) -> None:
    conversation, customer = (await new_conversation())["id"], (await new_ticket())["id"]
    back_office = await new_ticket("Back-office", conversation_to_link_id=conversation)
    assert back_office["linked_objects"]["data"] == [{"type": "conversation", "id": conversation, "category": None}]
    about_ticket = await new_ticket("Back-office", conversation_to_link_id=customer)
    assert about_ticket["linked_objects"]["data"] == [{"type": "ticket", "id": customer, "category": "Customer"}]
    seen = (await client.ok("GET", f"/tickets/{customer}"))["linked_objects"]["data"]
    assert seen == [{"type": "ticket", "id": about_ticket["id"], "category": "Back-office"}]
    tracker = await new_ticket("Tracker", conversation_to_link_id=conversation)
    assert tracker["linked_objects"]["total_count"] == 1
    kind = await new_type(category="Tracker")
    sent = {"ticket_type_id": kind["id"], "contacts": [{"email": "a@b.co"}]}
    for id, status, code in (
        (conversation, 400, "already_linked_to_tracker"),
        ("1", 404, "conversation_not_found"),
        (tracker["id"], 404, "conversation_not_found"),
    ):
        problem = await client.error(status, "POST", "/tickets", {**sent, "conversation_to_link_id": id})
        assert problem["code"] == code
    await client.ok("DELETE", f"/tickets/{tracker['id']}")
    await new_ticket("Tracker", conversation_to_link_id=conversation)


async def test_a_note_is_put_into_what_the_ticket_is_about(
    client: Client, new_ticket: Make, new_conversation: Make, admin_id: int, database: Database, workspace: Made
) -> None:
    conversation, customer = (await new_conversation())["id"], (await new_ticket())["id"]
    for linked, path in ((conversation, "conversations"), (customer, "tickets")):
        made = await new_ticket("Back-office", conversation_to_link_id=linked)
        sent = _by_admin(admin_id, "note", body="For all", cross_post=True)
        await client.ok("POST", f"/tickets/{made['id']}/reply", sent)
        job = (await _jobs(database, workspace, "cross_post_note"))[-1]
        await SchemaCache(database).write(workspace.workspace_id, ticket_jobs.cross_post, job)
        shown = await client.ok("GET", f"/{path}/{linked}")
        parts = shown["conversation_parts"]["conversation_parts"] if path == "conversations" else None
        parts = parts or shown["ticket_parts"]["ticket_parts"]
        assert (parts[-1]["part_type"], parts[-1]["body"], parts[-1]["author"]["id"]) == (
            "note",
            "<p>For all</p>",
            str(admin_id),
        )


def _shown_parts(shown: dict[str, Any]) -> list[dict[str, Any]]:
    of = "conversation" if "conversation_parts" in shown else "ticket"
    return shown[f"{of}_parts"][f"{of}_parts"]


async def test_what_is_taken_back_in_a_ticket_is_taken_back_in_its_copies(
    client: Client,
    new_ticket: Make,
    new_conversation: Make,
    admin_id: int,
    database: Database,
    workspace: Made,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("interlock.core.threads.ticket_redact.BATCH", 1)
    of_customer = await new_ticket()
    customer, conversation, converted = (
        one["id"] for one in (of_customer, await new_conversation(), await new_conversation())
    )
    kind = {"ticket_type_id": of_customer["ticket_type"]["id"]}
    await client.ok("POST", f"/conversations/{converted}/convert", kind)
    tracker = await new_ticket("Tracker", conversation_to_link_id=customer)
    path = f"/tickets/{tracker['id']}"
    for id in (conversation, converted):
        await client.ok("POST", f"{path}/linked_conversations", {"conversation_id": id})
    note = await client.ok("POST", f"{path}/reply", _by_admin(admin_id, "note", body="secret", cross_post=True))
    other = await client.ok("POST", f"{path}/reply", _by_admin(admin_id, "note", body="kept", cross_post=True))
    schemas = SchemaCache(database)
    posting = await _jobs(database, workspace, "cross_post_note")
    for job in sorted(posting, key=lambda one: one.id):
        await schemas.write(workspace.workspace_id, ticket_jobs.cross_post, job)
    await client.ok("DELETE", f"{path}/linked_conversations/{conversation}")  # the copy stays, and is found
    shown = await client.ok("POST", f"/interlock/v1{path}/redact", {"ticket_part_id": note["id"]})
    assert [(one["redacted"], one["body"]) for one in _shown_parts(shown) if one["part_type"] == "note"] == [
        (True, words.DELETED_BODY),
        (False, other["body"]),
    ]
    await client.ok("POST", f"/interlock/v1{path}/redact", {"ticket_part_id": note["id"]})  # once more changes nothing
    done = 0
    while len(jobs := await _jobs(database, workspace, "redact_copies")) > done:
        await schemas.write(workspace.workspace_id, ticket_redact.redact_copies, max(jobs, key=lambda one: one.id))
        done = len(jobs)
    assert done == 4  # one copy at a time, and a last look
    copies = (f"/conversations/{conversation}", f"/tickets/{customer}", f"/tickets/{converted}")
    for where in (*copies, f"/conversations/{converted}"):
        parts = _shown_parts(await client.ok("GET", where))
        notes = [(one["redacted"], one["body"]) for one in parts if one["part_type"] == "note"]
        assert notes == [(True, words.DELETED_BODY), (False, other["body"])]
    for id in (tracker["id"], customer):
        assert (await _history(database, workspace, id))[-1][0] == "redacted"
    before = await client.ok("GET", f"/tickets/{customer}")
    too_late = min(posting, key=lambda one: one.id)
    await schemas.write(workspace.workspace_id, ticket_jobs.cross_post, too_late)
    assert await client.ok("GET", f"/tickets/{customer}") == before


async def test_what_cannot_be_taken_back_in_a_ticket(client: Client, new_ticket: Make, admin_id: int) -> None:
    made = await new_ticket()
    path = f"/interlock/v1/tickets/{made['id']}/redact"
    first = made["ticket_parts"]["ticket_parts"][0]["id"]
    for where, sent, status, code in (
        (path, {}, 400, "parameter_not_found"),
        (path, {"ticket_part_id": [1]}, 400, "type_mismatch"),
        (path, {"ticket_part_id": "1"}, 404, "conversation_part_or_message_not_found"),
        (path, {"ticket_part_id": first}, 400, "conversation_part_not_redactable"),
        ("/interlock/v1/tickets/1/redact", {"ticket_part_id": first}, 404, "ticket_not_found"),
    ):
        assert (await client.error(status, "POST", where, sent))["code"] == code
    assert await client.ok("GET", f"/tickets/{made['id']}") == made


async def test_only_the_newest_parts_are_shown(
    client: Client, new_ticket: Make, admin_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.core.threads.ticket_show.PARTS_SHOWN", 2)
    made = await new_ticket()
    for number in range(3):
        await client.ok("POST", f"/tickets/{made['id']}/reply", _by_admin(admin_id, body=f"{number}"))
    parts = (await client.ok("GET", f"/tickets/{made['id']}"))["ticket_parts"]
    assert [one["body"] for one in parts["ticket_parts"]] == ["<p>1</p>", "<p>2</p>"]
    assert parts["total_count"] == 4
    assert _parts({"ticket_parts": parts}) == ["comment", "comment"]

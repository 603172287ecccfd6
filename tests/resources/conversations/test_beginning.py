"""A contact begins a conversation; it is read, listed and shown with everything that the description has."""

from __future__ import annotations

import time
from typing import Any

import pytest

from interlock.app import build
from interlock.core.people import visitors
from interlock.core.people.visitors import VisitorWrite
from interlock.core.staff import access
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from resources.conversations.conftest import Desk, parts
from support.client import Client


async def test_a_contact_writes_and_gets_the_message_and_the_conversation(desk: Desk) -> None:
    joe = await desk.contact(email="joe@example.com", name="Joe")
    wanted = {"from": {"type": "user", "id": joe["id"]}, "body": "Hello there"}
    message = await desk.client.ok("POST", "/conversations", wanted)
    assert message.keys() == {"type", "id", "created_at", "body", "message_type", "conversation_id"}
    assert (message["type"], message["message_type"], message["body"]) == ("user_message", "inapp", "Hello there")
    shown = await desk.get(message["conversation_id"])
    assert shown["source"] == {
        "type": "conversation",
        "id": message["id"],
        "delivered_as": "customer_initiated",
        "subject": "",
        "body": "<p>Hello there</p>",
        "author": {"type": "user", "id": joe["id"], "name": "Joe", "email": "joe@example.com"},
        "attachments": [],
        "url": None,
        "redacted": False,
    }
    assert shown["contacts"]["contacts"] == [{"type": "contact", "id": joe["id"], "external_id": None}]
    assert (shown["state"], shown["open"], shown["read"], shown["priority"]) == ("open", True, True, "none")
    assert shown["waiting_since"] == shown["created_at"] == shown["first_contact_reply"]["created_at"]
    assert (shown["admin_assignee_id"], shown["team_assignee_id"], shown["teammates"]) == (0, 0, None)
    assert parts(shown) == []


async def test_a_new_conversation_has_every_key_of_the_description(desk: Desk) -> None:
    shown = await desk.get(await desk.begun())
    documented = (
        "type id title created_at updated_at waiting_since snoozed_until open state read priority admin_assignee_id "
        "team_assignee_id tags conversation_rating source contacts teammates custom_attributes first_contact_reply "
        "sla_applied statistics conversation_parts linked_objects ai_agent_participated ai_agent"
    )
    assert set(documented.split()) <= shown.keys()
    assert shown["statistics"] == {
        "type": "conversation_statistics",
        "first_contact_reply_at": shown["created_at"],
        "last_contact_reply_at": shown["created_at"],
        "count_reopens": 0,
        "count_assignments": 0,
        "count_conversation_parts": 1,
        "assigned_team_first_response_time": [],
        "assigned_team_first_response_time_in_office_hours": [],
    }


async def test_markup_in_a_message_of_a_contact_is_text(desk: Desk) -> None:
    shown = await desk.get(await desk.begun(body="<b>1 < 2</b>\n<script>x</script>"))
    assert "<b>" not in shown["source"]["body"]
    assert "<script>" not in shown["source"]["body"]
    plain = await desk.client.ok("GET", f"/conversations/{shown['id']}?display_as=plaintext")
    assert plain["source"]["body"] == "<b>1 < 2</b>\n<script>x</script>"


async def test_the_contact_was_heard_from(desk: Desk) -> None:
    joe = await desk.contact()
    assert joe["last_replied_at"] is None
    shown = await desk.get(await desk.begun(joe))
    again = await desk.client.ok("GET", f"/contacts/{joe['id']}")
    assert again["last_replied_at"] == shown["created_at"]


async def test_old_conversations_can_be_brought_along(desk: Desk) -> None:
    joe = await desk.contact()
    new = await desk.get(await desk.begun(joe))
    old = await desk.get(await desk.begun(joe, created_at=1_500_000_000))
    assert old["created_at"] == old["waiting_since"] == 1_500_000_000
    assert old["updated_at"] >= new["created_at"]
    assert (await desk.client.ok("GET", f"/contacts/{joe['id']}"))["last_replied_at"] == new["created_at"]


WRONG: list[tuple[dict[str, Any], str, str | None]] = [
    ({"body": "Hi"}, "parameter_not_found", "from"),
    ({"from": {"type": "admin", "id": "1"}, "body": "Hi"}, "parameter_invalid", "from.type"),
    ({"from": {"type": "user"}, "body": "Hi"}, "parameter_not_found", "from.id"),
    ({"from": {"type": "user", "id": "x"}}, "parameter_not_found", "body"),
    ({"from": {"type": "user", "id": "x"}, "body": " \n"}, "parameter_not_found", "body"),
    ({"from": {"type": "user", "id": "x"}, "body": 5}, "type_mismatch", "body"),
    ({"from": "x", "body": "Hi"}, "type_mismatch", "from"),
    ({"from": {"id": "x"}, "body": "Hi", "created_at": 99999999999}, "parameter_invalid", "created_at"),
    ({"from": {"id": "x"}, "body": "Hi", "created_at": "soon"}, "parameter_invalid", "created_at"),
    ({"from": {"id": "x"}, "body": "Hi", "attachment_urls": ["ftp://x/y"]}, "parameter_invalid", "attachment_urls.0"),
    ({"from": {"id": "x"}, "body": "Hi", "attachment_urls": ["https://x.y/z"] * 11}, "parameter_invalid", None),
]


@pytest.mark.parametrize(("wanted", "code", "field"), WRONG)
async def test_what_is_wrong_is_named(desk: Desk, wanted: dict[str, Any], code: str, field: str | None) -> None:
    error = await desk.client.error(400, "POST", "/conversations", wanted)
    assert error["code"] == code
    assert field is None or error["field"] == field
    assert (await desk.client.ok("GET", "/conversations"))["total_count"] == 0


async def test_nobody_writes_for_a_contact_who_is_not_there(
    desk: Desk, other_workspace: Made, database: Database
) -> None:
    theirs = await Client(build(database), other_workspace.token).ok("POST", "/contacts", {"role": "user"})
    blocked = await desk.contact()
    await desk.client.ok("POST", f"/contacts/{blocked['id']}/block")
    for id in ("123_doesnt_exist", "9" * 10_000, theirs["id"], blocked["id"]):
        wanted = {"from": {"type": "user", "id": id}, "body": "Hello"}
        error = await desk.client.error(404, "POST", "/conversations", wanted)
        assert error == {"code": "not_found", "message": "User Not Found"}


async def test_a_conversation_of_nobody_or_of_others_is_not_found(
    desk: Desk, other_workspace: Made, database: Database
) -> None:
    id = await desk.begun()
    other = Client(build(database), other_workspace.token)
    for client, path in (
        (desk.client, "/conversations/123"),
        (other, f"/conversations/{id}"),
        (desk.client, "/conversations/x%20y"),
    ):
        for method in ("GET", "PUT", "DELETE"):
            error = await client.error(404, method, path, {} if method == "PUT" else None)
            assert error == {"code": "not_found", "message": "Resource Not Found"}


async def test_files_and_addresses_are_attached(desk: Desk) -> None:
    given = {"name": "a.txt", "content_type": "text/plain", "data": "aGVsbG8="}
    shown = await desk.get(await desk.begun(attachment_files=[given]))
    file = shown["source"]["attachments"][0]
    assert (file["name"], file["filesize"], file["type"]) == ("a.txt", 5, "upload")
    shown = await desk.get(await desk.begun(attachment_urls=["https://example.com/cat.png"]))
    address = shown["source"]["attachments"][0]
    assert (address["url"], address["content_type"]) == ("https://example.com/cat.png", "image/png")


async def test_the_list_has_the_newest_first_and_no_parts(desk: Desk) -> None:
    joe = await desk.contact()
    made = [await desk.begun(joe) for _ in range(5)]
    seen: list[str] = []
    after: str | None = None
    for number in (1, 2, 3):
        path = f"/conversations?per_page=2{f'&starting_after={after}' if after else ''}"
        page = await desk.client.ok("GET", path)
        assert page["type"] == "conversation.list"
        assert (page["total_count"], page["pages"]["page"], page["pages"]["total_pages"]) == (5, number, 3)
        assert all("conversation_parts" not in one for one in page["conversations"])
        seen += [one["id"] for one in page["conversations"]]
        after = page["pages"].get("next", {}).get("starting_after")
    assert after is None
    assert seen == made[::-1]


async def test_pages_keep_their_place_while_conversations_come_go_and_change(desk: Desk) -> None:
    joe = await desk.contact()
    made = [await desk.begun(joe) for _ in range(6)]
    page = await desk.client.ok("GET", "/conversations?per_page=2")
    seen = [one["id"] for one in page["conversations"]]
    while following := page["pages"].get("next"):
        await desk.begun(joe)
        await desk.says(made[0], joe)
        page = await desk.client.ok("GET", f"/conversations?per_page=2&starting_after={following['starting_after']}")
        seen += [one["id"] for one in page["conversations"]]
    assert sorted(seen) == made


async def test_bad_pages_are_refused(desk: Desk) -> None:
    for query in ("per_page=151", "per_page=0", "per_page=x"):
        assert (await desk.client.error(400, "GET", f"/conversations?{query}"))["code"] == "parameter_invalid"
    assert (await desk.client.error(400, "GET", "/conversations?starting_after=x"))["code"] == "client_error"


async def test_search_finds_by_state_and_shows_what_is_asked_for(desk: Desk) -> None:
    joe = await desk.contact()
    closed, open_ = await desk.begun(joe), await desk.begun(joe)
    await desk.manages(closed, "close")
    query = {"query": {"field": "state", "operator": "=", "value": "closed"}}
    found = await desk.client.ok("POST", "/conversations/search?include_monitors=true", query)
    assert [one["id"] for one in found["conversations"]] == [closed]
    assert found["conversations"][0]["monitor_evaluations"] == []
    assert "scorecards" not in found["conversations"][0]
    query = {"query": {"field": "contact_ids", "operator": "=", "value": joe["id"]}, "pagination": {"per_page": 1}}
    found = await desk.client.ok("POST", "/conversations/search", query)
    assert ([one["id"] for one in found["conversations"]], found["total_count"]) == ([open_], 2)


async def test_a_time_of_tomorrow_is_none_of_a_message(desk: Desk) -> None:
    joe = await desk.contact()
    wanted = {"from": {"id": joe["id"]}, "body": "Hi", "created_at": int(time.time()) + 86400}
    error = await desk.client.error(400, "POST", "/conversations", wanted)
    assert error["message"] == "created_at must not be in the future"


async def test_a_visitor_becomes_a_lead_by_writing(desk: Desk, database: Database) -> None:
    """By either of its ids, and later the same cookie is the same lead."""
    made = await desk.client.app.schemas.write(
        desk.workspace_id, visitors.create, "cookie-1", VisitorWrite({"email": "v@example.com"}), "test"
    )
    wanted = {"from": {"type": "contact", "id": "cookie-1"}, "body": "Hello"}
    first = await desk.get((await desk.client.ok("POST", "/conversations", wanted))["conversation_id"])
    assert (first["source"]["author"]["type"], first["source"]["author"]["email"]) == ("lead", "v@example.com")
    wanted["from"] = {"type": "contact", "id": made.id}
    second = await desk.get((await desk.client.ok("POST", "/conversations", wanted))["conversation_id"])
    assert second["contacts"] == first["contacts"]

    user = await desk.contact()
    merge = {"from": first["contacts"]["contacts"][0]["id"], "into": user["id"], "skip_duplicate_validation": True}
    await desk.client.ok("POST", "/contacts/merge", merge)
    third = await desk.get((await desk.client.ok("POST", "/conversations", wanted))["conversation_id"])
    assert [one["id"] for one in third["contacts"]["contacts"]] == [user["id"]]


async def test_a_token_is_asked_for_and_the_scope_of_each(desk: Desk, database: Database) -> None:
    assert (await desk.client.without_token().get("/conversations")).status_code == 401
    token, _ = await access.create(database, desk.workspace_id, "reads", ["read_conversations"])
    reader = Client(desk.client.app, token)
    await reader.ok("GET", "/conversations")
    assert (await reader.error(403, "POST", "/conversations", {}))["code"] == "forbidden"

"""Contacts and teammates reply; what was said can be taken back."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from interlock.core.attributes.definition import CONTACT
from interlock.core.records.record import Record
from interlock.core.records.store import CONTACTS
from interlock.core.threads import conversation_store
from interlock.storage.database import Tx
from resources.conversations.conftest import Desk, parts, types

YES = {"text": "Yes", "uuid": "a5e1c524-5ddd-4c3e-9328-6bca5d6e3edb"}


async def test_a_reply_of_a_teammate_answers_the_contact(desk: Desk) -> None:
    joe = await desk.contact()
    shown = await desk.replies(await desk.begun(joe), "<b>Hi</b><script>x()</script>")
    part = parts(shown)[0]
    assert (part["part_type"], part["body"], part["author"]["type"]) == ("comment", "<b>Hi</b>", "admin")
    assert (shown["waiting_since"], shown["read"]) == (None, False)
    assert shown["teammates"]["teammates"] == [{"type": "admin", "id": str(desk.admin)}]
    contact = await desk.client.ok("GET", f"/contacts/{joe['id']}")
    assert contact["last_contacted_at"] == part["created_at"]


async def test_a_part_has_every_key_of_the_description(desk: Desk) -> None:
    part = parts(await desk.replies(await desk.begun()))[0]
    documented = (
        "type id part_type body created_at updated_at notified_at assigned_to author attachments external_id redacted "
        "metadata email_message_metadata app_package_code state tags event_details"
    )
    assert part.keys() == set(documented.split())


async def test_a_contact_replies_by_any_of_its_ids(desk: Desk) -> None:
    joe = await desk.contact(email="Joe@Example.com", external_id="7")
    id = await desk.begun(joe)
    for who in ({"intercom_user_id": joe["id"]}, {"user_id": "7"}, {"email": "joe@example.com"}):
        wanted = {"message_type": "comment", "type": "user", "body": "x", **who}
        shown = await desk.client.ok("POST", f"/conversations/{id}/reply", wanted)
        assert parts(shown)[-1]["author"]["id"] == joe["id"]
    shown = await desk.says("last", joe, "the last")
    assert shown["id"] == id
    assert parts(shown)[-1]["body"] == "<p>the last</p>"


async def test_last_is_the_conversation_that_began_last(desk: Desk) -> None:
    joe = await desk.contact()
    first, second = await desk.begun(joe), await desk.begun(joe)
    await desk.says(first, joe)
    assert (await desk.says("last", joe))["id"] == second
    nobody = await desk.contact()
    wanted = {"message_type": "comment", "type": "user", "intercom_user_id": nobody["id"], "body": "x"}
    assert (await desk.client.error(404, "POST", "/conversations/last/reply", wanted))["message"] == (
        "Resource Not Found"
    )


async def test_a_reply_to_a_closed_conversation_opens_it(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    await desk.replies(id)
    await desk.manages(id, "close")
    shown = await desk.says(id, joe, "Thanks again :)")
    assert types(shown) == ["comment", "close", "open"]
    assert parts(shown)[-1]["body"] == "<p>Thanks again :)</p>"
    assert (shown["state"], shown["open"], shown["read"]) == ("open", True, True)
    assert shown["waiting_since"] == parts(shown)[-1]["created_at"]
    assert shown["statistics"]["count_reopens"] == 1


async def test_a_note_changes_nothing_but_the_time(desk: Desk) -> None:
    id = await desk.begun()
    before = await desk.get(id)
    note = "<html> <body>  <h2>A list</h2>\n  <ul>   <li>Tea</li>\n</ul> </body> </html>"
    shown = await desk.replies(id, note, "note")
    assert types(shown) == ["note"]
    for name in ("state", "waiting_since", "read", "open", "first_contact_reply"):
        assert shown[name] == before[name]
    assert "first_admin_reply_at" not in shown["statistics"]


async def test_quick_replies_are_offered_and_chosen(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    offered = await desk.replies(id, "", "quick_reply", reply_options=[YES])
    assert parts(offered)[0]["part_type"] == "quick_reply"
    assert parts(offered)[0]["metadata"] == {"quick_reply_options": [YES]}
    assert parts(offered)[0]["body"] is None
    shown = await desk.says(id, joe, "", message_type="quick_reply", reply_options=[YES])
    chosen = parts(shown)[-1]
    assert (chosen["part_type"], chosen["body"]) == ("comment", "<p>Yes</p>")
    assert chosen["metadata"] == {"quick_reply_uuid": YES["uuid"]}


ADMIN, USER = {"type": "admin", "admin_id": "ADMIN"}, {"type": "user", "intercom_user_id": "JOE"}
OFFER = {**ADMIN, "message_type": "quick_reply"}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({**ADMIN, "body": "x"}, "parameter_not_found", "message_type"),
    ({**ADMIN, "message_type": "shout", "body": "x"}, "parameter_invalid", "message_type"),
    ({**ADMIN, "message_type": "comment"}, "parameter_not_found", "body"),
    ({**ADMIN, "message_type": "comment", "body": "<script>x</script>"}, "parameter_not_found", "body"),
    ({**ADMIN, "message_type": "note", "body": " "}, "parameter_not_found", "body"),
    ({**ADMIN, "message_type": "quick_reply"}, "parameter_not_found", "reply_options"),
    (
        {**ADMIN, "message_type": "quick_reply", "reply_options": [{"text": "x"}]},
        "parameter_not_found",
        "reply_options.0.uuid",
    ),
    ({**ADMIN, "message_type": "quick_reply", "reply_options": [YES] * 26}, "parameter_invalid", "reply_options"),
    ({**ADMIN, "message_type": "comment", "body": {}}, "type_mismatch", "body"),
    ({"type": "admin", "message_type": "comment", "body": "x"}, "parameter_not_found", "admin_id"),
    ({"type": "team", "message_type": "comment", "body": "x"}, "parameter_invalid", "type"),
    ({**USER, "message_type": "note", "body": "x"}, "parameter_invalid", "message_type"),
    ({"type": "user", "message_type": "comment", "body": "x"}, "parameter_not_found", "intercom_user_id"),
    ({**USER, "message_type": "comment", "body": "x", "created_at": 2**62}, "parameter_invalid", "created_at"),
]


@pytest.mark.parametrize(("wanted", "code", "field"), WRONG)
async def test_what_is_wrong_is_named(desk: Desk, wanted: dict[str, Any], code: str, field: str) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    named = {"ADMIN": desk.admin, "JOE": joe["id"]}
    wanted = {name: named.get(value, value) if isinstance(value, str) else value for name, value in wanted.items()}
    error = await desk.client.error(400, "POST", f"/conversations/{id}/reply", wanted)
    assert (error["code"], error["field"]) == (code, field)
    assert parts(await desk.get(id)) == []


async def test_who_is_not_there_or_takes_no_part_cannot_reply(desk: Desk) -> None:
    joe, other = await desk.contact(), await desk.contact()
    id = await desk.begun(joe)
    path = f"/conversations/{id}/reply"
    wanted = {"message_type": "comment", "type": "admin", "admin_id": 1, "body": "x"}
    assert await desk.client.error(404, "POST", path, wanted) == {
        "code": "admin_not_found",
        "message": "Admin not found",
    }
    for who in ({"intercom_user_id": other["id"]}, {"email": "nobody@example.com"}, {"user_id": "x" * 9999}):
        wanted = {"message_type": "comment", "type": "user", "body": "x", **who}
        error = await desk.client.error(404, "POST", path, wanted)
        assert error == {"code": "not_found", "message": "User Not Found"}
    wanted = {"message_type": "comment", "type": "user", "intercom_user_id": "no", "body": "x"}
    error = await desk.client.error(404, "POST", "/conversations/123/reply", wanted)
    assert error == {"code": "not_found", "message": "Resource Not Found"}


async def test_at_most_the_500_newest_parts_are_shown(desk: Desk) -> None:
    id = await desk.begun()
    for number in range(503):
        await desk.replies(id, str(number), "note")
    shown = await desk.get(id)
    assert shown["conversation_parts"]["total_count"] == 503
    assert [one["body"] for one in parts(shown)] == [f"<p>{number}</p>" for number in range(3, 503)]
    assert shown["statistics"]["count_conversation_parts"] == 504


async def test_a_reply_of_the_past_keeps_its_time(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe, created_at=1_500_000_000)
    shown = await desk.replies(id, created_at=1_500_000_600)
    assert parts(shown)[0]["created_at"] == 1_500_000_600
    statistics = shown["statistics"]
    assert (statistics["time_to_admin_reply"], statistics["median_time_to_reply"]) == (600, 600)
    assert shown["updated_at"] >= int(time.time()) - 60


async def test_plain_text_shows_links_with_their_addresses(desk: Desk) -> None:
    id = await desk.begun()
    await desk.replies(id, '<p>See <a href="https://example.com/x">here</a></p>')
    shown = await desk.client.ok("GET", f"/conversations/{id}?display_as=plaintext")
    assert parts(shown)[0]["body"] == "See here (https://example.com/x)"


async def test_files_come_as_parts_of_a_form(desk: Desk) -> None:
    id = await desk.begun()
    form = {"message_type": "comment", "type": "admin", "admin_id": str(desk.admin), "body": "see"}
    files = {"attachment_files[]": ("a.txt", b"hello", "text/plain")}
    shown = await desk.client.ok("POST", f"/conversations/{id}/reply", data=form, files=files)
    assert [one["name"] for one in parts(shown)[0]["attachments"]] == ["a.txt"]


async def test_whoever_speaks_at_once_is_heard(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    said = [desk.says(id, joe, f"joe {n}") if n % 2 else desk.replies(id, f"admin {n}") for n in range(16)]
    await asyncio.gather(*said, desk.manages(id, "close", body="bye"))
    shown = await desk.get(id)
    assert shown["conversation_parts"]["total_count"] == 17
    assert len({one["body"] for one in parts(shown)}) == 17
    assert shown["statistics"]["count_conversation_parts"] == 18


async def test_history_that_is_written_later_undoes_no_statistics(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    before = (await desk.replies(id))["statistics"]
    await desk.says(id, joe, "Long ago", created_at=1000)
    after = (await desk.replies(id, "Then", created_at=2000))["statistics"]
    names = ("last_contact_reply_at", "last_admin_reply_at")
    assert [after[name] for name in names] == [before[name] for name in names]


# --- taking back


async def test_a_part_is_taken_back(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    part = parts(await desk.says(id, joe, "my password is x", attachment_urls=["https://example.com/a.png"]))[0]
    wanted = {"type": "conversation_part", "conversation_id": int(id), "conversation_part_id": int(part["id"])}
    shown = await desk.client.ok("POST", "/conversations/redact", wanted)
    gone = parts(shown)[0]
    assert (gone["body"], gone["redacted"]) == ("<p><i>This message was deleted</i></p>", True)
    assert (gone["attachments"], gone["part_type"]) == ([], "comment")
    assert await desk.client.ok("POST", "/conversations/redact", wanted) == shown


async def test_taking_back_takes_no_file_that_is_somebody_elses(desk: Desk) -> None:
    """A part that only names the address of a file does not own it."""
    form = {"file": ("a.txt", b"mine", "text/plain")}
    kept = await desk.client.ok("POST", "/interlock/v1/files", files=form)
    id = await desk.begun()
    shown = await desk.replies(id, "See this", attachment_urls=[kept["url"]])
    wanted = {"type": "conversation_part", "conversation_id": id, "conversation_part_id": parts(shown)[-1]["id"]}
    await desk.client.ok("POST", "/conversations/redact", wanted)
    assert (await desk.client.get(kept["url"])).content == b"mine"


async def test_the_first_message_of_a_contact_is_taken_back(desk: Desk) -> None:
    id = await desk.begun(body="secret", subject="secret")
    source = (await desk.get(id))["source"]
    wanted = {"type": "source", "conversation_id": id, "source_id": source["id"]}
    shown = await desk.client.ok("POST", "/conversations/redact", wanted)
    assert shown["source"]["redacted"] is True
    assert "secret" not in str(shown)


async def test_only_what_says_something_can_be_taken_back(desk: Desk) -> None:
    id = await desk.begun()
    part = parts(await desk.manages(id, "close"))[0]
    wanted = {"type": "conversation_part", "conversation_id": id, "conversation_part_id": part["id"]}
    error = await desk.client.error(400, "POST", "/conversations/redact", wanted)
    assert error["code"] == "conversation_part_not_redactable"


async def test_what_is_not_there_cannot_be_taken_back(desk: Desk) -> None:
    id, other = await desk.begun(), await desk.begun()
    part = parts(await desk.replies(other))[0]["id"]
    for wanted in (
        {"type": "conversation_part", "conversation_id": "no", "conversation_part_id": part},
        {"type": "conversation_part", "conversation_id": id, "conversation_part_id": part},
        {"type": "source", "conversation_id": id, "source_id": "1"},
    ):
        error = await desk.client.error(404, "POST", "/conversations/redact", wanted)
        assert error == {
            "code": "conversation_part_or_message_not_found",
            "message": "Conversation part or message not found",
        }
    error = await desk.client.error(400, "POST", "/conversations/redact", {"type": "all", "conversation_id": id})
    assert (error["code"], error["field"]) == ("parameter_invalid", "type")


@pytest.mark.parametrize("how", ["comment", "close"])
async def test_who_took_over_meanwhile_is_written_to(desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """A contact is merged away while its row is waited for: the statement that waited sees it with its old places."""
    lead, user = await desk.contact(role="lead"), await desk.contact()
    id = await desk.begun(lead)
    await desk.client.ok(
        "POST", "/contacts/merge", {"from": lead["id"], "into": user["id"], "skip_duplicate_validation": True}
    )
    locked = conversation_store.lock_contacts_of
    seen: list[list[str]] = []

    async def waited(tx: Tx, workspace_id: str, thread_id: str) -> list[Record]:
        if not seen:
            stale = await CONTACTS.lock(tx, workspace_id, lead["id"], CONTACT)
            assert stale is not None
            found = [stale]
        else:
            found = await locked(tx, workspace_id, thread_id)
        seen.append([one.id for one in found])
        return found

    monkeypatch.setattr(conversation_store, "lock_contacts_of", waited)
    if how == "comment":
        await desk.replies(id)
    else:
        await desk.manages(id, "close", body="Bye")
    assert seen == [[lead["id"]], [user["id"]]]
    assert (await desk.client.ok("GET", f"/contacts/{user['id']}"))["last_contacted_at"] is not None

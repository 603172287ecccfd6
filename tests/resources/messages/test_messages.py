"""Messages: a teammate writes to people, a contact begins a conversation; each copy has a receipt."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.workspaces.bootstrap import Made
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.kit import limits
from interlock.settings import Settings
from support.client import Client
from support.mail_server import Inbox, serving_mail


@pytest.fixture
async def admin(client: Client) -> dict[str, Any]:
    return {"type": "admin", "id": (await client.ok("GET", "/me"))["id"]}


async def contact(client: Client, **fields: Any) -> dict[str, Any]:
    made = await client.ok("POST", "/contacts", {"role": "user", **fields})
    return {"type": made["role"], "id": made["id"]}


async def message(client: Client, **fields: Any) -> dict[str, Any]:
    return await client.ok("POST", "/messages", {"message_type": "in_app", "body": "Hello", **fields})


async def events(client: Client, message_id: str) -> list[dict[str, Any]]:
    return (await client.ok("GET", f"/messages/status?ruleset_id={message_id}"))["events"]


# --- from a teammate


async def test_a_message_in_the_app_has_a_receipt_and_no_conversation_yet(client: Client, admin: Any) -> None:
    to = await contact(client, external_id="u1")
    sent = await message(
        client, **{"from": admin}, to=to, body="Hi <script>x</script><b>there</b>", created_at=1700000000
    )
    assert sent == {
        "type": "admin_message",
        "id": sent["id"],
        "created_at": 1700000000,
        "subject": "",
        "body": "Hi <b>there</b>",
        "message_type": "inapp",
        "owner": {
            **admin,
            "name": sent["owner"]["name"],
            "email": sent["owner"]["email"],
            "away_mode_enabled": False,
            "away_mode_reassign": False,
        },
    }
    (event,) = await events(client, sent["id"])
    assert (event["contact_id"], event["status"], event["template_name"]) == (to["id"], "sent", "plain")
    assert (await client.ok("GET", "/conversations"))["conversations"] == []
    assert (await client.ok("GET", f"/contacts/{to['id']}"))["last_contacted_at"] == 1700000000


async def test_the_conversation_comes_to_be_when_the_contact_answers(client: Client, admin: Any) -> None:
    to = await contact(client)
    sent = await message(client, **{"from": admin}, to=to)
    reply = {"message_type": "comment", "type": "user", "intercom_user_id": to["id"], "body": "Yes?"}
    (pending,) = await events(client, sent["id"])
    replied = await client.ok("POST", f"/conversations/{pending['conversation_id']}/reply", reply)
    assert replied["source"]["id"] == sent["id"]
    assert replied["source"]["delivered_as"] == "admin_initiated"
    assert [one["id"] for one in (await client.ok("GET", "/conversations"))["conversations"]] == [replied["id"]]
    (event,) = await events(client, sent["id"])
    assert (event["status"], event["conversation_id"]) == ("read", replied["id"])


async def test_it_may_be_a_conversation_at_once(client: Client, admin: Any) -> None:
    to = await contact(client)
    sent = await message(client, **{"from": admin}, to=to, create_conversation_without_contact_reply=True)
    shown = await client.ok("GET", f"/conversations/{sent['conversation_id']}")
    assert shown["source"]["body"] == "<p>Hello</p>"
    assert [one["id"] for one in shown["contacts"]["contacts"]] == [to["id"]]


async def test_one_conversation_for_those_who_see_each_other_and_one_for_each_other(client: Client, admin: Any) -> None:
    a, b, c, d = [await contact(client) for _ in range(4)]
    sent = await message(client, **{"from": admin}, to=[a, b, a], cc=c, bcc=[d, a])
    found = await events(client, sent["id"])
    assert [one["contact_id"] for one in found] == [a["id"], b["id"], c["id"], d["id"]]
    together = {one["conversation_id"] for one in found[:3]}
    assert len(together) == 1
    assert found[3]["conversation_id"] not in together


@pytest.mark.parametrize("given", ["inapp", "in_app", "conversation", None])
async def test_the_app_has_several_names(client: Client, admin: Any, given: str | None) -> None:
    sent = await message(client, **{"from": admin}, to=await contact(client), message_type=given)
    assert sent["message_type"] == "inapp"


async def test_recipients_are_named_by_any_of_their_ids(client: Client, admin: Any) -> None:
    await contact(client, external_id="70", email="ada@example.com")
    for to in ({"type": "user", "user_id": "70"}, {"user_id": 70}, {"email": "ada@example.com"}):
        assert len(await events(client, (await message(client, **{"from": admin}, to=to))["id"])) == 1


async def test_without_a_sender_it_comes_from_the_owner(client: Client, admin: Any) -> None:
    assert (await message(client, to=await contact(client)))["owner"]["id"] == admin["id"]


# --- from a contact


@pytest.mark.parametrize("role", ["user", "lead"])
async def test_a_contact_begins_a_conversation(client: Client, role: str) -> None:
    who = await contact(client, role=role)
    sent = await client.ok("POST", "/messages", {"from": who, "body": "heyy", "referer": "https://shop.example/cart"})
    assert (sent["type"], sent["body"], sent["message_type"]) == ("user_message", "<p>heyy</p>", "inapp")
    shown = await client.ok("GET", f"/conversations/{sent['conversation_id']}")
    assert shown["source"]["id"] == sent["id"]
    assert shown["source"]["url"] == "https://shop.example/cart"


# --- what is wrong

NOBODY = {"type": "user", "id": "f" * 24}


@pytest.mark.parametrize(
    ("body", "status", "code", "text"),
    [
        ({"from": {"type": "robot", "id": "1"}}, 400, "parameter_invalid", "from.type must be"),
        ({"message_type": "whatsapp", "body": None}, 422, "parameter_invalid", "no carrier"),
        ({"message_type": "sms"}, 422, "parameter_invalid", "no carrier"),
        ({"message_type": "pigeon", "body": None}, 400, "parameter_invalid", "in_app or email"),
        ({"body": None, "message_type": "inapp"}, 400, "parameter_invalid", "Body is required"),
        ({"body": None, "message_type": "email"}, 400, "parameter_invalid", "Body is required"),
        ({"body": " \n "}, 400, "parameter_invalid", "Body is required"),
        ({"body": "<script>x</script>"}, 400, "parameter_invalid", "Body is required"),
        ({"message_type": "email"}, 422, "parameter_not_found", "No subject supplied for email message"),
        ({"message_type": "email", "subject": " "}, 422, "parameter_not_found", "No subject supplied"),
        ({"subject": "x" * 501}, 400, "parameter_invalid", "subject must be"),
        ({"template": "fancy"}, 400, "parameter_invalid", "template must be"),
        ({"to": None}, 400, "parameter_not_found", "to not specified"),
        ({"to": []}, 400, "parameter_not_found", "to not specified"),
        ({"to": [{"type": "user"}]}, 400, "parameter_not_found", "to.0.id not specified"),
        ({"to": [NOBODY] * 101}, 400, "parameter_invalid", "at most 100"),
        ({"to": "ada"}, 400, "type_mismatch", "to must be"),
        ({"to": {"id": []}}, 400, "type_mismatch", "to.id must be"),
        ({"created_at": "soon"}, 400, "parameter_invalid", "created_at must be"),
        ({"from": {"type": "admin", "id": "5"}}, 404, "admin_not_found", "Admin not found"),
        ({"from": {"type": "admin", "id": "x" * 10_000}}, 404, "admin_not_found", "Admin not found"),
        ({}, 404, "not_found", "User Not Found"),
        ({"to": {"id": "x" * 10_000}}, 404, "not_found", "User Not Found"),
        ({"from": {"type": "user", "id": "f" * 24}}, 404, "not_found", "User Not Found"),
        ({"from": {"type": "user", "id": "f" * 24}, "body": None}, 400, "parameter_invalid", "Body is required"),
    ],
)
async def test_the_first_thing_that_is_wrong_is_said(
    client: Client, body: dict[str, Any], status: int, code: str, text: str
) -> None:
    problem = await client.error(status, "POST", "/messages", {"body": "Hello", "to": NOBODY, **body})
    assert problem["code"] == code
    assert text in problem["message"]
    assert (await client.ok("GET", "/interlock/v1/mails"))["total_count"] == 0


async def test_nothing_is_sent_when_one_recipient_is_unknown(client: Client, admin: Any) -> None:
    to = await contact(client, email="ada@example.com")
    body = {"from": admin, "message_type": "email", "subject": "s", "body": "b", "to": [to, NOBODY]}
    await client.error(404, "POST", "/messages", body)
    assert (await client.ok("GET", f"/contacts/{to['id']}"))["last_contacted_at"] is None
    assert (await client.ok("GET", "/interlock/v1/mails"))["data"] == []


# --- mail and what becomes of it


async def work(client: Client, **settings: Any) -> None:
    context = Context.of(client.app.database, Settings(database_url=client.app.database.url, **settings))
    await Runner(context, handlers.outbound(), "outbound").drain()
    await context.close()


async def email(client: Client, admin: Any, *to: Any, **fields: Any) -> dict[str, Any]:
    body = {"message_type": "email", "subject": "News", "body": "<p>Hello</p>", **fields}
    return await message(client, **{"from": admin}, to=list(to), **body)


async def test_an_email_waits_and_then_is_in_the_outbox(client: Client, admin: Any, tmp_path: Any) -> None:
    to = await contact(client, email="ada@example.com", name="Ada")
    sent = await email(client, admin, to)
    assert (sent["message_type"], sent["subject"]) == ("email", "News")
    (mail,) = (await client.ok("GET", "/interlock/v1/mails"))["data"]
    assert (mail["state"], mail["recipient"], mail["finished_at"]) == ("waiting", "ada@example.com", None)
    await work(client, outbox=str(tmp_path / "out"))
    (mail,) = (await client.ok("GET", "/interlock/v1/mails?state=sent"))["data"]
    assert (mail["state"], mail["through"], mail["problem"]) == ("sent", "outbox", None)
    text = (tmp_path / "out" / f"{mail['id']}.eml").read_text()
    assert "To: Ada <ada@example.com>" in text
    (event,) = await events(client, sent["id"])
    assert (event["status"], event["whatsapp_message_id"]) == ("sent", mail["id"])


@pytest.mark.parametrize(
    ("answer", "status", "problem"),
    [(None, "delivered", None), ("550 no such user", "failed", "550 no such user"), ("451 later", "sent", None)],
)
async def test_the_mail_server_decides_what_is_said_of_a_copy(
    client: Client, admin: Any, answer: str | None, status: str, problem: str | None
) -> None:
    address = f"{admin['id']}@example.com"  # the queue is that of all workspaces
    sent = await email(client, admin, await contact(client, email=address), template="personal")
    inbox = Inbox()
    inbox.answers = {address: answer} if answer else {}
    async with serving_mail(inbox) as server:
        await work(client, smtp_url=f"smtp://{server}", mail_from="help@shop.example")
    (event,) = await events(client, sent["id"])
    assert (event["status"], event.get("problem"), event["template_name"]) == (status, problem, "personal")


async def test_who_has_unsubscribed_or_no_address_gets_none_and_it_is_said(client: Client, admin: Any) -> None:
    silent = await contact(client, email="silent@example.com", unsubscribed_from_emails=True)
    nowhere = await contact(client, external_id="x")
    sent = await email(client, admin, silent, nowhere)
    told = [(one["status"], one["problem"]) for one in await events(client, sent["id"])]
    assert told == [
        ("failed", "The contact has unsubscribed from emails"),
        ("failed", "The contact has no email address"),
    ]
    assert (await client.ok("GET", "/interlock/v1/mails"))["total_count"] == 0


async def test_a_deleted_contact_gets_no_mail_any_more(client: Client, admin: Any, tmp_path: Any) -> None:
    ada, bob, carl = [await contact(client, email=f"{name}@example.com") for name in ("ada", "bob", "carl")]
    await email(client, admin, ada)
    await work(client, outbox=str(tmp_path / "outbox"))
    await email(client, admin, bob, carl)
    for one in (ada, bob):
        await client.ok("DELETE", f"/contacts/{one['id']}")
    expected = [
        ("carl@example.com", "waiting", None),
        ("", "failed", "The contact has been deleted"),
        ("", "sent", None),
    ]
    listed = (await client.ok("GET", "/interlock/v1/mails"))["data"]
    assert [(one["recipient"], one["state"], one["problem"]) for one in listed] == expected
    await work(client, outbox=str(tmp_path / "outbox"))
    listed = (await client.ok("GET", "/interlock/v1/mails"))["data"]
    assert [one["state"] for one in listed] == ["sent", "failed", "sent"]
    assert len(list((tmp_path / "outbox").rglob("*.eml"))) == 2


# --- subjects


@pytest.mark.parametrize("subject", ["Re: <foo@bar.co> hi", "a &amp; b <b>c</b>", " Grüße 🏔 "])
async def test_a_subject_is_plain_text(client: Client, admin: Any, subject: str) -> None:
    to = await contact(client, email="ada@example.com")
    more = {"subject": f"{subject}\r\n", "create_conversation_without_contact_reply": True}
    sent = await message(client, **{"from": admin}, to=to, **more)
    assert sent["subject"] == subject.strip()
    begun = await client.ok("POST", "/conversations", {"from": to, "body": "Hello", "subject": subject})
    for id in (sent["conversation_id"], begun["conversation_id"]):
        for path in (f"/conversations/{id}", f"/conversations/{id}?display_as=plaintext"):
            assert (await client.ok("GET", path))["source"]["subject"] == subject.strip()


# --- lists


async def test_statuses_come_in_pages(client: Client, admin: Any) -> None:
    people = [await contact(client) for _ in range(5)]
    sent = await message(client, **{"from": admin}, to=people)
    seen, path = [], f"/messages/status?ruleset_id={sent['id']}&per_page=2"
    while path:
        page = await client.ok("GET", path)
        assert (page["total_count"], page["pages"]["total_pages"], page["ruleset_id"]) == (5, 3, sent["id"])
        seen += [one["contact_id"] for one in page["events"]]
        following = page["pages"]["next"]
        path = (
            following
            and f"/messages/status?ruleset_id={sent['id']}&per_page=2&starting_after={following['starting_after']}"
        )
    assert seen == [one["id"] for one in people]


async def test_statuses_of_nothing(client: Client, other_workspace: Made, admin: Any) -> None:
    problem = await client.error(400, "GET", "/messages/status")
    assert problem["message"] == "ruleset_id is required"
    assert await events(client, "unknown") == []
    assert await events(client, "x" * 10_000) == []
    sent = await message(client, to=await contact(client))
    assert await events(Client(client.app, other_workspace.token), sent["id"]) == []
    for query in ("per_page=101", "per_page=x", "starting_after=!!", "starting_after=WzFd"):
        await client.error(400, "GET", f"/messages/status?ruleset_id=1&{query}")
    await client.at("2.15").error(400, "GET", "/messages/status?ruleset_id=1")


async def test_mails_come_in_pages_the_newest_first(client: Client, admin: Any) -> None:
    for name in "abc":
        await email(client, admin, await contact(client, email=f"{name}@example.com"))
    page = await client.ok("GET", "/interlock/v1/mails?per_page=2")
    assert [one["recipient"][0] for one in page["data"]] == ["c", "b"]
    cursor = page["pages"]["next"]["starting_after"]
    page = await client.ok("GET", f"/interlock/v1/mails?per_page=2&starting_after={cursor}&state=waiting")
    assert [one["recipient"][0] for one in page["data"]] == ["a"]
    assert "next" not in page["pages"]
    assert (await client.error(400, "GET", "/interlock/v1/mails?state=lost"))["field"] == "state"


async def test_nobody_gets_it_twice(client: Client, admin: Any) -> None:
    people = [await contact(client) for _ in range(3)]
    sent = await message(client, **{"from": admin}, to=people * (limits.RECIPIENTS // 3))
    assert len(await events(client, sent["id"])) == 3

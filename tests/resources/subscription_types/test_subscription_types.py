"""Subscription types, what contacts say about them, and who may be written to."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.app import build
from interlock.core.consent.sending import may_send
from interlock.core.consent.types import make_default
from interlock.core.people import find
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from resources.tags.making import history, person
from support.client import Client

OURS = "/interlock/v1/subscription_types"
NEWS = {"default_translation": {"name": "News", "description": "What is new"}, "state": "live"}


async def make(client: Client, **more: Any) -> dict[str, Any]:
    return await client.ok("POST", OURS, {**NEWS, **more})


async def test_a_type_is_made_and_listed(client: Client) -> None:
    german = {"name": "Neues", "description": "", "locale": "de"}
    made = await make(client, consent_type="opt_in", content_types=["email", "sms_message"], translations=[german])
    english = {"name": "News", "description": "What is new", "locale": "en"}
    shown = {
        "type": "subscription",
        "id": made["id"],
        "state": "live",
        "consent_type": "opt_in",
        "default_translation": english,
        "translations": [english, german],
        "content_types": ["email", "sms_message"],
    }
    assert made == {**shown, "created_at": made["created_at"], "updated_at": made["created_at"]}
    listed = await client.ok("GET", "/subscription_types")
    assert listed["type"] == "list"
    assert listed["data"][-1] == shown
    assert (await client.ok("GET", OURS))["data"][-1] == made == await client.ok("GET", f"{OURS}/{made['id']}")
    assert [one[0] for one in await history(client, "subscription_type", made["id"])] == ["created"]


async def test_a_type_begins_as_a_draft_for_emails_to_opt_out_of(client: Client) -> None:
    made = await client.ok("POST", OURS, {"default_translation": {"name": "News"}})
    assert (made["state"], made["consent_type"], made["content_types"]) == ("draft", "opt_out", ["email"])
    assert made["default_translation"] == {"name": "News", "description": "", "locale": "en"}


async def test_a_type_is_changed_and_archived(client: Client) -> None:
    made = await client.ok("POST", OURS, {"default_translation": {"name": "News"}})
    path = f"{OURS}/{made['id']}"
    changed = await client.ok("PUT", path, {"consent_type": "opt_in", "state": "live"})
    assert (changed["consent_type"], changed["state"]) == ("opt_in", "live")
    changed = await client.ok("PUT", path, {"default_translation": {"name": "Neues", "locale": "de"}})
    assert [one["locale"] for one in changed["translations"]] == ["de"]
    assert (await client.ok("PUT", path, {"state": "archived"}))["state"] == "archived"
    assert (await client.ok("PUT", path, {"state": "live"}))["state"] == "live"
    await client.ok("PUT", path, {})
    actions = [one[0] for one in await history(client, "subscription_type", made["id"])]
    assert actions == ["created", "updated", "updated", "archived", "updated"]
    for body, field in (({"state": "draft"}, "state"), ({"consent_type": "opt_out"}, "consent_type")):
        error = await client.error(400, "PUT", path, body)
        assert (error["code"], error["field"]) == ("parameter_invalid", field)
    await client.error(404, "PUT", f"{OURS}/123", {"state": "live"})
    await client.error(404, "GET", f"{OURS}/123")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"default_translation": None}, "parameter_not_found", "default_translation"),
        ({"default_translation": {}}, "parameter_not_found", "default_translation.name"),
        ({"default_translation": {"name": " "}}, "parameter_invalid", "default_translation.name"),
        ({"default_translation": {"name": "x" * 256}}, "parameter_invalid", "default_translation.name"),
        ({"default_translation": {"name": "x", "locale": ""}}, "parameter_invalid", "default_translation.locale"),
        ({"translations": [{"name": "x", "locale": "de"}] * 2}, "parameter_invalid", "translations"),
        ({"translations": [{"name": "x", "locale": "x" * 36}]}, "parameter_invalid", "translations.0.locale"),
        ({"translations": [{"name": "x", "locale": str(n)} for n in range(101)]}, "parameter_invalid", "translations"),
        ({"state": "dead"}, "parameter_invalid", "state"),
        ({"consent_type": "maybe"}, "parameter_invalid", "consent_type"),
        ({"content_types": []}, "parameter_invalid", "content_types"),
        ({"content_types": ["pigeon"]}, "parameter_invalid", "content_types"),
        ({"content_types": "email"}, "type_mismatch", "content_types"),
    ],
)
async def test_a_wrong_value_is_named(client: Client, body: dict[str, Any], code: str, field: str) -> None:
    error = await client.error(400, "POST", OURS, {**NEWS, **body})
    assert (error["code"], error["field"]) == (code, field)


async def test_a_contact_opts_out_and_in(client: Client) -> None:
    ann, news = await person(client, "ann"), await make(client)
    offers = await make(client, consent_type="opt_in")
    path = f"/contacts/{ann}/subscriptions"
    assert (await client.ok("GET", path)) == {"type": "list", "data": []}
    out = await client.ok("POST", path, {"id": int(news["id"]), "consent_type": "opt_out"})
    into = await client.ok("POST", path, {"id": offers["id"], "consent_type": "opt_in"})
    assert (out["id"], into["id"]) == (news["id"], offers["id"])
    assert await client.ok("POST", path, {"id": news["id"], "consent_type": "opt_out"}) == out
    assert (await client.ok("GET", path))["data"] == [out, into]
    shown = await client.ok("GET", f"/contacts/{ann}")
    for name, one in (("opted_out_subscription_types", out), ("opted_in_subscription_types", into)):
        entry = {"type": "subscription", "id": one["id"], "url": f"/subscription_types/{one['id']}"}
        assert shown[name] == {"type": "list", "data": [entry], "url": path, "total_count": 1, "has_more": False}

    assert await client.ok("DELETE", f"{path}/{news['id']}") == out
    shown = await client.ok("GET", f"/contacts/{ann}")
    assert shown["opted_out_subscription_types"]["data"] == []
    assert [one[0] for one in await history(client, "contact", ann)] == [
        *("created", "unsubscribed", "subscribed", "subscribed")
    ]


async def test_what_is_unknown_in_its_order(client: Client) -> None:
    ann, news = await person(client, "ann"), await make(client)
    wrong = {"id": "invalid_id", "consent_type": "opt_in"}
    for method, path, body in (("GET", "", None), ("POST", "", wrong), ("DELETE", "/invalid_id", None)):
        error = await client.error(404, method, f"/contacts/{'0' * 24}/subscriptions{path}", body)
        assert (error["code"], error["message"]) == ("not_found", "User Not Found")
    for method, path, body in (("POST", "", wrong), ("DELETE", "/x", None), ("DELETE", f"/{news['id']}", None)):
        error = await client.error(404, method, f"/contacts/{ann}/subscriptions{path}", body)
        assert (error["code"], error["message"]) == ("not_found", "Resource Not Found")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"consent_type": "opt_in"}, "parameter_not_found", "id"),
        ({"id": "1"}, "parameter_not_found", "consent_type"),
        ({"id": "1", "consent_type": "maybe"}, "parameter_invalid", "consent_type"),
        ({"id": {}, "consent_type": "opt_in"}, "type_mismatch", "id"),
    ],
)
async def test_what_a_consent_needs(client: Client, body: dict[str, Any], code: str, field: str) -> None:
    error = await client.error(400, "POST", "/contacts/123/subscriptions", body)
    assert (error["code"], error["field"]) == (code, field)


async def test_a_type_of_another_workspace_is_unknown(
    client: Client, database: Database, other_workspace: Made
) -> None:
    other = Client(build(database), other_workspace.token)
    ann, theirs = await person(client, "ann"), await make(other)
    body = {"id": theirs["id"], "consent_type": "opt_out"}
    await client.error(404, "POST", f"/contacts/{ann}/subscriptions", body)
    await client.error(404, "GET", f"{OURS}/{theirs['id']}")
    await client.error(404, "PUT", f"{OURS}/{theirs['id']}", {"state": "archived"})
    assert theirs["id"] not in str(await client.ok("GET", "/subscription_types"))


async def test_a_contact_unsubscribes_from_everything(client: Client) -> None:
    ann = await person(client, "ann")
    for value in (True, True, False):
        await client.ok("PUT", f"/contacts/{ann}", {"unsubscribed_from_emails": value})
    noted = await history(client, "contact", ann)
    assert [one for one in noted if "subscribed" in one[0]] == [
        ("unsubscribed", {"unsubscribed_from_emails": True}),
        ("subscribed", {"unsubscribed_from_emails": False}),
    ]


async def test_who_may_be_written_to(client: Client, workspace: Made) -> None:
    ann = await person(client, "ann")
    news, offers = await make(client), await make(client, consent_type="opt_in")
    draft = await make(client, state="draft")

    async def may(type_id: str | None = None) -> bool:
        async def ask(tx: Any, schema: Any) -> bool:
            return await may_send(tx, schema, await find.contact(tx, schema, ann), type_id)

        schema = await client.app.schemas.get(workspace.workspace_id)
        return await client.app.database.read(ask, schema)

    async def says(one: dict[str, Any], consent_type: str) -> None:
        await client.ok("POST", f"/contacts/{ann}/subscriptions", {"id": one["id"], "consent_type": consent_type})

    assert [await may(), await may(news["id"]), await may(offers["id"])] == [True, True, False]
    assert [await may(draft["id"]), await may("123")] == [False, False]
    await says(news, "opt_out")
    await says(offers, "opt_in")
    assert [await may(news["id"]), await may(offers["id"])] == [False, True]
    await says(news, "opt_in")
    assert await may(news["id"])
    await client.ok("PUT", f"{OURS}/{news['id']}", {"state": "archived"})
    assert not await may(news["id"])
    await client.ok("PUT", f"/contacts/{ann}", {"unsubscribed_from_emails": True})
    assert [await may(), await may(offers["id"])] == [False, False]


async def test_the_type_of_a_new_workspace_is_live(client: Client, workspace: Made) -> None:
    before = (await client.ok("GET", "/subscription_types"))["data"]
    await client.app.database.transact(make_default, workspace.workspace_id, 1)
    made = (await client.ok("GET", "/subscription_types"))["data"][-1]
    assert made not in before
    assert (made["state"], made["consent_type"], made["content_types"]) == ("live", "opt_out", ["email"])
    assert made["translations"] == [made["default_translation"]]

"""Contacts are created and updated; what is wrong is refused and leaves nothing behind."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from interlock.core.workspaces.bootstrap import Made
from resources.contacts.conftest import Make, numbers, order
from support.client import Client


async def test_a_contact_has_every_documented_field(client: Client) -> None:
    made = await client.ok("POST", "/contacts", {"email": "Joe@Example.com"})
    url = f"/contacts/{made['id']}"
    empty = {"type": "list", "data": [], "total_count": 0, "has_more": False}
    workspace = (await client.ok("GET", "/me"))["app"]["id_code"]
    assert (made["type"], made["role"], made["workspace_id"]) == ("contact", "user", workspace)
    assert (made["email"], made["email_domain"]) == ("Joe@Example.com", "Example.com")
    assert made["created_at"] == made["updated_at"]
    assert made["custom_attributes"] == {}
    assert made["social_profiles"] == {"type": "list", "data": []}
    for name in ("tags", "notes", "companies"):
        assert made[name] == {**empty, "url": f"{url}/{name}"}
    for name in ("opted_in_subscription_types", "opted_out_subscription_types"):
        assert made[name] == {**empty, "url": f"{url}/subscriptions"}
    assert made["location"] == dict.fromkeys(("country", "region", "city", "country_code", "continent_code")) | {
        "type": "location"
    }
    for name in ("has_hard_bounced", "marked_email_as_spam", "unsubscribed_from_emails"):
        assert made[name] is False
    for name in ("external_id", "phone", "name", "avatar", "owner_id", "signed_up_at", "ios_device", "utm_term"):
        assert made[name] is None
    assert "merge_history" not in made
    assert await client.ok("GET", url) == made


async def test_without_an_email_it_is_an_empty_text(client: Client) -> None:
    made = await client.ok("POST", "/contacts", {"external_id": "25"})
    assert (made["email"], made["email_domain"]) == ("", "")


async def test_everything_writable_is_written(client: Client, workspace: Made, attributes: None) -> None:
    sent = {
        "role": "user",
        "external_id": 70,
        "email": " joe@example.com ",
        "email_verified": True,
        "phone": "+353 871234567",
        "name": "Joe Bloggs",
        "avatar": "https://example.com/joe.png",
        "signed_up_at": 1571672154,
        "last_seen_at": "2019-10-21T15:35:54Z",
        "owner_id": workspace.admin_id,
        "unsubscribed_from_emails": True,
        "custom_attributes": {"plan": "pro", "logins": 4},
        "nobody_knows_this": {"at": "all"},
    }
    made = await client.ok("POST", "/contacts", sent)
    assert made["external_id"] == "70"
    assert made["email"] == "joe@example.com"
    assert made["avatar"] == {"type": "avatar", "image_url": "https://example.com/joe.png"}
    assert made["signed_up_at"] == made["last_seen_at"] == 1571672154
    assert made["owner_id"] == str(workspace.admin_id)
    assert made["unsubscribed_from_emails"] is True
    assert made["custom_attributes"] == {"plan": "pro", "logins": 4}
    assert await client.ok("GET", "/contacts/find_by_external_id/70") == made


async def test_an_update_merges_and_null_or_an_empty_text_clears(client: Client, user: Make, attributes: None) -> None:
    made = await user(email="a@example.com", name="Ann", phone="1", custom_attributes={"plan": "pro", "logins": 1})
    url = f"/contacts/{made['id']}"
    change = {
        "name": None,
        "email": "",
        "custom_attributes": {"logins": None},
        "avatar": {"image_url": "https://x.y/z"},
    }
    changed = await client.ok("PUT", url, change)
    assert (changed["name"], changed["email"], changed["phone"]) == (None, "", "1")
    assert changed["custom_attributes"] == {"plan": "pro"}
    assert changed["avatar"]["image_url"] == "https://x.y/z"
    assert await client.ok("GET", url) == changed


async def test_what_was_read_can_be_written_back(client: Client, lead: Make, orders: None) -> None:
    made = await lead(name="Lou", custom_attributes={"orders": order(1)})
    assert await client.ok("PUT", f"/contacts/{made['id']}", made) == made


async def test_a_write_that_changes_nothing_leaves_updated_at(
    client: Client, user: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await user(name="Ann")
    monkeypatch.setattr("interlock.kit.clock.seconds", lambda: made["updated_at"] + 60)
    url = f"/contacts/{made['id']}"
    assert (await client.ok("PUT", url, {"name": "Ann"}))["updated_at"] == made["updated_at"]
    assert (await client.ok("PUT", url))["updated_at"] == made["updated_at"]
    assert (await client.ok("PUT", url, {"name": "Bea"}))["updated_at"] == made["updated_at"] + 60


async def test_orders_are_linked_and_shown(client: Client, user: Make, orders: None) -> None:
    made = await user(custom_attributes={"orders": [*order(1), *order(2)], "favourite": order(3)})
    assert made["custom_attributes"]["orders"]["type"] == "Order.list"
    assert numbers(made["custom_attributes"]["orders"]) == ["1", "2"]
    changed = await client.ok("PUT", f"/contacts/{made['id']}", {"custom_attributes": {"orders": order(2)}})
    assert numbers(changed["custom_attributes"]["orders"]) == ["2"]
    assert numbers(changed["custom_attributes"]["favourite"]) == ["3"]


# --- roles


async def test_a_lead_gets_an_external_id_of_its_own_that_cannot_be_set(client: Client, lead: Make) -> None:
    made = await lead(email="a@example.com")
    assert str(uuid.UUID(made["external_id"])) == made["external_id"]
    assert (await client.error(400, "POST", "/contacts", {"role": "lead", "external_id": "1"}))[
        "field"
    ] == "external_id"
    error = await client.error(400, "PUT", f"/contacts/{made['id']}", {"external_id": "1"})
    assert error["field"] == "external_id"
    await client.error(404, "GET", f"/contacts/find_by_external_id/{made['external_id']}")


async def test_a_lead_becomes_a_user_but_never_the_other_way(client: Client, lead: Make) -> None:
    url = f"/contacts/{(await lead(email='a@example.com'))['id']}"
    changed = await client.ok("PUT", url, {"role": "user", "external_id": "7"})
    assert (changed["role"], changed["external_id"]) == ("user", "7")
    assert (await client.error(400, "PUT", url, {"role": "lead"}))["field"] == "role"


# --- who has it already


async def test_an_external_id_and_a_users_email_are_taken_once(client: Client, user: Make) -> None:
    made = await user(external_id="1", email="Ann@example.com")
    text = f"A contact matching those details already exists with id={made['id']}"
    for body in ({"external_id": "1"}, {"email": "aNN@example.com"}, {"email": "ann@example.com", "external_id": "2"}):
        error = await client.error(409, "POST", "/contacts", body)
        assert (error["code"], error["message"]) == ("conflict", text)
    other = await user(external_id="3")
    for body in ({"external_id": "1"}, {"email": "ann@example.com"}):
        assert (await client.error(409, "PUT", f"/contacts/{other['id']}", body))["message"] == text


async def test_leads_may_share_an_email_with_anybody(client: Client, user: Make, lead: Make) -> None:
    await user(email="a@example.com")
    first, second = await lead(email="a@example.com"), await lead(email="a@example.com")
    assert first["id"] != second["id"]
    await client.error(409, "PUT", f"/contacts/{first['id']}", {"role": "user"})


async def test_an_archived_contact_is_named_as_such_and_a_blocked_one_cannot_come_back(
    client: Client, user: Make
) -> None:
    made = await user(external_id="1", email="a@example.com")
    await client.ok("POST", f"/contacts/{made['id']}/archive")
    error = await client.error(409, "POST", "/contacts", {"external_id": "1"})
    assert error["message"] == f"An archived contact matching those details already exists with id={made['id']}"
    await client.ok("POST", f"/contacts/{made['id']}/block")
    assert (await client.error(400, "POST", "/contacts", {"email": "a@example.com"}))["code"] == "not_restorable"


# --- what is refused

BAD: list[tuple[dict[str, Any], str]] = [
    ({"role": "admin"}, "role"),
    ({"role": 1}, "role"),
    ({"email": "joe"}, "email"),
    ({"email": "joe@example"}, "email"),
    ({"email": "joe bloggs@example.com"}, "email"),
    ({"email": "a@b@example.com"}, "email"),
    ({"email": 5}, "email"),
    ({"email": "x" * 250 + "@example.com"}, "email"),
    ({"name": "x" * 256}, "name"),
    ({"name": {"first": "Joe"}}, "name"),
    ({"phone": 123}, "phone"),
    ({"phone": "1" * 256}, "phone"),
    ({"external_id": "x" * 256}, "external_id"),
    ({"external_id": True}, "external_id"),
    ({"avatar": ["https://example.com"]}, "avatar"),
    ({"avatar": "x" * 2049}, "avatar"),
    ({"signed_up_at": 1571672154000}, "signed_up_at"),
    ({"signed_up_at": "yesterday"}, "signed_up_at"),
    ({"last_seen_at": [1]}, "last_seen_at"),
    ({"owner_id": "nobody"}, "owner_id"),
    ({"owner_id": 12345}, "owner_id"),
    ({"unsubscribed_from_emails": "yes"}, "unsubscribed_from_emails"),
    ({"email_verified": True}, "email_verified"),
    ({"email_verified": True, "email": ""}, "email_verified"),
    ({"custom_attributes": {"colour": "red"}}, "custom_attributes.colour"),
    ({"custom_attributes": {"logins": 4.5}}, "custom_attributes.logins"),
    ({"custom_attributes": {"plan": "x" * 256}}, "custom_attributes.plan"),
    ({"custom_attributes": {"orders": ["000000000000000000000000"]}}, "custom_attributes.orders"),
    ({"custom_attributes": []}, "custom_attributes"),
]


@pytest.mark.parametrize(("body", "field"), BAD, ids=lambda value: str(value)[:40])
async def test_a_wrong_value_is_400_with_its_field_and_nothing_is_stored(
    client: Client, user: Make, attributes: None, orders: None, body: dict[str, Any], field: str
) -> None:
    made = await user(external_id="first")
    assert (await client.error(400, "POST", "/contacts", {"external_id": "second", **body}))["field"] == field
    assert (await client.error(400, "PUT", f"/contacts/{made['id']}", {"name": "New", **body}))["field"] == field
    assert (await client.ok("GET", "/contacts"))["data"] == [made]


@pytest.mark.parametrize("body", [{}, {"name": "Joe"}, {"email": ""}, {"external_id": None, "role": None}])
async def test_a_new_contact_needs_an_email_an_external_id_or_a_role(client: Client, body: dict[str, Any]) -> None:
    assert (await client.error(400, "POST", "/contacts", body))["code"] == "parameter_not_found"


async def test_a_contact_that_nobody_knows_is_404(client: Client) -> None:
    for id in ("0" * 24, "x", "%20"):
        for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/archive"), ("POST", "/block")):
            assert (await client.error(404, method, f"/contacts/{id}{path}", {} if method == "PUT" else None))[
                "message"
            ] == "User Not Found"
    await client.error(404, "GET", "/contacts/find_by_external_id/nobody")


async def test_a_language_that_is_none_is_stored_as_unknown(client: Client, user: Make) -> None:
    made = await user(language_override="FR")
    assert made["language_override"] == "fr"
    changed = await client.ok("PUT", f"/contacts/{made['id']}", {"language_override": "klingon"})
    assert changed["language_override"] is None


async def test_until_2_15_the_owner_is_a_number(client: Client, workspace: Made, user: Make) -> None:
    made = await user(owner_id=str(workspace.admin_id))
    older = client.at("2.15")
    assert (await older.ok("GET", f"/contacts/{made['id']}"))["owner_id"] == workspace.admin_id
    changed = await older.ok("PUT", f"/contacts/{made['id']}", {"owner_id": None})
    assert changed["owner_id"] is None


async def test_an_attribute_that_a_contact_brings_is_there_at_once(client: Client, user: Make) -> None:
    await client.ok("PUT", "/interlock/v1/settings", {"create_unknown_attributes": True})
    made = await user(custom_attributes={"colour": "red"})
    assert (await client.ok("GET", f"/contacts/{made['id']}"))["custom_attributes"] == {"colour": "red"}

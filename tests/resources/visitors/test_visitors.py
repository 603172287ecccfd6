"""Visitors: found, updated, and turned into leads and users."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.core.people import visitors
from interlock.core.people.visitors import Ids
from interlock.core.workspaces.bootstrap import Made
from support.client import Client

COOKIE = "3ecf64d0-9ed1-4e9f-88e1-da7d6e6782f3"


async def make(client: Client, **body: Any) -> dict[str, Any]:
    return await client.ok("POST", "/interlock/v1/visitors", {"user_id": COOKIE, **body})


async def convert(client: Client, user: dict[str, Any] | None = None, role: str = "user") -> dict[str, Any]:
    body = {"type": role, "user": user if user is not None else {}, "visitor": {"user_id": COOKIE}}
    return await client.ok("POST", "/visitors/convert", body)


@pytest.fixture
async def attributes(client: Client) -> None:
    for name, data_type in (("plan", "string"), ("seats", "integer")):
        body = {"kind": "contact", "name": name, "data_type": data_type}
        await client.ok("POST", "/interlock/v1/attributes", body)


class TestOne:
    async def test_has_every_documented_key(self, client: Client) -> None:
        made = await make(client)
        id, created, app_id = made["id"], made["created_at"], made["app_id"]
        assert made == {
            "type": "visitor",
            "id": id,
            "user_id": COOKIE,
            "anonymous": True,
            "email": "",
            "phone": None,
            "name": None,
            "pseudonym": None,
            "avatar": {"type": "avatar", "image_url": None},
            "app_id": app_id,
            "companies": {"type": "company.list", "companies": []},
            "location_data": {},
            "last_request_at": None,
            "created_at": created,
            "remote_created_at": created,
            "signed_up_at": created,
            "updated_at": created,
            "session_count": 0,
            "social_profiles": {"type": "social_profile.list", "social_profiles": []},
            "owner_id": None,
            "unsubscribed_from_emails": False,
            "marked_email_as_spam": False,
            "has_hard_bounced": False,
            "tags": {"type": "tag.list", "tags": []},
            "segments": {"type": "segment.list", "segments": []},
            "custom_attributes": {},
            "referrer": None,
            "utm_campaign": None,
            "utm_content": None,
            "utm_medium": None,
            "utm_source": None,
            "utm_term": None,
            "do_not_track": None,
        }
        assert await client.ok("GET", f"/visitors?user_id={COOKIE}") == made

    async def test_the_last_request_is_spelled_both_ways(self, client: Client) -> None:
        made = await make(client, last_request_at=1_700_000_000)
        assert (made["last_request_at"], made["las_request_at"]) == (1_700_000_000, 1_700_000_000)

    async def test_a_user_id_is_given_once(self, client: Client) -> None:
        await make(client)
        assert (await client.error(409, "POST", "/interlock/v1/visitors", {"user_id": COOKIE}))["code"] == "conflict"
        one, two = [await client.ok("POST", "/interlock/v1/visitors") for _ in range(2)]
        assert one["user_id"] != two["user_id"]

    async def test_nobody(self, client: Client, other_workspace: Made) -> None:
        theirs = await make(Client(client.app, other_workspace.token))
        for user_id in ("fail", "u" * 5000, COOKIE, "%F0%9F%A6%84"):
            error = await client.error(404, "GET", f"/visitors?user_id={user_id}")
            assert (error["code"], error["message"]) == ("not_found", "Visitor Not Found")
        for known in ({"user_id": "fail"}, {"id": theirs["id"]}, {"id": "i" * 10_000}):
            error = await client.error(404, "PUT", "/visitors", {**known, "name": "Christian Fail"})
            assert (error["code"], error["message"]) == ("not_found", "Visitor Not Found")
        assert (await client.error(400, "GET", "/visitors"))["field"] == "user_id"


class TestUpdating:
    async def test_by_either_id(self, client: Client, attributes: None) -> None:
        made = await make(client)
        changed = await client.ok("PUT", "/visitors", {"id": made["id"], "name": "Gareth Bale"})
        assert changed == {**made, "name": "Gareth Bale", "updated_at": changed["updated_at"]}
        body = {"user_id": COOKIE, "custom_attributes": {"plan": "pro", "seats": 4}}
        changed = await client.ok("PUT", "/visitors", body)
        assert (changed["name"], changed["custom_attributes"]) == ("Gareth Bale", {"plan": "pro", "seats": 4})
        changed = await client.ok("PUT", "/visitors", {**body, "name": None, "custom_attributes": {"plan": None}})
        assert (changed["name"], changed["custom_attributes"]) == (None, {"seats": 4})

    async def test_what_is_wrong_changes_nothing(self, client: Client, attributes: None) -> None:
        made = await make(client)
        await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Order"})
        body = {"kind": "contact", "name": "orders", "data_type": "reference", "reference": {"to": "Order"}}
        await client.ok("POST", "/interlock/v1/attributes", body)
        for wrong, field in (
            ({"name": 4}, "name"),
            ({"name": "n" * 300}, "name"),
            ({"custom_attributes": {"plan": "pro", "seats": "four"}}, "custom_attributes.seats"),
            ({"custom_attributes": {"nothing": 1}}, "custom_attributes.nothing"),
            ({"custom_attributes": []}, "custom_attributes"),
            ({"custom_attributes": {"orders": ["1"]}}, "custom_attributes.orders"),
        ):
            assert (await client.error(400, "PUT", "/visitors", {"user_id": COOKIE, **wrong}))["field"] == field
        assert (await client.error(400, "PUT", "/visitors", {"name": "x"}))["field"] == "id"
        assert (await client.error(400, "PUT", "/visitors"))["field"] == "id"
        assert await client.ok("GET", f"/visitors?user_id={COOKIE}") == made


class TestConverting:
    async def test_to_a_new_user_with_all_it_had(self, client: Client, attributes: None) -> None:
        made = await make(
            client,
            name="Ann",
            phone="123",
            last_request_at=1_700_000_000,
            utm_source="news",
            location_data={"city_name": "Dublin"},
            custom_attributes={"seats": 4},
        )
        user = await convert(client, {"email": "foo@bar.com", "user_id": "7"})
        expected = {
            "type": "contact",
            "role": "user",
            "email": "foo@bar.com",
            "external_id": "7",
            "name": "Ann",
            "phone": "123",
            "utm_source": "news",
            "custom_attributes": {"seats": 4},
            "signed_up_at": made["created_at"],
            "last_seen_at": 1_700_000_000,
        }
        assert {name: user[name] for name in expected} == expected
        assert user["location"]["city"] == "Dublin"
        await self._is_gone(client, made)

    async def _is_gone(self, client: Client, made: dict[str, Any]) -> None:
        await client.error(404, "GET", f"/visitors?user_id={COOKIE}")
        await client.error(404, "PUT", "/visitors", {"id": made["id"], "name": "x"})
        for visitor in ({"user_id": COOKIE}, {"id": made["id"]}):
            body = {"type": "user", "user": {"user_id": "8"}, "visitor": visitor}
            await client.error(404, "POST", "/visitors/convert", body)
        await client.error(409, "POST", "/interlock/v1/visitors", {"user_id": COOKIE})

    @pytest.mark.parametrize("by", ["id", "user_id", "email"])
    async def test_into_the_user_that_is_there(self, client: Client, attributes: None, by: str) -> None:
        body = {"external_id": "7", "email": "Foo@bar.com", "name": "Zoe", "custom_attributes": {"plan": "pro"}}
        there = await client.ok("POST", "/contacts", body)
        made = await make(client, name="Ann", phone="123", custom_attributes={"plan": "free", "seats": 4})
        user = await convert(client, {by: {"id": there["id"], "user_id": "7", "email": "foo@bar.com"}[by]})
        assert (user["id"], user["name"], user["phone"]) == (there["id"], "Zoe", "123")
        assert user["custom_attributes"] == {"plan": "pro", "seats": 4}
        assert user["email"] == "Foo@bar.com"
        await self._is_gone(client, made)

    async def test_a_lead_of_that_id_becomes_the_user(self, client: Client) -> None:
        lead = await client.ok("POST", "/contacts", {"role": "lead"})
        await make(client, name="Ann")
        user = await convert(client, {"id": lead["id"], "email": "a@b.com"})
        assert (user["id"], user["role"], user["email"], user["name"]) == (lead["id"], "user", "a@b.com", "Ann")

    async def test_to_a_lead(self, client: Client) -> None:
        made = await make(client, name="Ann", email="ann@example.com")
        lead = await convert(client, role="lead")
        assert (lead["role"], lead["name"], lead["email"]) == ("lead", "Ann", "ann@example.com")
        await self._is_gone(client, made)

    async def test_by_its_email(self, client: Client) -> None:
        await make(client, email="ann@example.com")
        body = {"type": "lead", "user": {}, "visitor": {"email": "ann@example.com"}}
        assert (await client.ok("POST", "/visitors/convert", body))["email"] == "ann@example.com"

    async def test_an_email_that_a_user_has_is_left_behind(self, client: Client) -> None:
        await client.ok("POST", "/contacts", {"email": "ann@example.com"})
        await make(client, email="Ann@example.com", name="Ann")
        user = await convert(client, {"user_id": "7"})
        assert (user["email"], user["external_id"], user["name"]) == ("", "7", "Ann")

    async def test_values_that_fit_no_more_are_left_behind(self, client: Client, attributes: None) -> None:
        await make(client, custom_attributes={"plan": "pro", "seats": 4})
        [plan] = [one for one in (await client.ok("GET", "/interlock/v1/attributes"))["data"] if one["name"] == "plan"]
        await client.ok("PUT", f"/interlock/v1/attributes/{plan['id']}", {"archived": True})
        assert (await convert(client, {"user_id": "7"}))["custom_attributes"] == {"seats": 4}

    async def test_twice_at_once_makes_one_contact(self, client: Client) -> None:
        await make(client)
        body = {"type": "user", "user": {"user_id": "7"}, "visitor": {"user_id": COOKIE}}
        answers = await asyncio.gather(*(client.post("/visitors/convert", body) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
        assert (await client.ok("GET", "/contacts"))["total_count"] == 1

    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            (None, 400, "type"),
            ({"type": "admin", "user": {}, "visitor": {}}, 400, "type"),
            ({"type": "user", "user": {"user_id": "7"}}, 400, "visitor"),
            ({"type": "user", "user": {"user_id": "7"}, "visitor": {}}, 400, "visitor"),
            ({"type": "user", "visitor": {"user_id": COOKIE}}, 400, "user"),
            ({"type": "user", "user": {"email": "nonsense"}, "visitor": {"user_id": COOKIE}}, 400, "email"),
            ({"type": "user", "user": [], "visitor": {"user_id": COOKIE}}, 400, "user"),
            ({"type": "user", "user": {"id": "nobody"}, "visitor": {"user_id": COOKIE}}, 404, None),
            ({"type": "user", "user": {"user_id": "7"}, "visitor": {"user_id": "nobody"}}, 404, None),
            ({"type": "user", "user": {"user_id": "7"}, "visitor": {"id": "i" * 10_000}}, 404, None),
        ],
    )
    async def test_what_is_wrong(self, client: Client, body: Any, status: int, field: str | None) -> None:
        made = await make(client)
        assert (await client.error(status, "POST", "/visitors/convert", body)).get("field") == field
        assert await client.ok("GET", f"/visitors?user_id={COOKIE}") == made

    async def test_a_deleted_contact_sets_its_cookie_free(self, client: Client) -> None:
        await make(client, name="Ann")
        begin = {"from": {"type": "contact", "user_id": COOKIE}, "body": "Hello"}
        begun = await client.ok("POST", "/conversations", begin)
        conversation = await client.ok("GET", f"/conversations/{begun['conversation_id']}")
        lead = conversation["contacts"]["contacts"][0]["id"]
        await client.error(409, "POST", "/interlock/v1/visitors", {"user_id": COOKIE})
        user = (await client.ok("POST", "/contacts", {"external_id": "7"}))["id"]
        await client.ok("POST", "/contacts/merge", {"from": lead, "into": user, "skip_duplicate_validation": True})
        begun = await client.ok("POST", "/conversations", begin)  # it is the user's cookie now
        conversation = await client.ok("GET", f"/conversations/{begun['conversation_id']}")
        assert [one["id"] for one in conversation["contacts"]["contacts"]] == [user]
        await client.ok("DELETE", f"/contacts/{user}")
        await client.error(404, "POST", "/conversations", begin)
        again = await make(client)
        assert (again["user_id"], again["name"]) == (COOKIE, None)
        await client.ok("POST", "/conversations", begin)

    async def test_speaking_up_makes_a_lead_once(self, client: Client, workspace: Made) -> None:
        await make(client, name="Ann")
        schema = await client.app.schemas.get(workspace.workspace_id)
        visitor = await client.app.schemas.database.read(visitors.get, schema, Ids(user_id=COOKIE))
        leads = [
            await client.app.schemas.write(workspace.workspace_id, visitors.to_lead, visitor, "test") for _ in range(2)
        ]
        assert leads[0].id == leads[1].id
        assert (leads[0].fields["role"], leads[0].fields["name"]) == ("lead", "Ann")

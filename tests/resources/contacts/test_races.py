"""Two who write the same contact at once: one wins, the others are told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from resources.contacts.conftest import Make
from support.client import Client

MANY = 12


@pytest.mark.parametrize("body", [{"external_id": "same"}, {"email": "same@example.com"}], ids=["external_id", "email"])
async def test_of_many_that_create_one_contact_exactly_one_does(client: Client, body: dict[str, Any]) -> None:
    answers = await asyncio.gather(*(client.post("/contacts", {**body, "name": str(n)}) for n in range(MANY)))
    assert sorted(one.status_code for one in answers) == [200] + [409] * (MANY - 1)
    winner = next(one.json() for one in answers if one.status_code == 200)
    refusals = {one.json()["errors"][0]["message"] for one in answers if one.status_code == 409}
    assert refusals == {f"A contact matching those details already exists with id={winner['id']}"}
    assert (await client.ok("GET", "/contacts"))["total_count"] == 1


async def test_of_many_that_take_one_email_exactly_one_gets_it(client: Client, user: Make) -> None:
    people = [await user(external_id=str(number)) for number in range(MANY)]
    answers = await asyncio.gather(
        *(client.put(f"/contacts/{one['id']}", {"email": "same@example.com", "name": "new"}) for one in people)
    )
    assert sorted(one.status_code for one in answers) == [200] + [409] * (MANY - 1)
    assert all(one.json()["errors"][0]["code"] == "conflict" for one in answers if one.status_code == 409)
    listed = (await client.ok("GET", "/contacts"))["data"]
    assert [one["name"] for one in listed].count("new") == 1


async def test_no_update_is_lost(client: Client, user: Make, attributes: None) -> None:
    made = await user(external_id="1")
    changes: list[dict[str, Any]] = [{"name": "Ann"}, {"phone": "1"}, {"email": "a@example.com"}]
    changes += [{"custom_attributes": {"plan": "pro"}}, {"custom_attributes": {"logins": 3}}]
    await asyncio.gather(*(client.ok("PUT", f"/contacts/{made['id']}", one) for one in changes))
    found = await client.ok("GET", f"/contacts/{made['id']}")
    assert (found["name"], found["phone"], found["email"]) == ("Ann", "1", "a@example.com")
    assert found["custom_attributes"] == {"plan": "pro", "logins": 3}


async def test_one_lead_is_merged_into_one_user_only(client: Client, user: Make, lead: Make) -> None:
    source = await lead(name="Lou")
    targets = [await user(external_id=str(number)) for number in range(6)]
    bodies = [{"from": source["id"], "into": one["id"], "skip_duplicate_validation": True} for one in targets]
    answers = await asyncio.gather(*(client.post("/contacts/merge", body) for body in bodies))
    assert sorted(one.status_code for one in answers) == [200, 410, 410, 410, 410, 410]

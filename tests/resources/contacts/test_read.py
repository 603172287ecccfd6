"""Contacts are found, listed and searched; archived, blocked and deleted ones are where they belong."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.workspaces.bootstrap import Made
from resources.contacts.conftest import Make, order
from support.client import Client


def ids(listed: dict[str, Any]) -> list[str]:
    return [one["id"] for one in listed["data"]]


async def test_the_list_has_the_newest_first_in_pages_that_meet(client: Client, user: Make) -> None:
    people = [(await user(external_id=str(number)))["id"] for number in range(5)]
    first = await client.ok("GET", "/contacts?per_page=2")
    assert (first["type"], first["total_count"]) == ("list", 5)
    cursor = first["pages"]["next"].pop("starting_after")
    assert first["pages"] == {
        "type": "pages",
        "page": 1,
        "per_page": 2,
        "total_pages": 3,
        "next": {"page": 2, "per_page": 2},
    }
    newer = await user(external_id="newer")
    rest = await client.ok("GET", f"/contacts?per_page=150&starting_after={cursor}")
    assert ids(first) + ids(rest) == people[::-1]
    assert (rest["pages"]["page"], "next" in rest["pages"]) == (2, False)
    assert ids(await client.ok("GET", "/contacts"))[0] == newer["id"]


async def test_a_page_may_have_50_contacts_unless_it_says_otherwise(client: Client) -> None:
    assert (await client.ok("GET", "/contacts"))["pages"]["per_page"] == 50
    for query, field in (("per_page=0", "per_page"), ("per_page=151", "per_page"), ("per_page=x", "per_page")):
        assert (await client.error(400, "GET", f"/contacts?{query}"))["field"] == field


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMl0", "Wy0xLCJ4Il0", "WzEwMDAwMDAwMDAwMDAwMDAwMDAwLCJ4Il0"])
async def test_a_cursor_that_is_none_is_400(client: Client, cursor: str) -> None:
    assert (await client.error(400, "GET", f"/contacts?starting_after={cursor}"))["code"] == "client_error"
    body = {"query": _NAMED, "pagination": {"starting_after": cursor}}
    assert (await client.error(400, "POST", "/contacts/search", body))["code"] == "client_error"


_NAMED = {"field": "name", "operator": "=", "value": "Ann"}


async def test_a_search_finds_by_standard_and_custom_fields_in_pages(
    client: Client, user: Make, attributes: None
) -> None:
    people = [
        await user(external_id=str(number), name="Ann", custom_attributes={"logins": number, "plan": "pro"})
        for number in range(6)
    ]
    await user(external_id="x", name="Bea", custom_attributes={"logins": 5})
    many = {"field": "custom_attributes.logins", "operator": ">", "value": 1}
    body = {
        "query": {"operator": "AND", "value": [_NAMED, many]},
        "sort": {"field": "custom_attributes.logins", "order": "ascending"},
        "pagination": {"per_page": 3},
    }
    first = await client.ok("POST", "/contacts/search", body)
    assert (first["total_count"], first["pages"]["total_pages"]) == (4, 2)
    body["pagination"] = {"per_page": 50, "starting_after": first["pages"]["next"]["starting_after"]}
    second = await client.ok("POST", "/contacts/search", body)
    assert first["data"] + second["data"] == people[2:]
    assert second["pages"] == {"type": "pages", "page": 2, "per_page": 50, "total_pages": 1}


async def test_a_search_ignores_the_case_of_an_email(client: Client, user: Make) -> None:
    made = await user(email="Ann@Example.com")
    body = {"query": {"field": "email", "operator": "=", "value": "aNN@example.COM"}}
    assert ids(await client.ok("POST", "/contacts/search", body)) == [made["id"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "parameter_not_found"),
        ({"query": {"field": "shoe_size", "operator": "=", "value": 1}}, "invalid_field"),
        ({"query": _NAMED, "sort": {"field": "name", "order": "desc"}}, "invalid_sort_order"),
        ({"query": {"field": "tag_id", "operator": "IN", "value": ["1"]}}, "invalid_operator"),
        ({"query": _NAMED, "pagination": {"per_page": 151}}, "parameter_invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_search_that_cannot_be_read_is_400(client: Client, body: dict[str, Any], code: str) -> None:
    assert (await client.error(400, "POST", "/contacts/search", body))["code"] == code


async def test_dates_are_searched_by_day_and_in_preview_by_second(client: Client, user: Make) -> None:
    await user(signed_up_at=1_700_000_000)
    later = {"query": {"field": "signed_up_at", "operator": ">", "value": 1_699_999_999}}
    assert (await client.ok("POST", "/contacts/search", later))["total_count"] == 0
    assert (await client.at("Preview").ok("POST", "/contacts/search", later))["total_count"] == 1


async def test_companies_of_every_contact_of_a_list(client: Client, user: Make) -> None:
    person, nobody = await user(external_id="1"), await user(external_id="2")
    made = [await client.ok("POST", "/companies", {"company_id": f"c{n}", "name": str(n)}) for n in range(11)]
    for one in made:
        await client.ok("POST", f"/contacts/{person['id']}/companies", {"id": one["id"]})
    shown = (await client.ok("GET", f"/contacts/{person['id']}"))["companies"]
    last = made[-1]["id"]  # the one attached last comes first
    assert shown["data"][0] == {"type": "company", "id": last, "url": f"/companies/{last}"}
    assert (len(shown["data"]), shown["total_count"], shown["has_more"]) == (10, 11, True)
    listed = await client.ok("GET", "/contacts")
    assert [one["companies"]["total_count"] for one in listed["data"]] == [0, 11]
    assert listed["data"][1]["companies"] == shown
    assert listed["data"][0]["id"] == nobody["id"]


# --- archive, block, delete


async def test_an_archived_contact_leaves_lists_and_search_and_comes_back(client: Client, user: Make) -> None:
    made = await user(external_id="1", name="Ann")
    url = f"/contacts/{made['id']}"
    reference = {"type": "contact", "id": made["id"], "external_id": "1"}
    assert await client.ok("POST", f"{url}/archive") == {**reference, "archived": True}
    assert await client.ok("POST", f"{url}/archive") == {**reference, "archived": True}
    assert ids(await client.ok("GET", "/contacts")) == []
    assert (await client.ok("POST", "/contacts/search", {"query": _NAMED}))["total_count"] == 0
    assert (await client.ok("GET", url))["name"] == "Ann"
    assert (await client.ok("GET", "/contacts/find_by_external_id/1"))["id"] == made["id"]
    await client.ok("PUT", url, {"phone": "1"})
    assert ids(await client.ok("GET", "/contacts")) == []
    assert await client.ok("POST", f"{url}/unarchive") == {**reference, "archived": False}
    assert ids(await client.ok("GET", "/contacts")) == [made["id"]]


async def test_a_blocked_contact_leaves_lists_and_stays_blocked(client: Client, user: Make) -> None:
    made = await user(external_id="1")
    url = f"/contacts/{made['id']}"
    blocked = await client.ok("POST", f"{url}/block")
    assert blocked == {"type": "contact", "id": made["id"], "external_id": "1", "blocked": True}
    assert ids(await client.ok("GET", "/contacts")) == []
    assert (await client.error(400, "POST", f"{url}/unarchive"))["code"] == "not_restorable"
    await client.ok("DELETE", url)
    await client.ok("POST", "/contacts", {"external_id": "1"})


async def test_a_deleted_contact_is_gone_from_everywhere(client: Client, user: Make, orders: None) -> None:
    made = await user(external_id="1", custom_attributes={"orders": order(1)})
    company = await client.ok("POST", "/companies", {"company_id": "c1", "name": "Shop"})
    await client.ok("POST", f"/contacts/{made['id']}/companies", {"id": company["id"]})
    gone = await client.ok("DELETE", f"/contacts/{made['id']}")
    assert gone == {"type": "contact", "id": made["id"], "external_id": "1", "deleted": True}
    await client.error(404, "GET", f"/contacts/{made['id']}")
    await client.error(404, "DELETE", f"/contacts/{made['id']}")
    assert (await client.ok("GET", f"/companies/{company['id']}"))["user_count"] == 0
    instance = await client.ok("GET", "/custom_object_instances/Order?external_id=1")
    assert instance["custom_attributes"]["person"]["instances"] == []
    assert (await client.ok("POST", "/contacts", {"external_id": "1"}))["id"] != made["id"]


async def test_companies_count_who_is_there(client: Client, user: Make) -> None:
    made = await user()
    company = await client.ok("POST", "/companies", {"company_id": "c1", "name": "Shop"})
    await client.ok("POST", f"/contacts/{made['id']}/companies", {"id": company["id"]})
    counts = []
    for action in ("archive", "archive", "unarchive", "unarchive", "block", "archive"):
        await client.ok("POST", f"/contacts/{made['id']}/{action}")
        counts.append((await client.ok("GET", f"/companies/{company['id']}"))["user_count"])
        if action == "block":
            break
    assert counts == [0, 0, 1, 1, 0]


# --- other workspaces, no token


async def test_nobody_sees_another_workspaces_people(
    client: Client, user: Make, lead: Make, other_workspace: Made
) -> None:
    made, source = await user(external_id="1", email="a@example.com"), await lead()
    stranger = Client(client.app, other_workspace.token)
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/archive"), ("GET", "/merge_history")):
        await stranger.error(404, method, f"/contacts/{made['id']}{path}", {} if method == "PUT" else None)
    await stranger.error(404, "GET", "/contacts/find_by_external_id/1")
    mine = await stranger.ok("POST", "/contacts", {"external_id": "1", "email": "a@example.com"})
    assert ids(await stranger.ok("GET", "/contacts")) == [mine["id"]]
    await stranger.error(404, "POST", "/contacts/merge", {"from": source["id"], "into": mine["id"]})


async def test_without_a_token_nothing_is_answered(client: Client) -> None:
    one = "/contacts/" + "0" * 24
    paths = [("GET", "/contacts"), ("POST", "/contacts"), ("POST", "/contacts/search"), ("POST", "/contacts/merge")]
    paths += [("GET", one), ("PUT", one), ("DELETE", one), ("GET", f"{one}/merge_history")]
    paths += [("GET", "/contacts/find_by_external_id/1")]
    paths += [("POST", f"{one}/{action}") for action in ("archive", "unarchive", "block")]
    for method, path in paths:
        await client.without_token().error(401, method, path)

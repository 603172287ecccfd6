"""A lead is merged into a user: the user stays, the lead is gone, and the history says so."""

from __future__ import annotations

from typing import Any

import pytest

from resources.contacts.conftest import Make, numbers, order
from support.client import Client

GONE = "This contact has been merged. See the 'Link' header for the canonical contact."


async def merge(client: Client, source: dict[str, Any], target: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await client.ok("POST", "/contacts/merge", {"from": source["id"], "into": target["id"], **more})


async def test_the_user_takes_what_it_lacks_and_keeps_what_it_has(
    client: Client, user: Make, lead: Make, attributes: None
) -> None:
    target = await user(email="a@example.com", name="Ann", last_seen_at=50, custom_attributes={"plan": "pro"})
    source = await lead(
        email="A@example.com",
        name="Lou",
        phone="1",
        avatar="https://example.com/l.png",
        last_seen_at=60,
        unsubscribed_from_emails=True,
        custom_attributes={"plan": "free", "logins": 2},
    )
    merged = await merge(client, source, target)
    assert (merged["id"], merged["role"]) == (target["id"], "user")
    assert (merged["name"], merged["phone"], merged["email"]) == ("Ann", "1", "a@example.com")
    assert merged["avatar"]["image_url"] == "https://example.com/l.png"
    assert (merged["last_seen_at"], merged["unsubscribed_from_emails"]) == (60, True)
    assert merged["custom_attributes"] == {"plan": "pro", "logins": 2}
    assert merged["external_id"] is None
    assert "merge_history" not in merged
    assert await client.ok("GET", f"/contacts/{target['id']}") == merged


async def test_a_user_without_an_email_takes_the_leads_unless_another_user_has_it(
    client: Client, user: Make, lead: Make
) -> None:
    first, second = await user(external_id="1", phone="+1 (23)"), await user(external_id="2", phone="123")
    one, other = await lead(email="a@example.com", phone="1-23"), await lead(email="a@example.com", phone="1 23")
    assert (await merge(client, one, first))["email"] == "a@example.com"
    assert (await merge(client, other, second))["email"] == ""


async def test_links_and_companies_move_and_what_holds_one_keeps_its_own(
    client: Client, user: Make, lead: Make, orders: None
) -> None:
    target = await user(custom_attributes={"orders": order(1), "favourite": order(1)})
    source = await lead(custom_attributes={"orders": order(2), "favourite": order(2)})
    company = await client.ok("POST", "/companies", {"company_id": "c1", "name": "Shop"})
    await client.ok("POST", f"/contacts/{source['id']}/companies", {"id": company["id"]})
    merged = await merge(client, source, target, skip_duplicate_validation=True)
    assert numbers(merged["custom_attributes"]["orders"]) == ["1", "2"]
    assert numbers(merged["custom_attributes"]["favourite"]) == ["1"]
    assert [one["id"] for one in merged["companies"]["data"]] == [company["id"]]
    assert (await client.ok("GET", f"/companies/{company['id']}"))["user_count"] == 1


async def test_the_lead_is_gone_with_a_way_to_the_user(client: Client, user: Make, lead: Make) -> None:
    target, source = await user(email="a@example.com"), await lead(email="a@example.com")
    await merge(client, source, target)
    for path in (f"/contacts/{source['id']}", f"/contacts/find_by_external_id/{source['external_id']}"):
        answer = await client.get(path)
        assert answer.status_code == 410
        assert answer.headers["link"] == f'</contacts/{target["id"]}>; rel="canonical"'
        assert answer.json()["errors"] == [{"code": "contact_merged", "message": GONE}]
        await client.at("2.15").error(404, "GET", path)
    for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/archive"), ("POST", "/unarchive"), ("POST", "/block")):
        await client.error(410, method, f"/contacts/{source['id']}{path}", {} if method == "PUT" else None)
    assert [one["id"] for one in (await client.ok("GET", "/contacts"))["data"]] == [target["id"]]
    query = {"query": {"field": "id", "operator": "=", "value": source["id"]}}
    assert (await client.ok("POST", "/contacts/search", query))["total_count"] == 0


async def test_only_duplicates_are_merged_unless_the_request_says_otherwise(
    client: Client, user: Make, lead: Make
) -> None:
    target, source = await user(email="a@example.com"), await lead(email="b@example.com")
    body = {"from": source["id"], "into": target["id"]}
    assert (await client.error(400, "POST", "/contacts/merge", body))["code"] == "invalid_merge"
    await client.ok("POST", "/contacts/merge", {**body, "skip_duplicate_validation": True})
    other = await lead(email="c@example.com")
    await client.at("2.15").ok("POST", "/contacts/merge", {**body, "from": other["id"]})


async def test_what_cannot_be_merged_is_refused(client: Client, user: Make, lead: Make) -> None:
    one, two = await user(external_id="1"), await user(external_id="2")
    first, second = await lead(), await lead()
    for source, target, code in (
        (one, two, "invalid_merge"),
        (first, second, "invalid_merge"),
        (one, first, "invalid_merge"),
        (one, one, "invalid_merge"),
    ):
        body = {"from": source["id"], "into": target["id"], "skip_duplicate_validation": True}
        assert (await client.error(400, "POST", "/contacts/merge", body))["code"] == code
    await client.error(404, "POST", "/contacts/merge", {"from": "0" * 24, "into": one["id"]})
    await client.error(404, "POST", "/contacts/merge", {"from": first["id"], "into": "0" * 24})
    for body in ({"from": first["id"]}, {"into": one["id"]}, {"from": None, "into": one["id"]}):
        await client.error(400, "POST", "/contacts/merge", body)


async def test_merge_history_is_shown_on_request_and_for_users_only(client: Client, user: Make, lead: Make) -> None:
    target, source, bystander = await user(email="a@example.com"), await lead(email="a@example.com"), await lead()
    await merge(client, source, target)
    asked = "?include_merge_history=true"
    found = await client.ok("GET", f"/contacts/{target['id']}{asked}")
    assert [one["source_contact_id"] for one in found["merge_history"]] == [source["id"]]
    assert found["merge_history"][0]["source_contact_role"] == "lead"
    assert "merge_history" not in await client.ok("GET", f"/contacts/{bystander['id']}{asked}")
    for listed in (
        await client.ok("GET", f"/contacts{asked}"),
        await client.ok("POST", f"/contacts/search{asked}", {"query": {"operator": "OR", "value": [_ROLE]}}),
    ):
        histories = [one["merge_history"] for one in listed["data"] if "merge_history" in one]
        assert histories == [found["merge_history"]]
    assert "merge_history" not in await client.at("2.15").ok("GET", f"/contacts/{target['id']}{asked}")


_ROLE = {"field": "role", "operator": "IN", "value": ["user", "lead"]}


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_the_history_comes_in_pages(client: Client, user: Make, lead: Make, order: str) -> None:
    target = await user(email="a@example.com")
    sources = [await lead(email="a@example.com") for _ in range(5)]
    for one in sources:
        await merge(client, one, target)
    path = f"/contacts/{target['id']}/merge_history?order={order}"
    seen, cursor = [], ""
    while cursor is not None:
        page = await client.ok("GET", f"{path}&per_page=2&cursor={cursor}")
        seen += [one["source_contact_id"] for one in page["data"]]
        cursor = page.get("next_cursor")
        assert page["has_more"] == (cursor is not None)
    assert sorted(seen) == sorted(one["id"] for one in sources)
    every = await client.ok("GET", path)
    assert [one["source_contact_id"] for one in every["data"]] == seen
    assert every["data"][0].keys() == {"type", "source_contact_id", "source_contact_role", "merged_at"}


async def test_a_history_that_cannot_be_shown(client: Client, user: Make, lead: Make) -> None:
    for id in ((await lead())["id"], "0" * 24):
        error = await client.error(404, "GET", f"/contacts/{id}/merge_history")
        assert error["message"] == "Contact not found"
    url = f"/contacts/{(await user())['id']}/merge_history"
    assert await client.ok("GET", url) == {"type": "list", "data": [], "has_more": False}
    for query, field in (("order=up", "order"), ("per_page=151", "per_page"), ("cursor=what", "cursor")):
        assert (await client.error(400, "GET", f"{url}?{query}"))["field"] == field
    await client.at("2.15").error(400, "GET", url)


async def test_deleting_the_user_deletes_what_was_merged_into_it(client: Client, user: Make, lead: Make) -> None:
    target, source = await user(email="a@example.com"), await lead(email="a@example.com")
    await merge(client, source, target)
    await client.ok("DELETE", f"/contacts/{target['id']}")
    await client.error(404, "GET", f"/contacts/{source['id']}")
    await client.error(404, "GET", f"/contacts/find_by_external_id/{source['external_id']}")

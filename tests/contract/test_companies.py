"""Companies: made, changed, listed in three ways, deleted."""

from __future__ import annotations

from typing import Any

from contract.pairs import expected
from contract.walk import Walk, lacks

FIELDS = (
    *("type", "id", "name", "app_id", "plan", "company_id", "remote_created_at", "created_at", "updated_at"),
    *("monthly_spend", "session_count", "user_count", "custom_attributes", "tags", "segments"),
)
WHOLE: dict[str, Any] = {
    "name": "Umbrella",
    "size": 85,
    "website": "https://umbrella.example",
    "industry": "Pharmacy",
    "monthly_spend": 49,
    "remote_created_at": 1374138000,
}


async def test_companies(walk: Walk) -> None:
    await walk.ok("POST", "/data_attributes", {"name": "seats", "model": "company", "data_type": "integer"})
    made = await walk.make_company("c1", **WHOLE, plan="Platinum", custom_attributes={"seats": 12})
    assert not lacks(made, *FIELDS)
    assert made["plan"]["name"] == "Platinum"
    assert made["custom_attributes"] == {"seats": 12}
    assert made == {**made, **WHOLE}
    assert ("notes" in made) is walk.since("2.16")
    await walk.refused(400, "bad_request", "POST", "/companies", {"test": "invalid"})

    bare = await walk.make_company("c2")
    assert not lacks(bare, *FIELDS)
    assert bare["plan"] == {}
    user = await walk.make_user(email="ada@example.com")
    for company in (made, bare):
        await walk.ok("POST", f"/contacts/{user['id']}/companies", {"id": company["id"]})

    await lists(walk)
    await scroll(walk)

    path = f"/companies/{made['id']}"
    assert (await walk.ok("GET", path))["user_count"] == 1
    changed = await walk.ok("PUT", path, {"name": "Umbrella plc", "custom_attributes": {"seats": 13}})
    assert (changed["name"], changed["custom_attributes"]["seats"]) == ("Umbrella plc", 13)
    assert await walk.ok("DELETE", path) == {"id": made["id"], "object": "company", "deleted": True}
    for method, body in (("GET", None), ("PUT", {}), ("DELETE", None)):
        await walk.refused(404, "company_not_found", method, path, body)
    assert walk.seen >= expected("companies", walk.version)


async def lists(walk: Walk) -> None:
    whole = await walk.ok("GET", "/companies")
    assert whole["total_count"] == 2
    assert not lacks(whole["data"][0], *FIELDS)
    first = await walk.ok("GET", "/companies?per_page=1")
    assert first["pages"]["total_pages"] == 2
    assert not lacks(first["pages"]["next"], "per_page")
    beyond = await walk.ok("GET", "/companies?per_page=1&page=3")
    assert beyond["data"] == []
    found = await walk.ok("GET", "/companies?company_id=c1")
    assert [one["company_id"] for one in found["data"]] == ["c1"]
    named = await walk.ok("GET", "/companies?name=Umbrella")
    assert [one["company_id"] for one in named["data"]] == ["c1"]
    await walk.refused(404, "company_not_found", "GET", "/companies?company_id=nobody")
    await walk.refused(404, "company_not_found", "GET", "/companies?name=nobody")

    listed = await walk.ok("POST", "/companies/list?order=asc")
    assert not lacks(listed["data"][0], *FIELDS)
    assert ("notes" in listed["data"][0]) is walk.since("2.16")
    assert (await walk.ok("POST", "/companies/list?page=2&per_page=1"))["pages"]["next"] is None


async def scroll(walk: Walk) -> None:
    page = await walk.ok("GET", "/companies/scroll")
    assert not lacks(page, "type", "pages", "total_count", "scroll_param")
    assert not lacks(page["data"][0], *FIELDS)
    await walk.refused(400, "scroll_exists", "GET", "/companies/scroll")
    further = f"/companies/scroll?scroll_param={page['scroll_param']}"
    while page["data"]:
        page = await walk.ok("GET", further)
    await walk.refused(404, "not_found", "GET", further)


async def test_people_of_companies(walk: Walk) -> None:
    user = await walk.make_user(email="ada@example.com", external_id="ada")
    company = await walk.make_company("c1", **WHOLE)
    attach, of_company = f"/contacts/{user['id']}/companies", f"/companies/{company['id']}/contacts"
    await walk.refused(400, "parameter_not_found", "POST", attach)
    await walk.refused(404, "company_not_found", "POST", attach, {"id": "123"})
    attached = await walk.ok("POST", attach, {"id": company["id"]})
    assert not lacks(attached, *FIELDS)
    assert attached["user_count"] == 1

    shown = await walk.ok("GET", f"/contacts/{user['id']}")
    assert [one["id"] for one in shown["companies"]["data"]] == [company["id"]]
    companies = await walk.ok("GET", attach)
    assert companies["total_count"] == 1
    assert companies["data"] == companies["companies"]
    assert not lacks(companies["data"][0], *FIELDS)
    people = await walk.ok("GET", of_company)
    assert people["total_count"] == 1
    assert people["data"][0]["external_id"] == "ada"
    await walk.refused(404, "not_found", "GET", "/contacts/123/companies")
    await walk.refused(404, "company_not_found", "GET", "/companies/123/contacts")

    await walk.refused(404, "company_not_found", "DELETE", f"{attach}/123")
    await walk.refused(404, "not_found", "DELETE", f"/contacts/123/companies/{company['id']}")
    detached = await walk.ok("DELETE", f"{attach}/{company['id']}")
    assert detached["user_count"] == 0
    assert (await walk.ok("GET", of_company))["data"] == []
    assert walk.seen >= expected("people of companies", walk.version)

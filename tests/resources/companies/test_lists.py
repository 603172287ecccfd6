"""Lists of companies, and looking one up."""

from __future__ import annotations

import asyncio

import pytest

from interlock.kit import limits
from resources.companies.making import attach, attribute, company, person, with_people
from support.client import Client


async def test_a_list_shows_companies_with_people_the_newest_first(client: Client) -> None:
    await with_people(client, "one", "ann")
    await company(client, "nobody")
    two = await with_people(client, "two", "bob")
    answer = await client.ok("GET", "/companies")
    assert [item["company_id"] for item in answer["data"]] == ["two", "one"]
    assert answer["data"][0] == two
    assert answer["type"] == "list"
    assert answer["total_count"] == 2
    assert answer["pages"] == {"type": "pages", "next": None, "page": 1, "per_page": 15, "total_pages": 1}


@pytest.mark.parametrize(("method", "path"), [("GET", "/companies"), ("POST", "/companies/list")])
async def test_pages_have_a_next_one_until_the_last_and_are_empty_after_it(
    client: Client, method: str, path: str
) -> None:
    ann = await person(client, "ann")
    for name in "abc":
        await attach(client, ann, (await company(client, name))["id"])
    first = await client.ok(method, f"{path}?per_page=2")
    assert len(first["data"]) == 2
    assert first["pages"]["next"] == {"page": 2, "per_page": 2}
    assert first["pages"]["total_pages"] == 2
    second = await client.ok(method, f"{path}?per_page=2&page=2")
    assert second["pages"]["next"] is None
    assert {one["company_id"] for one in first["data"] + second["data"]} == {"a", "b", "c"}
    for page in (3, 1000, 2**31 - 1):
        past = await client.ok(method, f"{path}?per_page=2&page={page}")
        assert (past["data"], past["total_count"]) == ([], 3)


@pytest.mark.parametrize("query", ["per_page=0", "per_page=151", "per_page=x", "page=0", "page=-1", "order=up"])
async def test_a_bad_page_is_refused(client: Client, query: str) -> None:
    error = await client.error(400, "POST", f"/companies/list?{query}")
    assert (error["code"], error["field"]) == ("parameter_invalid", query.partition("=")[0])


async def test_a_list_goes_by_the_last_request_the_latest_first(client: Client) -> None:
    await with_people(client, "never", "ann")
    await with_people(client, "seen", "bob", update_last_request_at=True)
    await with_people(client, "never either", "cid")
    latest = await client.ok("POST", "/companies/list")
    assert [one["company_id"] for one in latest["data"]] == ["seen", "never either", "never"]
    earliest = await client.ok("POST", "/companies/list?order=asc")
    assert earliest["data"] == latest["data"][::-1]


async def test_pages_stop_where_the_scroll_must_be_used(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COMPANY_PAGE_REACH", 3)
    ann = await person(client, "ann")
    for n in range(5):
        await attach(client, ann, (await company(client, str(n)))["id"])
    assert len((await client.ok("POST", "/companies/list?per_page=2&page=2"))["data"]) == 1
    error = await client.error(400, "POST", "/companies/list?per_page=2&page=3")
    assert error["code"] == "bad_request"
    assert "/companies/scroll" in error["message"]
    assert (await client.ok("POST", "/companies/list?per_page=2&page=4"))["data"] == []


async def test_a_company_is_found_by_its_company_id_even_without_people(client: Client) -> None:
    made = await company(client, "acme", name="Acme")
    answer = await client.ok("GET", "/companies", params={"company_id": "acme"})
    assert (answer["type"], answer["data"], answer["total_count"]) == ("list", [made], 1)
    assert (await client.ok("GET", "/companies?company_id=acme&page=2"))["data"] == []


async def test_a_company_that_is_looked_up_is_also_there_beside_its_list(client: Client) -> None:
    """The description promises a single company and documents a list: clients find either."""
    made = await company(client, "acme", name="Acme")
    for query in ({"company_id": "acme"}, {"name": "Acme"}):
        answer = await client.ok("GET", "/companies", params=query)
        assert (answer["id"], answer["name"]) == (made["id"], "Acme")


async def test_companies_of_one_name_are_all_found(client: Client) -> None:
    one, two = await company(client, "1", name="Acme Ltd"), await company(client, "2", name="Acme Ltd")
    await company(client, "3", name="acme ltd")
    answer = await client.ok("GET", "/companies", params={"name": "Acme Ltd"})
    assert answer["data"] == [two, one]
    assert answer["total_count"] == 2


@pytest.mark.parametrize("query", ["company_id=nope", "name=nope"])
async def test_looking_up_what_is_not_there_is_404(client: Client, query: str) -> None:
    error = await client.error(404, "GET", f"/companies?{query}")
    assert (error["code"], error["message"]) == ("company_not_found", "Company Not Found")


@pytest.mark.parametrize("query", ["tag_id=1", "segment_id=1"])
async def test_there_are_no_tagged_companies_yet(client: Client, query: str) -> None:
    await with_people(client, "acme", "ann")
    answer = await client.ok("GET", f"/companies?{query}")
    assert (answer["data"], answer["total_count"]) == ([], 0)


async def test_of_several_filters_the_company_id_counts(client: Client) -> None:
    await company(client, "acme", name="Acme")
    query = {"name": "my company", "company_id": "acme", "tag_id": "678910", "segment_id": "98765"}
    assert (await client.ok("GET", "/companies", params=query))["company_id"] == "acme"


# --- the scroll


async def test_a_scroll_ends_with_an_empty_page_and_is_gone_then(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SCROLL_PAGE", 2)
    await attribute(client, "region")
    ann = await person(client, "ann")
    for n in range(3):
        await attach(client, ann, (await company(client, str(n), custom_attributes={"region": "North"}))["id"])
    await company(client, "nobody")
    first = await client.ok("GET", "/companies/scroll")
    assert (first["type"], first["pages"], first["total_count"]) == ("list", None, None)
    assert first["data"][0]["custom_attributes"] == {"region": "North"}
    param = first["scroll_param"]
    second = await client.ok("GET", f"/companies/scroll?scroll_param={param}")
    assert [one["company_id"] for one in first["data"] + second["data"]] == ["0", "1", "2"]
    last = await client.ok("GET", f"/companies/scroll?scroll_param={param}")
    assert (last["data"], last["scroll_param"]) == ([], "")
    error = await client.error(404, "GET", f"/companies/scroll?scroll_param={param}")
    assert error["code"] == "not_found"


async def test_a_workspace_has_one_scroll_at_a_time(client: Client) -> None:
    await with_people(client, "acme", "ann")
    param = (await client.ok("GET", "/companies/scroll"))["scroll_param"]
    error = await client.error(400, "GET", "/companies/scroll")
    assert error["code"] == "scroll_exists"
    await client.ok("GET", f"/companies/scroll?scroll_param={param}")  # to its end
    assert len((await client.ok("GET", "/companies/scroll"))["data"]) == 1


async def test_of_many_who_open_a_scroll_at_once_one_gets_it(client: Client) -> None:
    await with_people(client, "acme", "ann")
    answers = await asyncio.gather(*(client.get("/companies/scroll") for _ in range(8)))
    assert sorted(one.status_code for one in answers) == [200, *[400] * 7]


async def test_a_scroll_of_nothing_is_over_at_once(client: Client) -> None:
    for _ in range(2):
        assert (await client.ok("GET", "/companies/scroll"))["data"] == []


async def test_a_scroll_that_idles_for_a_minute_is_over(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    await with_people(client, "acme", "ann")
    param = (await client.ok("GET", "/companies/scroll"))["scroll_param"]
    monkeypatch.setattr(limits, "SCROLL_IDLE", -1)
    await client.error(404, "GET", f"/companies/scroll?scroll_param={param}")
    other = (await client.ok("GET", "/companies/scroll"))["scroll_param"]
    assert other != param
    monkeypatch.undo()
    await client.error(404, "GET", f"/companies/scroll?scroll_param={param}")
    assert (await client.ok("GET", f"/companies/scroll?scroll_param={other}"))["data"] == []


async def test_a_scroll_param_of_nobody_is_404(client: Client) -> None:
    await client.error(404, "GET", "/companies/scroll?scroll_param=69352cd2-ab5b-42ac-b004-a13d4e55e9b0")

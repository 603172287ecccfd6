"""Who belongs to which company."""

from __future__ import annotations

import asyncio

import pytest

from interlock.kit import limits
from resources.companies.making import attach, company, history, person, with_people
from support.client import Client

NOWHERE = "6762f0761bb69f9f2193bae2"


async def users(client: Client, company_id: str) -> int:
    """The count that the company shows, which must be the number of people that its list shows."""
    count = (await client.ok("GET", f"/companies/{company_id}"))["user_count"]
    people = await client.ok("GET", f"/companies/{company_id}/contacts")
    assert people["total_count"] == len(people["data"]) == count
    listed = [one["id"] for one in (await client.ok("GET", "/companies?per_page=150"))["data"]]
    assert (company_id in listed) == (count > 0)
    return count


async def test_attaching_answers_the_company_with_one_person_more(client: Client) -> None:
    acme, ann = await company(client, "acme"), await person(client, "ann")
    assert await attach(client, ann, acme["id"]) == acme | {"user_count": 1}
    assert await attach(client, ann, acme["id"]) == acme | {"user_count": 1}  # to be in it already is fine
    assert await users(client, acme["id"]) == 1
    assert [action for action, _, _ in await history(client, "company", acme["id"])] == ["created", "attached"]
    assert [action for action, _, _ in await history(client, "contact", ann)] == ["created", "attached"]


async def test_detaching_answers_the_company_with_one_person_less(client: Client) -> None:
    acme, ann = await company(client, "acme"), await person(client, "ann")
    await attach(client, ann, acme["id"])
    assert await client.ok("DELETE", f"/contacts/{ann}/companies/{acme['id']}") == acme
    assert await users(client, acme["id"]) == 0
    error = await client.error(404, "DELETE", f"/contacts/{ann}/companies/{acme['id']}")
    assert error["code"] == "company_not_found"
    assert [action for action, _, _ in await history(client, "company", acme["id"])][-1] == "detached"


async def test_nobody_and_nothing_are_404_the_person_first(client: Client) -> None:
    acme, ann = await company(client, "acme"), await person(client, "ann")
    no_person = {"code": "not_found", "message": "User Not Found"}
    no_company = {"code": "company_not_found", "message": "Company Not Found"}
    assert await client.error(404, "POST", f"/contacts/{NOWHERE}/companies", {"id": "123"}) == no_person
    assert await client.error(404, "POST", f"/contacts/{ann}/companies", {"id": "123"}) == no_company
    assert await client.error(404, "DELETE", f"/contacts/{NOWHERE}/companies/{acme['id']}") == no_person
    assert await client.error(404, "DELETE", f"/contacts/{ann}/companies/{NOWHERE}") == no_company
    assert await client.error(404, "GET", f"/contacts/{NOWHERE}/companies") == no_person
    assert await client.error(404, "GET", f"/companies/{NOWHERE}/contacts") == no_company


async def test_attaching_nothing_is_refused(client: Client) -> None:
    ann = await person(client, "ann")
    for body in (None, {}, {"id": None}, {"id": ""}):
        error = await client.error(400, "POST", f"/contacts/{ann}/companies", body)
        assert (error["code"], error["message"]) == ("parameter_not_found", "company not specified")


async def test_a_person_has_a_limited_number_of_companies(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONTACT_COMPANIES", 2)
    ann = await person(client, "ann")
    made = [await company(client, str(n)) for n in range(3)]
    for one in made[:2]:
        await attach(client, ann, one["id"])
    error = await client.error(400, "POST", f"/contacts/{ann}/companies", {"id": made[2]["id"]})
    assert error["code"] == "contact_company_limit_exceeded"
    assert error["message"] == "Contact has reached the maximum of 2 company associations"
    assert await users(client, made[2]["id"]) == 0
    assert (await attach(client, ann, made[0]["id"]))["user_count"] == 1  # in it already


async def test_the_companies_of_a_person_have_both_names_that_clients_read(client: Client) -> None:
    ann = await person(client, "ann")
    made = [await attach(client, ann, (await company(client, str(n)))["id"]) for n in range(3)]
    answer = await client.ok("GET", f"/contacts/{ann}/companies")
    assert answer["data"] == answer["companies"]
    assert sorted(one["id"] for one in answer["data"]) == sorted(one["id"] for one in made)
    assert (answer["type"], answer["total_count"]) == ("list", 3)
    assert answer["pages"] == {"type": "pages", "page": 1, "per_page": 50, "total_pages": 1, "next": None}


async def test_the_next_page_of_a_persons_companies_is_an_address(client: Client) -> None:
    ann = await person(client, "ann")
    for n in range(3):
        await attach(client, ann, (await company(client, str(n)))["id"])
    first = await client.ok("GET", f"/contacts/{ann}/companies?per_page=2")
    assert first["pages"]["next"] == f"http://interlock.test/contacts/{ann}/companies?per_page=2&page=2"
    second = await client.ok("GET", first["pages"]["next"])
    assert len({one["id"] for one in first["data"] + second["data"]}) == 3
    assert (await client.ok("GET", f"/contacts/{ann}/companies?per_page=2&page=3"))["companies"] == []


async def test_a_contact_shows_its_first_companies(client: Client) -> None:
    ann = await person(client, "ann")
    for n in range(12):
        await attach(client, ann, (await company(client, str(n)))["id"])
    shown = (await client.ok("GET", f"/contacts/{ann}"))["companies"]
    assert (len(shown["data"]), shown["total_count"], shown["has_more"]) == (10, 12, True)
    all_of_them = await client.ok("GET", f"/contacts/{ann}/companies")
    assert [one["id"] for one in shown["data"]] == [one["id"] for one in all_of_them["data"]][:10]


async def test_the_people_of_a_company_are_whole_contacts_the_newest_first(client: Client) -> None:
    acme = await with_people(client, "acme", "ann", "bob", "cid")
    answer = await client.ok("GET", f"/companies/{acme['id']}/contacts")
    assert [one["external_id"] for one in answer["data"]] == ["cid", "bob", "ann"]
    assert answer["data"][0] == {**await client.ok("GET", f"/contacts/{answer['data'][0]['id']}")}
    assert answer["pages"] == {"type": "pages", "page": 1, "per_page": 50, "total_pages": 1, "next": None}
    first = await client.ok("GET", f"/companies/{acme['id']}/contacts?per_page=2")
    assert first["pages"]["next"] == {"page": 2, "per_page": 2}
    second = await client.ok("GET", f"/companies/{acme['id']}/contacts?per_page=2&page=2")
    assert [one["external_id"] for one in second["data"]] == ["ann"]
    assert (await client.ok("GET", f"/companies/{acme['id']}/contacts?page=3"))["data"] == []


async def test_older_versions_see_the_people_of_a_company_in_their_own_shape(client: Client) -> None:
    acme = await company(client, "acme")
    me = await client.ok("GET", "/me")
    ann = (await client.ok("POST", "/contacts", {"external_id": "ann", "owner_id": me["id"]}))["id"]
    await attach(client, ann, acme["id"])
    newest = await client.ok("GET", f"/companies/{acme['id']}/contacts")
    older = await client.at("2.14").ok("GET", f"/companies/{acme['id']}/contacts")
    assert newest["data"][0]["owner_id"] == me["id"]
    assert older["data"][0]["owner_id"] == int(me["id"])


async def test_archived_people_do_not_count_until_they_come_back(client: Client) -> None:
    acme = await with_people(client, "acme", "ann", "bob")
    ann = (await client.ok("GET", "/contacts/find_by_external_id/ann"))["id"]
    await client.ok("POST", f"/contacts/{ann}/archive")
    assert await users(client, acme["id"]) == 1
    assert (await client.ok("GET", f"/contacts/{ann}/companies"))["total_count"] == 1
    await client.ok("POST", f"/contacts/{ann}/unarchive")
    assert await users(client, acme["id"]) == 2


async def test_attaching_an_archived_person_counts_when_they_come_back(client: Client) -> None:
    acme, ann = await company(client, "acme"), await person(client, "ann")
    await client.ok("POST", f"/contacts/{ann}/archive")
    assert (await attach(client, ann, acme["id"]))["user_count"] == 0
    await client.ok("POST", f"/contacts/{ann}/unarchive")
    assert await users(client, acme["id"]) == 1
    await client.ok("POST", f"/contacts/{ann}/archive")
    assert (await client.ok("DELETE", f"/contacts/{ann}/companies/{acme['id']}"))["user_count"] == 0


async def test_a_deleted_person_leaves_their_companies(client: Client) -> None:
    acme = await with_people(client, "acme", "ann", "bob")
    for name, left in (("ann", 1), ("bob", 0)):
        id = (await client.ok("GET", f"/contacts/find_by_external_id/{name}"))["id"]
        if name == "bob":
            await client.ok("POST", f"/contacts/{id}/archive")
        await client.ok("DELETE", f"/contacts/{id}")
        assert await users(client, acme["id"]) == left


async def test_merging_people_moves_their_companies_and_counts_each_person_once(client: Client) -> None:
    lead = (await client.ok("POST", "/contacts", {"role": "lead", "email": "ann@example.com"}))["id"]
    user = (await client.ok("POST", "/contacts", {"role": "user", "email": "ann@example.com"}))["id"]
    both, hers, his = [(await company(client, name))["id"] for name in ("both", "lead", "user")]
    for contact, companies in ((lead, (both, hers)), (user, (both, his))):
        for one in companies:
            await attach(client, contact, one)
    assert await users(client, both) == 2
    await client.ok("POST", "/contacts/merge", {"from": lead, "into": user})
    assert [await users(client, one) for one in (both, hers, his)] == [1, 1, 1]
    assert (await client.ok("GET", f"/contacts/{user}/companies"))["total_count"] == 3
    await client.error(404, "GET", f"/contacts/{lead}/companies")
    await client.error(404, "POST", f"/contacts/{lead}/companies", {"id": both})


async def test_concurrent_attaching_and_detaching_counts_right(client: Client) -> None:
    made = [(await company(client, str(n)))["id"] for n in range(3)]
    people = [await person(client, f"p{n}") for n in range(8)]
    await asyncio.gather(*(attach(client, ann, one) for ann in people for one in made for _ in range(2)))
    assert [await users(client, one) for one in made] == [8, 8, 8]
    await asyncio.gather(
        *(client.ok("DELETE", f"/contacts/{ann}/companies/{one}") for ann in people[:4] for one in made),
        *(attach(client, ann, one) for ann in people[4:] for one in made),
        *(client.ok("PUT", f"/companies/{one}", {"size": n}) for n, one in enumerate(made)),
    )
    assert [await users(client, one) for one in made] == [4, 4, 4]


async def test_people_who_come_and_go_while_their_companies_are_deleted(client: Client) -> None:
    """Everything that touches memberships at once: nobody waits for ever, and the counts are right in the end."""
    made = [(await company(client, str(n)))["id"] for n in range(4)]
    people = [await person(client, f"p{n}") for n in range(6)]
    await asyncio.gather(*(attach(client, ann, one) for ann in people for one in made))
    answers = await asyncio.gather(
        client.delete(f"/companies/{made[0]}"),
        *(client.delete(f"/contacts/{ann}") for ann in people[:2]),
        *(client.post(f"/contacts/{ann}/archive") for ann in people[2:4]),
        *(client.post(f"/contacts/{people[4]}/companies", {"id": one}) for one in made[::-1]),
        *(client.delete(f"/contacts/{people[5]}/companies/{one}") for one in made),
    )
    assert {one.status_code for one in answers} <= {200, 404}
    assert [await users(client, one) for one in made[1:]] == [1, 1, 1]

"""Notes on contacts and companies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.storage.database import Database
from resources.tags.making import company, history, person
from support.client import Client

UNKNOWN = {"contacts": ("not_found", "User Not Found"), "companies": ("company_not_found", "Company Not Found")}
SINGULAR = {"contacts": "contact", "companies": "company"}
BOTH = pytest.mark.parametrize("group", UNKNOWN)


async def record(client: Client, group: str) -> str:
    return await person(client, "ann") if group == "contacts" else await company(client, "acme")


@BOTH
async def test_a_note_is_written_and_read(client: Client, group: str) -> None:
    id, me = await record(client, group), await client.ok("GET", "/me")
    made = await client.ok("POST", f"/{group}/{id}/notes", {"body": "Hello", "admin_id": me["id"]})
    kind, other = SINGULAR[group], {"contacts": "company", "companies": "contact"}[group]
    assert (made["type"], made["body"]) == ("note", "<p>Hello</p>")
    assert made[kind] == {"type": kind, "id": id}
    assert made[other] is None
    assert (made["author"]["type"], made["author"]["id"]) == ("admin", me["id"])
    assert await client.ok("GET", f"/notes/{made['id']}") == made
    assert await client.ok("GET", f"/{group}/{id}/notes") == {
        "type": "list",
        "data": [made],
        "total_count": 1,
        "pages": {"type": "pages", "next": None, "page": 1, "per_page": 50, "total_pages": 1},
    }
    after = {f"{kind}_id": id, "author_id": int(me["id"])}
    assert await history(client, "note", made["id"]) == [("created", after)]


@BOTH
async def test_without_an_author_it_is_the_teammate_of_the_token(client: Client, group: str) -> None:
    id, me = await record(client, group), await client.ok("GET", "/me")
    made = await client.ok("POST", f"/{group}/{id}/notes", {"body": "Hello"})
    assert made["author"]["id"] == me["id"]
    made = await client.ok("POST", f"/{group}/{id}/notes", {"body": "Hello", "admin_id": int(me["id"])})
    assert made["author"]["id"] == me["id"]


@BOTH
async def test_what_is_unknown_in_its_order(client: Client, group: str) -> None:
    id, nobody = await record(client, group), "0" * 24
    for method, body in (("GET", None), ("POST", {"body": "Hello", "admin_id": "123"})):
        error = await client.error(404, method, f"/{group}/{nobody}/notes", body)
        assert (error["code"], error["message"]) == UNKNOWN[group]
    for admin_id in ("123", 123, "x" * 10_000, ""):
        error = await client.error(404, "POST", f"/{group}/{id}/notes", {"body": "Hello", "admin_id": admin_id})
        assert (error["code"], error["message"]) == ("not_found", "Resource Not Found")
    error = await client.error(404, "GET", "/notes/123")
    assert (error["code"], error["message"]) == ("not_found", "Resource Not Found")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "parameter_not_found", "body"),
        ({"body": None}, "parameter_not_found", "body"),
        ({"body": ""}, "parameter_invalid", "body"),
        ({"body": " \n "}, "parameter_invalid", "body"),
        ({"body": "<script>x</script><p> </p>"}, "parameter_invalid", "body"),
        ({"body": "x" * (limits.NOTE_CHARS + 1)}, "parameter_invalid", "body"),
        ({"body": 1}, "type_mismatch", "body"),
        ({"body": "x", "admin_id": []}, "type_mismatch", "admin_id"),
    ],
)
async def test_a_wrong_value_is_named(client: Client, body: dict[str, Any], code: str, field: str) -> None:
    error = await client.error(400, "POST", "/contacts/123/notes", body)
    assert (error["code"], error["field"]) == (code, field)


async def test_html_is_cleaned(client: Client) -> None:
    ann = await person(client, "ann")
    made = await client.ok("POST", f"/contacts/{ann}/notes", {"body": "<p onclick='x()'>Hi<script>x()</script></p>"})
    assert made["body"] == "<p>Hi</p>"


@BOTH
async def test_pages_go_by_number_and_by_cursor(client: Client, group: str) -> None:
    id = await record(client, group)
    path = f"/{group}/{id}/notes"
    made = [(await client.ok("POST", path, {"body": str(n)}))["id"] for n in range(5)][::-1]
    first = await client.ok("GET", f"{path}?per_page=2")
    assert [one["id"] for one in first["data"]] == made[:2]
    following = first["pages"]["next"]
    assert (following["page"], following["per_page"], first["pages"]["total_pages"]) == (2, 2, 3)
    second = await client.ok("GET", f"{path}?per_page=2&page=2")
    await client.ok("POST", path, {"body": "meanwhile"})
    same = await client.ok("GET", f"{path}?per_page=2&starting_after={following['starting_after']}")
    assert [one["id"] for one in same["data"]] == [one["id"] for one in second["data"]] == made[2:4]
    assert same["pages"]["page"] == 2
    last = await client.ok("GET", f"{path}?per_page=2&starting_after={same['pages']['next']['starting_after']}")
    assert [one["id"] for one in last["data"]] == made[4:]
    assert last["pages"]["next"] is None
    assert (await client.ok("GET", f"{path}?page=1000"))["data"] == []
    assert (await client.error(400, "GET", f"{path}?starting_after=x"))["code"] == "client_error"


async def test_a_contact_shows_its_newest_notes(client: Client) -> None:
    ann = await person(client, "ann")
    made = [(await client.ok("POST", f"/contacts/{ann}/notes", {"body": str(n)}))["id"] for n in range(12)][::-1]
    shown = (await client.ok("GET", f"/contacts/{ann}"))["notes"]
    assert shown == {
        "type": "list",
        "data": [{"type": "note", "id": id, "url": f"/notes/{id}"} for id in made[:10]],
        "url": f"/contacts/{ann}/notes",
        "total_count": 12,
        "has_more": True,
    }


async def test_a_company_shows_its_newest_notes_whole(client: Client) -> None:
    acme, bare = await company(client, "acme"), await company(client, "bare")
    made = [await client.ok("POST", f"/companies/{acme}/notes", {"body": str(n)}) for n in range(11)][::-1]
    shown = (await client.ok("GET", f"/companies/{acme}"))["notes"]
    assert (shown["type"], shown["notes"]) == ("note.list", made[:10])
    assert (shown["url"], shown["total_count"], shown["has_more"]) == (f"/companies/{acme}/notes", 11, True)
    assert [one["id"] for one in shown["data"]] == [one["id"] for one in made[:10]]
    assert (await client.ok("GET", f"/companies/{bare}"))["notes"]["notes"] == []
    assert "notes" not in await client.at("2.15").ok("GET", f"/companies/{acme}")
    assert (await client.at("Preview").ok("GET", f"/companies/{acme}"))["notes"] == shown


async def test_notes_of_companies_came_late(client: Client) -> None:
    acme = await company(client, "acme")
    path = f"/companies/{acme}/notes"
    await client.ok("POST", path, {"body": "Hello"})
    assert "company" not in (await client.at("2.15").ok("GET", path))["data"][0]
    for version, method in (("2.14", "GET"), ("2.15", "POST")):
        error = await client.at(version).error(400, method, path, {"body": "Hello"})
        assert error["code"] == "intercom_version_invalid"


async def test_notes_of_another_workspace_are_unknown(
    client: Client, database: Database, other_workspace: Made
) -> None:
    other = Client(build(database), other_workspace.token)
    ann, mine = await person(other, "ann"), await person(client, "ann")
    theirs = await other.ok("POST", f"/contacts/{ann}/notes", {"body": "secret"})
    await client.error(404, "GET", f"/notes/{theirs['id']}")
    await client.error(404, "GET", f"/contacts/{ann}/notes")
    await client.error(404, "POST", f"/contacts/{ann}/notes", {"body": "Hello"})
    their_admin = (await other.ok("GET", "/me"))["id"]
    await client.error(404, "POST", f"/contacts/{mine}/notes", {"body": "Hello", "admin_id": their_admin})


@given(body=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200) | st.just("<div>" * 3000 + "x"))
async def test_any_text_is_written_or_refused(client: Client, body: str) -> None:
    if (found := (await client.ok("GET", "/contacts"))["data"]) == []:
        found = [{"id": await person(client, "ann")}]
    answer = await client.post(f"/contacts/{found[0]['id']}/notes", {"body": body})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert await client.ok("GET", f"/notes/{answer.json()['id']}") == answer.json()

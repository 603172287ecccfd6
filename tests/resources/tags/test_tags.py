"""The tags of a workspace, and POST /tags in its four forms."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.app import build
from interlock.core.tags.tags import segments_with, speaks_of
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.storage.database import Database
from resources.tags.making import company, history, person, tag
from support.client import Client


async def test_a_tag_is_made_once_whatever_the_case_of_its_name(client: Client) -> None:
    made = await tag(client, "  Big Fish ")
    assert made == {"type": "tag", "id": made["id"], "name": "Big Fish", "users": [], "companies": []}
    assert await tag(client, "BIG fish") == made
    shown = {"type": "tag", "id": made["id"], "name": "Big Fish"}
    assert await client.ok("GET", f"/tags/{made['id']}") == shown
    assert await client.ok("GET", "/tags") == {"type": "list", "data": [shown]}
    assert await history(client, "tag", made["id"]) == [("created", {"name": "Big Fish"})]


async def test_many_at_once_make_one_tag(client: Client) -> None:
    made = await asyncio.gather(*(tag(client, "VIP") for _ in range(8)))
    assert len({one["id"] for one in made}) == 1


async def test_a_tag_is_renamed_by_its_id(client: Client) -> None:
    made = await tag(client, "fish")
    await tag(client, "meat")
    renamed = await client.ok("POST", "/tags", {"id": made["id"], "name": "Fish"})
    assert (renamed["id"], renamed["name"]) == (made["id"], "Fish")
    assert (await client.ok("POST", "/tags", {"id": int(made["id"]), "name": "Fish"}))["name"] == "Fish"
    assert [one[0] for one in await history(client, "tag", made["id"])] == ["created", "updated"]
    error = await client.error(400, "POST", "/tags", {"id": made["id"], "name": "MEAT"})
    assert (error["code"], error["field"]) == ("parameter_invalid", "name")
    error = await client.error(404, "POST", "/tags", {"id": "123", "name": "Fish"})
    assert (error["code"], error["message"]) == ("not_found", "Resource Not Found")


@pytest.mark.parametrize(
    "body",
    [
        {"test": "invalid"},
        {"id": "1"},
        {"companies": [{"id": "1"}]},
        {"users": []},
        {"name": " "},
        {"name": "x", "users": [{}]},
        {"name": "x", "companies": [{"untag": True}]},
    ],
)
async def test_a_body_that_fits_no_form_is_refused(client: Client, body: dict[str, Any]) -> None:
    error = await client.error(400, "POST", "/tags", body)
    assert (error["code"], error["message"]) == ("parameter_invalid", "invalid tag parameters")
    assert (await client.ok("GET", "/tags"))["data"] == []


async def test_an_empty_body_is_refused(client: Client) -> None:
    assert (await client.error(400, "POST", "/tags"))["message"] == "invalid tag parameters"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"name": 1}, "type_mismatch", "name"),
        ({"name": "x" * 256}, "parameter_invalid", "name"),
        ({"name": "x", "users": {}}, "type_mismatch", "users"),
        ({"name": "x", "users": [1]}, "type_mismatch", "users.0"),
        ({"name": "x", "companies": [{"id": []}]}, "type_mismatch", "companies.0.id"),
        ({"name": "x", "companies": [{"id": "1", "untag": "perhaps"}]}, "parameter_invalid", "companies.0.untag"),
        ({"name": "x", "users": [{"id": "1"}] * (limits.TAGGED_AT_ONCE + 1)}, "parameter_invalid", "users"),
    ],
)
async def test_a_wrong_value_is_named(client: Client, body: dict[str, Any], code: str, field: str) -> None:
    error = await client.error(400, "POST", "/tags", body)
    assert (error["code"], error["field"]) == (code, field)


async def test_companies_are_tagged_and_untagged_by_either_id(client: Client) -> None:
    ann = await person(client, "ann")
    one, two = await company(client, "one", ann), await company(client, "two", ann)
    body = {"name": "VIP", "companies": [{"id": one}, {"company_id": "two"}]}
    done = await client.ok("POST", "/tags", body)
    assert done["companies"] == [{"id": one, "tagged": True}, {"id": two, "tagged": True}]
    shown = {"type": "tag.list", "tags": [{"type": "tag", "id": done["id"], "name": "VIP"}]}
    assert (await client.ok("GET", f"/companies/{one}"))["tags"] == shown
    assert [await history(client, "company", id) for id in (one, two)][1][-1] == (
        "tagged",
        {"tag_id": done["id"], "name": "VIP"},
    )

    for untag in (True, "true"):
        body = {"name": "vip", "companies": [{"company_id": "one", "untag": untag}]}
        assert (await client.ok("POST", "/tags", body))["companies"] == [{"id": one, "tagged": False}]
    assert (await client.ok("GET", f"/companies/{one}"))["tags"]["tags"] == []
    assert (await client.ok("GET", f"/companies/{two}"))["tags"] == shown
    actions = [action for action, _ in await history(client, "company", one)]
    assert actions.count("untagged") == actions.count("tagged") == 1  # what changes nothing is not noted


async def test_companies_of_a_tag_are_listed(client: Client) -> None:
    ann = await person(client, "ann")
    made = [await company(client, name, ann) for name in "abc"]
    nobody = await company(client, "nobody")
    vip = await client.ok("POST", "/tags", {"name": "VIP", "companies": [{"id": one} for one in (*made[:2], nobody)]})
    listed = await client.ok("GET", f"/companies?tag_id={vip['id']}")
    assert [one["id"] for one in listed["data"]] == [made[1], made[0]]
    assert listed["total_count"] == 2
    page = await client.ok("GET", f"/companies?tag_id={vip['id']}&per_page=1&page=2")
    assert [one["id"] for one in page["data"]] == [made[0]]
    assert (await client.ok("GET", "/companies?tag_id=123"))["data"] == []


async def test_a_tag_named_by_its_id_is_put_on(client: Client) -> None:
    """The description's text has an id here where its schema has a name."""
    made = await tag(client, "VIP")
    one = await company(client, "one")
    done = await client.ok("POST", "/tags", {"id": made["id"], "companies": [{"id": one}]})
    assert (done["name"], done["companies"]) == ("VIP", [{"id": one, "tagged": True}])
    await client.error(404, "POST", "/tags", {"id": "1", "companies": [{"id": one}]})


async def test_people_are_tagged(client: Client) -> None:
    ann, bob = await person(client, "ann"), await person(client, "bob")
    done = await client.ok("POST", "/tags", {"name": "VIP", "users": [{"id": ann}, {"id": bob}, {"id": ann}]})
    assert done["users"] == [{"id": ann, "tagged": True}, {"id": bob, "tagged": True}]
    done = await client.ok("POST", "/tags", {"name": "VIP", "users": [{"id": ann, "untag": True}]})
    assert done["users"] == [{"id": ann, "tagged": False}]
    assert (await client.ok("GET", f"/contacts/{bob}/tags"))["data"][0]["id"] == done["id"]
    assert (await client.ok("GET", f"/contacts/{ann}/tags"))["data"] == []


@pytest.mark.parametrize("version", ["2.11", "2.15", "2.16"])
async def test_one_that_is_unknown_means_that_nobody_is_tagged(client: Client, version: str) -> None:
    old = client.at(version)
    ann = await person(client, "ann")
    error = await old.error(404, "POST", "/tags", {"name": "VIP", "users": [{"id": ann}, {"id": "123"}]})
    assert (error["code"], error["message"]) == ("not_found", "User Not Found")
    error = await old.error(404, "POST", "/tags", {"name": "VIP", "companies": [{"company_id": "123"}]})
    assert (error["code"], error["message"]) == ("company_not_found", "Company Not Found")
    both = {"name": "VIP", "companies": [{"id": "x" * 20_000}], "users": [{"id": "123"}]}
    assert (await old.error(404, "POST", "/tags", both))["code"] == "not_found"  # people come first
    assert (await client.ok("GET", "/tags"))["data"] == []


async def test_a_tag_that_is_not_there_cannot_be_taken_off(client: Client) -> None:
    one = await company(client, "one")
    await client.error(404, "POST", "/tags", {"name": "VIP", "companies": [{"id": one, "untag": True}]})
    assert (await client.ok("GET", "/tags"))["data"] == []


async def test_deleting_a_tag_takes_it_off_everything(client: Client) -> None:
    ann = await person(client, "ann")
    one = await company(client, "one", ann)
    made = await client.ok("POST", "/tags", {"name": "VIP", "users": [{"id": ann}], "companies": [{"id": one}]})
    await client.ok("DELETE", f"/tags/{made['id']}")
    assert (await client.ok("GET", f"/contacts/{ann}"))["tags"]["data"] == []
    assert (await client.ok("GET", f"/companies/{one}"))["tags"]["tags"] == []
    for method in ("GET", "DELETE"):
        error = await client.error(404, method, f"/tags/{made['id']}")
        assert (error["code"], error["message"]) == ("not_found", "Resource Not Found")
    assert [one[0] for one in await history(client, "tag", made["id"])] == ["created", "deleted"]
    assert (await tag(client, "VIP"))["id"] != made["id"]


async def test_tagging_and_deleting_at_once_leave_nothing_behind(client: Client) -> None:
    ann = await person(client, "ann")
    for n in range(5):
        made = await tag(client, f"tag {n}")
        put, gone = await asyncio.gather(
            client.post(f"/contacts/{ann}/tags", {"id": made["id"]}), client.delete(f"/tags/{made['id']}")
        )
        assert (put.status_code, gone.status_code) in ((200, 200), (404, 200))
    assert (await client.ok("GET", f"/contacts/{ann}"))["tags"]["total_count"] == 0


async def test_a_tag_of_another_workspace_is_unknown(client: Client, database: Database, other_workspace: Made) -> None:
    other = Client(build(database), other_workspace.token)
    theirs, ann = await tag(other, "VIP"), await person(client, "ann")
    await client.error(404, "GET", f"/tags/{theirs['id']}")
    await client.error(404, "DELETE", f"/tags/{theirs['id']}")
    await client.error(404, "POST", "/tags", {"id": theirs["id"], "name": "Mine"})
    await client.error(404, "POST", f"/contacts/{ann}/tags", {"id": theirs["id"]})
    assert (await tag(client, "VIP"))["id"] != theirs["id"]
    assert [one["name"] for one in (await other.ok("GET", "/tags"))["data"]] == ["VIP"]


async def test_before_2_16_a_made_tag_does_not_tell_of_people(client: Client) -> None:
    made = await tag(client.at("2.15"), "VIP")
    assert made == {"type": "tag", "id": made["id"], "name": "VIP"}


@given(name=st.text(max_size=300))
async def test_any_text_is_a_name_or_is_refused(client: Client, name: str) -> None:
    answer = await client.post("/tags", {"name": name})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        again = await tag(client, answer.json()["name"].upper().lower())
        assert (await client.ok("GET", f"/tags/{again['id']}"))["id"] == again["id"]


class Segment:
    def __init__(self, name: str, rules: Any) -> None:
        self.name, self.rules = name, rules


def test_segments_that_speak_of_a_tag_are_found_wherever_they_do() -> None:
    rule = {"field": "tag_id", "operator": "=", "value": "7"}
    other = {"field": "role", "operator": "=", "value": "7"}
    nested = {"operator": "AND", "value": [other, {"operator": "OR", "value": [rule]}]}
    several = {"field": "tag_id", "operator": "IN", "value": ["1", 7]}
    assert all(speaks_of(one, "7") for one in (rule, nested, several, [nested]))
    assert not any(speaks_of(one, "7") for one in (other, {**rule, "value": "77"}, None, []))
    segments = {"2": Segment("Seg 2", nested), "1": Segment("Seg 1", rule), "3": Segment("Seg 3", other)}
    assert segments_with(segments, "7") == ["Seg 1", "Seg 2"]

"""Segments over REST: made, read, and who is in them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, select

from interlock.core.attributes.definition import CONTACT
from interlock.core.records.store import CONTACTS
from interlock.core.segments.segments import of_records
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes
from resources.segments.making import BIG_OPEN, ORDER, SEGMENTS, members, named, order, person, segment
from support.client import Client


async def _search(client: Client, operator: str, value: Any) -> list[str]:
    query = {"field": "segment_id", "operator": operator, "value": value}
    answer = await client.ok("POST", "/contacts/search", {"query": query})
    return sorted(one["name"] for one in answer["data"])


async def _segments_of(client: Client, path: str) -> list[str]:
    answer = await client.ok("GET", f"{path}/segments")
    assert answer["type"] == "list"
    return [one["name"] for one in answer["data"]]


async def test_a_segment_is_made_shown_changed_and_deleted(client: Client) -> None:
    made = await segment(client, named("ann"), "Anns")
    assert made == {
        "type": "segment",
        "id": made["id"],
        "name": "Anns",
        "kind": "contact",
        "person_type": "user",
        "rules": named("ann"),
        "broken": False,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    one = f"{SEGMENTS}/{made['id']}"
    assert await client.ok("GET", one) == made
    assert await client.ok("GET", SEGMENTS) == {"type": "list", "data": [made], "total_count": 1}

    changed = await client.ok("PUT", one, {"name": "Bobs", "rules": named("bob")})
    assert (changed["name"], changed["rules"], changed["kind"]) == ("Bobs", named("bob"), "contact")
    assert (await client.error(400, "PUT", one, {"kind": "company"}))["field"] == "kind"
    assert (await client.error(400, "PUT", one, {"rules": {"field": "x"}}))["field"] == "rules.field"

    assert await client.ok("DELETE", one) == {"type": "segment", "id": made["id"], "deleted": True}
    for method, path in (
        ("GET", one),
        ("PUT", one),
        ("DELETE", one),
        ("GET", f"{one}/count"),
        ("GET", f"{one}/members"),
    ):
        error = await client.error(404, method, path, {} if method == "PUT" else None)
        assert (error["code"], error["message"]) == ("not_found", "Resource Not Found")


async def test_as_intercom_lists_them(client: Client) -> None:
    assert await client.ok("GET", "/segments") == {"type": "segment.list", "segments": []}
    await person(client, "ann")
    anns, leads = await segment(client, named("ann"), "Anns"), await segment(client, named("x"), person_type="contact")

    shown = await client.ok("GET", "/segments")
    assert shown["segments"][0] == {
        "type": "segment",
        "id": anns["id"],
        "name": "Anns",
        "created_at": anns["created_at"],
        "updated_at": anns["updated_at"],
        "person_type": "user",
    }
    assert shown["segments"][1]["person_type"] == "contact"
    counted = await client.ok("GET", "/segments?include_count=true")
    assert [one["count"] for one in counted["segments"]] == [1, 0]
    assert await client.ok("GET", f"/segments/{anns['id']}") == shown["segments"][0]
    assert (await client.ok("GET", f"/segments/{leads['id']}?include_count=1"))["count"] == 0
    assert (await client.error(400, "GET", "/segments?include_count=maybe"))["field"] == "include_count"
    error = await client.error(404, "GET", "/segments/" + "9" * 1000)
    assert (error["code"], error["message"]) == ("not_found", "Resource Not Found")


class TestMembership:
    async def test_is_live(self, client: Client) -> None:
        ann = await person(client, "ann")
        anns = await segment(client, named("ann"), "Anns")
        assert await members(client, anns["id"]) == ["ann"]
        assert await _segments_of(client, f"/contacts/{ann}") == ["Anns"]
        await client.ok("PUT", f"/contacts/{ann}", {"name": "bob"})
        assert await members(client, anns["id"]) == []
        assert await _segments_of(client, f"/contacts/{ann}") == []

    async def test_archived_people_are_in_none(self, client: Client) -> None:
        ann = await person(client, "ann")
        anns = await segment(client, named("ann"), "Anns")
        await client.ok("POST", f"/contacts/{ann}/archive")
        assert await members(client, anns["id"]) == []
        assert await _segments_of(client, f"/contacts/{ann}") == []

    async def test_is_searched_for(self, client: Client) -> None:
        for name in ("ann", "bob", "cy"):
            await person(client, name)
        anns, bobs = [(await segment(client, named(name), name))["id"] for name in ("ann", "bob")]
        companies = await segment(client, named("ann"), kind="company")
        assert await _search(client, "=", anns) == ["ann"]
        assert await _search(client, "!=", anns) == ["bob", "cy"]
        assert await _search(client, "IN", [anns, bobs, "nope"]) == ["ann", "bob"]
        assert await _search(client, "NIN", [anns, bobs]) == ["cy"]
        assert await _search(client, "=", "nope") == []
        assert await _search(client, "=", companies["id"]) == []
        assert await _search(client, "=", None) == ["cy"]
        assert await _search(client, "!=", None) == ["ann", "bob"]
        query = {"field": "segment_id", "operator": "~", "value": anns}
        assert (await client.error(400, "POST", "/contacts/search", {"query": query}))["code"] == "invalid_operator"

    async def test_of_companies(self, client: Client) -> None:
        ann = await person(client, "ann")
        acme = await client.ok("POST", "/companies", {"company_id": "acme", "name": "Acme"})
        other = await client.ok("POST", "/companies", {"company_id": "other", "name": "Other"})
        for one in (acme, other):
            await client.ok("POST", f"/contacts/{ann}/companies", {"id": one["id"]})
        made = await segment(client, named("Acme"), "Acmes", kind="company")
        assert await members(client, made["id"]) == ["Acme"]
        assert await _segments_of(client, f"/companies/{acme['id']}") == ["Acmes"]
        assert await _segments_of(client, f"/companies/{other['id']}") == []
        listed = await client.ok("GET", f"/companies?segment_id={made['id']}")
        assert ([one["name"] for one in listed["data"]], listed["total_count"]) == (["Acme"], 1)
        shown = await client.ok("GET", f"/segments/{made['id']}")
        assert listed["data"][0]["segments"] == {"type": "segment.list", "segments": [shown]}
        assert (await client.ok("GET", "/companies?segment_id=nope"))["data"] == []

    async def test_members_come_in_pages(self, client: Client) -> None:
        for number in range(5):
            await person(client, f"p{number}")
        made = await segment(client, {"field": "name", "operator": "^", "value": "p"})
        assert (await client.ok("GET", f"{SEGMENTS}/{made['id']}/count")) == {"type": "count", "count": 5}
        seen, after = [], ""
        for _ in range(3):
            page = await client.ok("GET", f"{SEGMENTS}/{made['id']}/members?per_page=2&starting_after={after}")
            assert page["total_count"] == 5
            seen += [one["name"] for one in page["data"]]
            after = page["pages"].get("next", {}).get("starting_after", "")
        assert seen == ["p4", "p3", "p2", "p1", "p0"]
        assert after == ""
        bad = await client.error(400, "GET", f"{SEGMENTS}/{made['id']}/members?starting_after=x")
        assert bad["code"] == "client_error"


async def test_whose_segments_there_are_not(client: Client, other_workspace: Made) -> None:
    ann = await person(client, "ann")
    made = await segment(client, named("ann"))
    theirs = Client(client.app, other_workspace.token)
    for asking, id in ((theirs, ann), (client, "x" * 1000)):
        error = await asking.error(404, "GET", f"/contacts/{id}/segments")
        assert (error["code"], error["message"]) == ("not_found", "User Not Found")
        error = await asking.error(404, "GET", f"/companies/{id}/segments")
        assert (error["code"], error["message"]) == ("company_not_found", "Company Not Found")
    await theirs.error(404, "GET", f"/segments/{made['id']}")
    await theirs.error(404, "DELETE", f"{SEGMENTS}/{made['id']}")
    assert (await theirs.ok("GET", "/segments"))["segments"] == []
    for path in ("/segments", f"/segments/{made['id']}", f"/contacts/{ann}/segments", SEGMENTS):
        assert (await client.without_token().error(401, "GET", path))["code"] == "unauthorized"


class TestWhatSegmentsUse:
    @pytest.fixture
    async def shop(self, client: Client) -> Client:
        await client.ok("POST", "/interlock/v1/object_types", ORDER)
        return client

    async def test_cannot_be_archived(self, shop: Client) -> None:
        made = await segment(shop, BIG_OPEN, "Spenders")
        for path in (
            "object_types/Order/attributes/total",
            "object_types/Order/attributes/status",
            "object_types/Order",
        ):
            error = await shop.error(422, "PUT", f"/interlock/v1/{path}", {"archived": True})
            assert error["code"] == "data_invalid"
        attribute = await shop.ok("POST", "/data_attributes", {"name": "x", "model": "contact", "data_type": "string"})
        uses_x = {"field": "custom_attributes.x", "operator": "is_unknown"}
        other = await segment(shop, uses_x, "No x")
        error = await shop.error(422, "PUT", f"/data_attributes/{attribute['id']}", {"archived": True})
        assert error["message"] == "The Data Attribute you are trying to archive has a dependant object"
        await shop.ok("DELETE", f"{SEGMENTS}/{other['id']}")
        await shop.ok("PUT", f"/data_attributes/{attribute['id']}", {"archived": True})
        assert (await shop.ok("GET", f"{SEGMENTS}/{made['id']}"))["broken"] is False

    async def test_a_tag_cannot_be_deleted(self, client: Client) -> None:
        tag = await client.ok("POST", "/tags", {"name": "VIP"})
        await segment(client, {"field": "tag_id", "operator": "=", "value": tag["id"]}, "Seg 1")
        error = await client.error(400, "DELETE", f"/tags/{tag['id']}")
        assert (error["code"], error["message"]) == (
            "tag_has_dependent_objects",
            "Unable to delete Tag with dependent objects. Segments: Seg 1.",
        )

    async def test_keeps_its_meaning_when_an_attribute_is_renamed(self, shop: Client) -> None:
        ann = await person(shop, "ann")
        await order(shop, "1", ann, total=150, status="open")
        made = await segment(shop, BIG_OPEN)
        wanted = await shop.ok("GET", "/interlock/v1/schema")
        (type,) = wanted["object_types"]
        for one in type["attributes"]:
            if one["name"] == "total":
                one |= {"name": "sum", "was": "total"}
        plan = await shop.ok("POST", "/interlock/v1/schema/plan", {"schema": wanted})
        applied = {"schema": wanted, "plan_hash": plan["plan_hash"]}
        await shop.ok("POST", "/interlock/v1/schema/apply", applied)
        shown = await shop.ok("GET", f"{SEGMENTS}/{made['id']}")
        assert shown["rules"]["where"]["value"][0]["field"] == "custom_attributes.sum"
        assert await members(shop, made["id"]) == ["ann"]

        for one in type["attributes"]:
            one.pop("was", None)
            if one["name"] == "sum":
                one["data_type"] = "string"
        error = await shop.error(422, "POST", "/interlock/v1/schema/plan", {"schema": wanted})
        assert error["code"] == "data_invalid", "text is not greater than 100"


async def test_the_feed_tells_of_segments(client: Client) -> None:
    made = await segment(client, named("ann"), "Anns")
    one = f"{SEGMENTS}/{made['id']}"
    await client.ok("PUT", one, {"name": "Bobs"})
    await client.ok("PUT", one, {"name": "Bobs"})  # changes nothing, and is not told
    await client.ok("DELETE", one)
    told = await client.app.database.read(_changes, made["id"])
    assert [action for action, *_ in told] == ["created", "updated", "deleted"]
    assert (told[1][1], told[1][2]) == ('{"name":"Anns"}', '{"name":"Bobs"}')


async def _changes(tx: Tx, id: str) -> list[Any]:
    row = (changes.c.action, changes.c.before, changes.c.after)
    query = (
        select(*row).where(changes.c.kind == "segment", changes.c.record_id == bindparam("id")).order_by(changes.c.id)
    )
    return await tx.all(Query(query), id=id)


class _Counting:
    """A transaction that counts what it is asked."""

    def __init__(self, inner: Tx) -> None:
        self.inner, self.statements = inner, 0

    def __getattr__(self, name: str) -> Any:
        self.statements += name in ("one", "all", "value", "run", "many")
        return getattr(self.inner, name)


async def test_fifty_segments_of_one_contact_take_a_few_statements(
    client: Client, database: Database, workspace: Made
) -> None:
    await client.ok("POST", "/interlock/v1/object_types", ORDER)
    ann = await person(client, "ann")
    for number in range(60):
        await order(client, str(number), ann, total=number, status="open")
    kinds = [
        BIG_OPEN,
        {"event": "bought", "operator": "=", "value": 0},
        {"field": "tag_id", "operator": "!=", "value": "1"},
        {"company": named("x")},
        {"related": "orders", "match": "count", "operator": ">", "value": 50},
    ]
    for number in range(50):
        await segment(client, kinds[number % len(kinds)], f"{number}")
    schema = await client.app.schemas.get(workspace.workspace_id)

    async def unit(tx: Tx) -> tuple[int, int]:
        record = await CONTACTS.get(tx, schema.workspace.id, ann, CONTACT)
        assert record is not None
        counting = _Counting(tx)
        found = await of_records(counting, schema, CONTACT, [record])  # type: ignore[arg-type]
        return counting.statements, len(found[ann])

    assert await database.read(unit) == (4, 30)


async def test_a_workspace_has_a_limit_of_segments(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SEGMENTS", 2)
    for _ in range(2):
        await segment(client, named("a"))
    error = await client.error(400, "POST", SEGMENTS, {"name": "S", "rules": named("a")})
    assert error["message"] == "A workspace may have at most 2 segments"


async def test_a_search_over_too_many_rules_is_refused(client: Client) -> None:
    wide = {"operator": "OR", "value": [{"operator": "AND", "value": [named("a")] * 14}] * 13}
    for number in range(12):
        await segment(client, wide, f"{number}")
    query = {"field": "segment_id", "operator": "!=", "value": None}
    error = await client.error(400, "POST", "/contacts/search", {"query": query})
    assert (error["code"], error["field"]) == ("parameter_invalid", "query")

"""What goes beyond Intercom: search, bulk, conditional upserts, export, history, revert."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from resources.custom_object_instances.test_operations import ORDER_TYPE, ORDERS, order, person
from support.client import Client

INSTANCES = "/interlock/v1/object_types/Order/instances"


@pytest.fixture
async def shop(client: Client) -> Client:
    await client.ok("POST", "/interlock/v1/object_types", ORDER_TYPE)
    return client


async def found(client: Client, query: dict[str, Any], **more: Any) -> list[str]:
    answer = await client.ok("POST", f"{INSTANCES}/search", {"query": query, **more})
    assert answer["total_count"] >= len(answer["data"])
    return [one["external_id"] for one in answer["data"]]


async def test_instances_are_searched_by_their_attributes(shop: Client) -> None:
    ann = await person(shop, "ann")
    await order(shop, "A-1", total=10, status="open", person=[ann])
    await order(shop, "A-2", total=100.5, status="open")
    await order(shop, "A-3", total=200, status="shipped")
    big = {"field": "custom_attributes.total", "operator": ">", "value": 100}
    is_open = {"field": "status", "operator": "=", "value": "open"}
    of_ann = {"field": "custom_attributes.person", "operator": "=", "value": ann}
    assert await found(shop, big) == ["A-3", "A-2"]
    assert await found(shop, {"operator": "AND", "value": [big, is_open]}) == ["A-2"]
    assert await found(shop, of_ann) == ["A-1"]
    ascending = {"field": "custom_attributes.total", "order": "ascending"}
    assert await found(shop, {"operator": "OR", "value": [big, is_open]}, sort=ascending) == ["A-1", "A-2", "A-3"]


async def test_a_bulk_tells_what_became_of_each_row(shop: Client) -> None:
    await order(shop, "old", title="before")
    await order(shop, "gone")
    rows = [
        {"external_id": "new", "custom_attributes": {"title": "x"}},
        {"external_id": "old", "custom_attributes": {"title": "after"}},
        {"external_id": "bad", "custom_attributes": {"quantity": "many"}},
        {"external_id": "gone", "action": "delete"},
        {"external_id": "nowhere", "action": "delete"},
        {"external_id": "new", "custom_attributes": {"title": "y"}},
        {"custom_attributes": {}},
        {"external_id": "strict", "update_only": True},
    ]
    answer = await shop.ok("POST", f"{INSTANCES}/bulk", {"rows": rows})
    outcomes = [row["outcome"] for row in answer["rows"]]
    assert outcomes == ["created", "updated", None, "deleted", None, "updated", None, None]
    errors = {row["index"]: row["error"]["code"] for row in answer["rows"] if row["error"]}
    assert errors == {2: "parameter_invalid", 4: "not_found", 6: "parameter_not_found", 7: "not_found"}
    assert answer["rows"][2]["error"]["field"] == "custom_attributes.quantity"
    assert (await shop.ok("GET", f"{ORDERS}/new"))["custom_attributes"]["title"] == "y"
    assert (await shop.ok("GET", f"{ORDERS}/old"))["custom_attributes"]["title"] == "after"
    await shop.error(404, "GET", f"{ORDERS}/bad")


async def test_an_atomic_bulk_is_all_or_nothing(shop: Client) -> None:
    rows = [{"external_id": "one"}, {"external_id": "two", "custom_attributes": {"quantity": "many"}}]
    error = await shop.error(400, "POST", f"{INSTANCES}/bulk", {"rows": rows, "atomic": True})
    assert error["field"] == "rows[1].custom_attributes.quantity"
    assert (await shop.ok("GET", ORDERS))["total_count"] == 0


async def test_a_bulk_links_like_single_upserts_do(shop: Client) -> None:
    ann, bob = await person(shop, "ann"), await person(shop, "bob")
    rows = [{"external_id": f"A-{n}", "custom_attributes": {"person": [ann]}} for n in range(3)]
    await shop.ok("POST", f"{INSTANCES}/bulk", {"rows": rows})
    again = await shop.ok("POST", f"{INSTANCES}/bulk", {"rows": rows})
    assert again["counts"] == {"unchanged": 3}
    rows = [
        {"external_id": "A-0", "custom_attributes": {"person": [bob]}},
        {"external_id": "A-9", "custom_attributes": {"person": ["missing"]}},
    ]
    answer = await shop.ok("POST", f"{INSTANCES}/bulk", {"rows": rows})
    assert [row["outcome"] for row in answer["rows"]] == ["updated", None]
    of_ann = (await shop.ok("GET", f"/contacts/{ann}"))["custom_attributes"]["orders"]["total_count"]
    of_bob = (await shop.ok("GET", f"/contacts/{bob}"))["custom_attributes"]["orders"]["total_count"]
    assert (of_ann, of_bob) == (2, 1)


async def test_bulks_over_the_same_instances_at_once_lose_nothing(shop: Client) -> None:
    async def one(start: int) -> None:
        rows = [{"external_id": f"A-{n}", "custom_attributes": {"title": f"{start}"}} for n in range(start, start + 50)]
        await shop.ok("POST", f"{INSTANCES}/bulk", {"rows": rows})

    await asyncio.gather(*(one(start) for start in (0, 25, 40, 10)))
    assert (await shop.ok("GET", ORDERS))["total_count"] == 90


async def test_more_than_a_thousand_rows_are_refused(shop: Client) -> None:
    rows = [{"external_id": str(n)} for n in range(1001)]
    assert (await shop.error(400, "POST", f"{INSTANCES}/bulk", {"rows": rows}))["field"] == "rows"


async def test_an_upsert_can_be_told_not_to_create_or_to_go_back(shop: Client) -> None:
    await shop.error(404, "POST", f"{INSTANCES}/upsert", {"external_id": "A-1", "update_only": True})
    newer = {"external_id": "A-1", "external_updated_at": 200, "custom_attributes": {"title": "new"}, "if_newer": True}
    assert (await shop.ok("POST", f"{INSTANCES}/upsert", newer))["outcome"] == "created"
    older = {**newer, "external_updated_at": 199, "custom_attributes": {"title": "old"}}
    answer = await shop.ok("POST", f"{INSTANCES}/upsert", older)
    assert answer["outcome"] == "skipped"
    assert answer["instance"]["custom_attributes"]["title"] == "new"


async def test_an_export_has_every_instance_on_a_line(shop: Client) -> None:
    rows = [{"external_id": f"A-{n:04}"} for n in range(1000)]
    await shop.ok("POST", f"{INSTANCES}/bulk", {"rows": rows})
    await order(shop, "last")
    answer = await shop.get(f"{INSTANCES}/export")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["external_id"] for line in lines] == [row["external_id"] for row in rows] + ["last"]


async def test_the_history_tells_who_when_and_what(shop: Client) -> None:
    ann = await person(shop, "ann")
    made = await order(shop, "A-1", title="one")
    await order(shop, "A-1", title="two", person=[ann])
    listed = (await shop.ok("GET", f"{INSTANCES}/A-1/history"))["data"]
    assert [one["action"] for one in listed] == ["updated", "created"]
    assert listed[0]["before"] == {"custom_attributes": {"title": "one", "person": []}}
    assert listed[0]["after"] == {"custom_attributes": {"title": "two", "person": [ann]}}
    assert listed[0]["through"]["type"] == "token"
    await shop.ok("DELETE", f"{ORDERS}/{made['id']}")
    listed = (await shop.ok("GET", f"{INSTANCES}/{made['id']}/history"))["data"]
    assert listed[0]["action"] == "deleted"
    assert listed[0]["before"]["custom_attributes"] == {"title": "two", "person": [ann]}


async def test_history_comes_in_pages(shop: Client) -> None:
    for n in range(5):
        await order(shop, "A-1", title=str(n))
    seen: list[str] = []
    path = f"{INSTANCES}/A-1/history?per_page=2"
    while path:
        page = await shop.ok("GET", path)
        seen += [one["after"]["custom_attributes"]["title"] for one in page["data"]]
        path = page["next"] and f"{INSTANCES}/A-1/history?per_page=2&starting_after={page['next']}"
    assert seen == ["4", "3", "2", "1", "0"]


async def test_a_revert_takes_values_and_links_back(shop: Client) -> None:
    ann, bob = await person(shop, "ann"), await person(shop, "bob")
    await order(shop, "A-1", title="one", person=[ann])
    await order(shop, "A-1", title="two", total=5, person=[bob])
    await order(shop, "A-1", title="three")
    first = (await shop.ok("GET", f"{INSTANCES}/A-1/history"))["data"][-1]["id"]
    answer = await shop.ok("POST", f"{INSTANCES}/A-1/revert", {"to": first})
    shown = answer["instance"]["custom_attributes"]
    assert (shown["title"], "total" in shown) == ("one", False)
    assert [one["id"] for one in shown["person"]["instances"]] == [ann]
    assert answer["not_reverted"] == []
    await shop.error(404, "POST", f"{INSTANCES}/A-1/revert", {"to": "f" * 24})


async def test_a_link_that_is_made_from_the_other_end_stands_in_the_history(shop: Client) -> None:
    ann, bob = await person(shop, "ann"), await person(shop, "bob")
    made = await order(shop, "A-1", title="one", person=[ann])
    await shop.ok("PUT", f"/contacts/{bob}", {"custom_attributes": {"orders": [made["id"]]}})
    await shop.ok("PUT", f"/contacts/{bob}", {"custom_attributes": {"orders": []}})
    listed = (await shop.ok("GET", f"{INSTANCES}/A-1/history"))["data"]
    told = [(one["action"], one["before"], one["after"]) for one in listed[:2]]
    assert told == [
        ("linked", {"custom_attributes": {"person": [bob]}}, {"custom_attributes": {"person": []}}),
        ("linked", {"custom_attributes": {"person": [ann]}}, {"custom_attributes": {"person": [bob]}}),
    ]
    for change, holder in ((listed[1], bob), (listed[2], ann)):
        answer = await shop.ok("POST", f"{INSTANCES}/A-1/revert", {"to": change["id"]})
        assert [one["id"] for one in answer["instance"]["custom_attributes"]["person"]["instances"]] == [holder]


async def test_an_archived_type_hides_its_instances_and_refuses_writes(shop: Client) -> None:
    ann = await person(shop, "ann")
    made = await order(shop, "A-1", person=[ann])
    await shop.ok("PUT", "/interlock/v1/object_types/Order", {"archived": True})
    assert (await shop.ok("GET", ORDERS))["data"] == []
    assert (await shop.get(f"{INSTANCES}/export")).text == ""
    await shop.error(400, "POST", ORDERS, {"external_id": "A-2"})
    await shop.error(400, "DELETE", f"{ORDERS}/{made['id']}")
    assert (await shop.ok("GET", f"/contacts/{ann}"))["custom_attributes"]["orders"]["instances"] == []
    await shop.ok("PUT", "/interlock/v1/object_types/Order", {"archived": False})
    assert (await shop.ok("GET", f"{ORDERS}/A-1"))["id"] == made["id"]


async def bulk(client: Client, rows: list[Any], path: str = INSTANCES) -> list[Any]:
    return (await client.ok("POST", f"{path}/bulk", {"rows": rows}))["rows"]


async def test_a_bulk_may_bring_attributes_with_it(shop: Client) -> None:
    await shop.ok("PUT", "/interlock/v1/settings", {"create_unknown_attributes": True})
    sent = [{"external_id": name, "custom_attributes": {"colour": name}} for name in ("red", "blue")]
    assert [row["outcome"] for row in await bulk(shop, sent)] == ["created", "created"]
    assert await found(shop, {"field": "colour", "operator": "=", "value": "blue"}) == ["blue"]


async def test_of_two_rows_that_want_the_same_the_later_gets_it(client: Client) -> None:
    inverse = {"name": "pass", "many": False}
    holder = {"name": "holder", "data_type": "reference", "reference": {"to": "contact", "inverse": inverse}}
    await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Pass", "attributes": [holder]})
    ann = await person(client, "ann")
    one, two = ({"external_id": name, "custom_attributes": {"holder": ann}} for name in ("one", "two"))
    for rows in ([one], [two, one]):
        await bulk(client, rows, "/interlock/v1/object_types/Pass/instances")
    held = (await client.ok("GET", f"/contacts/{ann}"))["custom_attributes"]["pass"]["instances"]
    assert [held[0]["external_id"], len(held)] == ["one", 1]


async def test_a_row_that_removes_what_an_archived_type_hides_fails_alone(shop: Client) -> None:
    await shop.ok("POST", "/interlock/v1/object_types", {"identifier": "Box"})
    box = {"name": "boxes", "data_type": "reference", "reference": {"to": "Box", "many": True}}
    await shop.ok("POST", "/interlock/v1/object_types/Order/attributes", box)
    await order(shop, "A-1")
    await shop.ok("PUT", "/interlock/v1/object_types/Box", {"archived": True})
    rows = await bulk(
        shop, [{"external_id": "A-1", "custom_attributes": {"boxes": {"remove": ["1"]}}}, {"external_id": "A-2"}]
    )
    assert [row["outcome"] for row in rows] == [None, "created"]
    assert rows[0]["error"]["field"] == "custom_attributes.boxes"


async def test_a_revert_takes_back_what_others_took_and_keeps_the_rest(client: Client) -> None:
    reference = {"to": "Item", "many": True, "inverse": {"name": "cart", "many": False}}
    items = {"name": "items", "data_type": "reference", "reference": reference}
    await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Item"})
    await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Cart", "attributes": [items]})
    for name in "abc":
        await client.ok("POST", "/custom_object_instances/Item", {"external_id": name})

    async def fill(cart: str, names: str) -> None:
        body = {"external_id": cart, "custom_attributes": {"items": [{"external_id": name} for name in names]}}
        await client.ok("POST", "/custom_object_instances/Cart", body)

    async def reverted(to: str) -> list[str]:
        done = await client.ok("POST", "/interlock/v1/object_types/Cart/instances/mine/revert", {"to": to})
        shown = done["instance"]["custom_attributes"]["items"]["instances"]
        return sorted(one["external_id"] for one in shown)

    await fill("mine", "ab")
    history = "/interlock/v1/object_types/Cart/instances/mine/history"
    first = (await client.ok("GET", history))["data"][0]["id"]
    await fill("yours", "a")
    assert await reverted(first) == ["a", "b"]
    await fill("yours", "b")
    await fill("mine", "c")
    assert await reverted(first) == ["a", "b"]


async def test_a_bulk_stops_creating_at_the_limit_and_goes_on_updating(shop: Client) -> None:
    for name in ("A-1", "A-2"):
        await order(shop, name)
    await shop.ok("PUT", "/interlock/v1/settings", {"max_instances": 3})
    done = await bulk(shop, [{"external_id": name} for name in ("A-3", "A-4", "A-1")])
    assert [row["outcome"] for row in done] == ["created", None, "unchanged"]
    assert done[1]["error"]["code"] == "object_instance_limit_reached"
    await shop.ok("PUT", "/interlock/v1/settings", {"max_instances": 1})
    assert (await bulk(shop, [{"external_id": "A-1", "external_created_at": 5}]))[0]["outcome"] == "updated"

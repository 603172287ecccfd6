"""The five official operations on instances, and the founding documents' own paths."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from support.client import Client

ORDERS = "/custom_object_instances/Order"

ORDER_TYPE = {
    "identifier": "Order",
    "name": "Order",
    "plural_name": "Orders",
    "description": "A purchase",
    "attributes": [
        {"name": "title", "data_type": "string"},
        {"name": "total", "data_type": "decimal"},
        {"name": "quantity", "data_type": "integer"},
        {"name": "paid", "data_type": "boolean"},
        {"name": "status", "data_type": "list", "options": ["open", "shipped", "cancelled"]},
        {"name": "ordered_at", "data_type": "datetime"},
        {
            "name": "person",
            "data_type": "reference",
            "reference": {"to": "contact", "many": False, "inverse": {"name": "orders", "many": True}},
        },
        {"name": "parent", "data_type": "reference", "reference": {"to": "Order", "many": False}},
    ],
}


@pytest.fixture
async def shop(client: Client) -> Client:
    await client.ok("POST", "/interlock/v1/object_types", ORDER_TYPE)
    return client


async def person(client: Client, external_id: str) -> str:
    return (await client.ok("POST", "/contacts", {"external_id": external_id}))["id"]


async def order(client: Client, external_id: str, **attributes: Any) -> dict[str, Any]:
    return await client.ok("POST", ORDERS, {"external_id": external_id, "custom_attributes": attributes})


async def test_an_upsert_makes_an_instance_and_shows_it_whole(shop: Client) -> None:
    made = await shop.ok(
        "POST",
        ORDERS,
        {
            "external_id": "A-1",
            "external_created_at": 1392036272,
            "external_updated_at": 1392036273,
            "custom_attributes": {"title": "Shoes", "total": 99.5, "quantity": 2, "paid": True, "status": "open"},
        },
    )
    assert made == {
        "id": made["id"],
        "type": "Order",
        "external_id": "A-1",
        "external_created_at": 1392036272,
        "external_updated_at": 1392036273,
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
        "custom_attributes": {
            "title": "Shoes",
            "total": 99.5,
            "quantity": 2,
            "paid": True,
            "status": "open",
            "person": {"type": "contact.list", "instances": [], "total_count": 0, "has_more": False},
            "parent": {"type": "Order.list", "instances": [], "total_count": 0, "has_more": False},
        },
    }
    assert len(made["id"]) == 24
    assert await shop.ok("GET", f"{ORDERS}/{made['id']}") == made
    assert await shop.ok("GET", f"{ORDERS}/A-1") == made
    assert await shop.ok("GET", f"{ORDERS}?external_id=A-1") == made


async def test_a_second_upsert_merges_and_absent_attributes_stay(shop: Client) -> None:
    first = await order(shop, "A-1", title="Shoes", total=10)
    second = await order(shop, "A-1", total=12.5, status="shipped")
    assert second["id"] == first["id"]
    shown = second["custom_attributes"]
    assert (shown["title"], shown["total"], shown["status"]) == ("Shoes", 12.5, "shipped")


@pytest.mark.parametrize("nothing", [None, ""])
async def test_null_and_the_empty_string_clear(shop: Client, nothing: str | None) -> None:
    await order(shop, "A-1", title="Shoes")
    assert "title" not in (await order(shop, "A-1", title=nothing))["custom_attributes"]


async def test_an_upsert_without_an_external_id_is_refused(shop: Client) -> None:
    error = await shop.error(400, "POST", ORDERS, {"custom_attributes": {"title": "x"}})
    assert (error["code"], error["field"]) == ("parameter_not_found", "external_id")


async def test_an_unknown_type_is_named_in_the_404(shop: Client) -> None:
    for method in ("GET", "POST"):
        error = await shop.error(404, method, "/custom_object_instances/Nope", {} if method == "POST" else None)
        assert error["message"] == "Custom object type `Nope` not found"


@pytest.mark.parametrize(
    ("attributes", "field"),
    [
        ({"nope": 1}, "custom_attributes.nope"),
        ({"title": 4}, "custom_attributes.title"),
        ({"title": "x" * 256}, "custom_attributes.title"),
        ({"quantity": 4.5}, "custom_attributes.quantity"),
        ({"quantity": "4"}, "custom_attributes.quantity"),
        ({"ordered_at": 1700000000000}, "custom_attributes.ordered_at"),
        ({"title": {"a": 1}}, "custom_attributes.title"),
        ({"person": ["000000000000000000000000"]}, "custom_attributes.person"),
        ({"person": [{"external_id": "nobody"}]}, "custom_attributes.person"),
    ],
)
async def test_a_bad_value_names_its_field_and_stores_nothing(
    shop: Client, attributes: dict[str, Any], field: str
) -> None:
    error = await shop.error(
        400, "POST", ORDERS, {"external_id": "A-1", "custom_attributes": {"total": 1.5, **attributes}}
    )
    assert error["field"] == field
    await shop.error(404, "GET", f"{ORDERS}/A-1")


async def test_a_reference_is_seen_from_both_ends(shop: Client) -> None:
    ann = await person(shop, "ann")
    made = await order(shop, "A-1", person=[ann], title="Shoes")
    shown = made["custom_attributes"]["person"]
    assert [one["id"] for one in shown["instances"]] == [ann]
    contact = await shop.ok("GET", f"/contacts/{ann}")
    orders = contact["custom_attributes"]["orders"]
    assert orders["type"] == "Order.list"
    assert orders["total_count"] == 1
    assert orders["instances"] == [
        {
            "type": "Order",
            "id": made["id"],
            "external_id": "A-1",
            "external_created_at": None,
            "external_updated_at": None,
            "custom_attributes": {"title": "Shoes"},
        }
    ]


async def test_links_by_external_id_and_the_shape_that_was_read(shop: Client) -> None:
    ann = await person(shop, "ann")
    made = await order(shop, "A-1", person=[{"external_id": "ann"}])
    again = await order(shop, "A-1", person=made["custom_attributes"]["person"])
    assert [one["id"] for one in again["custom_attributes"]["person"]["instances"]] == [ann]
    assert again["updated_at"] == made["updated_at"]


async def test_an_order_that_is_given_to_another_person_moves(shop: Client) -> None:
    ann, bob = await person(shop, "ann"), await person(shop, "bob")
    made = await order(shop, "A-1", person=[ann])
    await shop.ok("PUT", f"/contacts/{bob}", {"custom_attributes": {"orders": [made["id"]]}})
    of_ann = (await shop.ok("GET", f"/contacts/{ann}"))["custom_attributes"]["orders"]
    of_bob = (await shop.ok("GET", f"/contacts/{bob}"))["custom_attributes"]["orders"]
    assert (of_ann["total_count"], of_bob["total_count"]) == (0, 1)


async def test_a_list_that_was_cut_cannot_be_written_back(shop: Client) -> None:
    ann = await person(shop, "ann")
    rows = [{"external_id": f"A-{n}", "custom_attributes": {"person": [ann]}} for n in range(130)]
    await shop.ok("POST", "/interlock/v1/object_types/Order/instances/bulk", {"rows": rows})
    orders = (await shop.ok("GET", f"/contacts/{ann}"))["custom_attributes"]["orders"]
    assert (len(orders["instances"]), orders["total_count"], orders["has_more"]) == (100, 130, True)
    error = await shop.error(400, "PUT", f"/contacts/{ann}", {"custom_attributes": {"orders": orders}})
    assert error["field"] == "custom_attributes.orders"
    gone = {"add": [], "remove": [orders["instances"][0]["id"]]}
    after = await shop.ok("PUT", f"/contacts/{ann}", {"custom_attributes": {"orders": gone}})
    assert after["custom_attributes"]["orders"]["total_count"] == 129


async def test_lists_are_newest_first_and_end_with_an_empty_page(shop: Client) -> None:
    ids = [(await order(shop, f"A-{n}"))["id"] for n in range(5)]
    first = await shop.ok("GET", f"{ORDERS}?per_page=2")
    assert [one["id"] for one in first["data"]] == [ids[4], ids[3]]
    assert first["total_count"] == 5
    assert first["pages"]["total_pages"] == 3
    second = await shop.ok("GET", first["pages"]["next"].removeprefix("http://interlock.test"))
    assert [one["id"] for one in second["data"]] == [ids[2], ids[1]]
    past = await shop.ok("GET", f"{ORDERS}?per_page=2&page=9")
    assert (past["data"], past["total_count"], past["pages"]["next"]) == ([], 5, None)


async def test_lists_by_contact(shop: Client) -> None:
    ann, bob = await person(shop, "ann"), await person(shop, "bob")
    mine = [(await order(shop, f"A-{n}", person=[ann]))["id"] for n in range(3)]
    await order(shop, "B-1", person=[bob])
    for path in (f"{ORDERS}?references_contact_id={ann}", f"/contacts/{ann}/custom-objects/Order"):
        listed = await shop.ok("GET", path)
        assert [one["id"] for one in listed["data"]] == mine[::-1]
        assert listed["total_count"] == 3
    assert (await shop.ok("GET", f"{ORDERS}?references_conversation_id=1"))["data"] == []


@pytest.mark.parametrize("version", ["2.13", "2.14", "2.15"])
async def test_before_2_16_the_list_wants_an_external_id(shop: Client, version: str) -> None:
    made = await order(shop, "A-1")
    error = await shop.at(version).error(400, "GET", ORDERS)
    assert error["code"] == "parameter_not_found"
    assert (await shop.at(version).ok("GET", f"{ORDERS}?external_id=A-1"))["id"] == made["id"]
    assert (await shop.at(version).ok("GET", "/custom-objects/Order"))["total_count"] == 1
    assert (await shop.at(version).ok("GET", "/custom-objects/Order/A-1"))["id"] == made["id"]


async def test_deletion_by_id_and_by_external_id(shop: Client) -> None:
    ann = await person(shop, "ann")
    first, second = await order(shop, "A-1", person=[ann]), await order(shop, "A-2")
    gone = await shop.ok("DELETE", f"{ORDERS}/{first['id']}")
    assert gone == {"id": first["id"], "object": "Order", "deleted": True}
    assert (await shop.ok("DELETE", f"{ORDERS}?external_id=A-2"))["id"] == second["id"]
    assert (await shop.error(404, "DELETE", f"{ORDERS}?external_id=A-2"))["code"] == "not_found"
    await shop.error(404, "GET", f"{ORDERS}/{first['id']}")
    assert (await shop.ok("GET", f"/contacts/{ann}"))["custom_attributes"]["orders"]["total_count"] == 0


async def test_32_writers_on_one_external_id_lose_nothing(shop: Client) -> None:
    names = [f"a{n}" for n in range(32)]
    for name in names:
        await shop.ok("POST", "/interlock/v1/object_types/Order/attributes", {"name": name, "data_type": "string"})
    await asyncio.gather(*(order(shop, "A-1", **{name: name}) for name in names))
    shown = (await shop.ok("GET", f"{ORDERS}/A-1"))["custom_attributes"]
    assert {name: shown.get(name) for name in names} == {name: name for name in names}
    assert (await shop.ok("GET", ORDERS))["total_count"] == 1


async def test_an_id_wins_over_the_external_id_of_another(shop: Client) -> None:
    first = await order(shop, "A-1")
    await order(shop, first["id"])
    assert (await shop.ok("GET", f"{ORDERS}/{first['id']}"))["external_id"] == "A-1"


async def test_page_sizes_out_of_range_are_refused(shop: Client) -> None:
    for query in ("per_page=0", "per_page=151", "per_page=x", "page=0"):
        error = await shop.error(400, "GET", f"{ORDERS}?{query}")
        assert error["field"] == query.partition("=")[0]


@pytest.mark.parametrize("time", ["--5", "-", "5-", "٣"])
async def test_what_is_no_time_is_400(shop: Client, time: str) -> None:
    error = await shop.error(400, "POST", ORDERS, {"external_id": "A-1", "external_created_at": time})
    assert (error["code"], error["field"]) == ("parameter_invalid", "external_created_at")


async def test_an_unknown_name_makes_an_attribute_where_the_workspace_wants_it(shop: Client) -> None:
    await shop.ok("PUT", "/interlock/v1/settings", {"create_unknown_attributes": True})
    made = await order(shop, "A-1", colour="red")
    assert made["custom_attributes"]["colour"] == "red"
    assert await shop.ok("GET", f"{ORDERS}?external_id=A-1") == made
    changed = await order(shop, "A-1", gift=True, colour="blue")
    assert (changed["custom_attributes"]["gift"], changed["custom_attributes"]["colour"]) == (True, "blue")


async def test_a_write_is_answered_under_the_definitions_that_it_was_made_under(shop: Client, workspace: Made) -> None:
    """Another process defines a reference while this one still has the older definitions."""
    await order(shop, "A-1")
    other = Client(build(shop.app.database), workspace.token)
    reference = {"name": "giver", "data_type": "reference", "reference": {"to": "contact", "many": False}}
    await other.ok("POST", "/interlock/v1/object_types/Order/attributes", reference)
    assert (await order(shop, "A-1", title="Shoes"))["custom_attributes"]["giver"]["instances"] == []


async def test_the_longest_texts_are_stored_in_every_slot(client: Client) -> None:
    """PostgreSQL refuses a row whose index entry is too long, which what cannot be compressed shows."""
    letters = random.Random(1)
    texts = {f"text {n}": "".join(chr(letters.randrange(0x10000, 0x110000)) for _ in range(255)) for n in range(9)}
    attributes = [{"name": name, "data_type": "string"} for name in texts]
    await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Order", "attributes": attributes})
    assert (await order(client, texts["text 0"], **texts))["custom_attributes"] == texts


async def test_what_refers_to_itself_may_be_cleared_in_the_same_write(client: Client) -> None:
    """One end of a reference changes what another shows, even of a record that is being made."""
    following = {"to": "Step", "many": False, "inverse": {"name": "previous", "many": False}}
    attributes = [{"name": "next", "data_type": "reference", "reference": following}]
    await client.ok(
        "POST", "/interlock/v1/object_types", {"identifier": "Step", "name": "Step", "attributes": attributes}
    )
    path = "/custom_object_instances/Step"
    links = {"next": [{"external_id": "first"}], "previous": None}
    made = await client.ok("POST", path, {"external_id": "first", "custom_attributes": links})
    assert made["custom_attributes"]["next"]["instances"] == []
    kept = {"next": [{"external_id": "second"}]}
    made = await client.ok("POST", path, {"external_id": "second", "custom_attributes": kept})
    for name in ("next", "previous"):
        assert [one["external_id"] for one in made["custom_attributes"][name]["instances"]] == ["second"]

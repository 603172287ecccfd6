"""Object types and their attributes over REST."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from support.client import Client

PATH = "/interlock/v1/object_types"
ORDER: dict[str, Any] = {
    "identifier": "Order",
    "name": "Order",
    "plural_name": "Orders",
    "description": "A purchase",
    "attributes": [
        {"name": "title", "data_type": "string", "description": "What was bought"},
        {"name": "total", "data_type": "decimal"},
        {"name": "status", "data_type": "list", "options": ["open", "shipped", "cancelled"]},
        {"name": "ordered_at", "data_type": "datetime"},
        {
            "name": "person",
            "data_type": "reference",
            "reference": {"to": "contact", "many": False, "inverse": {"name": "orders", "many": True}},
        },
    ],
}


@pytest.fixture
async def shop(client: Client) -> Client:
    await client.ok("POST", PATH, ORDER)
    return client


async def test_the_founding_example(client: Client) -> None:
    made = await client.ok("POST", PATH, ORDER)
    assert [one["name"] for one in made["attributes"]] == ["title", "total", "status", "ordered_at", "person"]
    by_name = {one["name"]: one for one in made["attributes"]}
    assert by_name["status"]["options"] == ["open", "shipped", "cancelled"]
    assert by_name["person"]["reference"] == ORDER["attributes"][4]["reference"]
    assert await client.ok("GET", f"{PATH}/Order") == made
    assert await client.ok("GET", PATH) == {"type": "list", "data": [made], "total_count": 1}
    people = (await client.ok("GET", "/interlock/v1/attributes?kind=contact"))["data"]
    assert [(one["name"], one["reference"]["to"]) for one in people] == [("orders", "Order")]


async def test_an_identifier_alone_is_enough(client: Client) -> None:
    made = await client.ok("POST", PATH, {"identifier": "PeteUserTrainingTopic"})
    assert made["name"] == "PeteUserTrainingTopic"
    assert made["attributes"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "identifier"),
        ({"identifier": "a b"}, "identifier"),
        ({"identifier": "A", "attributes": {}}, "attributes"),
        ({"identifier": "A", "attributes": [{"name": "x"}]}, "attributes.0.data_type"),
        ({"identifier": "A", "attributes": [{"name": "x", "data_type": "text"}]}, "attributes[0].data_type"),
        ({"identifier": "A", "name": "x" * 256}, "name"),
    ],
)
async def test_bad_types_name_the_field(client: Client, body: dict[str, Any], field: str) -> None:
    assert (await client.error(400, "POST", PATH, body))["field"] == field
    assert (await client.ok("GET", PATH))["total_count"] == 0


async def test_an_unknown_type(client: Client) -> None:
    for method, path in (
        ("GET", f"{PATH}/Nothing"),
        ("PUT", f"{PATH}/Nothing"),
        ("POST", f"{PATH}/Nothing/attributes"),
        ("PUT", f"{PATH}/Nothing/attributes/x"),
    ):
        body = {"name": "x", "data_type": "string"} if method != "GET" else None
        error = await client.error(404, method, path, body)
        assert error["message"] == "Custom object type `Nothing` not found"


class TestChanges:
    async def test_the_description_changes_freely(self, shop: Client) -> None:
        assert (await shop.ok("PUT", f"{PATH}/Order", {"description": "Bought"}))["description"] == "Bought"
        changed = await shop.ok("PUT", f"{PATH}/Order/attributes/title", {"description": "What"})
        assert changed["description"] == "What"

    async def test_what_was_read_can_be_sent_back(self, shop: Client) -> None:
        read = await shop.ok("GET", f"{PATH}/Order")
        assert _without_times(await shop.ok("PUT", f"{PATH}/Order", read)) == _without_times(read)
        for one in read["attributes"]:
            sent_back = await shop.ok("PUT", f"{PATH}/Order/attributes/{one['name']}", one)
            assert _without_times(sent_back) == _without_times(one)

    @pytest.mark.parametrize("change", [{"identifier": "B"}, {"name": "B"}, {"plural_name": "Bs"}])
    async def test_the_rest_of_a_type_needs_a_plan(self, shop: Client, change: dict[str, Any]) -> None:
        error = await shop.error(400, "PUT", f"{PATH}/Order", {"description": "x", **change})
        assert "POST /interlock/v1/schema/plan" in error["message"]
        assert error["field"] in change
        assert (await shop.ok("GET", f"{PATH}/Order"))["description"] == "A purchase"

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("title", {"name": "B"}),
            ("title", {"data_type": "integer"}),
            ("status", {"options": ["open", "gone"]}),
            ("person", {"reference": {"to": "contact", "many": True, "inverse": {"name": "orders"}}}),
            ("person", {"reference": {"to": "company"}}),
        ],
    )
    async def test_the_rest_of_an_attribute_needs_a_plan(self, shop: Client, name: str, change: dict[str, Any]) -> None:
        error = await shop.error(400, "PUT", f"{PATH}/Order/attributes/{name}", change)
        assert "POST /interlock/v1/schema/plan" in error["message"]

    async def test_attributes_do_not_slip_in_or_out_with_their_type(self, shop: Client) -> None:
        more = [*ORDER["attributes"], {"name": "new", "data_type": "string"}]
        for attributes in (more, ORDER["attributes"][1:], [], "x"):
            error = await shop.error(400, "PUT", f"{PATH}/Order", {"attributes": attributes})
            assert error["field"] == "attributes"

    async def test_attributes_may_be_added(self, shop: Client) -> None:
        made = await shop.ok("POST", f"{PATH}/Order/attributes", {"name": "paid", "data_type": "boolean"})
        assert (made["kind"], made["full_name"], made["indexed"]) == ("Order", "custom_attributes.paid", True)
        error = await shop.error(400, "POST", f"{PATH}/Order/attributes", {"name": "paid", "data_type": "boolean"})
        assert error["field"] == "name"
        body = {"external_id": "A", "custom_attributes": {"paid": True}}
        assert (await shop.ok("POST", "/custom_object_instances/Order", body))["custom_attributes"]["paid"] is True

    async def test_an_attribute_with_a_slash_or_space_in_its_name(self, shop: Client) -> None:
        await shop.ok("POST", f"{PATH}/Order/attributes", {"name": "a / b", "data_type": "string"})
        changed = await shop.ok("PUT", f"{PATH}/Order/attributes/a%20%2F%20b", {"description": "x"})
        assert changed["description"] == "x"
        assert (await shop.error(404, "PUT", f"{PATH}/Order/attributes/nothing", {}))["code"] == "not_found"


class TestArchiving:
    async def test_an_archived_type_hides_its_instances_and_refuses_writes(self, shop: Client) -> None:
        instances = "/custom_object_instances/Order"
        await shop.ok("POST", instances, {"external_id": "A"})
        assert (await shop.ok("PUT", f"{PATH}/Order", {"archived": True}))["archived"] is True
        assert (await shop.ok("GET", PATH))["data"] == []
        assert (await shop.ok("GET", f"{PATH}?include_archived=true"))["total_count"] == 1
        assert (await shop.ok("GET", instances))["data"] == []
        assert "archived" in (await shop.error(400, "POST", instances, {"external_id": "B"}))["message"]
        await shop.ok("PUT", f"{PATH}/Order", {"archived": False})
        assert [one["external_id"] for one in (await shop.ok("GET", instances))["data"]] == ["A"]

    async def test_an_archived_attribute_keeps_its_values(self, shop: Client) -> None:
        instances = "/custom_object_instances/Order"
        await shop.ok("POST", instances, {"external_id": "A", "custom_attributes": {"title": "Shoes"}})
        await shop.ok("PUT", f"{PATH}/Order/attributes/title", {"archived": True})
        shown = await shop.ok("GET", f"{PATH}/Order")
        assert "title" not in [one["name"] for one in shown["attributes"]]
        shown = await shop.ok("GET", f"{PATH}/Order?include_archived=true")
        assert {one["name"] for one in shown["attributes"] if one["archived"]} == {"title"}
        one = await shop.ok("GET", f"{instances}?external_id=A")
        assert "title" not in one["custom_attributes"]
        body = {"external_id": "A", "custom_attributes": {"title": "Boots"}}
        assert "archived" in (await shop.error(400, "POST", instances, body))["message"]
        back = await shop.ok("PUT", f"{PATH}/Order/attributes/title", {"archived": False})
        assert back["indexed"] is False, "until a job has filled its slot"
        assert (await shop.ok("GET", f"{instances}?external_id=A"))["custom_attributes"]["title"] == "Shoes"

    async def test_the_other_end_of_a_reference_goes_on(self, shop: Client) -> None:
        person = await shop.ok("POST", "/contacts", {"external_id": "p"})
        order = {"external_id": "A", "custom_attributes": {"person": [person["id"]]}}
        await shop.ok("POST", "/custom_object_instances/Order", order)
        await shop.ok("PUT", f"{PATH}/Order/attributes/person", {"archived": True})
        shown = await shop.ok("GET", f"/contacts/{person['id']}")
        assert shown["custom_attributes"]["orders"]["total_count"] == 1


async def test_limits_of_a_sandbox(client: Client) -> None:
    await client.ok("PUT", "/interlock/v1/settings", {"max_object_types": 1})
    await client.ok("POST", PATH, copy.deepcopy(ORDER))
    error = await client.error(400, "POST", PATH, {"identifier": "Another"})
    assert error["code"] == "object_type_limit_reached"


def _without_times(one: dict[str, Any]) -> dict[str, Any]:
    attributes = [_without_times(each) for each in one.get("attributes", ())]
    return {**one, "updated_at": 0, "attributes": attributes}

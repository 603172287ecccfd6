"""The schema as a document, plans and their application, over REST."""

from __future__ import annotations

from typing import Any

from interlock.app import build
from interlock.core.workspaces.bootstrap import create_workspace, make_installation
from interlock.storage.database import Database
from support.client import Client

PLAN, APPLY, SCHEMA = "/interlock/v1/schema/plan", "/interlock/v1/schema/apply", "/interlock/v1/schema"


def orders(*attributes: dict[str, Any]) -> dict[str, Any]:
    return {"object_types": [{"identifier": "Order", "attributes": list(attributes)}]}


async def test_from_a_wish_to_the_schema_and_back(client: Client) -> None:
    wish = orders({"name": "total", "data_type": "string"})
    planned = await client.ok("POST", PLAN, {"schema": wish})
    assert [one["summary"] for one in planned["changes"]] == [
        "Object type Order: is made.",
        "Order.total: is made (string).",
    ]
    done = await client.ok("POST", APPLY, {"schema": wish, "plan_hash": planned["plan_hash"]})
    assert (done["type"], done["changes"]) == ("schema_applied", planned["changes"])
    schema = await client.ok("GET", SCHEMA)
    assert schema["object_types"][0]["attributes"] == wish["object_types"][0]["attributes"]
    assert (await client.ok("POST", PLAN, {"schema": schema}))["changes"] == []


async def test_what_a_change_costs_is_told_before_it_is_made(client: Client) -> None:
    await client.ok(
        "POST", "/interlock/v1/object_types", orders({"name": "total", "data_type": "string"})["object_types"][0]
    )
    for n, total in enumerate(("4.5", "7", "free")):
        body = {"external_id": f"A{n}", "custom_attributes": {"total": total}}
        await client.ok("POST", "/custom_object_instances/Order", body)
    wish = orders({"name": "price", "was": "total", "data_type": "decimal"})
    planned = await client.ok("POST", PLAN, {"schema": wish})
    assert (planned["values_lost"], planned["links_dropped"]) == (1, 0)
    assert [one["summary"] for one in planned["changes"]] == [
        "Order.price: was total. 2 values are moved.",
        "Order.price: string becomes decimal. 2 values are converted, 1 is lost.",
    ]
    shown = await client.ok("GET", "/custom_object_instances/Order?external_id=A0")
    assert shown["custom_attributes"] == {"total": "4.5"}
    await client.ok("POST", APPLY, {"schema": wish, "plan_hash": planned["plan_hash"]})
    shown = await client.ok("GET", "/custom_object_instances/Order?external_id=A0")
    assert shown["custom_attributes"] == {"price": 4.5}
    query = {"query": {"field": "custom_attributes.price", "operator": ">", "value": 4}}
    found = await client.ok("POST", "/interlock/v1/object_types/Order/instances/search", query)
    assert found["total_count"] == 2, "it is searched by its new name and type"
    error = await client.error(409, "POST", APPLY, {"schema": wish, "plan_hash": planned["plan_hash"]})
    assert error["code"] == "plan_out_of_date"


async def test_mistakes_name_their_place(client: Client) -> None:
    for schema, field in (
        (orders({"name": "x"}), "object_types[0].attributes[0].data_type"),
        (orders({"name": "x", "data_type": "txt"}), "object_types[0].attributes[0].data_type"),
        ({"object_type": []}, "object_type"),
    ):
        error = await client.error(400, "POST", PLAN, {"schema": schema})
        assert error["field"] == field
        assert error["message"].startswith(f"{field}: ")
    assert (await client.error(400, "POST", PLAN, {}))["field"] == "schema"
    for nothing in (None, [], "x", 4):
        assert (await client.error(400, "POST", PLAN, {"schema": nothing}))["code"] == "parameter_invalid"
    assert (await client.error(400, "POST", APPLY, {"schema": {}}))["field"] == "plan_hash"


async def test_a_sandbox_is_emptied_in_a_moment(new_database: Database) -> None:
    await make_installation(new_database, sandbox=True)
    made = await create_workspace(new_database, "Trial")
    client = Client(build(new_database), made.token)
    await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Order"})
    await client.ok("POST", "/custom_object_instances/Order", {"external_id": "A"})
    assert await client.ok("POST", "/interlock/v1/reset") == {"type": "reset", "reset": True}
    assert (await client.ok("GET", "/interlock/v1/object_types"))["data"] == []
    await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Order"})
    assert (await client.ok("GET", "/custom_object_instances/Order"))["data"] == []


async def test_nothing_else_is_emptied(client: Client) -> None:
    assert (await client.error(403, "POST", "/interlock/v1/reset"))["code"] == "action_forbidden"

"""A shop whose people have orders, and the few calls that its segments are made with."""

from __future__ import annotations

from typing import Any

from support.client import Client

SEGMENTS = "/interlock/v1/segments"
ORDER = {
    "identifier": "Order",
    "attributes": [
        {"name": "total", "data_type": "decimal"},
        {"name": "status", "data_type": "list", "options": ["open", "shipped"]},
        {"name": "ordered_at", "data_type": "datetime"},
        {
            "name": "customer",
            "data_type": "reference",
            "reference": {"to": "contact", "many": False, "inverse": {"name": "orders", "many": True}},
        },
    ],
}
BIG_OPEN = {
    "related": "orders",
    "where": {
        "operator": "AND",
        "value": [
            {"field": "total", "operator": ">", "value": 100},
            {"field": "status", "operator": "=", "value": "open"},
        ],
    },
}


def named(name: str) -> dict[str, Any]:
    return {"field": "name", "operator": "=", "value": name}


async def person(client: Client, external_id: str, **fields: Any) -> str:
    made = await client.ok("POST", "/contacts", {"external_id": external_id, "name": external_id, **fields})
    return made["id"]


async def order(client: Client, external_id: str, customer: str, **attributes: Any) -> None:
    body = {"external_id": external_id, "custom_attributes": {"customer": [customer], **attributes}}
    await client.ok("POST", "/custom_object_instances/Order", body)


async def segment(client: Client, rules: Any, name: str = "Seg", **more: Any) -> dict[str, Any]:
    return await client.ok("POST", SEGMENTS, {"name": name, "rules": rules, **more})


async def members(client: Client, id: str) -> list[str]:
    """Names, the newest first."""
    return [one["name"] for one in (await client.ok("GET", f"{SEGMENTS}/{id}/members"))["data"]]


async def found(client: Client, rules: Any, **more: Any) -> list[str]:
    """Names of those whom rules hold for, in their order."""
    answer = await client.ok("POST", f"{SEGMENTS}/preview", {"rules": rules, **more})
    assert answer["total_count"] == len(answer["data"])
    return sorted(one["name"] for one in answer["data"])

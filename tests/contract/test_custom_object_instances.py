"""Custom object instances: made, linked, listed from 2.16 on, found, deleted in two ways."""

from __future__ import annotations

import pytest

from contract.pairs import expected
from contract.walk import Walk, lacks

ORDERS = "/custom_object_instances/Order"
NOTHING = "/custom_object_instances/Nothing"
FIELDS = (
    *("id", "external_id", "external_created_at", "external_updated_at", "created_at", "updated_at", "type"),
    "custom_attributes",
)
PERSON = {"to": "contact", "many": False, "inverse": {"name": "orders", "many": True}}
ORDER = {
    "identifier": "Order",
    "attributes": [
        {"name": "order_number", "data_type": "string"},
        {"name": "total_amount", "data_type": "decimal"},
        {"name": "person", "data_type": "reference", "reference": PERSON},
    ],
}


async def test_custom_object_instances(walk: Walk) -> None:
    if not walk.has("createCustomObjectInstances"):
        pytest.skip("not in this version")
    await walk.ok("POST", "/interlock/v1/object_types", ORDER)
    values = {"order_number": "ORDER-12345", "total_amount": 99.99}
    wanted = {"external_created_at": 1392036272, "external_updated_at": 1392036272, "custom_attributes": values}
    made = await walk.ok("POST", ORDERS, {"external_id": "123", **wanted})
    assert not lacks(made, *FIELDS)
    assert made["type"] == "Order"
    assert made["custom_attributes"] == {**values, "person": made["custom_attributes"]["person"]}
    assert (await walk.ok("POST", ORDERS, {"external_id": "123", **wanted}))["id"] == made["id"]
    other = await walk.ok("POST", ORDERS, {"external_id": "124"})
    await walk.refused(404, "not_found", "POST", NOTHING, {"external_id": "123"})

    assert await walk.ok("GET", f"{ORDERS}?external_id=123") == made
    await walk.refused(404, "not_found", "GET", f"{NOTHING}?external_id=123")
    if walk.since("2.16"):
        listed = await walk.ok("GET", ORDERS)
        assert listed["total_count"] == 2
        assert not lacks(listed["data"][0], *FIELDS)
        assert (await walk.ok("GET", f"{ORDERS}?per_page=1"))["pages"]["next"].startswith("http")
        await walk.refused(404, "not_found", "GET", NOTHING)
    else:
        await walk.refused(400, "parameter_not_found", "GET", ORDERS)

    for id in (made["id"], "123"):
        assert await walk.ok("GET", f"{ORDERS}/{id}") == made
    await links(walk, made["id"])
    gone = await walk.ok("DELETE", f"{ORDERS}/{made['id']}")
    assert gone == {"id": made["id"], "object": "Order", "deleted": True}
    gone = await walk.ok("DELETE", f"{ORDERS}?external_id=124")
    assert gone == {"id": other["id"], "object": "Order", "deleted": True}
    for path in (ORDERS, NOTHING):
        await walk.refused(404, "not_found", "GET", f"{path}/123")
        await walk.refused(404, "not_found", "DELETE", f"{path}/123")
        await walk.refused(404, "not_found", "DELETE", f"{path}?external_id=123")
    assert walk.seen >= expected("custom object instances", walk.version)


async def links(walk: Walk, order: str) -> None:
    """An order of a person, seen from both ends."""
    user = await walk.make_user(external_id="ada", custom_attributes={"orders": [order]})
    assert [one["id"] for one in user["custom_attributes"]["orders"]["instances"]] == [order]
    linked = await walk.ok("GET", f"{ORDERS}/{order}")
    assert linked["custom_attributes"]["person"]["instances"][0]["external_id"] == "ada"
    if walk.since("2.16"):
        listed = await walk.ok("GET", f"{ORDERS}?references_contact_id={user['id']}")
        assert [one["id"] for one in listed["data"]] == [order]
        assert (await walk.ok("GET", f"{ORDERS}?references_conversation_id=1"))["data"] == []
    changed = await walk.ok("PUT", f"/contacts/{user['id']}", {"custom_attributes": {"orders": []}})
    assert changed["custom_attributes"]["orders"]["instances"] == []

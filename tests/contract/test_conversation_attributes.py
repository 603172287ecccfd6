"""Attributes of conversations, and the options of those that are lists."""

from __future__ import annotations

from typing import Any

from contract.pairs import expected
from contract.walk import Walk, lacks

ROOT = "/conversations/attributes"
NOT_FOUND = "conversation_attribute_not_found"
UNKNOWN_OPTION = "00000000-0000-4000-8000-000000000000"


def check(attribute: dict[str, Any], data_type: str) -> None:
    assert attribute["data_type"] == data_type
    assert not lacks(attribute, "type", "id", "name", "description", "required", "visible_to_team_ids", "archived")
    assert not lacks(attribute, "created_at", "updated_at", "admin_id", "multiline")


async def test_conversation_attributes(walk: Walk) -> None:
    if not walk.since("2.16"):
        await walk.refused(400, "intercom_version_invalid", "GET", ROOT)
        return
    wanted = {"name": "Reason", "data_type": "string", "description": "Why they write"}
    text = await walk.ok("POST", ROOT, wanted)
    check(text, "string")
    await walk.refused(422, "parameter_invalid", "POST", ROOT, {"name": "x", "data_type": "invalid_type"})
    check(await walk.ok("GET", f"{ROOT}/{text['id']}"), "string")
    renamed = await walk.ok("PUT", f"{ROOT}/{text['id']}", {"name": "Why", "description": "Why"})
    check(renamed, "string")
    assert renamed["name"] == "Why"
    await options(walk, text["id"])
    await references(walk)
    listed = await walk.ok("GET", ROOT)
    assert {one["name"] for one in listed["data"]} == {"Why", "Level", "Order"}
    archived = await walk.ok("DELETE", f"{ROOT}/{text['id']}")
    assert archived["archived"] is True
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        await walk.refused(404, NOT_FOUND, method, f"{ROOT}/1", body)
    assert walk.seen >= expected("conversation attributes", walk.version)


async def options(walk: Walk, text: int) -> None:
    wanted = {"name": "Level", "data_type": "list", "options": [{"label": "1"}, {"label": "2"}]}
    made = await walk.ok("POST", ROOT, wanted)
    path = f"{ROOT}/{made['id']}/options"
    added = await walk.ok("POST", path, {"label": "3"})
    check(added, "list")
    third = added["options"][-1]
    assert third["label"] == "3"
    renamed = await walk.ok("PUT", f"{path}/{third['id']}", {"label": "Three"})
    assert renamed["options"][-1]["label"] == "Three"
    archived = await walk.ok("DELETE", f"{path}/{third['id']}")
    assert archived["options"][-1]["archived"] is True
    await walk.refused(422, "parameter_invalid", "DELETE", f"{path}/{archived['options'][0]['id']}")
    for method, body in (("POST", None), ("PUT", third["id"])):
        place = path if body is None else f"{path}/{body}"
        for wrong in ({}, {"label": 3}, {"label": "x", "more": 1}):
            await walk.refused(422, "parameter_invalid", method, place, wrong)
    for method, place in (("POST", ""), ("PUT", f"/{UNKNOWN_OPTION}"), ("DELETE", f"/{UNKNOWN_OPTION}")):
        body = None if method == "DELETE" else {"label": "x"}
        await walk.refused(404, NOT_FOUND, method, f"{ROOT}/1/options{place}", body)
        await walk.refused(422, "parameter_invalid", method, f"{ROOT}/{text}/options{place}", body)
        if place:
            await walk.refused(404, NOT_FOUND, method, path + place, body)


async def references(walk: Walk) -> None:
    await walk.ok("POST", "/interlock/v1/object_types", {"identifier": "Order", "name": "Order"})
    reference = {"type": "many", "object_type_id": "Order"}
    made = await walk.ok("POST", ROOT, {"name": "Order", "data_type": "relationship", "reference": reference})
    check(made, "relationship")
    assert made["reference"] == reference

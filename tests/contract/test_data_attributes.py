"""Attributes of people and companies: defined, described, archived."""

from __future__ import annotations

from typing import Any

from contract.pairs import expected
from contract.walk import Walk, lacks

FIELDS = (
    *("type", "model", "name", "full_name", "label", "data_type", "api_writable", "messenger_writable"),
    *("ui_writable", "custom", "archived"),
)
OF_CUSTOM = ("id", "created_at", "updated_at", "admin_id")
RING: dict[str, Any] = {"name": "The One Ring", "model": "company", "data_type": "string"}


def choices(walk: Walk, *values: str) -> list[Any]:
    """The options of a list, in the words of the version: text was declared until 2.13."""
    return list(values) if walk.version == "2.13" else [{"value": value} for value in values]


async def test_data_attributes(walk: Walk) -> None:
    made = await walk.ok("POST", "/data_attributes", RING)
    assert not lacks(made, *FIELDS, *OF_CUSTOM)
    for wrong in (
        RING,
        {**RING, "model": "contact"},
        {**RING, "name": "!nv@l!d n@me"},
        {**RING, "name": "The Second Ring", "data_type": "mithril"},
    ):
        await walk.refused(400, "parameter_invalid", "POST", "/data_attributes", wrong)

    listed = await walk.ok("GET", "/data_attributes?model=company")
    assert {one["model"] for one in listed["data"]} == {"company"}
    named = {one["full_name"]: one for one in listed["data"]}
    assert not lacks(named["name"], *FIELDS, "description")
    assert not lacks(named["custom_attributes.The One Ring"], *FIELDS, *OF_CUSTOM)
    everything = await walk.ok("GET", "/data_attributes")
    types = {one["data_type"] for one in everything["data"] if one["model"] == "contact" and not one["custom"]}
    assert ("datetime" if walk.version == "Preview" else "date") in types
    if walk.since("2.16"):
        await walk.refused(422, "parameter_invalid", "GET", "/data_attributes?model=conversation")
    else:
        assert (await walk.ok("GET", "/data_attributes?model=conversation"))["data"] == []

    await lists(walk)
    await archiving(walk)
    assert walk.seen >= expected("data attributes", walk.version)


async def lists(walk: Walk) -> None:
    values = choices(walk, "1-10", "11-20")
    if walk.since("2.14"):
        wanted = {"name": "Size class", "model": "company", "data_type": "options", "options": values}
    else:  # where 2.11 has objects for an update, it declares text here
        wanted = {"name": "Size class", "model": "company", "data_type": "string", "options": ["1-10", "11-20"]}
    made = await walk.ok("POST", "/data_attributes", wanted)
    assert (made["data_type"], made["options"]) == ("string", ["1-10", "11-20"])
    more = {"description": "How many people", "options": choices(walk, "1-10", "11-20", "21-50"), "archived": False}
    changed = await walk.ok("PUT", f"/data_attributes/{made['id']}", more)
    assert not lacks(changed, *FIELDS, *OF_CUSTOM, "description", "options")
    assert changed["options"] == ["1-10", "11-20", "21-50"]
    wrong = {**more, "options": {"value": "1-10"}}
    await walk.refused(400, "parameter_invalid", "PUT", f"/data_attributes/{made['id']}", wrong)
    await walk.refused(404, "field_not_found", "PUT", "/data_attributes/123", more)


async def archiving(walk: Walk) -> None:
    made = await walk.ok("POST", "/data_attributes", {"name": "rank", "model": "contact", "data_type": "integer"})
    path = f"/data_attributes/{made['id']}"
    assert (await walk.ok("PUT", path, {"archived": True}))["archived"] is True
    assert (await walk.ok("PUT", path, {"archived": False}))["archived"] is False
    await walk.ok("PUT", "/interlock/v1/qualification_attributes", {"attributes": [made["id"]]})
    await walk.refused(422, "data_invalid", "PUT", path, {"archived": True})

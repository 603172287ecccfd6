"""Rows of a bulk are taken in their order, so one may refer to what an earlier one makes."""

from __future__ import annotations

from typing import Any

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from support.client import Client

TASK = {
    "identifier": "Task",
    "attributes": [
        {
            "name": "parent",
            "data_type": "reference",
            "reference": {"to": "Task", "many": False, "inverse": {"name": "children", "many": True}},
        },
    ],
}


def task(name: str, parent: str | None = None) -> dict[str, Any]:
    return {"external_id": name} | ({"custom_attributes": {"parent": {"external_id": parent}}} if parent else {})


async def test_a_row_may_refer_to_one_before_it_and_not_to_one_after(database: Database, workspace: Made) -> None:
    client = Client(build(database), workspace.token)
    await client.ok("POST", "/interlock/v1/object_types", TASK)
    rows = [task("early", "root"), task("root"), task("twig", "root"), task("leaf", "twig")]
    done = await client.ok("POST", "/interlock/v1/object_types/Task/instances/bulk", {"rows": rows})
    assert [row["outcome"] for row in done["rows"]] == [None, "created", "created", "created"]
    assert done["rows"][0]["error"]["field"] == "custom_attributes.parent"
    root = await client.ok("GET", "/custom_object_instances/Task/root")
    assert [one["external_id"] for one in root["custom_attributes"]["children"]["instances"]] == ["twig"]

"""A schema is applied while many write: no acknowledged value is lost, and none stays under its old name or type."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.app import build
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.storage.database import Database
from interlock.storage.open import open_database
from stories.stored import rows_of
from support.direct import Direct

PATH = "/custom_object_instances/Meter"
WRITERS = 8
WRITES = 60
BEFORE: dict[str, Any] = {
    "object_types": [
        {
            "identifier": "Meter",
            "attributes": [{"name": "reading", "data_type": "integer"}, {"name": "note", "data_type": "string"}],
        }
    ]
}
AFTER: dict[str, Any] = {
    "object_types": [
        {
            "identifier": "Meter",
            "attributes": [
                {"name": "value", "was": "reading", "data_type": "decimal"},
                {"name": "note", "data_type": "string"},
            ],
        }
    ]
}


async def apply(client: Direct, schema: dict[str, Any]) -> None:
    plan = await client.ok("POST", "/interlock/v1/schema/plan", {"schema": schema})
    await client.ok("POST", "/interlock/v1/schema/apply", {"schema": schema, "plan_hash": plan["plan_hash"]})


async def write(client: Direct, writer: int, started: asyncio.Event, halfway: int) -> list[tuple[str, int]]:
    """Upserts under the name that is accepted; what was acknowledged, in order."""
    acknowledged, name = [], "reading"
    for number in range(WRITES):
        if number == halfway:
            started.set()
        for _ in range(200):
            body = {"external_id": f"{writer}-{number % 4}", "custom_attributes": {name: number}}
            status, answer = await client.send("POST", PATH, body)
            if status == 200:
                acknowledged.append((body["external_id"], number))
                break
            assert status == 400, answer
            name = {"reading": "value", "value": "reading"}[name]
            await asyncio.sleep(0.01)  # a process may refuse by definitions that are a second old
        else:
            raise AssertionError(answer)
    return acknowledged


async def test_an_attribute_is_renamed_and_converted_under_load(database: Database) -> None:
    made = await create_workspace(database, "Meters")
    other = await open_database(database.url, 4)
    clients = [Direct(build(one), made.token) for one in (database, other)]
    await apply(clients[0], BEFORE)
    started = asyncio.Event()
    writers = [asyncio.create_task(write(clients[place % 2], place, started, WRITES // 3)) for place in range(WRITERS)]
    await started.wait()
    await apply(clients[0], AFTER)
    acknowledged = [one for done in await asyncio.gather(*writers) for one in done]
    last = dict(acknowledged)
    assert len(acknowledged) == WRITERS * WRITES
    for external_id, number in last.items():
        shown = await clients[0].ok("GET", f"{PATH}/{external_id}")
        value = shown["custom_attributes"].get("value")
        assert (value, type(value)) == (float(number), float), (external_id, shown)
    stored = (await rows_of(database, made.workspace_id))["instances"]
    assert not any('"reading"' in str(row) for row in stored)
    found = {"query": {"field": "custom_attributes.value", "operator": ">", "value": -1}}
    page = await clients[0].ok("POST", "/interlock/v1/object_types/Meter/instances/search", found)
    assert page["total_count"] == len(last)
    await other.close()

"""Tickets are found by what is documented, a page at a time, with a fixed number of statements."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.records.store import TICKETS
from interlock.core.schema.cache import SchemaCache
from interlock.core.threads.ticket_show import show
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database, Tx
from resources.tickets.conftest import Make
from support.client import Client


async def _found(client: Client, field: str, operator: str, value: Any) -> list[str]:
    query = {"query": {"field": field, "operator": operator, "value": value}}
    answer = await client.ok("POST", "/tickets/search", query)
    assert answer["total_count"] == len(answer["tickets"])
    return [one["id"] for one in answer["tickets"]]


async def test_each_documented_field_finds(
    client: Client, new_ticket: Make, new_type: Make, admin_id: int, states: Any
) -> None:
    kind = await new_type(category="Back-office")
    path = f"/ticket_types/{kind['id']}/attributes"
    ids: dict[str, str] = {}
    items = ""
    for data_type in ("string", "integer", "decimal", "boolean", "datetime", "list"):
        more = {"list_items": "a,b"} if data_type == "list" else {}
        made = await client.ok("POST", path, {"name": data_type, "description": "", "data_type": data_type, **more})
        ids[data_type] = made["id"]
        if data_type == "list":
            items = made["input_options"]["list_items"][1]["id"]
    values = {"string": "Blue", "integer": 4, "decimal": 1.5, "boolean": True, "datetime": 1_600_000_000, "list": items}
    ticket = await new_ticket(
        ticket_type_id=kind["id"],
        ticket_attributes={"_default_title_": "Broken lamp", "_default_description_": "dark", **values},
        assignment={"admin_assignee_id": str(admin_id)},
    )
    other = await new_ticket()
    await client.ok("PUT", f"/tickets/{other['id']}", {"open": False, "ticket_state_id": (await states())["resolved"]})
    id = ticket["id"]
    for field, operator, value in (
        ("id", "=", id),
        ("title", "~", "lamp"),
        ("description", "=", "dark"),
        ("category", "=", "task"),
        ("ticket_type_id", "=", kind["id"]),
        ("contact_ids", "=", ticket["contacts"]["contacts"][0]["id"]),
        ("admin_assignee_id", "=", str(admin_id)),
        ("open", "=", True),
        ("state", "=", "submitted"),
        ("created_at", "<", "9999999999"),
        *((f"ticket_attribute.{ids[name]}", "=", value) for name, value in values.items()),
        (f"ticket_attribute.{ids['integer']}", ">", 3),
        (f"ticket_attribute.{ids['string']}", "~", "lue"),
    ):
        assert id in await _found(client, field, operator, value), (field, operator, value)
    for field, value in (("category", "request"), ("open", False), ("state", "resolved")):
        assert await _found(client, field, "=", value) == [other["id"]]


async def test_pages_go_on_to_the_end(client: Client, new_ticket: Make, new_type: Make) -> None:
    kind = (await new_type())["id"]
    made = [(await new_ticket(ticket_type_id=kind))["id"] for _ in range(5)]
    query: dict[str, Any] = {"query": {"field": "created_at", "operator": ">", "value": "1306054154"}}
    query["pagination"] = {"per_page": 2}
    seen: list[str] = []
    for number in (1, 2, 3):
        answer = await client.ok("POST", "/tickets/search", query)
        assert (answer["type"], answer["total_count"], answer["pages"]["page"]) == ("ticket.list", 5, number)
        seen += [one["id"] for one in answer["tickets"]]
        if number < 3:
            query["pagination"]["starting_after"] = answer["pages"]["next"]["starting_after"]
    assert "next" not in answer["pages"]
    assert seen == made[::-1]
    assert answer["tickets"][0] == await client.ok("GET", f"/tickets/{seen[-1]}")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, "parameter_not_found"),
        ({"query": {"field": "nothing", "operator": "=", "value": 1}}, "invalid_field"),
        ({"query": {"field": "open", "operator": "~", "value": "x"}}, "invalid_operator"),
        ({"query": {"field": "open", "operator": "=", "value": True}, "pagination": {"starting_after": "x"}}, None),
    ],
)
async def test_what_is_wrong_in_a_search_is_refused(client: Client, sent: Any, code: str | None) -> None:
    problem = await client.error(400, "POST", "/tickets/search", sent)
    assert code is None or problem["code"] == code


class _Counting:
    """A transaction that counts its statements."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.dialect = tx.dialect
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._tx, name)

        def counted(*arguments: Any, **values: Any) -> Any:
            self.count += 1
            return real(*arguments, **values)

        return counted


async def test_many_tickets_take_as_many_statements_as_one(
    client: Client, new_ticket: Make, new_conversation: Make, new_type: Make, database: Database, workspace: Made
) -> None:
    made = [(await new_ticket(category))["id"] for category in ("Customer", "Tracker", "Back-office")]
    conversation, kind = (await new_conversation())["id"], (await new_type())["id"]
    await client.ok("POST", f"/conversations/{conversation}/convert", {"ticket_type_id": kind})
    made.append(conversation)
    schema = await SchemaCache(database).get(workspace.workspace_id)

    async def counted(tx: Tx, ids: list[str]) -> int:
        records = [await TICKETS.get(tx, workspace.workspace_id, id, "ticket") for id in ids]
        counting = _Counting(tx)
        await show(counting, schema, [one for one in records if one is not None])  # type: ignore[arg-type]
        return counting.count

    assert await database.read(counted, made[:1]) <= await database.read(counted, made) <= 9

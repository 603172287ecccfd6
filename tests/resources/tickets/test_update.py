"""Tickets are read, changed, snoozed, assigned, changed into another type, deleted."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from interlock.core.jobs import store as jobs
from interlock.core.jobs.store import Job
from interlock.core.schema.cache import SchemaCache
from interlock.core.threads import ticket_jobs
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import clock
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes
from interlock.storage.tables import jobs as job_table
from resources.tickets.conftest import Make
from support.client import Client

FUTURE = clock.seconds() + 86_400


async def _history(database: Database, workspace: Made, id: str, kind: str = "ticket") -> list[tuple[str, Any]]:
    """Action and `after` of everything that happened to a ticket."""
    query = Query(
        select(changes.c.action, changes.c.after)
        .where(changes.c.workspace_id == workspace.workspace_id, changes.c.record_id == id, changes.c.kind == kind)
        .order_by(changes.c.id)
    )
    rows = await database.read(lambda tx: tx.all(query))
    return [(row[0], msgspec.json.decode(row[1])) for row in rows]


async def _jobs(database: Database, workspace: Made, kind: str) -> list[Job]:
    query = Query(
        select(*jobs.COLUMNS).where(job_table.c.workspace_id == workspace.workspace_id, job_table.c.kind == kind)
    )

    async def read(tx: Tx) -> list[Job]:
        return [jobs.job(row) for row in await tx.all(query)]

    return await database.read(read)


def _parts(ticket: Any) -> list[str]:
    return [one["part_type"] for one in ticket["ticket_parts"]["ticket_parts"]]


async def test_an_update_tells_of_each_thing_in_a_part(
    client: Client, new_type: Make, new_ticket: Make, admin_id: int, states: Any, database: Database, workspace: Made
) -> None:
    kind = await new_type()
    path = f"/ticket_types/{kind['id']}/attributes"
    listed = {"name": "Speed", "description": "", "data_type": "list", "list_items": "Slow, Fast"}
    speed = await client.ok("POST", path, listed)
    fast = next(one["id"] for one in speed["input_options"]["list_items"] if one["name"] == "Fast")
    made = await new_ticket(ticket_type_id=kind["id"])
    before = await states()
    changed = await client.ok(
        "PUT",
        f"/tickets/{made['id']}",
        {
            "ticket_attributes": {"_default_title_": "Other", "Speed": fast},
            "admin_id": admin_id,
            "assignee_id": admin_id,
            "open": True,
            "snoozed_until": FUTURE,
            "ticket_state_id": int(before["in_progress"]),
            "state": "ignored",
            "is_shared": False,
        },
    )
    assert changed["ticket_attributes"]["Speed"] == "Fast"
    assert changed["ticket_attributes"]["_default_title_"] == "Other"
    assert changed["ticket_state"]["category"] == "in_progress"
    assert changed["previous_ticket_state_id"] == before["submitted"]
    assert (changed["snoozed_until"], changed["open"], changed["is_shared"]) == (FUTURE, True, False)
    assert (changed["admin_assignee_id"], changed["team_assignee_id"]) == (admin_id, 0)
    updated = "ticket_attribute_updated_by_admin"
    state = "ticket_state_updated_by_admin"
    assert _parts(changed) == [state, updated, updated, state, "assignment", "snoozed"]
    parts = changed["ticket_parts"]["ticket_parts"]
    assert parts[2]["updated_attribute_data"] == {
        "attribute": {"type": "attribute", "id": speed["id"], "label": "Speed"},
        "value": {"type": "value", "id": fast, "label": "Fast"},
    }
    assert (parts[3]["previous_ticket_state"], parts[3]["ticket_state"]) == ("submitted", "in_progress")
    assert parts[4]["assigned_to"] == {"type": "admin", "id": str(admin_id)}
    assert parts[4]["author"]["type"] == "admin"
    assert await client.ok("GET", f"/tickets/{made['id']}") == changed
    history = await _history(database, workspace, made["id"])
    actions = [action for action, _ in history]
    assert actions == ["created", "updated", "updated", "updated", "assigned", "snoozed"]
    assert history[1][1]["ticket_attributes"] == {"_default_title_": "Other", "Speed": fast}
    assert history[2][1]["ticket_state"] == {"from": "submitted", "to": "in_progress"}
    assert all(after["by"] in ("admin", "bot") for _, after in history)


async def test_what_is_the_same_already_changes_nothing(
    client: Client, new_ticket: Make, states: Any, database: Database, workspace: Made
) -> None:
    made = await new_ticket()
    sent = {
        "ticket_attributes": {"_default_title_": "Help"},
        "ticket_state_id": (await states())["submitted"],
        "open": True,
        "is_shared": True,
        "assignee_id": 0,
        "company_id": None,
        "snoozed_until": None,
    }
    assert await client.ok("PUT", f"/tickets/{made['id']}", sent) == made
    assert await client.ok("PUT", f"/tickets/{made['id']}") == made
    assert len(await _history(database, workspace, made["id"])) == 1


async def test_assigning_to_a_team_and_to_nobody(client: Client, new_ticket: Make, admin_id: int) -> None:
    (team,) = (await client.ok("GET", "/teams"))["teams"]
    path = f"/tickets/{(await new_ticket())['id']}"
    await client.ok("PUT", path, {"assignee_id": admin_id})
    both = await client.ok("PUT", path, {"assignee_id": team["id"]})
    assert (both["admin_assignee_id"], both["team_assignee_id"]) == (admin_id, int(team["id"]))
    nobody = await client.ok("PUT", path, {"assignee_id": "0"})
    assert (nobody["admin_assignee_id"], nobody["team_assignee_id"]) == (0, 0)
    assert nobody["ticket_parts"]["ticket_parts"][-1]["assigned_to"] is None


async def test_closing_ends_a_snooze_and_snoozing_opens(client: Client, new_ticket: Make) -> None:
    path = f"/tickets/{(await new_ticket())['id']}"
    assert (await client.ok("PUT", path, {"snoozed_until": FUTURE}))["snoozed_until"] == FUTURE
    closed = await client.ok("PUT", path, {"open": False, "snoozed_until": FUTURE + 1})
    assert closed["open"] is False
    assert "snoozed_until" not in closed
    assert (await client.ok("PUT", path, {"snoozed_until": FUTURE}))["open"] is True
    woken = await client.ok("PUT", path, {"snoozed_until": None})
    assert "snoozed_until" not in woken
    assert _parts(woken)[1:] == ["snoozed", "close", "snoozed", "open"]


async def test_a_snoozed_ticket_wakes_at_its_time(
    client: Client, new_ticket: Make, database: Database, workspace: Made
) -> None:
    made = await new_ticket()
    path, schemas = f"/tickets/{made['id']}", SchemaCache(database)
    await client.ok("PUT", path, {"snoozed_until": FUTURE})
    (timer,) = await _jobs(database, workspace, "unsnooze_ticket")
    assert (timer.key, timer.wake_at) == (made["id"], FUTURE * 1_000_000)
    await schemas.write(workspace.workspace_id, ticket_jobs.unsnooze, timer)  # too early: nothing happens
    assert (await client.ok("GET", path))["snoozed_until"] == FUTURE
    await client.ok("PUT", path, {"snoozed_until": 1_673_609_604})
    (timer,) = await _jobs(database, workspace, "unsnooze_ticket")
    assert timer.wake_at == 1_673_609_604 * 1_000_000
    await schemas.write(workspace.workspace_id, ticket_jobs.unsnooze, timer)
    woken = await client.ok("GET", path)
    assert "snoozed_until" not in woken
    assert _parts(woken)[-1] == "timer_unsnooze"
    await schemas.write(workspace.workspace_id, ticket_jobs.unsnooze, timer)  # run twice
    assert await client.ok("GET", path) == woken
    await client.ok("PUT", path, {"snoozed_until": FUTURE})
    await client.ok("DELETE", path)
    assert await _jobs(database, workspace, "unsnooze_ticket") == []
    await schemas.write(workspace.workspace_id, ticket_jobs.unsnooze, timer)


@pytest.mark.parametrize(
    ("sent", "status", "code", "message"),
    [
        ({"ticket_state_id": 0}, 400, "ticket_state_id_invalid", None),
        ({"ticket_state_id": "\ud83c"}, 400, "parameter_invalid", None),
        ({"admin_id": 123}, 404, "assignee_not_found", "Assignee not found"),
        ({"assignee_id": 123}, 404, "assignee_not_found", "Assignee not found"),
        ({"assignee_id": "9" * 100}, 404, "assignee_not_found", "Assignee not found"),
        ({"company_id": "none"}, 404, "company_not_found", "Company Not Found"),
        ({"ticket_attributes": {"x": 1}, "ticket_state_id": 0}, 400, "parameter_invalid", None),
        ({"ticket_state_id": 0, "admin_id": 1}, 400, "ticket_state_id_invalid", None),
        ({"snoozed_until": "soon"}, 400, "parameter_invalid", None),
        ({"snoozed_until": -5}, 400, "parameter_invalid", None),
        ({"open": "yes"}, 400, "type_mismatch", None),
        ({"company_id": {}}, 400, "type_mismatch", None),
    ],
)
async def test_what_is_wrong_is_refused(
    client: Client, new_ticket: Make, sent: Any, status: int, code: str, message: str | None
) -> None:
    made = await new_ticket()
    path = f"/tickets/{made['id']}"
    more: dict[str, Any] = {"json": sent}
    if sent.get("ticket_state_id") == "\ud83c":
        more = {
            "json": None,
            "content": b'{"ticket_state_id": "\\ud83c"}',
            "headers": {"Content-Type": "application/json"},
        }
    problem = await client.error(status, "PUT", path, **more)
    assert problem["code"] == code
    if code == "ticket_state_id_invalid":
        message = "Ticket state id is not valid or is not associated with the ticket type"
    if message is not None:
        assert problem["message"] == message
    assert await client.ok("GET", path) == made


async def test_unknown_tickets_are_not_found(client: Client, new_ticket: Make, other_workspace: Made) -> None:
    made = await new_ticket()
    other = Client(client.app, other_workspace.token)
    for id in ("1", "x" * 900, made["ticket_id"]):
        for method in ("GET", "PUT", "DELETE"):
            problem = await client.error(404, method, f"/tickets/{id}")
            assert (problem["code"], problem["message"]) == ("ticket_not_found", "Ticket not found")
    await other.error(404, "GET", f"/tickets/{made['id']}")
    await other.error(404, "DELETE", f"/tickets/{made['id']}")


async def test_a_deleted_ticket_is_gone(client: Client, new_ticket: Make, database: Database, workspace: Made) -> None:
    made = await new_ticket()
    path = f"/tickets/{made['id']}"
    assert await client.ok("DELETE", path) == {"id": made["id"], "object": "ticket", "deleted": True}
    await client.error(404, "GET", path)
    await client.error(404, "DELETE", path)
    assert (await _history(database, workspace, made["id"]))[-1][0] == "deleted"


# --- another type


async def test_a_ticket_changes_its_type(client: Client, new_type: Make, new_ticket: Make, states: Any) -> None:
    old, new = await new_type(), await new_type()
    for kind in (old, new):
        path = f"/ticket_types/{kind['id']}/attributes"
        await client.ok("POST", path, {"name": "Both", "description": "", "data_type": "list", "list_items": "a,b"})
        data_type = "integer" if kind is old else "string"
        await client.ok("POST", path, {"name": "Differs", "description": "", "data_type": data_type})
    made = await new_ticket(
        ticket_type_id=old["id"], ticket_attributes={"_default_title_": "T", "Both": "b", "Differs": 4}
    )
    found = await states()
    sent = {"ticket_type_id": new["id"], "ticket_state_id": found["resolved"]}
    changed = await client.ok("POST", f"/tickets/{made['id']}/change_type", sent)
    assert changed["ticket_type"]["id"] == new["id"]
    assert changed["ticket_state"]["category"] == "resolved"
    assert changed["ticket_attributes"] == {"_default_title_": "T", "_default_description_": None, "Both": "b"}
    back = {**sent, "ticket_type_id": old["id"], "ticket_attributes": {"Differs": 5, "Both": "a"}}
    changed = await client.ok("POST", f"/tickets/{made['id']}/change_type", back)
    assert (changed["ticket_attributes"]["Differs"], changed["ticket_attributes"]["Both"]) == (5, "a")


async def test_the_order_in_which_a_change_of_type_is_refused(
    client: Client, new_type: Make, new_ticket: Make, states: Any
) -> None:
    made = await new_ticket()
    same, new, other = made["ticket_type"]["id"], await new_type(), await new_type(category="Tracker")
    state = (await states())["submitted"]
    mine = await client.ok(
        "POST",
        "/interlock/v1/ticket_states",
        {"category": "submitted", "internal_label": "Mine", "ticket_type_ids": [same]},
    )
    path = f"/tickets/{made['id']}/change_type"
    extra = {"ticket_attributes": {"Priority": 1}}
    for sent, status, code, message in (
        (None, 400, "parameter_not_found", "ticket_type_id is a required parameter"),
        ({"ticket_state_id": "1"}, 400, "parameter_not_found", "ticket_type_id is a required parameter"),
        ({"ticket_type_id": same}, 400, "parameter_not_found", "ticket_state_id is a required parameter"),
        (
            {"ticket_type_id": same, "ticket_state_id": "1"},
            400,
            "parameter_invalid",
            "Cannot change to the same ticket type",
        ),
        ({"ticket_type_id": "1", "ticket_state_id": "1"}, 404, "not_found", None),
        ({"ticket_type_id": other["id"], "ticket_state_id": state}, 400, "parameter_invalid", None),
        (
            {"ticket_type_id": new["id"], "ticket_state_id": mine["id"], **extra},
            400,
            "parameter_invalid",
            "Ticket custom state doesn't belong to the new ticket type",
        ),
        (
            {"ticket_type_id": new["id"], "ticket_state_id": state, **extra},
            400,
            "parameter_invalid",
            "Extra attributes provided that are not found on ticket type: Priority",
        ),
    ):  # fmt: skip
        problem = await client.error(status, "POST", path, sent)
        assert problem["code"] == code
        assert message is None or problem["message"] == message
    assert await client.ok("GET", f"/tickets/{made['id']}") == made
    sent = {"ticket_type_id": new["id"], "ticket_state_id": state}
    problem = await client.error(404, "POST", "/tickets/1/change_type", sent)
    assert (problem["code"], problem["message"]) == ("not_found", "Resource Not Found")


# --- a conversation becomes a ticket


async def test_a_conversation_is_converted_and_shares_what_is_said(
    client: Client, new_type: Make, new_conversation: Make, admin_id: int, database: Database, workspace: Made
) -> None:
    conversation = await new_conversation("Broken")
    id = conversation["id"]
    kind = await new_type()
    ticket = await client.ok("POST", f"/conversations/{id}/convert", {"ticket_type_id": kind["id"]})
    assert (ticket["id"], ticket["category"], ticket["is_shared"]) == (id, "Customer", True)
    assert ticket["created_at"] == conversation["created_at"]
    assert ticket["contacts"] == conversation["contacts"]
    assert _parts(ticket) == ["comment", "ticket_state_updated_by_admin"]
    assert ticket["ticket_parts"]["ticket_parts"][0]["body"] == "<p>Broken</p>"
    assert ticket["ticket_parts"]["total_count"] == 2
    assert ("converted", "bot") in [
        (action, after["by"])
        for action, after in await _history(database, workspace, id, "conversation")
        if "by" in after
    ]
    said = {"message_type": "comment", "type": "admin", "admin_id": admin_id, "body": "On it"}
    await client.ok("POST", f"/tickets/{id}/reply", said)
    shown = await client.ok("GET", f"/conversations/{id}")
    assert shown["conversation_parts"]["conversation_parts"][-1]["body"] == "<p>On it</p>"
    assert shown["waiting_since"] is None
    assert shown["linked_objects"]["data"] == [{"type": "ticket", "id": id, "category": "Customer"}]
    await client.ok("POST", f"/conversations/{id}/reply", {**said, "body": "Done"})
    assert (await client.ok("GET", f"/tickets/{id}"))["ticket_parts"]["ticket_parts"][-1]["body"] == "<p>Done</p>"
    problem = await client.error(400, "POST", f"/conversations/{id}/convert", {"ticket_type_id": kind["id"]})
    assert problem["code"] == "parameter_invalid"
    await client.ok("DELETE", f"/tickets/{id}")
    kept = await client.ok("GET", f"/conversations/{id}")
    assert kept["conversation_parts"]["total_count"] == shown["conversation_parts"]["total_count"] + 1
    assert kept["linked_objects"]["total_count"] == 0


async def test_only_customer_types_take_conversations(
    client: Client, new_type: Make, new_conversation: Make, states: Any
) -> None:
    path = f"/conversations/{(await new_conversation())['id']}/convert"
    tracker, kind = await new_type(category="Tracker"), await new_type()
    problem = await client.error(400, "POST", path, {"ticket_type_id": tracker["id"]})
    assert (problem["code"], problem["message"]) == ("parameter_invalid", "Ticket type is not a customer ticket type")
    await client.error(404, "POST", path, {"ticket_type_id": "1"})
    await client.error(404, "POST", "/conversations/1/convert", {"ticket_type_id": kind["id"]})
    bad = {"ticket_type_id": kind["id"], "ticket_state_id": "1"}
    assert (await client.error(400, "POST", path, bad))["code"] == "ticket_state_id_invalid"
    assert (await client.error(400, "POST", path))["code"] == "parameter_not_found"
    sent = {
        "ticket_type_id": kind["id"],
        "ticket_state_id": (await states())["in_progress"],
        "attributes": {"_default_title_": "T"},
    }
    made = await client.ok("POST", path, sent)
    assert (made["ticket_state"]["category"], made["ticket_attributes"]["_default_title_"]) == ("in_progress", "T")

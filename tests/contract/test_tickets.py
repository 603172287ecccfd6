"""Ticket types with their attributes and states, tickets, and what happens to them."""

from __future__ import annotations

from typing import Any

from contract.pairs import expected
from contract.test_conversations import begin
from contract.walk import Walk, lacks

TICKET = (
    *("type", "id", "ticket_id", "category", "ticket_attributes", "ticket_state", "ticket_type", "contacts"),
    *("admin_assignee_id", "team_assignee_id", "created_at", "updated_at", "open", "linked_objects", "ticket_parts"),
    *("is_shared",),
)
TYPE = (
    *("type", "id", "name", "description", "icon", "workspace_id", "archived", "created_at", "updated_at"),
    *("ticket_type_attributes", "category"),
)


def check(walk: Walk, ticket: dict[str, Any]) -> None:
    assert not lacks(ticket, *TICKET)
    assert isinstance(ticket["admin_assignee_id"], int if walk.since("2.16") else str)
    assert isinstance(ticket["ticket_state"], dict if walk.since("2.13") else str)
    assert ("ticket_state_internal_label" in ticket) is not walk.since("2.13")


async def make_type(walk: Walk, name: str = "Bug", category: str = "Customer") -> dict[str, Any]:
    made = await walk.ok("POST", "/ticket_types", {"name": name, "description": "", "category": category})
    assert not lacks(made, *TYPE)
    assert ("ticket_states" in made) is walk.since("2.13")
    return made


async def make_ticket(walk: Walk, type_id: str, contact: str, **more: Any) -> dict[str, Any]:
    attributes = {"_default_title_": "It is broken", "_default_description_": "Since Monday"}
    wanted = {"ticket_type_id": type_id, "contacts": [{"id": contact}], "ticket_attributes": attributes, **more}
    made = await walk.ok("POST", "/tickets", wanted)
    check(walk, made)
    return made


async def test_ticket_types(walk: Walk) -> None:
    made = await make_type(walk)
    path = f"/ticket_types/{made['id']}"
    wanted = {"name": "Severity", "description": "How bad", "data_type": "list", "list_items": "Low,High"}
    attribute = await walk.ok("POST", f"{path}/attributes", wanted)
    assert not lacks(attribute, "type", "id", "workspace_id", "name", "description", "data_type", "input_options")
    assert not lacks(attribute, "order", "required_to_create", "required_to_create_for_contacts", "visible_on_create")
    assert not lacks(attribute, "visible_to_contacts", "default", "ticket_type_id", "archived", "created_at")
    changed = await walk.ok("PUT", f"{path}/attributes/{attribute['id']}", {"description": "How bad it is"})
    assert changed["description"] == "How bad it is"
    assert not lacks(await walk.ok("GET", path), *TYPE)
    assert (await walk.ok("PUT", path, {"name": "Fault"}))["name"] == "Fault"
    listed = await walk.ok("GET", "/ticket_types")
    assert listed["type"] == "list"
    assert "Fault" in {one["name"] for one in listed["data"]}
    if walk.has("listTicketStates"):
        states = await walk.ok("GET", "/ticket_states")
        assert {one["category"] for one in states["data"]} == {
            *("submitted", "in_progress", "waiting_on_customer", "resolved")
        }
        assert not lacks(states["data"][0], "type", "id", "category", "internal_label", "external_label", "archived")
    assert walk.seen >= expected("ticket types", walk.version)


async def test_tickets(walk: Walk) -> None:
    ann = await walk.make_user(email="ann@example.com", name="Ann")
    admin = (await walk.ok("GET", "/me"))["id"]
    kind = await make_type(walk)
    made = await make_ticket(walk, kind["id"], ann["id"])
    path = f"/tickets/{made['id']}"
    check(walk, await walk.ok("GET", path))
    await changing(walk, path, kind, admin)
    await answering(walk, path, ann["id"], admin)
    query = {"operator": "AND", "value": [{"field": "ticket_type_id", "operator": "=", "value": kind["id"]}]}
    found = await walk.ok("POST", "/tickets/search", {"query": query, "pagination": {"per_page": 5}})
    assert found["total_count"] == 1
    assert not lacks(found["tickets"][0], *TICKET)
    conversation = await begin(walk, ann["id"])
    converted = await walk.ok("POST", f"/conversations/{conversation}/convert", {"ticket_type_id": kind["id"]})
    check(walk, converted)
    office = await make_type(walk, "Office", "Back-office")
    other = await begin(walk, ann["id"])
    wrong = {"ticket_type_id": office["id"]}
    await walk.refused(400, "parameter_invalid", "POST", f"/conversations/{other}/convert", wrong)
    inside = await make_ticket(walk, office["id"], ann["id"])
    reply = {"message_type": "comment", "type": "user", "intercom_user_id": ann["id"], "body": "Hello?"}
    await walk.refused(400, "parameter_mismatch", "POST", f"/tickets/{inside['id']}/reply", reply)
    if walk.has("deleteTicket"):
        assert (await walk.ok("DELETE", path))["deleted"] is True
        await walk.refused(404, "ticket_not_found", "DELETE", path)
    assert walk.seen >= expected("tickets", walk.version)


async def changing(walk: Walk, path: str, kind: dict[str, Any], admin: str) -> None:
    if walk.since("2.13"):
        state = next(one for one in kind["ticket_states"]["data"] if one["category"] == "in_progress")
        wanted: dict[str, Any] = {"ticket_state_id": state["id"]}
        await walk.refused(400, "ticket_state_id_invalid", "PUT", path, {"ticket_state_id": 0})
    else:
        wanted = {"state": "in_progress"}
    assignee = {"admin_id": int(admin), "assignee_id": admin}
    wanted |= assignee if walk.since("2.14") else {"assignment": {"admin_id": admin, "assignee_id": admin}}
    wanted |= {"ticket_attributes": {"_default_title_": "Still broken"}, "snoozed_until": 4_000_000_000}
    changed = await walk.ok("PUT", path, wanted)
    check(walk, changed)
    state = changed["ticket_state"]
    assert (state["category"] if walk.since("2.13") else state) == "in_progress"
    assert int(changed["admin_assignee_id"]) == int(admin)
    assert changed["snoozed_until"] == 4_000_000_000
    unknown = {"admin_id": 1, "assignee_id": admin}
    older = {"assignment": {"admin_id": "1", "assignee_id": admin}}
    await walk.refused(404, "assignee_not_found", "PUT", path, unknown if walk.since("2.14") else older)


async def answering(walk: Walk, path: str, ann: str, admin: str) -> None:
    by_admin = {"message_type": "comment", "type": "admin", "admin_id": admin, "body": "We are on it"}
    said = await walk.ok("POST", f"{path}/reply", by_admin)
    assert not lacks(said, "type", "id", "part_type", "body", "created_at", "updated_at", "author")
    by_user = {"message_type": "comment", "type": "user", "intercom_user_id": ann, "body": "Thanks"}
    await walk.ok("POST", f"{path}/reply", by_user)
    await walk.ok("POST", f"{path}/reply", by_admin | {"message_type": "note"})
    await walk.refused(404, "not_found", "POST", "/tickets/1/reply", by_admin)


async def test_tickets_of_other_types(walk: Walk) -> None:
    ann = await walk.make_user(email="ann@example.com")
    kind = await make_type(walk)
    if walk.has("enqueueCreateTicket"):
        await queueing(walk, kind, ann["id"])
    if walk.since("2.16"):
        await another_type(walk, kind, ann["id"])
        await linking(walk, kind, ann["id"])
    assert walk.seen >= expected("tickets of other types", walk.version)


async def queueing(walk: Walk, kind: dict[str, Any], ann: str) -> None:
    needed = {"name": "Serial", "description": "", "data_type": "string", "required_to_create": True}
    await walk.ok("POST", f"/ticket_types/{kind['id']}/attributes", needed)
    wanted = {"ticket_type_id": kind["id"], "contacts": [{"id": ann}]}
    await walk.refused(400, "parameter_invalid", "POST", "/tickets/enqueue", wanted)
    job = await walk.ok("POST", "/tickets/enqueue", wanted | {"ticket_attributes": {"Serial": "A1"}})
    assert not lacks(job, "type", "id", "url", "status")
    await walk.work()
    done = await walk.ok("GET", f"/jobs/status/{job['id']}")
    assert done["status"] == "success"
    assert not lacks(done, "type", "id", "url", "status", "resource_type", "resource_id", "resource_url")
    await walk.refused(404, "job_not_found", "GET", "/jobs/status/unknown")


async def another_type(walk: Walk, kind: dict[str, Any], ann: str) -> None:
    other = await make_type(walk, "Question")
    ticket = await make_ticket(walk, other["id"], ann)
    path = f"/tickets/{ticket['id']}/change_type"
    state = kind["ticket_states"]["data"][0]["id"]
    wanted = {"ticket_type_id": kind["id"], "ticket_state_id": state}
    await walk.refused(400, "parameter_not_found", "POST", path, {"ticket_state_id": state})
    await walk.refused(400, "parameter_not_found", "POST", path, {"ticket_type_id": kind["id"]})
    await walk.refused(400, "parameter_invalid", "POST", path, wanted | {"ticket_type_id": other["id"]})
    await walk.refused(400, "parameter_invalid", "POST", path, wanted | {"ticket_state_id": "1"})
    await walk.refused(404, "not_found", "POST", "/tickets/1/change_type", wanted)
    changed = await walk.ok("POST", path, wanted)
    check(walk, changed)
    assert changed["ticket_type"]["id"] == kind["id"]


async def linking(walk: Walk, kind: dict[str, Any], ann: str) -> None:
    tracker = await make_ticket(walk, (await make_type(walk, "Outage", "Tracker"))["id"], ann)
    second = await make_ticket(walk, tracker["ticket_type"]["id"], ann)
    conversation = await begin(walk, ann)
    path, wanted = f"/tickets/{tracker['id']}/linked_conversations", {"conversation_id": conversation}
    linked = await walk.ok("POST", path, wanted)
    assert (linked["type"], linked["id"]) == ("conversation", conversation)
    assert [one["id"] for one in linked["linked_objects"]["data"]] == [tracker["id"]]
    await walk.refused(400, "parameter_not_found", "POST", path, {})
    elsewhere = f"/tickets/{second['id']}/linked_conversations"
    await walk.refused(400, "already_linked_to_tracker", "POST", elsewhere, wanted)
    plain = await make_ticket(walk, kind["id"], ann, ticket_attributes={"Serial": "A2"})
    of_plain = f"/tickets/{plain['id']}/linked_conversations"
    await walk.refused(400, "invalid_ticket_type", "POST", of_plain, wanted)
    await walk.refused(404, "ticket_not_found", "POST", "/tickets/1/linked_conversations", wanted)
    await walk.refused(404, "conversation_not_found", "POST", path, {"conversation_id": "1"})
    await walk.refused(400, "invalid_ticket_type", "DELETE", f"{of_plain}/{conversation}")
    await walk.refused(404, "ticket_not_found", "DELETE", f"/tickets/1/linked_conversations/{conversation}")
    await walk.refused(404, "conversation_not_found", "DELETE", f"{path}/1")
    unlinked = await walk.ok("DELETE", f"{path}/{conversation}")
    assert unlinked["linked_objects"]["data"] == []

"""Ticket types over REST. Source: description 2.16, tag "Ticket Types"; engagement.md 10."""

from __future__ import annotations

from typing import Any

from interlock.core.threads import ticket_type
from interlock.resources.ticket_types import wire
from interlock.rest.operation import Call, Operation
from interlock.shapes import ticket as shapes

TAG = "Ticket types"
READ, WRITE = "read_tickets", "write_tickets"
_ONE = "/ticket_types/{ticket_type_id}"


async def list_all(call: Call) -> Any:
    """All of them, archived ones too."""
    types = await call.database.read(ticket_type.list_types, call.schema)
    app_id = call.schema.workspace.app_id
    return {"type": "list", "data": [shapes.shown_type(one, app_id) for one in types]}


async def create(call: Call) -> Any:
    wanted = wire.read_type(call.body)
    made = await call.schemas.write(call.workspace_id, ticket_type.create, wanted, call.through)
    return shapes.shown_type(made, call.schema.workspace.app_id)


async def get(call: Call) -> Any:
    shown = await call.database.read(ticket_type.show, call.schema, call.params["ticket_type_id"])
    return shapes.shown_type(shown, call.schema.workspace.app_id)


async def update(call: Call) -> Any:
    wanted, id = wire.read_type(call.body), call.params["ticket_type_id"]
    changed = await call.schemas.write(call.workspace_id, ticket_type.update, id, wanted, call.through)
    return shapes.shown_type(changed, call.schema.workspace.app_id)


OPERATIONS = [
    Operation(
        "GET",
        "/ticket_types",
        "listTicketTypes",
        list_all,
        "List ticket types",
        TAG,
        scope=READ,
        answer=shapes.TypeList,
        shape="ticket_type_list",
    ),
    Operation(
        "POST",
        "/ticket_types",
        "createTicketType",
        create,
        "Create a ticket type",
        TAG,
        scope=WRITE,
        body=wire.TypeBody,
        body_required=False,
        answer=shapes.TicketTypeJson,
        shape="ticket_type",
        errors=("parameter_not_found", "parameter_invalid"),
    ),
    Operation(
        "GET",
        _ONE,
        "getTicketType",
        get,
        "Get a ticket type",
        TAG,
        scope=READ,
        answer=shapes.TicketTypeJson,
        shape="ticket_type",
        errors=("not_found",),
    ),
    Operation(
        "PUT",
        _ONE,
        "updateTicketType",
        update,
        "Update a ticket type",
        TAG,
        scope=WRITE,
        body=wire.TypeBody,
        body_required=False,
        answer=shapes.TicketTypeJson,
        shape="ticket_type",
        errors=("parameter_invalid", "not_found"),
    ),
]

"""Ticket states: listed as in Intercom's API; made, changed and archived in ours, as there only its console does.

Source: description 2.16, tag "Ticket States"; engagement.md 10.
"""

from __future__ import annotations

from typing import Any

from interlock.core.threads import ticket_state
from interlock.resources.ticket_states import wire
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes import ticket as shapes

TAG = "Ticket states"
READ, WRITE = "read_tickets", "write_tickets"
_ALL = "/interlock/v1/ticket_states"
_ONE = _ALL + "/{ticket_state_id}"


async def list_all(call: Call) -> Any:
    """Archived ones too, with the types that each belongs to."""
    states = await call.database.read(ticket_state.list_states, call.schema)
    return {"type": "list", "data": [shapes.shown_state(one) for one in states]}


async def get(call: Call) -> Any:
    shown = await call.database.read(ticket_state.show_state, call.schema, call.params["ticket_state_id"])
    return shapes.shown_state(shown)


async def create(call: Call) -> Any:
    wanted = wire.read_state(call.body)
    return shapes.shown_state(await call.schemas.write(call.workspace_id, ticket_state.create, wanted, call.through))


async def update(call: Call) -> Any:
    wanted, id = wire.read_state(call.body), call.params["ticket_state_id"]
    return shapes.shown_state(
        await call.schemas.write(call.workspace_id, ticket_state.update, id, wanted, call.through)
    )


_ERRORS = ("parameter_not_found", "parameter_invalid")

OPERATIONS = [
    Operation(
        "GET",
        "/ticket_states",
        "listTicketStates",
        list_all,
        "List ticket states",
        TAG,
        scope=READ,
        answer=shapes.StateList,
    ),
    Operation(
        "POST",
        _ALL,
        "createTicketState",
        create,
        "Create a ticket state",
        TAG,
        scope=WRITE,
        body=wire.StateBody,
        answer=shapes.DetailedState,
        errors=_ERRORS,
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        _ONE,
        "getTicketState",
        get,
        "Get a ticket state",
        TAG,
        scope=READ,
        answer=shapes.DetailedState,
        errors=("not_found",),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _ONE,
        "updateTicketState",
        update,
        "Rename or archive a ticket state, or say whose it is",
        TAG,
        scope=WRITE,
        body=wire.StateBody,
        answer=shapes.DetailedState,
        errors=("parameter_invalid", "not_found"),
        surface=INTERLOCK,
    ),
]

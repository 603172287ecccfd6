"""The attributes of ticket types over REST. Source: description 2.16, tag "Ticket Type Attributes"; attributes.md 7."""

from __future__ import annotations

from typing import Any

from interlock.core.threads import ticket_type
from interlock.resources.ticket_type_attributes import wire
from interlock.rest.operation import Call, Operation
from interlock.shapes import ticket as shapes

TAG = "Ticket type attributes"
WRITE = "write_tickets"
_ALL = "/ticket_types/{ticket_type_id}/attributes"


async def create(call: Call) -> Any:
    wanted, type_id = wire.read_attribute(call.body), call.params["ticket_type_id"]
    made = await call.schemas.write(call.workspace_id, ticket_type.create_attribute, type_id, wanted, call.through)
    return shapes.attribute(made, call.schema.workspace.app_id)


async def update(call: Call) -> Any:
    wanted = wire.read_attribute(call.body)
    ids = call.params["ticket_type_id"], call.params["attribute_id"]
    changed = await call.schemas.write(call.workspace_id, ticket_type.update_attribute, *ids, wanted, call.through)
    return shapes.attribute(changed, call.schema.workspace.app_id)


OPERATIONS = [
    Operation(
        "POST",
        _ALL,
        "createTicketTypeAttribute",
        create,
        "Add an attribute to a ticket type",
        TAG,
        scope=WRITE,
        body=wire.AttributeBody,
        body_required=False,
        answer=shapes.AttributeJson,
        errors=("parameter_not_found", "parameter_invalid", "not_found"),
    ),
    Operation(
        "PUT",
        _ALL + "/{attribute_id}",
        "updateTicketTypeAttribute",
        update,
        "Update an attribute of a ticket type",
        TAG,
        scope=WRITE,
        body=wire.AttributeChangeBody,
        body_required=False,
        answer=shapes.AttributeJson,
        errors=("parameter_invalid", "not_found"),
    ),
]

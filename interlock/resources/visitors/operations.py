"""Visitors over REST. Intercom makes them in its Messenger alone; here `POST /interlock/v1/visitors` does, too.

Source: description 2.16 tag "Visitors". What is decided beyond it stands in `core/people/visitors.py`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.people import visitors
from interlock.core.people.visitors import Ids
from interlock.kit.problems import missing
from interlock.resources.visitors import wire
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes import contact as contacts
from interlock.shapes import visitor as shapes
from interlock.storage.database import Duplicate
from interlock.versions import behaviour

TAG = "Visitors"
READ, WRITE = "read_users", "write_users"


class GetQuery(msgspec.Struct):
    user_id: str


async def get(call: Call) -> Any:
    user_id = call.query.get("user_id")
    if not user_id:
        raise missing("user_id not specified", "user_id")
    found = await call.database.read(visitors.get, call.schema, Ids(user_id=user_id))
    return shapes.visitor(call.schema, found)


async def update(call: Call) -> Any:
    known, wanted = wire.read_update(call.body or wire.UpdateBody())
    changed = await call.schemas.write_values(call.workspace_id, visitors.update, known, wanted, call.through)
    return shapes.visitor(await call.schemas.get(call.workspace_id), changed)


async def create(call: Call) -> Any:
    user_id, wanted = wire.read_create(call.body or wire.CreateBody())
    made = await call.schemas.write_values(call.workspace_id, visitors.create, user_id, wanted, call.through)
    return shapes.visitor(await call.schemas.get(call.workspace_id), made)


async def convert(call: Call) -> Any:
    """Who is overtaken to an external id or an email runs once more, and then sees by whom."""
    wanted = wire.read_convert(call.body or wire.ConvertBody())
    is_gone = behaviour.merged_contact_is_gone(call.version)
    arguments = (call.workspace_id, visitors.convert, wanted, call.through, is_gone)
    try:
        return contacts.contact(await call.schemas.write(*arguments))
    except Duplicate:
        return contacts.contact(await call.schemas.write(*arguments))


_VALUES = ("parameter_invalid", "parameter_not_found", "type_mismatch")

OPERATIONS = [
    Operation(
        "GET",
        "/visitors",
        "retrieveVisitorWithUserId",
        get,
        "Retrieve a visitor by user_id",
        TAG,
        scope=READ,
        query=GetQuery,
        answer=shapes.Visitor,
        errors=("parameter_not_found", "not_found"),
    ),
    Operation(
        "PUT",
        "/visitors",
        "updateVisitor",
        update,
        "Update a visitor",
        TAG,
        scope=WRITE,
        body=wire.UpdateBody,
        body_required=False,
        answer=shapes.Visitor,
        errors=(*_VALUES, "not_found"),
    ),
    Operation(
        "POST",
        "/visitors/convert",
        "convertVisitor",
        convert,
        "Convert a visitor to a lead or a user",
        TAG,
        scope=WRITE,
        body=wire.ConvertBody,
        body_required=False,
        answer=contacts.Contact,
        shape="contact",
        errors=(*_VALUES, "not_found", "contact_merged", "conflict", "not_restorable"),
    ),
    Operation(
        "POST",
        "/interlock/v1/visitors",
        "createVisitor",
        create,
        "Create a visitor",
        TAG,
        scope=WRITE,
        body=wire.CreateBody,
        body_required=False,
        answer=shapes.Visitor,
        errors=(*_VALUES, "conflict"),
        surface=INTERLOCK,
    ),
]

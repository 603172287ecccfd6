"""What `/data_attributes` cannot say: references, attributes of every kind in one list, what uses an attribute, and
which attributes make up qualification data. All of it is ours.
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.definitions import define, settings
from interlock.core.definitions.document import wanted_attribute
from interlock.core.definitions.usage import uses, values_counted
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Problem, invalid
from interlock.resources.attributes import wire
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes import definitions
from interlock.shapes.reading import read_flag

TAG = "Attributes"
READ, WRITE = "read_schema", "write_schema"
_ALL = "/interlock/v1/attributes"
_QUALIFICATION = "/interlock/v1/qualification_attributes"


class ListQuery(msgspec.Struct):
    """`kind` is contact, company, conversation or the identifier of an object type; without it all are listed."""

    kind: str | None = None
    include_archived: bool | None = None


async def list_all(call: Call) -> Any:
    """Of people, of companies, of conversations, then of each object type; the oldest first."""
    schema = call.schema
    asked = call.query.get("kind")
    archived = read_flag(call.query.get("include_archived"), "include_archived")
    kinds = [wire.read_kind(schema, asked)] if asked else [*wire.MODELS, *schema.types]
    found = [
        definitions.attribute(schema, one)
        for kind in kinds
        for one in sorted(schema.of(kind).values(), key=lambda one: one.id)
        if archived or not one.archived
    ]
    return {"type": "list", "data": found, "total_count": len(found)}


async def create(call: Call) -> Any:
    """An attribute of a kind that has a name, of any type. Those of object types are made with or under their type."""
    body: wire.AttributeBody = call.body
    if body.kind not in wire.MODELS:
        raise invalid("kind must be contact, company or conversation", "kind")
    made = await call.schemas.define(
        call.workspace_id, define.create_attribute, body.kind, wanted_attribute(body), call.through
    )
    return definitions.attribute(await call.schemas.get(call.workspace_id), made)


async def update(call: Call) -> Any:
    body: wire.AttributeChangeBody = call.body
    one = _known(call.schema, call.params["id"])
    change = define.AttributeChange(body.description, body.archived, body.messenger_writable)
    changed = await call.schemas.define(call.workspace_id, define.update_attribute, one.id, change, call.through)
    return definitions.attribute(await call.schemas.get(call.workspace_id), changed)


async def usage(call: Call) -> Any:
    """What uses an attribute, and how many records have a value. Counts them all: not for every page view."""
    one = _known(call.schema, call.params["id"])
    records = await call.database.search(values_counted, call.schema, one)
    return wire.usage(call.schema, one, uses(call.schema, one), records)


def _known(schema: Schema, text: str) -> Any:
    id = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    one = schema.by_id.get(id)
    if one is None:
        raise Problem("field_not_found", "Attribute not found")
    return one


async def get_qualification(call: Call) -> Any:
    return wire.qualification_json(call.schema)


async def set_qualification(call: Call) -> Any:
    """Replace the set. An attribute in it cannot be archived."""
    wanted = wire.read_qualification(call.body)
    await call.schemas.define(call.workspace_id, settings.set_qualification, wanted, call.through)
    return wire.qualification_json(await call.schemas.get(call.workspace_id))


OPERATIONS = [
    Operation(
        "GET",
        _ALL,
        "listAttributes",
        list_all,
        "List the custom attributes of every kind",
        TAG,
        scope=READ,
        query=ListQuery,
        answer=wire.AttributeList,
        errors=("parameter_invalid",),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        _ALL,
        "createAttribute",
        create,
        "Create an attribute of people, companies or conversations, references too",
        TAG,
        scope=WRITE,
        body=wire.AttributeBody,
        answer=definitions.AttributeJson,
        errors=("parameter_invalid", "parameter_not_found", "custom_data_limit_reached"),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _ALL + "/{id}",
        "updateAttribute",
        update,
        "Describe, protect, archive or unarchive an attribute of any kind",
        TAG,
        scope=WRITE,
        body=wire.AttributeChangeBody,
        answer=definitions.AttributeJson,
        errors=("parameter_invalid", "field_not_found", "data_invalid", "custom_data_limit_reached"),
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        _ALL + "/{id}/usage",
        "getAttributeUsage",
        usage,
        "What uses an attribute, and how many records have a value",
        TAG,
        scope=READ,
        answer=wire.UsageJson,
        errors=("field_not_found",),
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        _QUALIFICATION,
        "getQualificationAttributes",
        get_qualification,
        "The attributes that teammates ask leads for",
        TAG,
        scope=READ,
        answer=wire.QualificationJson,
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _QUALIFICATION,
        "setQualificationAttributes",
        set_qualification,
        "Choose the attributes that teammates ask leads for",
        TAG,
        scope=WRITE,
        body=wire.QualificationBody,
        answer=wire.QualificationJson,
        errors=("parameter_invalid", "parameter_not_found"),
        surface=INTERLOCK,
    ),
]

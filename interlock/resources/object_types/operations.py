"""Object types and their attributes. Intercom has no API for them: all of this is ours.

On what is saved, the description changes freely, attributes may be added, and both may be archived and brought back;
everything else is a planned migration (`resources/schema`). Source: custom_objects.md 1.
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.definitions import define
from interlock.core.definitions.document import AttributeDocument, TypeDocument, wanted_attribute, wanted_type
from interlock.kit.problems import not_found
from interlock.resources.object_types import wire
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes import definitions
from interlock.shapes.reading import read_flag

TAG = "Object types"
READ, WRITE = "read_schema", "write_schema"
_ALL = "/interlock/v1/object_types"
_ONE = _ALL + "/{identifier}"
_CREATE_ERRORS = ("parameter_invalid", "parameter_not_found", "custom_data_limit_reached")


class ArchivedQuery(msgspec.Struct):
    include_archived: bool | None = None


def _archived(call: Call) -> bool:
    return read_flag(call.query.get("include_archived"), "include_archived")


async def list_all(call: Call) -> Any:
    """The oldest first. Archived types and attributes are left out unless they are asked for."""
    archived = _archived(call)
    types = [one for one in call.schema.types.values() if archived or not one.archived]
    shown = [definitions.object_type(call.schema, one, archived) for one in types]
    return {"type": "list", "data": shown, "total_count": len(shown)}


async def create(call: Call) -> Any:
    """A type with its attributes, all or nothing. References make both of their ends."""
    body: wire.TypeBody = call.body
    document = TypeDocument(body.identifier, body.name, body.plural_name, body.description, body.attributes)
    made = await call.schemas.define(call.workspace_id, define.create_type, wanted_type(document), call.through)
    return await _shown(call, made.identifier)


async def get(call: Call) -> Any:
    one = call.schema.type(call.params["identifier"])
    return definitions.object_type(call.schema, one, _archived(call))


async def update(call: Call) -> Any:
    """The description; archived or not. An archived type keeps its instances, hides them and refuses writes."""
    identifier = call.params["identifier"]
    change = wire.read_type_change(call.schema, call.schema.type(identifier), call.body)
    await call.schemas.define(call.workspace_id, define.update_type, identifier, change, call.through)
    return await _shown(call, identifier)


async def _shown(call: Call, identifier: str) -> Any:
    schema = await call.schemas.get(call.workspace_id)
    return definitions.object_type(schema, schema.type(identifier))


async def create_attribute(call: Call) -> Any:
    kind = call.schema.type(call.params["identifier"]).id
    made = await call.schemas.define(
        call.workspace_id, define.create_attribute, kind, wanted_attribute(call.body), call.through
    )
    return definitions.attribute(await call.schemas.get(call.workspace_id), made)


async def update_attribute(call: Call) -> Any:
    """The description; archived or not."""
    name = call.params["name"]
    one = call.schema.of(call.schema.type(call.params["identifier"]).id).get(name)
    if one is None:
        raise not_found(f"Attribute `{name}` not found")
    change = wire.read_attribute_change(call.schema, one, call.body)
    changed = await call.schemas.define(call.workspace_id, define.update_attribute, one.id, change, call.through)
    return definitions.attribute(await call.schemas.get(call.workspace_id), changed)


OPERATIONS = [
    Operation(
        "GET",
        _ALL,
        "listObjectTypes",
        list_all,
        "List object types with their attributes",
        TAG,
        scope=READ,
        query=ArchivedQuery,
        answer=wire.ObjectTypeList,
        errors=("parameter_invalid",),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        _ALL,
        "createObjectType",
        create,
        "Create an object type with its attributes",
        TAG,
        scope=WRITE,
        body=wire.TypeBody,
        answer=definitions.ObjectTypeJson,
        errors=(*_CREATE_ERRORS, "object_type_limit_reached"),
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        _ONE,
        "getObjectType",
        get,
        "Get an object type with its attributes",
        TAG,
        scope=READ,
        query=ArchivedQuery,
        answer=definitions.ObjectTypeJson,
        errors=("parameter_invalid", "not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _ONE,
        "updateObjectType",
        update,
        "Describe, archive or unarchive an object type",
        TAG,
        scope=WRITE,
        body=wire.TypeChangeBody,
        answer=definitions.ObjectTypeJson,
        errors=("parameter_invalid", "not_found", "object_type_limit_reached"),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        _ONE + "/attributes",
        "createObjectTypeAttribute",
        create_attribute,
        "Add an attribute to an object type",
        TAG,
        scope=WRITE,
        body=AttributeDocument,
        answer=definitions.AttributeJson,
        errors=(*_CREATE_ERRORS, "not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _ONE + "/attributes/{name}",
        "updateObjectTypeAttribute",
        update_attribute,
        "Describe, archive or unarchive an attribute of an object type",
        TAG,
        scope=WRITE,
        body=wire.AttributeChangeBody,
        answer=definitions.AttributeJson,
        errors=("parameter_invalid", "not_found", "data_invalid"),
        surface=INTERLOCK,
    ),
]

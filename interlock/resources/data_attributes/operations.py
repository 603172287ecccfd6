"""The attributes of people and companies over REST. Intercom has no reference attributes here: `attributes` has.

Source: reference/attributes.md 6 and 7, description 2.16 tag "Data Attributes".
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.attributes.definition import CONVERSATION, FILES, REFERENCE
from interlock.core.attributes.standard import STANDARD
from interlock.core.definitions import define
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Meaning, Problem, invalid
from interlock.resources.data_attributes import wire
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes.reading import read_flag
from interlock.versions import behaviour

TAG = "Data Attributes"
READ, WRITE = "read_users", "write_data_attributes"
_OLD_MODELS = {"customer": "contact", "user": "contact"}
_NO_CONVERSATIONS = "model=conversation is no longer supported. Use GET /conversations/attributes instead"


class ListQuery(msgspec.Struct):
    """`model` is contact or company; without it both are listed."""

    model: str | None = None
    include_archived: bool | None = None


class AliasQuery(msgspec.Struct):
    include_archived: bool | None = None


async def list_all(call: Call) -> Any:
    """Standard attributes first, then custom ones, of people and then of companies.

    Before 2.16 those of conversations, which have no standard ones, came last or could be asked for.
    """
    model = call.query.get("model") or None
    model = _OLD_MODELS.get(model or "", model)
    if model == CONVERSATION:
        if behaviour.refuses_conversation_model(call.version):
            raise Problem("parameter_invalid", _NO_CONVERSATIONS, "model", meaning=Meaning.UNPROCESSABLE)
        return _list(call, (CONVERSATION,))
    if model is not None and model not in wire.MODELS:
        raise invalid("The Data Attribute model field must be either contact or company", "model")
    if model is None and not behaviour.refuses_conversation_model(call.version):
        return _list(call, (*wire.MODELS, CONVERSATION))
    return _list(call, wire.MODELS if model is None else (model,))


async def list_of_contacts(call: Call) -> Any:
    return _list(call, wire.MODELS[:1])


async def list_of_companies(call: Call) -> Any:
    return _list(call, wire.MODELS[1:])


def _list(call: Call, models: tuple[str, ...]) -> dict[str, Any]:
    archived = read_flag(call.query.get("include_archived"), "include_archived")
    shown: list[dict[str, Any]] = []
    for model in models:
        shown += [wire.standard(one) for one in STANDARD.get(model, ())]
        custom = (one for one in call.schema.of(model).values() if one.data_type not in (REFERENCE, FILES))
        shown += [wire.custom(one) for one in custom if archived or not one.archived]
    return {"type": "list", "data": shown}


async def create(call: Call) -> Any:
    model, wanted = wire.read_create(call.body)
    made = await call.schemas.define(call.workspace_id, define.create_attribute, model, wanted, call.through)
    return wire.custom(made)


async def update(call: Call) -> Any:
    """Description, options, protection from the Messenger, archived or not. An unknown id is the first to be told."""
    id = _known(call.schema, call.params["data_attribute_id"])
    change = wire.read_update(call.body)
    changed = await call.schemas.define(call.workspace_id, define.update_attribute, id, change, call.through)
    return wire.custom(changed)


def _known(schema: Schema, text: str) -> int:
    id = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    one = schema.by_id.get(id)
    if one is None or one.kind not in wire.MODELS or one.reference is not None:
        raise Problem("field_not_found", define.NO_ATTRIBUTE)
    return id


OPERATIONS = [
    Operation(
        "GET",
        "/data_attributes",
        "lisDataAttributes",
        list_all,
        "List all data attributes",
        TAG,
        scope=READ,
        query=ListQuery,
        answer=wire.DataAttributeList,
        shape="data_attribute_list",
        errors=("parameter_invalid",),
    ),
    Operation(
        "POST",
        "/data_attributes",
        "createDataAttribute",
        create,
        "Create a data attribute",
        TAG,
        scope=WRITE,
        body=wire.CreateBody,
        answer=wire.DataAttribute,
        shape="data_attribute",
        accepts="data_attribute_create",
        errors=("parameter_invalid", "parameter_not_found", "custom_data_limit_reached"),
    ),
    Operation(
        "PUT",
        "/data_attributes/{data_attribute_id}",
        "updateDataAttribute",
        update,
        "Update a data attribute",
        TAG,
        scope=WRITE,
        body=wire.UpdateBody,
        answer=wire.DataAttribute,
        shape="data_attribute",
        accepts="data_attribute_update",
        errors=("parameter_invalid", "field_not_found", "data_invalid", "custom_data_limit_reached"),
    ),
    Operation(
        "GET",
        "/data_attributes/customer",
        "listDataAttributesOfCustomers",
        list_of_contacts,
        "List the attributes of people, where older clients look for them",
        TAG,
        scope=READ,
        query=AliasQuery,
        answer=wire.DataAttributeList,
        errors=("parameter_invalid",),
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        "/data_attributes/company",
        "listDataAttributesOfCompanies",
        list_of_companies,
        "List the attributes of companies, where older clients look for them",
        TAG,
        scope=READ,
        query=AliasQuery,
        answer=wire.DataAttributeList,
        errors=("parameter_invalid",),
        surface=INTERLOCK,
    ),
]

"""The attributes of conversations over REST, new in 2.16.

Source: description 2.16 tag "Conversations Attributes"; reference/attributes.md 7. What is decided beyond them stands
in `core/definitions/conversation.py`. Of several problems the first counts: the wrong type of JSON (400), no such
attribute (404), not a list (422), no such option (404), and then what the request says (422).
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.attributes.definition import Attribute
from interlock.core.definitions import conversation
from interlock.resources.conversation_attributes import wire
from interlock.rest.operation import Call, Operation
from interlock.shapes.reading import read_flag

TAG = "Conversations Attributes"
READ, WRITE = "read_conversations", "write_conversations"
_ALL = "/conversations/attributes"
_ONE = _ALL + "/{id}"
_OPTIONS = _ONE + "/options"
_OPTION = _OPTIONS + "/{option_id}"


class ListQuery(msgspec.Struct):
    include_archived: bool | None = None


async def list_all(call: Call) -> Any:
    """The newest first, without archived ones unless they are asked for."""
    archived = read_flag(call.query.get("include_archived"), "include_archived")
    found = conversation.every(call.schema, archived)
    return {"type": "list", "data": [wire.conversation_attribute(call.schema, one) for one in found]}


async def create(call: Call) -> Any:
    return await _write(call, conversation.create, wire.read_create(call.body))


async def get(call: Call) -> Any:
    return wire.conversation_attribute(call.schema, conversation.known(call.schema, _id(call)))


async def update(call: Call) -> Any:
    return await _write(call, conversation.update, _id(call), wire.read_update(call.body))


async def archive(call: Call) -> Any:
    return await _write(call, conversation.archive, _id(call))


async def add_option(call: Call) -> Any:
    return await _write(call, conversation.add_option, _id(call), call.body or {})


async def change_option(call: Call) -> Any:
    return await _write(call, conversation.change_option, _id(call), call.params["option_id"], call.body or {})


async def archive_option(call: Call) -> Any:
    return await _write(call, conversation.archive_option, _id(call), call.params["option_id"])


async def _write(call: Call, unit: Any, *arguments: Any) -> Any:
    made: Attribute = await call.schemas.define(call.workspace_id, unit, *arguments, call.through)
    return wire.conversation_attribute(await call.schemas.get(call.workspace_id), made)


def _id(call: Call) -> int:
    """The id of the path; 0, which nobody has, where it is none."""
    text = call.params["id"]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


# --- what is served

_NONE = ("conversation_attribute_not_found",)


def _operation(method: str, path: str, id: str, handler: Any, summary: str, **more: Any) -> Operation:
    more = {"answer": wire.ConversationAttribute, "scope": READ if method == "GET" else WRITE, **more}
    return Operation(method, path, id, handler, summary, TAG, **more)


OPERATIONS = [
    _operation(
        "GET",
        _ALL,
        "listConversationAttributes",
        list_all,
        "List all conversation attributes",
        query=ListQuery,
        answer=wire.ConversationAttributeList,
        errors=("parameter_invalid",),
    ),
    _operation(
        "POST",
        _ALL,
        "createConversationAttribute",
        create,
        "Create a conversation attribute",
        body=wire.CreateBody,
        errors=("parameter_invalid", "parameter_not_found", "type_mismatch"),
    ),
    _operation(
        "GET",
        _ONE,
        "getConversationAttribute",
        get,
        "Get a conversation attribute",
        errors=_NONE,
    ),
    _operation(
        "PUT",
        _ONE,
        "updateConversationAttribute",
        update,
        "Rename, describe or repoint a conversation attribute",
        body=wire.UpdateBody,
        errors=("parameter_invalid", "type_mismatch", *_NONE),
    ),
    _operation(
        "DELETE",
        _ONE,
        "deleteConversationAttribute",
        archive,
        "Archive a conversation attribute",
        errors=_NONE,
    ),
    _operation(
        "POST",
        _OPTIONS,
        "createConversationAttributeOption",
        add_option,
        "Add an option to a list",
        body=dict[str, Any],
        body_required=False,
        errors=("parameter_invalid", "type_mismatch", *_NONE),
        description="The body has the `label` of the option, and nothing beside it.",
    ),
    _operation(
        "PUT",
        _OPTION,
        "updateConversationAttributeOption",
        change_option,
        "Give an option another label",
        body=dict[str, Any],
        body_required=False,
        errors=("parameter_invalid", "type_mismatch", *_NONE),
        description="The body has the new `label`, and nothing beside it. Conversations show the new label.",
    ),
    _operation(
        "DELETE",
        _OPTION,
        "deleteConversationAttributeOption",
        archive_option,
        "Archive an option",
        errors=("parameter_invalid", *_NONE),
    ),
]

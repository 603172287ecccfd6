"""Conversation attributes as JSON, at the newest version."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.attributes.definition import LIST, REFERENCE, Attribute, Details, Option
from interlock.core.attributes.wire import conversation_data_type, from_conversation
from interlock.core.definitions.conversation import ConversationChange, Pointing, check_label
from interlock.core.definitions.wanted import WantedAttribute, WantedReference
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Meaning, Problem
from interlock.shapes.reading import read_external_id

# --- requests


class ReferenceBody(msgspec.Struct):
    """How many records (`one` or `many`) of which object type, by its identifier."""

    type: Literal["one", "many"]
    object_type_id: str | None = None


class CreateBody(msgspec.Struct):
    """`data_type` is string, integer, list, decimal, boolean, datetime, relationship or files. A list has `options`
    (`[{"label": "High"}]`, at least two), a relationship has `reference`, a string may be `multiline`."""

    name: str
    data_type: str
    description: str | None = None
    required: bool | None = None
    visible_to_team_ids: list[str | int] | None = None
    multiline: bool | None = None
    options: list[dict[str, Any]] | None = None
    reference: ReferenceBody | None = None


class UpdateBody(msgspec.Struct):
    """What is absent or null stays. The type never changes, and options have operations of their own."""

    name: str | None = None
    description: str | None = None
    required: bool | None = None
    visible_to_team_ids: list[str | int] | None = None
    multiline: bool | None = None
    reference: ReferenceBody | None = None


def read_create(body: CreateBody) -> WantedAttribute:
    """422 `parameter_invalid`, of several reasons for the first: the type, an option's label, the reference."""
    data_type = from_conversation(body.data_type)
    if isinstance(data_type, Problem):
        raise data_type
    options = tuple(Option(check_label(one)) for one in body.options or ())
    reference = body.reference
    if (reference is not None) != (data_type == REFERENCE):
        what = "is required for" if reference is None else "can only be set on"
        message = f"reference {what} relationship attributes"
        raise Problem("parameter_invalid", message, "reference", meaning=Meaning.UNPROCESSABLE)
    wanted = WantedReference(reference.object_type_id or "", reference.type == "many") if reference else None
    details = Details(bool(body.required), _teams(body.visible_to_team_ids) or (), bool(body.multiline))
    return WantedAttribute(body.name, data_type, body.description or "", options, reference=wanted, details=details)


def read_update(body: UpdateBody) -> ConversationChange:
    reference = body.reference
    return ConversationChange(
        body.name,
        body.description,
        body.required,
        _teams(body.visible_to_team_ids),
        body.multiline,
        Pointing(reference.object_type_id, reference.type == "many") if reference is not None else None,
    )


def _teams(raw: list[str | int] | None) -> tuple[str, ...] | None:
    """Each once, in the order given."""
    if raw is None:
        return None
    texts = [read_external_id(one, "visible_to_team_ids") for one in raw]
    return tuple(dict.fromkeys(text for text in texts if text is not None))


# --- answers


def conversation_attribute(schema: Schema, one: Attribute) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "conversation_attribute",
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "data_type": conversation_data_type(one),
        "required": one.details.required,
        "visible_to_team_ids": list(one.details.visible_to_team_ids),
        "archived": one.archived,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "admin_id": str(one.admin_id) if one.admin_id is not None else "",
        "multiline": one.details.multiline,
    }
    if one.data_type == LIST:
        shown["options"] = [
            {"id": option.id or "", "label": option.value, "archived": option.archived} for option in one.options
        ]
    if one.reference is not None:
        many = "many" if one.reference.many else "one"
        shown["reference"] = {"type": many, "object_type_id": schema.label(one.reference.to)}
    return shown


# --- their description


class OptionJson(msgspec.Struct):
    """`id` is a UUID, by which conversations may name the option as well as by its label."""

    id: str
    label: str
    archived: bool


class ReferenceJson(msgspec.Struct):
    type: Literal["one", "many"]
    object_type_id: str


class ConversationAttribute(msgspec.Struct):
    """An attribute of conversations. `visible_to_team_ids` is empty where every team sees it."""

    type: Literal["conversation_attribute"]
    id: int
    name: str
    description: str
    data_type: Literal["string", "integer", "list", "decimal", "boolean", "datetime", "relationship", "files"]
    required: bool
    visible_to_team_ids: list[str]
    archived: bool
    created_at: int
    updated_at: int
    admin_id: str
    multiline: bool
    options: list[OptionJson] | msgspec.UnsetType = msgspec.UNSET
    reference: ReferenceJson | msgspec.UnsetType = msgspec.UNSET


class ConversationAttributeList(msgspec.Struct):
    type: Literal["list"]
    data: list[ConversationAttribute]

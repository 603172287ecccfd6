"""Object types and attributes as JSON: the words of our own operations, at every place that shows them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.attributes.definition import CONVERSATION, LIST, Attribute
from interlock.core.definitions.document import options_document, reference_document
from interlock.core.schema.schema import ObjectType, Schema


class OptionJson(msgspec.Struct):
    value: str
    description: str


class InverseJson(msgspec.Struct, omit_defaults=True):
    name: str
    many: bool
    description: str = ""


class ReferenceJson(msgspec.Struct, omit_defaults=True):
    to: str
    many: bool
    inverse: InverseJson | None = None


class AttributeJson(msgspec.Struct, omit_defaults=True):
    """A custom attribute. `kind` is contact, company, conversation or the identifier of an object type. `indexed`: is
    it searched through an index? Otherwise a search reads every record. Only attributes of conversations have the last
    three fields."""

    type: Literal["attribute"]
    id: int
    kind: str
    name: str
    full_name: str
    data_type: Literal["string", "integer", "decimal", "boolean", "datetime", "list", "reference", "files"]
    description: str
    messenger_writable: bool
    indexed: bool
    archived: bool
    created_at: int
    updated_at: int
    options: list[str | OptionJson] | None = None
    reference: ReferenceJson | None = None
    required: bool | None = None
    multiline: bool | None = None
    visible_to_team_ids: list[str] | None = None


class ObjectTypeJson(msgspec.Struct):
    """An object type. Its `identifier` is what paths take; external_id and two external times come with every type."""

    type: Literal["object_type"]
    id: str
    identifier: str
    name: str
    plural_name: str
    description: str
    archived: bool
    created_at: int
    updated_at: int
    attributes: list[AttributeJson]


def attribute(schema: Schema, one: Attribute) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "attribute",
        "id": one.id,
        "kind": schema.label(one.kind),
        "name": one.name,
        "full_name": one.full_name,
        "data_type": one.data_type,
        "description": one.description,
        "messenger_writable": one.messenger_writable,
        "indexed": one.reference is not None or one.slot_ready,
        "archived": one.archived,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }
    if one.data_type == LIST:
        shown["options"] = options_document(one.choices)
    if one.reference is not None:
        shown["reference"] = reference_document(schema, one)
    if one.kind == CONVERSATION:
        details = one.details
        shown |= {"required": details.required, "multiline": details.multiline}
        shown["visible_to_team_ids"] = list(details.visible_to_team_ids)
    return shown


def object_type(schema: Schema, one: ObjectType, include_archived: bool = False) -> dict[str, Any]:
    return {
        "type": "object_type",
        "id": one.id,
        "identifier": one.identifier,
        "name": one.name,
        "plural_name": one.plural_name,
        "description": one.description,
        "archived": one.archived,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "attributes": [
            attribute(schema, each)
            for each in sorted(schema.of(one.id).values(), key=lambda each: each.id)
            if include_archived or not each.archived
        ],
    }

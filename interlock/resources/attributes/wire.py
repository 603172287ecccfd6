"""Attributes of every kind, what uses them, and qualification data, as JSON."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, Attribute
from interlock.core.attributes.standard import StandardAttribute
from interlock.core.attributes.wire import rest_data_type
from interlock.core.definitions.document import AttributeDocument
from interlock.core.definitions.settings import Named, qualification
from interlock.core.definitions.usage import Use
from interlock.core.schema.schema import Schema
from interlock.kit.problems import invalid
from interlock.shapes.definitions import AttributeJson

MODELS = (CONTACT, COMPANY, CONVERSATION)


class AttributeBody(AttributeDocument, kw_only=True):
    """A new attribute of people, companies or conversations, a reference perhaps."""

    kind: str


class AttributeChangeBody(msgspec.Struct):
    """What is absent stays."""

    description: str | None = None
    archived: bool | None = None
    messenger_writable: bool | None = None


class AttributeList(msgspec.Struct):
    type: Literal["list"]
    data: list[AttributeJson]
    total_count: int


class UseJson(msgspec.Struct):
    """`by` is what sort of thing it is; `blocks_archiving`: the attribute cannot be archived while it is used so."""

    by: str
    name: str
    blocks_archiving: bool


class UsageJson(msgspec.Struct):
    """`records` have a value; of a reference, at least one link."""

    type: Literal["attribute_usage"]
    id: int
    kind: str
    name: str
    used_by: list[UseJson]
    records: int


class QualifyingJson(msgspec.Struct):
    """`id` is null for a standard attribute."""

    id: int | None
    model: Literal["contact", "company"]
    name: str
    full_name: str
    label: str
    data_type: str


class QualificationJson(msgspec.Struct):
    """In the order in which they are asked for."""

    type: Literal["qualification_attributes"]
    attributes: list[QualifyingJson]


class NamedBody(msgspec.Struct):
    """An attribute by its id, or by `model` and `full_name` (email, custom_attributes.plan)."""

    id: int | None = None
    model: str | None = None
    full_name: str | None = None


class QualificationBody(msgspec.Struct):
    attributes: list[int | NamedBody]


def usage(schema: Schema, one: Attribute, used_by: list[Use], records: int) -> dict[str, Any]:
    return {
        "type": "attribute_usage",
        "id": one.id,
        "kind": schema.label(one.kind),
        "name": one.name,
        "used_by": [{"by": use.by, "name": use.name, "blocks_archiving": use.blocks} for use in used_by],
        "records": records,
    }


def read_qualification(body: QualificationBody) -> list[Named]:
    return [
        Named(id=one) if isinstance(one, int) else Named(one.id, one.model, one.full_name) for one in body.attributes
    ]


def qualification_json(schema: Schema) -> dict[str, Any]:
    return {
        "type": "qualification_attributes",
        "attributes": [_qualifying(one) for one in qualification(schema)],
    }


def _qualifying(one: Attribute | StandardAttribute) -> dict[str, Any]:
    if isinstance(one, StandardAttribute):
        id, model, label, data_type = None, one.model, one.label, one.data_type
    else:
        id, model, label, data_type = one.id, one.kind, one.name, rest_data_type(one)
    shown = {"name": one.name, "full_name": one.full_name, "label": label, "data_type": data_type}
    return {"id": id, "model": model, **shown}


def read_kind(schema: Schema, text: str) -> str:
    """`contact`, `company`, `conversation` or the identifier of an object type, as the kind of records."""
    if text in MODELS:
        return text
    found = schema.identifiers.get(text)
    if found is None:
        raise invalid("kind must be contact, company, conversation or the identifier of an object type", "kind")
    return found.id

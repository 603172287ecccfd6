"""Object types and their attributes: request bodies. The answers are `shapes/definitions.py`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.attributes.definition import Attribute
from interlock.core.definitions.document import AttributeDocument, reference_document, wanted_options, wanted_reference
from interlock.core.definitions.wanted import AttributeChange, TypeChange
from interlock.core.schema.schema import ObjectType, Schema
from interlock.kit.problems import Problem, invalid
from interlock.shapes.definitions import ObjectTypeJson


class TypeBody(msgspec.Struct):
    """A new type. Without `name` it is called as its identifier; without `plural_name`, with an s."""

    identifier: str
    name: str | None = None
    plural_name: str | None = None
    description: str | None = None
    attributes: list[AttributeDocument] | None = None


class TypeChangeBody(msgspec.Struct):
    """What may change. The rest is only compared with what is saved, so that what was read can be sent back."""

    description: str | None = None
    archived: bool | None = None
    identifier: str | None = None
    name: str | None = None
    plural_name: str | None = None
    attributes: Any = None


class AttributeChangeBody(msgspec.Struct):
    """What may change. The rest is only compared with what is saved, so that what was read can be sent back."""

    description: str | None = None
    archived: bool | None = None
    name: str | None = None
    data_type: str | None = None
    options: Any = None
    reference: Any = None


class ObjectTypeList(msgspec.Struct):
    type: Literal["list"]
    data: list[ObjectTypeJson]
    total_count: int


def read_type_change(schema: Schema, one: ObjectType, body: TypeChangeBody) -> TypeChange:
    for name in ("identifier", "name", "plural_name"):
        sent = getattr(body, name)
        if sent is not None and sent != getattr(one, name):
            raise _needs_plan(name, f"The {name} of a saved object type")
    if body.attributes is not None and _names(body.attributes) != _active(schema, one):
        raise invalid(
            "attributes: add one with POST .../attributes, change one with PUT .../attributes/{name}, "
            "or change several with POST /interlock/v1/schema/plan",
            "attributes",
        )
    return TypeChange(body.description, body.archived)


def _names(attributes: Any) -> dict[Any, Any] | None:
    """Name and type of each that was sent, unless archived."""
    try:
        found = msgspec.convert(attributes, list[AttributeDocument])
    except msgspec.ValidationError:
        return None
    archived = {one["name"] for one in attributes if one.get("archived") is True}
    return {one.name: one.data_type for one in found if one.name not in archived}


def _active(schema: Schema, one: ObjectType) -> dict[str, str]:
    return {each.name: each.data_type for each in schema.active(one.id)}


def read_attribute_change(schema: Schema, one: Attribute, body: AttributeChangeBody) -> AttributeChange:
    for name in ("name", "data_type"):
        sent = getattr(body, name)
        if sent is not None and sent != getattr(one, name):
            raise _needs_plan(name, f"The {name} of a saved attribute")
    if body.options is not None and _options(body.options) != one.options:
        raise _needs_plan("options", "The options of a saved attribute")
    if body.reference is not None and not _same_reference(schema, one, body.reference):
        raise _needs_plan("reference", "The reference of a saved attribute")
    return AttributeChange(body.description, body.archived)


def _options(raw: Any) -> Any:
    document = _as_document({"options": raw})
    return wanted_options(document.options) if document is not None else None


def _same_reference(schema: Schema, one: Attribute, raw: Any) -> bool:
    document = _as_document({"reference": raw})
    if document is None or document.reference is None or one.reference is None:
        return False
    saved = _as_document({"reference": reference_document(schema, one)})
    assert saved is not None
    assert saved.reference is not None
    return wanted_reference(document.reference) == wanted_reference(saved.reference)


def _as_document(part: dict[str, Any]) -> AttributeDocument | None:
    try:
        return msgspec.convert({"name": "", "data_type": "", **part}, AttributeDocument)
    except msgspec.ValidationError:
        return None


def _needs_plan(field: str, what: str) -> Problem:
    return invalid(f"{what} changes only through a plan, which tells its cost: POST /interlock/v1/schema/plan", field)

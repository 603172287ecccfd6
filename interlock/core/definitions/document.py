"""The schema of a workspace as one document: what `GET /interlock/v1/schema` and `interlock schema pull` give, and
what a plan takes.

    object_types:
      - identifier: Order
        name: Order
        plural_name: Orders
        attributes:
          - {name: title, data_type: string, description: What was bought}
          - {name: status, data_type: list, options: [open, shipped]}
          - name: person
            data_type: reference
            reference: {to: contact, many: false, inverse: {name: orders, many: true}}
    contact: {attributes: [{name: plan, data_type: string}]}
    company: {attributes: []}
    conversation: {attributes: [{name: topic, data_type: string, required: true}]}

Read as a wish it says: what is not said stays as it is (a description, a whole section), and a list that is said is
whole: what is missing from it is archived. `was` gives the old name of what is to be renamed, and counts only while
that name exists. What is archived is not in the document, and comes back by being listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, LIST, Attribute, Details, Option
from interlock.core.definitions.wanted import WantedAttribute, WantedInverse, WantedReference, WantedType
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Problem, invalid

_MISSING = re.compile("Object missing required field `([^`]+)`")


class OptionDocument(msgspec.Struct):
    value: str
    description: str | None = None


class InverseDocument(msgspec.Struct):
    """The attribute at the other end. `many`: may a record there have many? (Yes, unless it is said.)"""

    name: str
    many: bool | None = None
    description: str | None = None
    was: str | None = None


class ReferenceDocument(msgspec.Struct):
    """`to`: contact, company, conversation, ticket or the identifier of a type. `many`: no, unless it is said."""

    to: str
    many: bool | None = None
    inverse: InverseDocument | None = None


class AttributeDocument(msgspec.Struct):
    """`data_type`: string, integer, decimal, boolean, datetime, list (with `options`), reference; of conversations
    also files. The last three are for attributes of conversations alone: how the inbox asks for them."""

    name: str
    data_type: str
    description: str | None = None
    options: list[str | OptionDocument] | None = None
    messenger_writable: bool | None = None
    reference: ReferenceDocument | None = None
    was: str | None = None
    required: bool | None = None
    multiline: bool | None = None
    visible_to_team_ids: list[str] | None = None


class TypeDocument(msgspec.Struct):
    identifier: str
    name: str | None = None
    plural_name: str | None = None
    description: str | None = None
    attributes: list[AttributeDocument] | None = None
    was: str | None = None


class KindDocument(msgspec.Struct):
    attributes: list[AttributeDocument] | None = None


class Document(msgspec.Struct):
    object_types: list[TypeDocument] | None = None
    contact: KindDocument | None = None
    company: KindDocument | None = None
    conversation: KindDocument | None = None


# --- writing


def to_document(schema: Schema) -> dict[str, Any]:
    """Everything that is defined and not archived. A reference stands once, at the end where it was defined.

    Conversations are only there when they have attributes: most workspaces have none.
    """
    types = [one for one in schema.types.values() if not one.archived]
    shown = {CONTACT, COMPANY, CONVERSATION, *(one.id for one in types)}
    of_conversations = _attributes(schema, CONVERSATION, shown)
    return {
        "object_types": [
            {
                "identifier": one.identifier,
                "name": one.name,
                "plural_name": one.plural_name,
                **_described(one.description),
                "attributes": _attributes(schema, one.id, shown),
            }
            for one in types
        ],
        CONTACT: {"attributes": _attributes(schema, CONTACT, shown)},
        COMPANY: {"attributes": _attributes(schema, COMPANY, shown)},
        **({CONVERSATION: {"attributes": of_conversations}} if of_conversations else {}),
    }


def _attributes(schema: Schema, kind: str, shown: set[str]) -> list[dict[str, Any]]:
    mine = sorted(schema.active(kind), key=lambda one: one.id)
    return [_attribute(schema, one) for one in mine if not _stands_elsewhere(schema, one, shown)]


def _stands_elsewhere(schema: Schema, one: Attribute, shown: set[str]) -> bool:
    """Is it the inverse of a reference that the document has?"""
    end = one.reference
    if end is None or end.side == "a" or end.inverse_name is None:
        return False
    return end.to in shown and not schema.of(end.to)[end.inverse_name].archived


def _attribute(schema: Schema, one: Attribute) -> dict[str, Any]:
    document: dict[str, Any] = {"name": one.name, "data_type": one.data_type, **_described(one.description)}
    if one.data_type == LIST:
        document["options"] = options_document(one.choices)
    if not one.messenger_writable and one.kind in (CONTACT, COMPANY):
        document["messenger_writable"] = False
    document |= details_document(one.details)
    if one.reference is not None:
        document["reference"] = reference_document(schema, one)
    return document


def details_document(details: Details) -> dict[str, Any]:
    """What differs from how every attribute begins."""
    document: dict[str, Any] = {name: True for name in ("required", "multiline") if getattr(details, name)}
    if details.visible_to_team_ids:
        document["visible_to_team_ids"] = list(details.visible_to_team_ids)
    return document


def _described(description: str) -> dict[str, str]:
    return {"description": description} if description else {}


def options_document(options: Iterable[Option]) -> list[Any]:
    """Plain texts, unless an option is described."""
    return [{"value": one.value, "description": one.description} if one.description else one.value for one in options]


def reference_document(schema: Schema, one: Attribute) -> dict[str, Any]:
    """What an attribute refers to, and the attribute at the other end unless that is archived."""
    end = one.reference
    assert end is not None
    document: dict[str, Any] = {"to": schema.label(end.to), "many": end.many}
    inverse = schema.of(end.to).get(end.inverse_name) if end.inverse_name is not None else None
    if inverse is not None and not inverse.archived:
        document["inverse"] = {"name": inverse.name, "many": end.inverse_many, **_described(inverse.description)}
    return document


# --- reading


def parse_document(raw: Any) -> Document:
    """The document as values. 400 whose message and field name the place: `object_types[0].attributes[2].options`.

    Names that mean nothing here are refused, since a misspelt one would silently change nothing.
    """
    try:
        document = msgspec.convert(raw, Document)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `$")
        place = place.rstrip("`").lstrip(".")
        missing = _MISSING.fullmatch(said)
        if missing is not None:
            place, said = f"{place}.{missing[1]}".lstrip("."), "is needed"
        raise invalid(f"{place or 'The schema'}: {said}", place or None) from None
    _check_keys(raw, Document, "")
    return document


def _check_keys(raw: Any, shape: Any, place: str) -> None:
    inner = _STRUCTS_INSIDE.get(shape, {})
    for key, value in raw.items():
        here = f"{place}.{key}" if place else str(key)
        if key not in shape.__struct_fields__:
            raise invalid(f"{here}: there is no such thing in a schema", here)
        if isinstance(value, list):
            for position, one in enumerate(value):
                if isinstance(one, Mapping) and key in inner:
                    _check_keys(one, inner[key], f"{here}[{position}]")
        elif isinstance(value, Mapping) and key in inner:
            _check_keys(value, inner[key], here)


_STRUCTS_INSIDE: dict[Any, dict[str, Any]] = {
    Document: {"object_types": TypeDocument, CONTACT: KindDocument, COMPANY: KindDocument, CONVERSATION: KindDocument},
    TypeDocument: {"attributes": AttributeDocument},
    KindDocument: {"attributes": AttributeDocument},
    AttributeDocument: {"options": OptionDocument, "reference": ReferenceDocument},
    ReferenceDocument: {"inverse": InverseDocument},
}


def wanted_type(document: TypeDocument) -> WantedType:
    return WantedType(
        document.identifier,
        document.name or "",
        document.plural_name or "",
        document.description or "",
        tuple(wanted_attribute(one) for one in document.attributes or ()),
    )


def wanted_attribute(document: AttributeDocument) -> WantedAttribute:
    return WantedAttribute(
        document.name,
        document.data_type,
        document.description or "",
        wanted_options(document.options) or (),
        document.messenger_writable is not False,
        wanted_reference(document.reference) if document.reference is not None else None,
        wanted_details(document, Details()),
    )


def wanted_details(document: AttributeDocument, had: Details) -> Details:
    """What is not said stays as it is."""
    teams = document.visible_to_team_ids
    return Details(
        had.required if document.required is None else document.required,
        had.visible_to_team_ids if teams is None else tuple(teams),
        had.multiline if document.multiline is None else document.multiline,
    )


def wanted_options(options: Iterable[str | OptionDocument] | None) -> tuple[Option, ...] | None:
    if options is None:
        return None
    return tuple(Option(one) if isinstance(one, str) else Option(one.value, one.description or "") for one in options)


def wanted_reference(document: ReferenceDocument) -> WantedReference:
    inverse = document.inverse
    return WantedReference(
        document.to,
        bool(document.many),
        WantedInverse(inverse.name, inverse.many is not False, inverse.description or "") if inverse else None,
    )


def at(place: str, problem: Problem) -> Problem:
    """The problem with its place in the document, in the message too: that is what a terminal shows."""
    field = f"{place}.{problem.field}" if problem.field else place
    return Problem(problem.code, f"{field}: {problem.message}", field, meaning=problem.meaning)

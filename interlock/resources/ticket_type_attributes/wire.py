"""Attributes of ticket types as JSON: what comes in. The answer is in `shapes/ticket.py`."""

from __future__ import annotations

import msgspec

from interlock.core.threads.ticket_type import AttributeWrite

_FLAGS = (
    *("required_to_create", "required_to_create_for_contacts", "visible_on_create", "visible_to_contacts"),
    *("multiline", "allow_multiple_values"),
)


class AttributeChangeBody(msgspec.Struct, kw_only=True):
    """`list_items` is one text with the items of a list between commas. What is absent or null stays as it is."""

    name: str | None = None
    description: str | None = None
    required_to_create: bool | None = None
    required_to_create_for_contacts: bool | None = None
    visible_on_create: bool | None = None
    visible_to_contacts: bool | None = None
    multiline: bool | None = None
    list_items: str | None = None
    allow_multiple_values: bool | None = None
    archived: bool | None = None


class AttributeBody(AttributeChangeBody, kw_only=True):
    """`data_type` is string, list, integer, decimal, boolean, datetime or files."""

    data_type: str | None = None


def read_attribute(body: AttributeChangeBody | None) -> AttributeWrite:
    body = body or AttributeBody()
    flags = {name: getattr(body, name) for name in _FLAGS if getattr(body, name) is not None}
    data_type = body.data_type if isinstance(body, AttributeBody) else None
    return AttributeWrite(body.name, body.description, data_type, flags, body.list_items, body.archived)

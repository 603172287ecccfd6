"""Ticket types as JSON: what comes in. The answers are in `shapes/ticket.py`."""

from __future__ import annotations

import msgspec

from interlock.core.threads.ticket_type import TypeWrite


class TypeBody(msgspec.Struct):
    """`category` is Customer, Back-office or Tracker; `icon` an emoji. What is absent or null stays as it is."""

    name: str | None = None
    description: str | None = None
    category: str | None = None
    icon: str | None = None
    is_internal: bool | None = None
    archived: bool | None = None


def read_type(body: TypeBody | None) -> TypeWrite:
    body = body or TypeBody()
    return TypeWrite(body.name, body.description, body.category, body.icon, body.is_internal, body.archived)

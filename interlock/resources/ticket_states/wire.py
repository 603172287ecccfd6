"""Ticket states as JSON: what comes in. The answers are in `shapes/ticket.py`."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.threads.ticket_state import StateWrite


class StateBody(msgspec.Struct):
    """`ticket_type_ids`: the only types whose tickets can be in the state; null for every type. Without an
    `external_label` a new state has its `internal_label` for both."""

    category: str | None = None
    internal_label: str | None = None
    external_label: str | None = None
    ticket_type_ids: list[str] | UnsetType | None = UNSET
    archived: bool | None = None


def read_state(body: StateBody) -> StateWrite:
    types: list[str] | bool | None = None
    if isinstance(body.ticket_type_ids, list):
        types = body.ticket_type_ids
    elif body.ticket_type_ids is None:
        types = False
    return StateWrite(body.category, body.internal_label, body.external_label, types, body.archived)

"""The states that tickets can be in, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, insert, select, update

from interlock.kit import ids
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import ticket_states

SUBMITTED, IN_PROGRESS, WAITING, RESOLVED = "submitted", "in_progress", "waiting_on_customer", "resolved"
CATEGORIES = (SUBMITTED, IN_PROGRESS, WAITING, RESOLVED)
DEFAULTS = (
    (SUBMITTED, "Submitted", "Submitted"),
    (IN_PROGRESS, "In progress", "In progress"),
    (WAITING, "Waiting on customer", "Waiting on you"),
    (RESOLVED, "Resolved", "Resolved"),
)
"""Category, what teammates read, what customers read. Source: the examples of description 2.16."""


@dataclass(frozen=True, slots=True)
class TicketState:
    """`ticket_type_ids`: the only types whose tickets can be in it; None for every type. `default`: made with the
    workspace, so that tickets of every type can always be in one state of each category."""

    id: str
    category: str
    internal_label: str
    external_label: str
    archived: bool
    created_at: int
    updated_at: int
    ticket_type_ids: tuple[str, ...] | None = None
    default: bool = False

    def belongs_to(self, ticket_type_id: str) -> bool:
        return self.ticket_type_ids is None or ticket_type_id in self.ticket_type_ids


class _Details(msgspec.Struct, omit_defaults=True):
    ticket_type_ids: list[str] | None = None
    default: bool = False


_columns = (
    ticket_states.c.id,
    ticket_states.c.category,
    ticket_states.c.internal_label,
    ticket_states.c.external_label,
    ticket_states.c.archived,
    ticket_states.c.created_at,
    ticket_states.c.updated_at,
    ticket_states.c.details,
)
_mine = ticket_states.c.workspace_id == bindparam("key")
_this = (_mine, ticket_states.c.id == bindparam("state_id"))
_all = Query(select(*_columns).where(_mine).order_by(ticket_states.c.id))
_several = Query(select(*_columns).where(_mine, any_of(ticket_states.c.id, "ids")))
_get = Query(select(*_columns).where(*_this))
_lock = Query(select(*_columns).where(*_this).with_for_update())
_insert = Query(insert(ticket_states))
_changing = ("internal_label", "external_label", "archived", "updated_at", "details")
_update = Query(update(ticket_states).where(*_this).values({name: bindparam(name) for name in _changing}))


def _state(row: Row) -> TicketState:
    values = list(row)
    more = msgspec.json.decode(values.pop(), type=_Details)
    values[4] = bool(values[4])
    only = tuple(more.ticket_type_ids) if more.ticket_type_ids is not None else None
    return TicketState(*values, ticket_type_ids=only, default=more.default)


def _details(one: TicketState) -> str:
    only = list(one.ticket_type_ids) if one.ticket_type_ids is not None else None
    return msgspec.json.encode(_Details(only, one.default)).decode()


async def all_states(tx: Tx, workspace_id: str) -> list[TicketState]:
    """Archived ones too. The oldest first, so those that every workspace starts with come before its own."""
    return [_state(row) for row in await tx.all(_all, key=workspace_id)]


async def states_by_id(tx: Tx, workspace_id: str, state_ids: Sequence[str]) -> dict[str, TicketState]:
    rows = await tx.all(_several, key=workspace_id, ids=list(state_ids)) if state_ids else []
    return {row[0]: _state(row) for row in rows}


async def get_state(tx: Tx, workspace_id: str, id: str) -> TicketState | None:
    row = await tx.one(_get, key=workspace_id, state_id=id)
    return _state(row) if row is not None else None


async def lock_state(tx: Tx, workspace_id: str, id: str) -> TicketState | None:
    row = await tx.one(_lock, key=workspace_id, state_id=id)
    return _state(row) if row is not None else None


async def insert_state(tx: Tx, workspace_id: str, one: TicketState) -> None:
    await tx.run(
        _insert,
        workspace_id=workspace_id,
        id=one.id,
        category=one.category,
        internal_label=one.internal_label,
        external_label=one.external_label,
        archived=one.archived,
        created_at=one.created_at,
        updated_at=one.updated_at,
        details=_details(one),
    )


async def update_state(tx: Tx, workspace_id: str, one: TicketState) -> None:
    """Everything but the category, which tickets have a copy of."""
    await tx.run(
        _update,
        key=workspace_id,
        state_id=one.id,
        internal_label=one.internal_label,
        external_label=one.external_label,
        archived=one.archived,
        updated_at=one.updated_at,
        details=_details(one),
    )


async def make_default_states(tx: Tx, workspace_id: str, now: int) -> None:
    """What a new workspace has: one state of each category, for every ticket type."""
    for category, internal, external in DEFAULTS:
        state = TicketState(ids.decimal_id(), category, internal, external, False, now, now, default=True)
        await insert_state(tx, workspace_id, state)

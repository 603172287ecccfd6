"""Rows of other tables that point at a contact or a company: they move when it is merged, and go when it is deleted.

The tables belong to many packages above this one; that they have such rows is a fact about the tables alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, Text, and_, bindparam, delete, exists, literal, select, update
from sqlalchemy.sql.elements import ColumnElement

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, TICKET
from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import (
    data_event_summaries,
    data_events,
    message_receipts,
    notes,
    participants,
    subscriptions,
    taggings,
    visitors,
)


@dataclass(frozen=True, slots=True)
class Satellite:
    """A table, the column that points, and the column that says at what kind (None: always the same)."""

    table: Table
    column: str
    kind_column: str | None = None


_TAGGINGS = Satellite(taggings, "record_id", "kind")
_NOTES = Satellite(notes, "record_id", "kind")

SATELLITES: dict[str, tuple[Satellite, ...]] = {
    CONTACT: (
        _TAGGINGS,
        _NOTES,
        Satellite(subscriptions, "contact_id"),
        Satellite(data_events, "contact_id"),
        Satellite(data_event_summaries, "contact_id"),
        Satellite(participants, "member_id", "kind"),
        Satellite(message_receipts, "contact_id"),
        Satellite(visitors, "converted_to"),
    ),
    COMPANY: (_TAGGINGS, _NOTES),
    CONVERSATION: (_TAGGINGS,),
    TICKET: (_TAGGINGS,),
}


def _points(one: Satellite, kind: str, parameter: str) -> list[ColumnElement[bool]]:
    columns = one.table.c
    where = [columns.workspace_id == bindparam("key"), columns[one.column] == bindparam(parameter)]
    if one.kind_column:
        where.append(columns[one.kind_column] == literal(kind, Text()))
    return where


def _move(one: Satellite, kind: str) -> Query:
    """Rows that the other record has already (by the primary key) stay, and are removed afterwards."""
    other = one.table.alias("other")
    key = [column.name for column in one.table.primary_key.columns]
    statement = update(one.table).where(*_points(one, kind, "from_id")).values({one.column: bindparam("into_id")})
    if one.column not in key:
        return Query(statement)
    same = [other.c[name] == one.table.c[name] for name in key if name != one.column]
    taken = exists(select(literal(1)).where(and_(other.c[one.column] == bindparam("into_id"), *same)))
    return Query(statement.where(~taken))


_moves = {kind: [_move(one, kind) for one in SATELLITES[kind]] for kind in SATELLITES}
_drops = {
    kind: [Query(delete(one.table).where(*_points(one, kind, "id"))) for one in SATELLITES[kind]] for kind in SATELLITES
}


async def move(tx: Tx, workspace_id: str, kind: str, from_id: str, into_id: str) -> None:
    """One record is merged into another, which gets whatever pointed at it and it has not got yet."""
    for query in _moves[kind]:
        await tx.run(query, key=workspace_id, from_id=from_id, into_id=into_id)
    await drop(tx, workspace_id, kind, from_id)


async def drop(tx: Tx, workspace_id: str, kind: str, id: str) -> None:
    """A record is deleted, and what points at it with it."""
    for query in _drops[kind]:
        await tx.run(query, key=workspace_id, id=id)

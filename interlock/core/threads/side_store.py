"""Side conversations in the database. What is said in one is its parts, in a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from interlock.core.threads.store import PARTS_SHOWN, Part
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import participants, parts, side_conversations


@dataclass(slots=True)
class Side:
    """A side conversation of teammates with somebody else. `details`: `to`, whom it is with."""

    id: str
    conversation_id: str
    state: str
    subject: str
    created_at: int
    updated_at: int
    details: dict[str, Any] = field(default_factory=dict)


_c = side_conversations.c
_key = bindparam("key")
_columns = (_c.id, _c.conversation_id, _c.state, _c.subject, _c.created_at, _c.updated_at, _c.details)
_of = (_c.workspace_id == _key, _c.conversation_id == bindparam("of"))
_insert = Query(insert(side_conversations))
_locked = Query(select(*_columns).where(*_of, _c.id == bindparam("side")).with_for_update())
_update = Query(
    update(side_conversations)
    .where(*_of, _c.id == bindparam("side"))
    .values(state=bindparam("state"), updated_at=bindparam("updated_at"))
)
_page = Query(
    select(*_columns).where(*_of).order_by(_c.id.desc()).limit(bindparam("limit")).offset(bindparam("offset"))
)
_count = Query(select(func.count()).select_from(side_conversations).where(*_of))
_ids = select(_c.id).where(*_of)
_all_ids = Query(_ids)
_delete_parts = Query(delete(parts).where(parts.c.workspace_id == _key, parts.c.thread_id.in_(_ids)))
_delete_participants = Query(
    delete(participants).where(participants.c.workspace_id == _key, participants.c.thread_id.in_(_ids))
)
_delete = Query(delete(side_conversations).where(*_of))


def _parts_of() -> Query:
    place = func.row_number().over(partition_by=parts.c.thread_id, order_by=parts.c.id.desc()).label("place")
    total = func.count().over(partition_by=parts.c.thread_id).label("total")
    names = ("id", "part_type", "author_type", "author_id", "body", "created_at", "updated_at", "redacted", "details")
    ranked = (
        select(parts.c.thread_id, *(parts.c[name] for name in names), place, total)
        .where(parts.c.workspace_id == _key, any_of(parts.c.thread_id, "threads"))
        .subquery()
    )
    shown = (ranked.c.thread_id, ranked.c.total, *(ranked.c[name] for name in names))
    return Query(select(*shown).where(ranked.c.place <= bindparam("most")).order_by(ranked.c.thread_id, ranked.c.id))


_parts = _parts_of()


def _side(row: Row) -> Side:
    return Side(*row[:-1], details=msgspec.json.decode(row[-1]))


async def insert_side(tx: Tx, workspace_id: str, one: Side) -> None:
    await tx.run(
        _insert,
        workspace_id=workspace_id,
        id=one.id,
        conversation_id=one.conversation_id,
        state=one.state,
        subject=one.subject,
        created_at=one.created_at,
        updated_at=one.updated_at,
        details=msgspec.json.encode(one.details).decode(),
    )


async def lock(tx: Tx, workspace_id: str, conversation_id: str, id: str) -> Side | None:
    row = await tx.one(_locked, key=workspace_id, of=conversation_id, side=id)
    return _side(row) if row is not None else None


async def update_side(tx: Tx, workspace_id: str, one: Side) -> None:
    await tx.run(
        _update, key=workspace_id, of=one.conversation_id, side=one.id, state=one.state, updated_at=one.updated_at
    )


async def page(tx: Tx, workspace_id: str, conversation_id: str, limit: int, offset: int) -> tuple[list[Side], int]:
    """The newest first, and how many there are."""
    rows = await tx.all(_page, key=workspace_id, of=conversation_id, limit=limit, offset=offset)
    return [_side(row) for row in rows], await tx.value(_count, key=workspace_id, of=conversation_id)


async def parts_of(tx: Tx, workspace_id: str, ids: Sequence[str]) -> dict[str, tuple[list[Part], int]]:
    """The newest parts of each of several threads in the order in which they came, and how many each has."""
    found: dict[str, tuple[list[Part], int]] = {id: ([], 0) for id in ids}
    rows = await tx.all(_parts, key=workspace_id, threads=list(ids), most=PARTS_SHOWN) if ids else []
    for thread_id, total, *plain in rows:
        redacted, details = bool(plain[-2]), msgspec.json.decode(plain[-1])
        found[thread_id][0].append(Part(*plain[:-2], redacted=redacted, details=details))
        found[thread_id] = (found[thread_id][0], total)
    return found


async def ids_of(tx: Tx, workspace_id: str, conversation_id: str) -> list[str]:
    return [row[0] for row in await tx.all(_all_ids, key=workspace_id, of=conversation_id)]


async def delete_of(tx: Tx, workspace_id: str, conversation_id: str) -> None:
    """All side conversations of one that is deleted, with what was said in them."""
    for query in (_delete_parts, _delete_participants, _delete):
        await tx.run(query, key=workspace_id, of=conversation_id)

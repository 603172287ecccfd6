"""Reasons for being away in the database. A deleted one stays, for those who are away with it and for old logs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select, update

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import away_reasons


@dataclass(frozen=True, slots=True)
class AwayReason:
    """A reason. `position` is its place in the list that teammates choose from."""

    id: int
    label: str
    emoji: str
    position: int
    deleted: bool
    created_at: int
    updated_at: int


_columns = (
    away_reasons.c.id,
    away_reasons.c.label,
    away_reasons.c.emoji,
    away_reasons.c.position,
    away_reasons.c.deleted,
    away_reasons.c.created_at,
    away_reasons.c.updated_at,
)
_of_workspace = away_reasons.c.workspace_id == bindparam("key")
_this = (_of_workspace, away_reasons.c.id == bindparam("reason_id"))
_all = Query(select(*_columns).where(_of_workspace).order_by(away_reasons.c.position, away_reasons.c.id))
_by_id = Query(select(*_columns).where(*_this))
_locked = Query(select(*_columns).where(*_this).with_for_update())
_last = Query(select(func.max(away_reasons.c.position)).where(_of_workspace))
_insert = Query(insert(away_reasons))
_update = Query(
    update(away_reasons)
    .where(*_this)
    .values({name: bindparam(name) for name in ("label", "emoji", "position", "deleted", "updated_at")})
)


def _reason(row: Row) -> AwayReason:
    id, label, emoji, position, deleted, created_at, updated_at = row
    return AwayReason(id, label, emoji, position, bool(deleted), created_at, updated_at)


async def all_reasons(tx: Tx, workspace_id: str) -> list[AwayReason]:
    """Every reason in its order, deleted ones too."""
    return [_reason(row) for row in await tx.all(_all, key=workspace_id)]


async def get(tx: Tx, workspace_id: str, id: int) -> AwayReason | None:
    row = await tx.one(_by_id, key=workspace_id, reason_id=id)
    return _reason(row) if row is not None else None


async def lock(tx: Tx, workspace_id: str, id: int) -> AwayReason | None:
    """The same, and nobody else changes it until this transaction ends."""
    row = await tx.one(_locked, key=workspace_id, reason_id=id)
    return _reason(row) if row is not None else None


async def last_position(tx: Tx, workspace_id: str) -> int:
    """Of the last reason; 0 when there is none."""
    return await tx.value(_last, key=workspace_id) or 0


async def insert_reason(tx: Tx, workspace_id: str, one: AwayReason) -> None:
    await tx.run(
        _insert,
        workspace_id=workspace_id,
        id=one.id,
        label=one.label,
        emoji=one.emoji,
        position=one.position,
        deleted=one.deleted,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


async def update_reason(tx: Tx, workspace_id: str, one: AwayReason) -> None:
    """A reason that is locked."""
    await tx.run(
        _update,
        key=workspace_id,
        reason_id=one.id,
        label=one.label,
        emoji=one.emoji,
        position=one.position,
        deleted=one.deleted,
        updated_at=one.updated_at,
    )

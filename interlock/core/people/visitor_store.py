"""Visitors in the database: rows with the form of a record, but without slots, since nobody searches them."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from interlock.core.records.record import Record
from interlock.core.records.store import RecordStore
from interlock.core.schema.schema import Schema
from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import visitors

KIND = "visitor"
VISITORS = RecordStore(visitors, "workspace_id")

_mine = select(*VISITORS.columns).where(visitors.c.workspace_id == bindparam("key"))
_by_user_id = Query(_mine.where(visitors.c.user_id == bindparam("user_id")))
_by_email = Query(
    _mine.where(visitors.c.email == bindparam("email"), visitors.c.live == 1).order_by(visitors.c.id.desc()).limit(1)
)


async def get(tx: Tx, schema: Schema, id: str) -> Record | None:
    return await VISITORS.get(tx, schema.workspace.id, id, KIND)


async def lock(tx: Tx, schema: Schema, id: str) -> Record | None:
    return await VISITORS.lock(tx, schema.workspace.id, id, KIND)


async def by_user_id(tx: Tx, schema: Schema, user_id: str) -> Record | None:
    """Whoever has or had it, converted ones too."""
    row = await tx.one(_by_user_id, key=schema.workspace.id, user_id=user_id)
    return VISITORS.record(row, KIND) if row is not None else None


async def by_email(tx: Tx, schema: Schema, email: str) -> Record | None:
    """The newest of those who have told this address."""
    row = await tx.one(_by_email, key=schema.workspace.id, email=email)
    return VISITORS.record(row, KIND) if row is not None else None


async def insert(tx: Tx, schema: Schema, record: Record) -> bool:
    """False where somebody has the user_id."""
    return await VISITORS.insert_new(tx, schema.workspace.id, schema.workspace.id, record, {})


async def update(tx: Tx, schema: Schema, record: Record) -> None:
    await VISITORS.update(tx, schema.workspace.id, record, {})

"""What a workspace's changes say, as a test reads them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes

_of_kind = Query(
    select(changes.c.record_id, changes.c.action, changes.c.before, changes.c.after)
    .where(changes.c.workspace_id == bindparam("workspace_id"), changes.c.kind == bindparam("kind"))
    .order_by(changes.c.at, changes.c.id)
)


async def changes_of(database: Database, workspace_id: str, kind: str) -> list[dict[str, Any]]:
    """The changes of one kind, the first first: id, action, before and after."""

    async def read(tx: Tx) -> list[dict[str, Any]]:
        rows = await tx.all(_of_kind, workspace_id=workspace_id, kind=kind)
        decode = msgspec.json.decode
        return [{"id": id, "action": action, "before": decode(b), "after": decode(a)} for id, action, b, a in rows]

    return await database.read(read)

"""What happened to one record: who, when, through what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `at` is in Unix microseconds, `through` says what made it, as "kind:id"."""

    id: str
    action: str
    at: int
    through: str
    before: dict[str, Any]
    after: dict[str, Any]


_columns = (changes.c.id, changes.c.action, changes.c.at, changes.c.through, changes.c.before, changes.c.after)
_of_record = (
    changes.c.workspace_id == bindparam("workspace_id"),
    changes.c.kind == bindparam("kind"),
    changes.c.record_id == bindparam("record_id"),
)
_newest = Query(select(*_columns).where(*_of_record).order_by(changes.c.id.desc()).limit(bindparam("limit")))
_older = Query(
    select(*_columns)
    .where(*_of_record, changes.c.id < bindparam("before_id"))
    .order_by(changes.c.id.desc())
    .limit(bindparam("limit"))
)
_newer = Query(select(*_columns).where(*_of_record, changes.c.id > bindparam("after_id")).order_by(changes.c.id.desc()))
_one = Query(select(*_columns).where(*_of_record, changes.c.id == bindparam("id")))


def _change(row: Row) -> Change:
    id, action, at, through, before, after = row
    return Change(id, action, at, through, msgspec.json.decode(before), msgspec.json.decode(after))


async def of_record(
    tx: Tx, workspace_id: str, kind: str, record_id: str, limit: int, before_id: str | None = None
) -> list[Change]:
    """The changes of a record, the newest first; `before_id` goes on where a page ended."""
    values: dict[str, Any] = {"workspace_id": workspace_id, "kind": kind, "record_id": record_id, "limit": limit}
    rows = await (tx.all(_older, **values, before_id=before_id) if before_id else tx.all(_newest, **values))
    return [_change(row) for row in rows]


async def since(tx: Tx, workspace_id: str, kind: str, record_id: str, id: str) -> tuple[Change | None, list[Change]]:
    """One change of a record (None: it has no such change), and all later ones, the newest first."""
    values = {"workspace_id": workspace_id, "kind": kind, "record_id": record_id}
    row = await tx.one(_one, **values, id=id)
    if row is None:
        return None, []
    return _change(row), [_change(later) for later in await tx.all(_newer, **values, after_id=id)]

"""What can happen to a record: the closed list, and how it is written down.

A change is one row in the same transaction as what it tells of: history, outbox and feed are this one table. Its
`position` in the feed is given after commit (`stamp.py`).
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import insert

from interlock.kit import ids
from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes

CREATED, UPDATED, DELETED, ARCHIVED, UNARCHIVED, BLOCKED, MERGED, ATTACHED, DETACHED, MOVED, LINKED = (
    "created",
    "updated",
    "deleted",
    "archived",
    "unarchived",
    "blocked",
    "merged",
    "attached",
    "detached",
    "moved",  # another record has taken a link over
    "linked",  # links were made or cut from the other end
)
ACTIONS = (CREATED, UPDATED, DELETED, ARCHIVED, UNARCHIVED, BLOCKED, MERGED, ATTACHED, DETACHED, MOVED, LINKED)

_insert = Query(insert(changes))
_encode = msgspec.json.Encoder().encode


def row(
    workspace_id: str,
    kind: str,
    record_id: str,
    action: str,
    through: str,
    at: int,
    before: dict[str, Any],
    after: dict[str, Any],
) -> dict[str, Any]:
    """The values of one change. `at` is in Unix microseconds; `before` and `after` hold the fields that changed."""
    return {
        "workspace_id": workspace_id,
        "id": ids.record_id(),
        "position": None,
        "kind": kind,
        "record_id": record_id,
        "action": action,
        "at": at,
        "through": through,
        "before": _encode(before).decode(),
        "after": _encode(after).decode(),
    }


async def note(tx: Tx, *rows: dict[str, Any]) -> None:
    """Write changes down, in the transaction that makes them."""
    if len(rows) == 1:
        await tx.run(_insert, **rows[0])
    elif rows:
        await tx.many(_insert, rows)

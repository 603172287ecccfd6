"""The feed: everything that happened in a workspace, in one order that never changes.

A reader asks for what comes after the last change that it has seen. Positions are given after commit (`stamp.py`), so
nothing ever appears before a place that somebody has passed. What is older than the history is kept goes; a reader
that comes from before that is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from interlock.core.changes.prune import FORGOTTEN
from interlock.core.changes.stamp import LEASE_NAME
from interlock.kit.problems import Meaning, Problem, invalid
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import changes, counters, leases


@dataclass(frozen=True, slots=True)
class Entry:
    """One change in the feed. `at` is in Unix microseconds; `kind` that of an instance is the id of its type."""

    position: int
    id: str
    kind: str
    record_id: str
    action: str
    at: int
    through: str
    before: dict[str, Any]
    after: dict[str, Any]


_columns = (
    changes.c.position,
    changes.c.id,
    changes.c.kind,
    changes.c.record_id,
    changes.c.action,
    changes.c.at,
    changes.c.through,
    changes.c.before,
    changes.c.after,
)
_after = (
    select(*_columns)
    .where(changes.c.workspace_id == bindparam("of_workspace"), changes.c.position > bindparam("after_position"))
    .order_by(changes.c.position)
    .limit(bindparam("most"))
)
_page = Query(_after)
_page_of_kinds = Query(_after.where(any_of(changes.c.kind, "kinds")))
_last = Query(select(func.max(changes.c.position)).where(changes.c.workspace_id == bindparam("of_workspace")))
_by_id = Query(
    select(*_columns)
    .where(
        changes.c.workspace_id == bindparam("of_workspace"),
        changes.c.id > bindparam("after"),
        changes.c.id < bindparam("before"),
        changes.c.position.is_not(None),
    )
    .order_by(changes.c.id)
    .limit(bindparam("most"))
)
_given = Query(select(leases.c.counter).where(leases.c.name == bindparam("name")))
_forgotten = Query(
    select(counters.c.value).where(
        counters.c.workspace_id == bindparam("of_workspace"), counters.c.name == bindparam("name")
    )
)


def _entry(row: Row) -> Entry:
    position, id, kind, record_id, action, at, through, before, after = row
    decode = msgspec.json.decode
    return Entry(position, id, kind, record_id, action, at, through, decode(before), decode(after))


async def page(tx: Tx, workspace_id: str, after: int, limit: int, kinds: Sequence[str] | None = None) -> list[Entry]:
    """What comes after a position, in order; of all kinds, or of some."""
    values: dict[str, Any] = {"of_workspace": workspace_id, "after_position": after, "most": limit}
    if kinds is None:
        rows = await tx.all(_page, **values)
    else:
        rows = await tx.all(_page_of_kinds, **values, kinds=list(kinds)) if kinds else []
    return [_entry(row) for row in rows]


async def listing(
    tx: Tx, workspace_id: str, after: int | None, limit: int, kinds: Sequence[str] | None = None
) -> tuple[list[Entry], bool, int | None]:
    """A page for a reader outside, whether there is more, and where to go on (None where there has been nothing).

    Who asks for some kinds only goes on at the end of the feed, not at the last change of these.
    """
    end = await last_position(tx, workspace_id) if kinds is not None else None
    found = await _checked(tx, workspace_id, after, limit + 1, kinds)
    entries, more = found[:limit], len(found) > limit
    place = entries[-1].position if entries else after
    if not more and end is not None:
        place = max(place or 0, end) or None
    return entries, more, place


async def _checked(
    tx: Tx, workspace_id: str, after: int | None, limit: int, kinds: Sequence[str] | None
) -> list[Entry]:
    """`page`. Without `after`, from the first change that is still kept.

    410 `change_cursor_expired` when changes after it are not kept any more, 400 `parameter_invalid` for a position
    that has not been given yet.
    """
    if after is None:
        return await page(tx, workspace_id, 0, limit, kinds)
    entries = await page(tx, workspace_id, after, limit, kinds)
    # Looked at after the page was read: what is pruned in between is noticed.
    if after < (await tx.value(_forgotten, of_workspace=workspace_id, name=FORGOTTEN) or 0):
        raise Problem(
            "change_cursor_expired",
            "Changes after this cursor are older than the history is kept, and are gone. Read the records again, and "
            "start over without a cursor.",
            "after",
            meaning=Meaning.GONE,
        )
    if not entries and after > (await tx.value(_given, name=LEASE_NAME) or 0):
        raise invalid("after is not a cursor of this feed", "after")
    return entries


async def last_position(tx: Tx, workspace_id: str) -> int:
    """Where the feed ends now."""
    return await tx.value(_last, of_workspace=workspace_id) or 0


async def by_id(tx: Tx, workspace_id: str, after_id: str, before_id: str, limit: int) -> list[Entry]:
    """What was written down between two ids, by which one gets from a time to its changes: ids begin with it."""
    rows = await tx.all(_by_id, of_workspace=workspace_id, after=after_id, before=before_id, most=limit)
    return [_entry(row) for row in rows]

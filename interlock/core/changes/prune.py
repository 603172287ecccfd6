"""History is kept for `history_days`; what is older goes, a batch at a time."""

from __future__ import annotations

from sqlalchemy import bindparam, case, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.core.schema import store
from interlock.kit import clock, limits
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import changes, counters

DAY = 86_400

_mine = changes.c.workspace_id == bindparam("workspace_id")
# Ids begin with the second in which they were made, so the primary key leads to the old ones. `at` decides: a restored
# or imported change may be older than its id.
_old = Query(
    select(changes.c.id, changes.c.position)
    .where(
        _mine,
        changes.c.id < bindparam("before_id"),
        changes.c.at < bindparam("before"),
        changes.c.position.is_not(None),
    )
    .order_by(changes.c.id)
    .limit(bindparam("most"))
)
_forget = insert_or(counters)
_forget_up_to = Query(
    _forget.on_conflict_do_update(
        index_elements=["workspace_id", "name"],
        set_={
            "value": case((counters.c.value > _forget.excluded.value, counters.c.value), else_=_forget.excluded.value)
        },
    )
)
FORGOTTEN = "changes_forgotten"
"""The counter that says up to which position the feed has lost rows: who asks for what comes after an earlier one is
told so, instead of missing some."""
_delete = Query(delete(changes).where(_mine, any_of(changes.c.id, "ids")))


async def step(database: Database) -> bool:
    """Remove a batch in each workspace; True when there is more. Two processes at once do no harm."""
    more = False
    for workspace_id, _ in await database.read(store.all_workspaces):
        schema = await database.read(store.load, workspace_id)
        if schema is None:
            continue
        before = clock.seconds() - schema.workspace.settings.history_days * DAY
        if before > 0:
            more = await database.transact(_remove, workspace_id, before) == limits.STAMP_BATCH or more
    return more


async def _remove(tx: Tx, workspace_id: str, before: int) -> int:
    """Only what has been stamped: nobody has had a chance to read the rest."""
    rows = await tx.all(
        _old,
        workspace_id=workspace_id,
        before_id=f"{before:08x}",
        before=before * 1_000_000,
        most=limits.STAMP_BATCH,
    )
    if rows:
        await tx.run(_delete, workspace_id=workspace_id, ids=[row[0] for row in rows])
        await tx.run(_forget_up_to, workspace_id=workspace_id, name=FORGOTTEN, value=max(row[1] for row in rows))
    return len(rows)

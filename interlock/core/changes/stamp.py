"""The stamper gives every committed change its `position` in the feed of its workspace.

Neither sequences nor ids made by the application follow the order of *committing*, so a reader that asks for what
comes after the last one it saw would miss rows that were begun early and committed late. Positions are given after
commit, by one process at a time, so that whoever sees position n sees all below n, and none appears there later.

That one process holds the lease `stamper`. The lease keeps others from trying; what makes it *right* is that each
batch locks the lease's row, checks that the lease is still its own and takes the numbers from its counter, all in the
transaction that stamps. A holder that was paused for minutes finds somebody else's name there and gives up.

Positions rise within a workspace and leave gaps, since all workspaces share the counter. Within a batch they follow
the ids of the changes, which is the order in which they were begun.
"""

from __future__ import annotations

import secrets

from sqlalchemy import BigInteger, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.kit import clock, limits
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes, leases

LEASE_NAME = "stamper"

_lease = Query(select(leases.c.owner, leases.c.until, leases.c.counter).where(leases.c.name == bindparam("name")))
_lock = Query(
    select(leases.c.owner, leases.c.until, leases.c.counter).where(leases.c.name == bindparam("name")).with_for_update()
)
_make_lease = Query(insert_or(leases).on_conflict_do_nothing(index_elements=["name"]))
_save_lease = Query(
    update(leases)
    .where(leases.c.name == bindparam("lease"))
    .values(owner=bindparam("new_owner"), until=bindparam("new_until"), counter=bindparam("new_counter"))
)
_last_position = Query(select(func.max(changes.c.position)))
_next_workspace = Query(
    select(func.min(changes.c.workspace_id)).where(
        changes.c.position.is_(None), changes.c.workspace_id > bindparam("after")
    )
)
_of_workspace = changes.c.workspace_id == bindparam("in_workspace")
_batch = (
    select(changes.c.id, func.row_number().over(order_by=changes.c.id).label("number"))
    .where(_of_workspace, changes.c.position.is_(None))
    .order_by(changes.c.id)
    .limit(bindparam("most"))
    .subquery("batch")
)
_stamp = Query(
    update(changes)
    .where(_of_workspace, changes.c.id == _batch.c.id)
    .values(position=bindparam("counter", type_=BigInteger) + _batch.c.number)
)


class Stamper:
    """One candidate for the lease. Its name is made anew for each, so that no restart is taken for its predecessor."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owner = secrets.token_hex(8)

    async def step(self) -> bool:
        """Stamp a batch in each workspace that has something to stamp, if the lease can be had.

        True when there was a full batch somewhere: more is waiting.
        """
        if not await self._may_have_lease():
            return False
        more = False
        workspace_id = await self.database.read(_next_after, "")
        while workspace_id is not None:
            now = clock.micros()
            stamped = await self.database.transact(_stamp_batch, self.owner, workspace_id, now)
            if stamped is None:
                return False
            more = more or stamped == limits.STAMP_BATCH
            workspace_id = await self.database.read(_next_after, workspace_id)
        return more

    async def _may_have_lease(self) -> bool:
        """A look without a lock, so that those who wait do not disturb the one who works."""
        row = await self.database.read(_look)
        return row is None or row[0] == self.owner or row[1] < clock.micros()

    async def release(self) -> None:
        """Let another process take over at once."""
        await self.database.transact(_release, self.owner)


async def _look(tx: Tx) -> tuple[str, int, int] | None:
    return await tx.one(_lease, name=LEASE_NAME)  # type: ignore[return-value]


async def _next_after(tx: Tx, workspace_id: str) -> str | None:
    return await tx.value(_next_workspace, after=workspace_id)


async def _stamp_batch(tx: Tx, owner: str, workspace_id: str, now: int) -> int | None:
    """How many were stamped; None when the lease is somebody else's."""
    row = await tx.one(_lock, name=LEASE_NAME)
    if row is None:
        # Only in a new database; after a restore that had no lease, the counter goes on from what was given.
        counter = await tx.value(_last_position) or 0
        await tx.run(_make_lease, name=LEASE_NAME, owner=owner, until=now, counter=counter)
        row = await tx.one(_lock, name=LEASE_NAME)
    holder, until, counter = row  # type: ignore[misc]
    if holder != owner and until >= now:
        return None
    stamped = await tx.run(_stamp, in_workspace=workspace_id, most=limits.STAMP_BATCH, counter=counter)
    await tx.run(
        _save_lease,
        lease=LEASE_NAME,
        new_owner=owner,
        new_until=now + limits.LEASE * 1_000_000,
        new_counter=counter + stamped,
    )
    return stamped


async def _release(tx: Tx, owner: str) -> None:
    row = await tx.one(_lock, name=LEASE_NAME)
    if row is not None and row[0] == owner:
        await tx.run(_save_lease, lease=LEASE_NAME, new_owner=owner, new_until=0, new_counter=row[2])

"""Events are kept for 90 days; what is older goes, a batch at a time. What was counted stays."""

from __future__ import annotations

from interlock.core.activity import store
from interlock.core.activity.events import DAY
from interlock.core.schema.store import all_workspaces
from interlock.kit import clock, limits
from interlock.storage.database import Database


async def step(database: Database) -> bool:
    """Remove a batch in each workspace; True when there is more. Two processes at once do no harm."""
    more = False
    before = clock.seconds() - limits.EVENT_DAYS * DAY
    for workspace_id, _ in await database.read(all_workspaces):
        gone = await database.transact(store.drop_old, workspace_id, before, limits.BACKFILL_BATCH)
        more = more or gone == limits.BACKFILL_BATCH
    return more

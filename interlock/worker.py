"""The background work: stamping of changes, telling webhooks of them, jobs, filling of slots, pruning.

`interlock serve` runs it inside its own process on SQLite and on PostgreSQL; `interlock worker` runs it alone. Any
number of processes may run it at once on PostgreSQL: the stamper has a lease, webhooks and jobs have locks and leases
of their own, and the rest may be done twice.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from interlock.core.activity import prune as activity_prune
from interlock.core.changes import prune
from interlock.core.changes.stamp import Stamper
from interlock.core.definitions import backfill
from interlock.core.jobs import list_store, work_store
from interlock.core.schema.cache import SchemaCache
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.engines.webhooks import fan_out
from interlock.engines.webhooks.fan_out import FanOut
from interlock.kit import limits
from interlock.kit.repeat import Repeat
from interlock.settings import Settings
from interlock.storage.database import Database, Unavailable

PRUNE_EVERY = 3600.0


class Worker:
    """All background work of one process."""

    def __init__(
        self, database: Database, settings: Settings | None = None, schemas: SchemaCache | None = None
    ) -> None:
        self._database = database
        self._context = Context.of(database, settings, schemas)
        self._stamper = Stamper(database)
        self._runners = [
            Runner(self._context, handlers.units(), "jobs"),
            Runner(self._context, handlers.outbound(), "outbound"),
        ]
        self._loops = [
            Repeat("stamp", self._stamper.step, limits.STAMP_EVERY),
            Repeat("prune", partial(prune.step, database), PRUNE_EVERY),
            Repeat("fan-out", FanOut(self._context, self._runners[1].nudge).step, limits.STAMP_EVERY),
            Repeat("prune-deliveries", partial(fan_out.prune, database), PRUNE_EVERY),
            Repeat("prune-events", partial(activity_prune.step, database), PRUNE_EVERY),
            Repeat("prune-jobs", partial(list_store.prune, database), PRUNE_EVERY),
            Repeat("backfill", partial(backfill.step, database), 1.0),
        ]

    async def start(self) -> None:
        if self._database.dialect == "sqlite":  # a file has one server: whoever held a lease on it is dead
            await self._database.transact(work_store.free_all, limits.JOB_LEASE * 1_000_000)
        for one in (*self._loops, *self._runners):
            one.start()

    async def stop(self) -> None:
        """Finish what has been begun, and hand the lease back."""
        for one in (*self._runners, *self._loops):
            await one.stop()
        await self._context.close()
        with suppress(Unavailable):  # then the lease runs out by itself
            await self._stamper.release()

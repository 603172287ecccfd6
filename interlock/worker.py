"""The background work: stamping of changes, pruning of history, filling of slots.

`interlock serve` runs it inside its own process on SQLite and on PostgreSQL; `interlock worker` runs it alone. Any
number of processes may run it at once on PostgreSQL: the stamper has a lease, and the rest may be done twice.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from interlock.core.changes import prune
from interlock.core.changes.stamp import Stamper
from interlock.core.definitions import backfill
from interlock.kit import limits
from interlock.kit.repeat import Repeat
from interlock.storage.database import Database, Unavailable

PRUNE_EVERY = 3600.0


class Worker:
    """All background work of one process."""

    def __init__(self, database: Database) -> None:
        self._stamper = Stamper(database)
        self._loops = [
            Repeat("stamp", self._stamper.step, limits.STAMP_EVERY),
            Repeat("prune", partial(prune.step, database), PRUNE_EVERY),
            Repeat("backfill", partial(backfill.step, database), 1.0),
        ]

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    async def stop(self) -> None:
        """Finish what has been begun, and hand the lease back."""
        for loop in self._loops:
            await loop.stop()
        with suppress(Unavailable):  # then the lease runs out by itself
            await self._stamper.release()

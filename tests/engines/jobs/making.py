"""Jobs for the tests of the queue: handlers that write down what they did, and a clock that can be moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from interlock.core.changes import change
from interlock.core.jobs import store
from interlock.core.jobs.store import Job
from interlock.core.schema.schema import Schema
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.handlers import Handler
from interlock.engines.jobs.runner import SECOND, Runner
from interlock.kit import clock
from interlock.storage.database import Database, Tx

DAY = 86_400


class Clock:
    """Moves the time that the product sees."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        real_seconds, real_micros = clock.seconds, clock.micros
        monkeypatch.setattr(clock, "seconds", lambda: real_seconds() + int(self.ahead))
        monkeypatch.setattr(clock, "micros", lambda: real_micros() + int(self.ahead * SECOND))

    def forward(self, seconds: float) -> None:
        self.ahead += seconds


def runner(database: Database, *handlers: Handler, at_once: int = 32) -> Runner:
    return Runner(Context.of(database), {one.kind: one for one in handlers}, at_once=at_once)


async def enqueue(database: Database, workspace_id: str, kind: str, payload: Any = None, **more: Any) -> str:
    async def unit(tx: Tx) -> str:
        return await store.enqueue(tx, workspace_id, kind, payload, **more)

    return await database.transact(unit)


async def get(database: Database, workspace_id: str, id: str) -> Job:
    found = await database.read(store.get, workspace_id, id)
    assert found is not None
    return found


async def noted(tx: Tx, schema: Schema, job: Job) -> None:
    """An effect that can be counted: one change for each time that it was stored."""
    row = change.row(schema.workspace.id, "job", job.id, change.UPDATED, "test", clock.micros(), {}, {})
    await change.note(tx, row)


def then(raising: Callable[[Job], Any]) -> Callable[[Tx, Schema, Job], Any]:
    """A unit that has its effect and then does something else."""

    async def unit(tx: Tx, schema: Schema, job: Job) -> Any:
        await noted(tx, schema, job)
        return raising(job)

    return unit

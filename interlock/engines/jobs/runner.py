"""Takes jobs that are due and does them, some at once.

There are two forms of handlers (`handlers.py`). A *unit* is run in one transaction together with the completion of its
job. An *outbound* handler first does what it does outside, with no transaction open, and answers a unit that writes
down what came of it. Either way the job is over in the same commit as its effects: a worker that is killed before has
done nothing that is stored, and the job is done again by whoever finds its lease expired.

What is sent outside may therefore be sent twice, and says so to its receiver by an id that stays the same.

Each form has a lane of its own, so that a slow receiver outside never keeps the timers waiting.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import structlog

from interlock.core.jobs import work_store
from interlock.core.jobs.outcome import Failed, LeaseLost
from interlock.core.jobs.store import Job
from interlock.core.schema.schema import Schema
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.handlers import Handler, Unit
from interlock.kit import backoff, clock, limits
from interlock.kit.problems import Meaning, Problem
from interlock.kit.repeat import Repeat
from interlock.storage.database import Tx, Unavailable

log = structlog.get_logger("interlock.jobs")

SECOND = 1_000_000
GRACE = 10.0  # seconds that jobs under way get when the worker is told to stop
_PASSES = (Meaning.UNAVAILABLE, Meaning.TOO_MANY, Meaning.INTERNAL)
"""Problems that may be gone later. Any other is the same each time: the job is stuck at once."""


class Runner:
    """One lane of one process: the kinds that it takes, and how many at once."""

    def __init__(
        self, context: Context, handlers: Mapping[str, Handler], name: str = "jobs", at_once: int = limits.JOBS_AT_ONCE
    ) -> None:
        self.context = context
        self.owner = secrets.token_hex(8)
        self._handlers = handlers
        self._kinds: Sequence[str] = sorted(handlers)
        self._at_once = at_once
        self._running: dict[asyncio.Task[None], Job] = {}
        self._loops = [
            Repeat(name, self.step, limits.JOB_POLL),
            Repeat(f"{name}-leases", self.keep, limits.JOB_LEASE / 3),
        ]

    # --- for the worker

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    def nudge(self) -> None:
        """Something may be due: look now."""
        self._loops[0].nudge()

    async def stop(self) -> None:
        """Take no more, let what runs come to its end for a while, and give back the rest."""
        await self._loops[0].stop()
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        for task in list(self._running):
            task.cancel()
        left = list(self._running.items())
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._loops[1].stop()
        for _, job in left:
            with suppress(LeaseLost, Unavailable):  # else its lease ends by itself
                await self._put_back(job, clock.micros(), job.problem, counts=False)

    async def step(self) -> bool:
        """Take as many as there is room for, and begin them. True when there may be more at once."""
        room = self._at_once - len(self._running)
        database = self.context.database
        if room <= 0 or not await database.read(work_store.is_due, self._kinds, clock.micros()):
            return False
        lease = limits.JOB_LEASE * SECOND
        jobs = await database.transact(work_store.claim, self.owner, self._kinds, lease, room)
        for job in jobs:
            task = asyncio.create_task(self._do(job), name=f"interlock-job-{job.kind}")
            self._running[task] = job
            task.add_done_callback(self._ended)
        return False if len(jobs) == room else bool(jobs)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        if not self._loops[0].stopping:
            self.nudge()  # there is room again

    async def keep(self) -> bool:
        """Renew the leases of what runs. Work that is somebody else's by now is given up."""
        if self._running:
            ids = [job.id for job in self._running.values()]
            mine = await self.context.database.transact(work_store.renew, self.owner, ids, limits.JOB_LEASE * SECOND)
            for task, job in list(self._running.items()):
                if job.id not in mine and self._handlers[job.kind].is_outbound:
                    task.cancel()
        return False

    async def drain(self) -> None:
        """Do everything that is due, and what comes due by it: for tests and tools."""
        while await self.step() or self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    # --- one job

    async def _do(self, job: Job) -> None:
        handler = self._handlers[job.kind]
        try:
            if handler.is_outbound:
                unit: Unit = await handler.run(self.context, job)
            else:
                unit = partial(_with_job, handler.run, job)
            await self.context.schemas.write(job.workspace_id, _complete, self.owner, job, unit)
        except LeaseLost:
            log.warning("a job was taken over or dropped meanwhile", job=job.id, kind=job.kind)
        except Unavailable as problem:
            # Stored or not, nobody knows. The lease ends by itself, and then whoever takes the job sees what is there.
            log.warning("the database was away during a job", job=job.id, kind=job.kind, problem=str(problem))
        except Exception as problem:
            wrong = isinstance(problem, Problem) and problem.meaning not in _PASSES
            log.log(30 if wrong else 40, "a job failed", job=job.id, kind=job.kind, exc_info=not wrong)
            with suppress(LeaseLost, Unavailable):
                await self._failed(job, problem, wrong)

    async def _failed(self, job: Job, problem: Exception, for_good: bool) -> None:
        said = f"{type(problem).__name__}: {problem}"[: limits.JOB_PROBLEM_CHARS]
        if for_good or job.attempts >= job.max_attempts:
            await self.context.database.transact(work_store.settle, self.owner, job, Failed(said))
        else:
            pause = backoff.pause(job.attempts, limits.JOB_PAUSE, limits.JOB_PAUSE_MAX)
            await self._put_back(job, clock.micros() + int(pause * SECOND), said)

    async def _put_back(self, job: Job, at: int, problem: str | None, counts: bool = True) -> None:
        await self.context.database.transact(partial(work_store.put_back, counts=counts), self.owner, job, at, problem)


async def _with_job(run: Any, job: Job, tx: Tx, schema: Schema) -> Any:
    return await run(tx, schema, job)


async def _complete(tx: Tx, schema: Schema, owner: str, job: Job, unit: Unit) -> None:
    """The effects first, the job last: so locks are taken in the order of every other write, records before jobs."""
    await work_store.settle(tx, owner, job, await unit(tx, schema))

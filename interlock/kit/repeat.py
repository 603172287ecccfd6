"""Work that is done again and again in the background, one step at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

log = structlog.get_logger("interlock.background")

_WORST_PAUSE = 5.0  # seconds, after steps that failed one after another


class Repeat:
    """Runs `step` every so many seconds, and at once again while it answers that there is more to do.

    A step that fails is logged and tried again later: nothing that runs here may be lost for good by one failure.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[bool]], every: float) -> None:
        self.name = name
        self._step = step
        self._every = every
        self._stopping = asyncio.Event()
        self._nudged = asyncio.Event()  # also by stopping
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name=f"interlock-{self.name}")

    async def stop(self) -> None:
        """Let the step that runs come to its end, and no other begin."""
        self._stopping.set()
        self._nudged.set()
        if self._task is not None:
            await self._task
            self._task = None

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def nudge(self) -> None:
        """Do not wait any longer: there is something to do."""
        self._nudged.set()

    async def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            more = False
            self._nudged.clear()
            try:
                more = await self._step()
                failures = 0
            except Exception as problem:
                failures += 1
                # The first of a row in full: a database that is away fails every step in the same way.
                log.error("background work failed", work=self.name, problem=str(problem), exc_info=failures == 1)
            if not more:
                await self._pause(min(self._every * 2**failures, max(_WORST_PAUSE, self._every)))
            else:
                await asyncio.sleep(0)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._nudged.wait(), seconds)

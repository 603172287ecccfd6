"""Definitions in memory, never older than a second.

Each process keeps the schema of every workspace in use, and compares its version with the database when the copy
is older than `limits.CACHE_AGE`. Writes compare it again inside their own transaction, so a write is never made
under definitions that have changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from interlock.core.schema import store
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import SchemaChanged
from interlock.kit import clock, limits
from interlock.kit.problems import Problem
from interlock.storage.database import Database, Duplicate

T = TypeVar("T")
_ATTEMPTS = 10


class SchemaCache:
    """The schemas of one process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known: dict[str, tuple[Schema, float]] = {}
        self._loading: dict[str, asyncio.Task[Schema]] = {}

    async def get(self, workspace_id: str) -> Schema:
        """The schema, at most a second old. 404 `not_found` for a workspace that does not exist."""
        known = self._known.get(workspace_id)
        if known is not None and clock.monotonic() - known[1] < limits.CACHE_AGE:
            return known[0]
        return await self.refresh(workspace_id)

    async def refresh(self, workspace_id: str) -> Schema:
        """Compare with the database now. Requests that come meanwhile wait for the same look."""
        task = self._loading.get(workspace_id)
        if task is None:
            task = asyncio.ensure_future(self._look(workspace_id))
            self._loading[workspace_id] = task
            task.add_done_callback(lambda _: self._loading.pop(workspace_id, None))
        return await asyncio.shield(task)

    async def _look(self, workspace_id: str) -> Schema:
        looked_at = clock.monotonic()
        known = self._known.get(workspace_id)
        if known is None or await self.database.read(store.version, workspace_id) != known[0].version:
            schema = await self.database.read(store.load, workspace_id)
        else:
            schema = known[0]
        if schema is None:
            self._known.pop(workspace_id, None)
            raise Problem("not_found", "Workspace not found")
        self._known[workspace_id] = (schema, looked_at)
        return schema

    async def write(self, workspace_id: str, unit: Callable[..., Awaitable[T]], /, *arguments: Any) -> T:
        """Run `unit(tx, schema, *arguments)` in a transaction, again with newer definitions when they have changed.

        Units make the ids of what they insert, so one that met an id which another process made in the same
        millisecond is run again, too.
        """
        schema = await self.get(workspace_id)
        for attempt in range(_ATTEMPTS):
            try:
                return await self.database.transact(unit, schema, *arguments)
            except SchemaChanged:
                schema = await self.refresh(workspace_id)
            except Duplicate as refused:
                if attempt or not refused.index.endswith("_pkey"):
                    raise
        raise Problem("service_unavailable", "The definitions of this workspace keep changing. Try again.")

    async def write_values(self, workspace_id: str, unit: Callable[..., Awaitable[T]], /, *arguments: Any) -> T:
        """`write` for custom values. Where unknown names make attributes, this process sees them at once."""
        schema = await self.get(workspace_id)
        run = self.define if schema.workspace.settings.create_unknown_attributes else self.write
        return await run(workspace_id, unit, *arguments)

    async def define(self, workspace_id: str, unit: Callable[..., Awaitable[T]], /, *arguments: Any) -> T:
        """Like `write`, for a unit that changes definitions: this process sees the change at once."""
        result = await self.write(workspace_id, unit, *arguments)
        if workspace_id in self._loading:  # a look that may have begun before the commit
            await asyncio.wait({self._loading[workspace_id]})
        await self.refresh(workspace_id)
        return result

"""The same requests to the same server on two databases, with answers that can be compared.

In requests and answers a record stands as `«thing1»`: each world has its own ids. Times are left out.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

import msgspec
from sqlalchemy import select

from interlock.app import build
from interlock.core.definitions import define
from interlock.core.definitions.wanted import WantedType
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes
from support.direct import Direct

T = TypeVar("T")
_HANDLE = re.compile("«([a-z]+[0-9]+)»")
_ID = re.compile("[0-9a-f]{24}")
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIFFER = {"created_at", "updated_at", "remote_created_at", "merged_at", "at", "request_id", "workspace_id", "app_id"}


class World:
    """One database: an application, a workspace, and which handle has which id there."""

    def __init__(self, database: Database, client: Direct, workspace_id: str) -> None:
        self.database = database
        self.client = client
        self.workspace_id = workspace_id
        self.ids: dict[str, str] = {}
        self.handles: dict[str, str] = {}

    @classmethod
    async def make(cls, database: Database) -> World:
        made = await create_workspace(database, "World")
        app = build(database)
        return cls(database, Direct(app, made.token), made.workspace_id)

    async def define(self, *types: WantedType) -> None:
        for one in types:
            await self.client.app.schemas.define(self.workspace_id, define.create_type, one)

    async def call(self, method: str, path: str, json: Any, creates: str | None) -> tuple[int, Any]:
        status, answer = await self.client.send(method, self._filled(path), self._filled(json))
        if creates is not None and status == 200:
            self.ids[creates] = answer["id"]
            self.handles[answer["id"]] = creates
        return status, self.plain(answer)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return _HANDLE.sub(lambda found: self.ids[found[1]], value)
        if isinstance(value, dict):
            return {name: self._filled(one) for name, one in value.items()}
        return [self._filled(one) for one in value] if isinstance(value, list) else value

    def plain(self, value: Any) -> Any:
        """An answer without what may differ."""
        if isinstance(value, str):
            named = _ID.sub(lambda found: f"«{self.handles.get(found[0], '?')}»", value)
            return _UUID.sub("«uuid»", named)
        if isinstance(value, dict):
            kept = {name: one for name, one in value.items() if name not in _DIFFER}
            return {self.plain(name): "«?»" if _is_number(name, one) else self.plain(one) for name, one in kept.items()}
        return [self.plain(one) for one in value] if isinstance(value, list) else value

    async def history(self) -> list[Any]:
        """Every change of the workspace's records, in the order of writing. Definitions are left out: they tell their
        numbers and slots, which each world has of its own."""
        columns = (changes.c.kind, changes.c.record_id, changes.c.action, changes.c.before, changes.c.after)
        of_records = [changes.c.kind != kind for kind in ("attribute", "object_type", "workspace")]
        wanted = select(*columns).where(changes.c.workspace_id == self.workspace_id, *of_records)
        wanted = wanted.order_by(changes.c.id)

        async def read(tx: Tx) -> list[Any]:
            return [tuple(row) for row in await tx.all(Query(wanted))]

        return [self._change(*row) for row in await self.database.read(read)]

    def _change(self, kind: str, record_id: str, action: str, before: str, after: str) -> Any:
        decoded = [self.plain(msgspec.json.decode(text)) for text in (before, after)]
        return [self.plain(kind), self.plain(record_id), action, *map(_sorted_ids, decoded)]


def _is_number(name: str, value: Any) -> bool:
    """The numeric id of a definition or a teammate."""
    return name == "id" and isinstance(value, int)


def _sorted_ids(value: Any) -> Any:
    """Lists of ids are sorted by id, which two databases do not share: here by handle."""
    if isinstance(value, dict):
        return {name: _sorted_ids(one) for name, one in value.items()}
    if isinstance(value, list):
        return sorted((_sorted_ids(one) for one in value), key=repr)
    return value


class Worlds:
    """Several worlds in lock-step, on an event loop of their own."""

    def __init__(self, databases: list[Database], loop: asyncio.AbstractEventLoop, *types: WantedType) -> None:
        self.loop = loop
        self.all = [self.run(World.make(one)) for one in databases]
        for world in self.all:
            self.run(world.define(*types))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def call(self, method: str, path: str, json: Any = None, creates: str | None = None) -> tuple[int, Any]:
        """The answer, which is the same in every world: types count too, so 4 is not 4.0."""
        first, *others = [self.run(world.call(method, path, json, creates)) for world in self.all]
        for other in others:
            assert canonical(other) == canonical(first), f"{method} {path} {json!r}:\n{first}\n{other}"
        return first

    def check_histories(self) -> int:
        first, *others = [self.run(world.history()) for world in self.all]
        for other in others:
            assert len(other) == len(first)
            for one, two in zip(first, other, strict=True):
                assert canonical(one) == canonical(two)
        return len(first)


def canonical(value: Any) -> Any:
    """Equal only for what is the same JSON, whatever the order of keys."""
    if isinstance(value, dict):
        return sorted((name, canonical(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return [canonical(one) for one in value]
    return f"{type(value).__name__}:{value!r}"

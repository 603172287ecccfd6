"""The two databases of the floor, through their raw drivers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import apsw
import asyncpg

from bench.floor import schema
from bench.floor.desk import DeskStore, PostgresDesk, SQLiteDesk

Row = Sequence[Any]


class Store(Protocol):
    desk: DeskStore

    async def fetch(self, id: str) -> Row | None: ...

    async def list(self, person_id: str, limit: int) -> Sequence[Row]: ...

    async def upsert(self, values: Sequence[Any]) -> Row: ...

    async def search(self, values: Sequence[Any], limit: int, total: bool) -> tuple[Sequence[Row], int | None]: ...


class _Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        """Nothing, as in Interlock: it would be one more round trip for each request."""
        return ""


class PostgresStore:
    def __init__(self, pool: asyncpg.Pool, searches: asyncpg.Pool) -> None:
        self.pool = pool
        self.searches = searches
        self.desk = PostgresDesk(pool, searches)

    @classmethod
    async def open(cls, url: str, connections: int) -> PostgresStore:
        """Pools like Interlock's: one plan for look-ups by key; searches have plans that know their values."""
        common: dict[str, Any] = {"min_size": 1, "connection_class": _Connection}
        generic = {"jit": "off", "plan_cache_mode": "force_generic_plan"}
        pool = await asyncpg.create_pool(url, max_size=connections, server_settings=generic, **common)
        custom = {"jit": "off", "plan_cache_mode": "force_custom_plan"}
        few = max(2, connections // 4)
        return cls(pool, await asyncpg.create_pool(url, max_size=few, server_settings=custom, **common))

    async def fetch(self, id: str) -> Row | None:
        return await self.pool.fetchrow(_PG["FETCH"], id)

    async def list(self, person_id: str, limit: int) -> Sequence[Row]:
        return await self.pool.fetch(_PG["LIST"], person_id, limit)

    async def upsert(self, values: Sequence[Any]) -> Row:
        return await self.pool.fetchrow(_PG["UPSERT_AND_SHOW"], *values)

    async def search(self, values: Sequence[Any], limit: int, total: bool) -> tuple[Sequence[Row], int | None]:
        async with self.searches.acquire() as connection:
            rows = await connection.fetch(_PG["SEARCH"], *values, limit)
            return rows, await connection.fetchval(_PG["COUNT"], *values) if total else None


class SQLiteStore:
    """On the event loop: SQLite answers faster than a thread could be asked."""

    def __init__(self, path: str) -> None:
        self.connection = apsw.Connection(path)
        self.connection.set_busy_timeout(30_000)
        for pragma in ("journal_mode=wal", "synchronous=full", "cache_size=-16000"):
            self.connection.pragma(*pragma.split("="))
        self.desk = SQLiteDesk(self.connection)

    async def fetch(self, id: str) -> Row | None:
        return self.connection.execute(_LITE["FETCH"], (id,)).fetchone()

    async def list(self, person_id: str, limit: int) -> Sequence[Row]:
        return self.connection.execute(_LITE["LIST"], (person_id, limit)).fetchall()

    async def upsert(self, values: Sequence[Any]) -> Row:
        saved = self.connection.execute(_LITE["UPSERT"], values).fetchall()[0]
        return saved + self.connection.execute(_LITE["SHOW_PERSON"], (saved[-1],)).fetchall()[0]

    async def search(self, values: Sequence[Any], limit: int, total: bool) -> tuple[Sequence[Row], int | None]:
        rows = self.connection.execute(_LITE["SEARCH"], (*values, limit)).fetchall()
        count = self.connection.execute(_LITE["COUNT"], values).fetchall()[0][0] if total else None
        return rows, count


_ASKED = ("FETCH", "LIST", "SEARCH", "COUNT", "UPSERT", "UPSERT_AND_SHOW", "SHOW_PERSON")
_PG = {name: schema.numbered(getattr(schema, name), "$") for name in _ASKED}
_LITE = {name: schema.numbered(getattr(schema, name), "?") for name in _ASKED}

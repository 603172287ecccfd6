"""PostgreSQL through asyncpg, used raw: statements are compiled once, rows are taken by position.

Two pools. Most statements look things up by their keys: one plan does for all values, and planning would cost more than
running (`force_generic_plan`). Searches have a pool of their own with `force_custom_plan`: with a cached generic plan
PostgreSQL guesses a hundred rows for any range and sorts thousands, where a plan that knows the values walks an
index and stops at the end of the page.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import asyncpg
from sqlalchemy import Table

from interlock.kit import limits
from interlock.storage.database import Duplicate, Row, T, Unavailable, Unit
from interlock.storage.pool import Pool
from interlock.storage.query import Query

_STATEMENTS = 500  # prepared statements kept for each connection
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,  # a primary that has become a standby
    OSError,
    asyncio.TimeoutError,
)
"""What a lost server looks like. asyncpg has no one word for it."""

_AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class PostgresTx:
    """A transaction, or a connection for reading."""

    dialect = "postgresql"
    __slots__ = ("connection",)

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def all(self, query: Query, /, **values: Any) -> list[Row]:
        return await self.connection.fetch(query.pg, *query.postgres_arguments(values))

    async def one(self, query: Query, /, **values: Any) -> Row | None:
        return await self.connection.fetchrow(query.pg, *query.postgres_arguments(values))

    async def value(self, query: Query, /, **values: Any) -> Any:
        return await self.connection.fetchval(query.pg, *query.postgres_arguments(values))

    async def run(self, query: Query, /, **values: Any) -> int:
        status = await self.connection.execute(query.pg, *query.postgres_arguments(values))
        count = status.rsplit(" ", 1)[-1]
        return int(count) if count.isdigit() else 0  # LOCK TABLE and the like count nothing

    async def many(self, query: Query, rows: Sequence[dict[str, Any]], /) -> None:
        await self.connection.executemany(query.pg, [query.postgres_arguments(row) for row in rows])

    async def copy(self, table: Table, rows: Sequence[dict[str, Any]], /) -> None:
        names = [column.name for column in table.c]
        pick = itemgetter(*names)
        await self.connection.copy_records_to_table(table.name, records=map(pick, rows), columns=names)


class PostgresDatabase:
    """A PostgreSQL database, open. See `Database` for what the methods promise."""

    dialect = "postgresql"

    def __init__(self, url: str, pool: Pool, searches: Pool) -> None:
        self.url = url
        self._pool = pool
        self._searches = searches
        self._closing = False

    @classmethod
    async def open(cls, url: str, connections: int = 16) -> PostgresDatabase:
        """Connect. `connections` is the size of the pool; searches have a quarter as many besides."""
        try:
            pool = _pool(url, connections, {"plan_cache_mode": "force_generic_plan"})
            async with pool.lend():  # connect now: a wrong address is to be known at once
                pass
            searches = _pool(url, max(2, connections // 4), {"plan_cache_mode": "force_custom_plan"})
        except (*_LOST, asyncpg.PostgresError) as problem:
            raise Unavailable(str(problem) or type(problem).__name__) from problem
        return cls(url, pool, searches)

    async def transact(self, unit: Unit[T], /, *arguments: Any) -> T:
        self._check_open()
        for attempt in range(limits.TRANSACTION_ATTEMPTS):
            committing = False
            try:
                async with self._pool.lend() as connection:
                    await connection.execute("begin")
                    try:
                        result = await unit(PostgresTx(connection), *arguments)
                        committing = True
                        await connection.execute("commit")
                        return result
                    except BaseException:
                        await _roll_back(connection)
                        raise
            except asyncpg.UniqueViolationError as problem:
                raise Duplicate(getattr(problem, "constraint_name", None) or str(problem)) from problem
            except _AGAIN as problem:
                last: BaseException = problem
            except _LOST as problem:
                if committing:  # it may be stored, or not: only the caller can know whether to do it again
                    raise Unavailable(str(problem) or type(problem).__name__) from problem
                last = problem
            await _back_off(attempt)
        raise Unavailable(str(last) or type(last).__name__) from last

    async def read(self, unit: Unit[T], /, *arguments: Any) -> T:
        return await self._read(self._pool, unit, arguments)

    async def search(self, unit: Unit[T], /, *arguments: Any) -> T:
        return await self._read(self._searches, unit, arguments)

    async def search_kept(self, unit: Unit[T], /, *arguments: Any) -> T:
        return await self._read(self._pool, unit, arguments)

    async def _read(self, pool: Pool, unit: Unit[T], arguments: tuple[Any, ...]) -> T:
        self._check_open()
        for attempt in range(4):
            try:
                async with pool.lend() as connection:
                    return await unit(PostgresTx(connection), *arguments)
            except (*_LOST, *_AGAIN) as problem:
                last = problem
            await _back_off(attempt)
        raise Unavailable(str(last) or type(last).__name__) from last

    async def snapshot(self, unit: Unit[T], /, *arguments: Any) -> T:
        async with (
            self._pool.lend() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await unit(PostgresTx(connection), *arguments)

    def _check_open(self) -> None:
        if self._closing:
            raise Unavailable("the database is being closed")

    async def close(self) -> None:
        self._closing = True
        for pool in (self._pool, self._searches):
            try:
                await asyncio.wait_for(pool.close(), 10)
            except (TimeoutError, *_LOST):
                pool.terminate()


def _pool(url: str, size: int, settings: dict[str, str]) -> Pool:
    connect = partial(
        asyncpg.connect,
        url,
        statement_cache_size=_STATEMENTS,
        timeout=10,
        server_settings={"application_name": "interlock", "jit": "off", **settings},
    )
    return Pool(connect, size)


async def _roll_back(connection: Any) -> None:
    try:
        await connection.execute("rollback")
    except (*_LOST, asyncpg.PostgresError):
        connection.terminate()


async def _back_off(attempt: int) -> None:
    await asyncio.sleep(min(0.5, 0.005 * 2**attempt) * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret

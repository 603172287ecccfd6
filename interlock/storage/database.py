"""The interface that everything above storage uses: a database, and a transaction on it.

A *unit of work* is `async def unit(tx, *arguments)` that awaits nothing but `tx` and can be run twice: PostgreSQL
runs it again after a serialization failure, SQLite runs many of them inside one commit. Outbound calls, hashing
and clocks stay outside it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Table

from interlock.storage.query import Query

T = TypeVar("T")
Row = Sequence[Any]
"""A row, by position. JSON columns are text; booleans of SQLite are 0 and 1."""


class Tx(Protocol):
    """What a unit of work may await."""

    dialect: str

    async def all(self, query: Query, /, **values: Any) -> list[Row]:
        """Every row."""
        ...

    async def one(self, query: Query, /, **values: Any) -> Row | None:
        """The first row, or None."""
        ...

    async def value(self, query: Query, /, **values: Any) -> Any:
        """The first column of the first row, or None."""
        ...

    async def run(self, query: Query, /, **values: Any) -> int:
        """Carry out; how many rows it touched."""
        ...

    async def many(self, query: Query, rows: Sequence[dict[str, Any]], /) -> None:
        """Carry out once for each row of values."""
        ...

    async def copy(self, table: Table, rows: Sequence[dict[str, Any]], /) -> None:
        """Insert many rows at the speed of the database; every row has every column.

        Where a unique index refuses one, the whole transaction is lost (`Duplicate`).
        """
        ...


Unit = Callable[..., Awaitable[T]]


class Database(Protocol):
    """SQLite or PostgreSQL, open."""

    dialect: str
    url: str

    async def transact(self, unit: Unit[T], /, *arguments: Any) -> T:
        """Run a unit of work in one transaction; what it returned is durable when this returns.

        Raises `Duplicate` when a unique index refuses, `Unavailable` when the database cannot be reached: the
        outcome is then unknown.
        """
        ...

    async def read(self, unit: Unit[T], /, *arguments: Any) -> T:
        """Run a unit that only reads. Each statement sees the newest committed state."""
        ...

    async def search(self, unit: Unit[T], /, *arguments: Any) -> T:
        """Like `read`, for statements that may take long or whose plan depends on their values."""
        ...

    async def search_kept(self, unit: Unit[T], /, *arguments: Any) -> T:
        """Like `search`, for statements whose plan cannot depend on their values: it is made once and kept."""
        ...

    async def snapshot(self, unit: Unit[T], /, *arguments: Any) -> T:
        """Run a unit that reads one unchanging state, however long it takes: backups."""
        ...

    async def close(self) -> None: ...


class Duplicate(Exception):
    """A unique index refused a row."""

    def __init__(self, index: str) -> None:
        super().__init__(index)
        self.index = index


class Unavailable(Exception):
    """The database cannot be reached, or gave up. A write that failed so has an unknown outcome."""

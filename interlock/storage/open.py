"""Open a database by its URL."""

from __future__ import annotations

from interlock.storage.database import Database
from interlock.storage.sqlite import SQLiteDatabase

SQLITE_PREFIX = "sqlite:///"


async def open_database(url: str, connections: int = 16) -> Database:
    """`sqlite:///relative.db`, `sqlite:////absolute.db`, or `postgresql://user@host/name`.

    Raises ValueError for another scheme, `Unavailable` when the server cannot be reached.
    """
    path = url.removeprefix(SQLITE_PREFIX)
    if path != url and path and not path.startswith(":"):  # not :memory:, which each connection would have for itself
        return SQLiteDatabase(path)
    if url.startswith(("postgresql://", "postgres://")):
        from interlock.storage.postgres import PostgresDatabase  # a server on SQLite starts sooner without its driver

        return await PostgresDatabase.open(url, connections)
    raise ValueError(f"not a database URL: {url!r} (sqlite:///file.db or postgresql://user@host/name)")

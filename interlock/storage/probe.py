"""Is the database well? What `interlock doctor` and `/readyz` ask it."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from interlock.kit import clock
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import leases

_version = {
    "sqlite": Query(text("SELECT 'SQLite ' || sqlite_version()")),
    "postgresql": Query(text("SELECT 'PostgreSQL ' || current_setting('server_version')")),
}
_quick_check = Query(text("PRAGMA quick_check(5)"))
_invalid_indexes = Query(
    text(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND n.nspname = current_schema()"
    )
)
_now = Query(text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"))
_write = Query(insert(leases).on_conflict_do_nothing())


async def version(tx: Tx) -> str:
    return await tx.value(_version[tx.dialect])


async def integrity(tx: Tx) -> list[str]:
    """What the database finds wrong with itself. On SQLite it reads the whole file."""
    if tx.dialect == "sqlite":
        return [row[0] for row in await tx.all(_quick_check) if row[0] != "ok"]
    return [f"index {row[0]} is not valid" for row in await tx.all(_invalid_indexes)]


class _TakenBack(Exception):
    pass


async def can_write(database: Database) -> None:
    """Write a row and roll back. Raises what the database raises."""

    async def unit(tx: Tx) -> None:
        await tx.run(_write, name="doctor", owner="", until=0, counter=0)
        raise _TakenBack

    try:
        await database.transact(unit)
    except _TakenBack:
        return


async def clock_difference(database: Database) -> float:
    """Seconds by which the database's clock is ahead of ours; SQLite has ours."""
    if database.dialect == "sqlite":
        return 0.0
    before = clock.micros()
    theirs = await database.read(_clock)
    return (theirs - (before + clock.micros()) / 2) / 1_000_000


async def _clock(tx: Tx) -> int:
    return await tx.value(_now)

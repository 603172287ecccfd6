"""Bring a database to the schema that this version of Interlock works with, and tell how far it is.

Migrations are the files `migrations/NNNN_name.py`, applied in the order of their numbers. The table `alembic_version`
holds the number of the last one. While a migration runs, `migration_marker` has a row, written before and removed
after: a process that was killed half-way leaves it behind, and then nobody serves until `interlock migrate` has
finished the work. Every statement of a migration can be carried out again, so finishing is running it once more.

On SQLite a migration is one transaction, and SQLite's own lock keeps a second process waiting. On PostgreSQL every
statement stands for itself (some of its kin know no DDL in transactions), and the marker is a lease that is renewed
while the migration runs.

Alembic takes longer to import than the server may take to answer, so it is imported only where something is applied.
"""

from __future__ import annotations

import asyncio
import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import text

from interlock.kit import clock
from interlock.storage.database import Database, Tx, Unavailable
from interlock.storage.open import SQLITE_PREFIX, open_database
from interlock.storage.query import Query
from interlock.storage.sqlite import is_open_here
from interlock.storage.tables import metadata

FOLDER = Path(__file__).parent / "migrations"
_FILES = {path.name[:4]: path.stem for path in sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.py"))}
REVISIONS = tuple(_FILES)
HEAD = REVISIONS[-1]

LEASE_SECONDS = 20
SQLITE_WAIT_SECONDS = 600  # for another process that migrates the same file
_DDL = (
    "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    "CREATE TABLE IF NOT EXISTS migration_marker (id INTEGER NOT NULL, revision TEXT NOT NULL, owner TEXT NOT NULL, "
    "until BIGINT NOT NULL, CONSTRAINT migration_marker_pkey PRIMARY KEY (id))",
)
OWN_TABLES = ("alembic_version", "migration_marker")


# --- How far is it?


@dataclass(frozen=True, slots=True)
class Current:
    """As this version of Interlock needs it."""


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing in it."""


@dataclass(frozen=True, slots=True)
class Older:
    """`interlock migrate` brings it up to date."""

    revision: str


@dataclass(frozen=True, slots=True)
class Newer:
    """A newer Interlock has migrated it."""

    revision: str


@dataclass(frozen=True, slots=True)
class HalfMigrated:
    """A migration to `revision` was killed, or runs just now."""

    revision: str


State = Current | Empty | Older | Newer | HalfMigrated


class MigrationProblem(Exception):
    """The database cannot be migrated; the message says why."""


_tables = {
    "sqlite": Query(text("SELECT name FROM sqlite_master WHERE type = 'table'")),
    "postgresql": Query(text("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")),
}
_version = Query(text("SELECT version_num FROM alembic_version"))
_marker = Query(text("SELECT revision FROM migration_marker"))


async def state(database_url: str) -> State:
    """Open the database, look, and close it. A SQLite file that is not there is `Empty`, and is not made."""
    if _is_missing(database_url):
        return Empty()
    database = await open_database(database_url, 2)
    try:
        return await state_of(database)
    finally:
        await database.close()


def _is_missing(database_url: str) -> bool:
    return database_url.startswith(SQLITE_PREFIX) and not Path(database_url.removeprefix(SQLITE_PREFIX)).exists()


async def state_of(database: Database) -> State:
    """The state of a database that is open. Raises `MigrationProblem` when somebody else's tables are in the way."""
    return await database.read(_look)


async def _look(tx: Tx) -> State:
    names = {row[0] for row in await tx.all(_tables[tx.dialect])}
    if "migration_marker" in names and (target := await tx.value(_marker)) is not None:
        return HalfMigrated(target)
    revision = await tx.value(_version) if "alembic_version" in names else None
    if revision is None:
        if foreign := sorted(names & set(metadata.tables)):
            raise MigrationProblem(
                f"The database already has tables that Interlock did not make: {', '.join(foreign)}."
            )
        return Empty()
    if revision == HEAD:
        return Current()
    return Older(revision) if revision in REVISIONS else Newer(revision)


# --- What is outstanding?


@dataclass(frozen=True, slots=True)
class Step:
    """One migration that has not been applied."""

    revision: str
    title: str
    statements: str


async def plan(database_url: str) -> list[Step]:
    """The migrations that `apply` would carry out, with their SQL."""
    dialect = "sqlite" if database_url.startswith(SQLITE_PREFIX) else "postgresql"
    return [_step(revision, dialect) for revision in await _outstanding(database_url)]


async def _outstanding(database_url: str) -> list[str]:
    """By the last revision that was finished: one that was begun is outstanding."""
    match await state(database_url):
        case Current():
            return []
        case Empty():
            return list(REVISIONS)
        case Newer(revision):
            raise MigrationProblem(f"The database is at revision {revision}, which this version does not know.")
        case Older(revision):
            return _after(revision)
        case HalfMigrated(revision):
            return [one for one in REVISIONS if one >= revision]


def _after(revision: str | None) -> list[str]:
    return [one for one in REVISIONS if revision is None or one > revision]


def _module(revision: str) -> ModuleType:
    return import_module(f"interlock.storage.migrations.{_FILES[revision]}")


def _step(revision: str, dialect: str) -> Step:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    module = _module(revision)
    statements = io.StringIO()
    options = {"as_sql": True, "output_buffer": statements}
    with Operations.context(MigrationContext.configure(dialect_name=dialect, opts=options)):
        module.upgrade()
    return Step(revision, (module.__doc__ or "").strip().splitlines()[0], statements.getvalue().strip())


# --- Apply


def _quiet(_: str) -> None: ...


async def apply(database_url: str, say: Callable[[str], None] = _quiet) -> list[str]:
    """Carry out what is outstanding, or finish what was begun; the revisions that were applied.

    A SQLite file must not be open in this process: the standard library's SQLite, which is used here, would release
    the locks of the other one when it closes the file.
    """
    if not await _outstanding(database_url):
        return []
    if not database_url.startswith(SQLITE_PREFIX):
        return await _apply_postgres(database_url, say)
    path = database_url.removeprefix(SQLITE_PREFIX)
    if is_open_here(path):
        raise RuntimeError("close the SQLite database before migrating it")
    return await asyncio.to_thread(_apply_sqlite, path, say)


def _upgrade(connection: Any, revision: str) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with Operations.context(MigrationContext.configure(connection)):
        _module(revision).upgrade()
    connection.exec_driver_sql("DELETE FROM alembic_version")
    connection.exec_driver_sql(f"INSERT INTO alembic_version (version_num) VALUES ('{revision}')")


def _current(connection: Any) -> str | None:
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


# --- Apply on SQLite


def _apply_sqlite(path: str, say: Callable[[str], None]) -> list[str]:
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # isolation_level=None: the driver begins no transactions by itself.
    arguments = {"isolation_level": None, "timeout": SQLITE_WAIT_SECONDS}
    engine = create_engine(f"sqlite:///{path}", connect_args=arguments, poolclass=NullPool)
    applied = []
    try:
        with engine.connect() as connection:
            for statement in ("PRAGMA journal_mode=wal", "PRAGMA synchronous=full", *_DDL):
                connection.exec_driver_sql(statement)
            while (revision := next(iter(_after(_current(connection))), None)) is not None:
                if _apply_one_sqlite(connection, revision):
                    applied.append(revision)
                    say(f"Applied {_FILES[revision]}.")
            connection.exec_driver_sql("DELETE FROM migration_marker")
    except DBAPIError as problem:
        raise Unavailable(str(problem.orig)) from problem
    finally:
        engine.dispose()
    return applied


def _apply_one_sqlite(connection: Any, revision: str) -> bool:
    """False when another process has done it meanwhile."""
    connection.exec_driver_sql(
        "INSERT INTO migration_marker (id, revision, owner, until) VALUES (1, ?, '', 0) "
        "ON CONFLICT (id) DO UPDATE SET revision = excluded.revision",
        (revision,),
    )
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        wanted = revision in _after(_current(connection))
        if wanted:
            _upgrade(connection, revision)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    return wanted


# --- Apply on PostgreSQL


async def _apply_postgres(url: str, say: Callable[[str], None]) -> list[str]:
    import asyncpg

    try:
        lease = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as problem:
        raise Unavailable(str(problem) or type(problem).__name__) from problem
    owner = secrets.token_hex(8)
    try:
        for statement in _DDL:
            await _create(lease, statement)
        begun = next(iter(_after(await lease.fetchval("SELECT version_num FROM alembic_version"))), HEAD)
        await _take(lease, owner, begun, say)
        renewal = asyncio.create_task(_renew(lease, owner))
        work = asyncio.create_task(_run_postgres(url, say))
        await asyncio.wait({renewal, work}, return_when=asyncio.FIRST_COMPLETED)
        for task in (renewal, work):
            task.cancel()
        await asyncio.gather(renewal, work, return_exceptions=True)
        if work.cancelled():
            raise MigrationProblem("Another process has taken over the migration.")
        applied = work.result()
        await lease.execute("DELETE FROM migration_marker WHERE owner = $1", owner)
        return applied
    finally:
        await lease.close()


async def _create(connection: Any, statement: str) -> None:
    import asyncpg

    # Two processes at once: IF NOT EXISTS does not keep them from both trying to write the same catalogue row.
    for attempt in range(3):
        try:
            await connection.execute(statement)
        except (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError):
            await asyncio.sleep(0.1 * (attempt + 1))
        else:
            return


async def _take(lease: Any, owner: str, revision: str, say: Callable[[str], None]) -> None:
    """Take the marker, waiting for the process that has it, as long as that one renews it."""
    waiting = False
    while True:
        now = clock.micros()
        taken = await lease.fetchval(
            "INSERT INTO migration_marker AS m (id, revision, owner, until) VALUES (1, $1, $2, $3) "
            "ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, until = excluded.until, "
            "revision = excluded.revision WHERE m.until < $4 RETURNING m.owner",
            revision,
            owner,
            now + LEASE_SECONDS * 1_000_000,
            now,
        )
        if taken is not None:
            return
        if not waiting:
            say(
                "Another process migrates this database, or was killed less than "
                f"{LEASE_SECONDS} s ago. Waiting for it."
            )
            waiting = True
        await asyncio.sleep(0.2)


async def _renew(lease: Any, owner: str) -> None:
    """Ends when the marker belongs to somebody else."""
    renewed = "UPDATE 1"
    while renewed == "UPDATE 1":
        await asyncio.sleep(LEASE_SECONDS / 4)
        until = clock.micros() + LEASE_SECONDS * 1_000_000
        renewed = await lease.execute("UPDATE migration_marker SET until = $1 WHERE owner = $2", until, owner)


async def _run_postgres(url: str, say: Callable[[str], None]) -> list[str]:
    import asyncpg
    from sqlalchemy import NullPool
    from sqlalchemy.ext.asyncio import create_async_engine

    # Through `asyncpg.connect`, which understands all of the URL; SQLAlchemy would read its options in its own way.
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(url),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    applied = []
    try:
        async with engine.connect() as connection:
            for revision in _after(await connection.run_sync(_current)):
                await connection.run_sync(_upgrade, revision)
                applied.append(revision)
                say(f"Applied {_FILES[revision]}.")
    finally:
        await engine.dispose()
    return applied

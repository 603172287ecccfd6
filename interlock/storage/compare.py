"""Do the migrations lead to what `storage/tables` says?

Two scratch databases are made, one by the migrations and one straight from the tables, and the databases' own
catalogues of the two are compared.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.schema import CreateIndex, CreateTable

from interlock.storage import migrate
from interlock.storage.query import POSTGRES, SQLITE
from interlock.storage.tables import metadata

_CATALOGUE = {
    "column": "SELECT table_name || '.' || column_name, ordinal_position || ' ' || data_type || ' ' "
    "|| is_nullable || ' ' || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = $1",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1",
    "constraint": "SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = $1::regnamespace AND contype <> 'n'",
}


async def differences(postgres_url: str | None = None) -> list[str]:
    """What differs, one line each, on SQLite and, where the URL of a database is given, on PostgreSQL.

    There two schemas are made, and removed again.
    """
    found = await _on_sqlite()
    return found if postgres_url is None else found + await _on_postgres(postgres_url)


def statements(dialect: Any) -> list[str]:
    """The tables of `storage/tables` as statements."""
    made: list[str] = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)))
        made += [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    return made


def _differences(where: str, migrated: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    lines = []
    for name in sorted(migrated.keys() | wanted.keys()):
        if migrated.get(name) != wanted.get(name):
            by = f"by the migrations {migrated.get(name, 'nothing')}; by the tables {wanted.get(name, 'nothing')}"
            lines.append(f"{where}: {name}: {by}")
    return lines


async def _on_sqlite() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        await migrate.apply(f"sqlite:///{folder}/migrated.db")
        return await asyncio.to_thread(_compare_files, Path(folder))


def _compare_files(folder: Path) -> list[str]:
    wanted = sqlite3.connect(folder / "wanted.db")
    migrated = sqlite3.connect(folder / "migrated.db")
    try:
        for statement in statements(SQLITE):
            wanted.execute(statement)
        return _differences("SQLite", _sqlite_catalogue(migrated), _sqlite_catalogue(wanted))
    finally:
        wanted.close()
        migrated.close()


def _sqlite_catalogue(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()) for name, table, sql in rows if table not in migrate.OWN_TABLES}


async def _on_postgres(url: str) -> list[str]:
    import asyncpg

    mark = secrets.token_hex(4)
    migrated, wanted = f"check_migrated_{mark}", f"check_wanted_{mark}"
    connection = await asyncpg.connect(url)
    try:
        for schema in (migrated, wanted):
            await connection.execute(f"CREATE SCHEMA {schema}")
        await migrate.apply(f"{url}{'&' if '?' in url else '?'}search_path={migrated}")
        await connection.execute(f"SET search_path TO {wanted}")
        for statement in statements(POSTGRES):
            await connection.execute(statement)
        catalogues = [await _postgres_catalogue(connection, schema) for schema in (migrated, wanted)]
        return _differences("PostgreSQL", *catalogues)
    finally:
        for schema in (migrated, wanted):
            await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        await connection.close()


async def _postgres_catalogue(connection: Any, schema: str) -> dict[str, str]:
    found = {}
    await connection.execute(f"SET search_path TO {schema}")
    for kind, query in _CATALOGUE.items():
        for name, definition in await connection.fetch(query, schema):
            if not re.match("|".join(migrate.OWN_TABLES), name):
                found[f"{kind} {name}"] = definition.replace(f"{schema}.", "")
    return found

"""A database is brought to the schema of this version, and says how far it is."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Boolean, Text, text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.types import TypeEngine

from interlock.storage import compare, migrate
from interlock.storage.migrate import Current, Empty, HalfMigrated, MigrationProblem, Newer, Older
from interlock.storage.open import open_database
from interlock.storage.query import Query
from interlock.storage.tables import metadata

OUTSIDE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"


async def execute(url: str, sql: str) -> None:
    """SQL behind the product's back; on SQLite by another process, as two SQLites in one would undo their locks."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", OUTSIDE, path, sql], check=True)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


async def test_an_empty_database_becomes_current(empty_url: str) -> None:
    assert await migrate.state(empty_url) == Empty()
    steps = await migrate.plan(empty_url)
    assert [step.revision for step in steps] == list(migrate.REVISIONS)
    assert "CREATE TABLE IF NOT EXISTS contacts" in steps[0].statements
    assert await migrate.apply(empty_url) == list(migrate.REVISIONS)
    assert await migrate.state(empty_url) == Current()
    assert await migrate.plan(empty_url) == []
    assert await migrate.apply(empty_url) == []


async def test_looking_at_a_file_that_is_not_there_does_not_make_it(tmp_path: Path) -> None:
    assert await migrate.state(f"sqlite:///{tmp_path}/none.db") == Empty()
    assert not (tmp_path / "none.db").exists()


async def test_a_revision_that_is_not_the_last_is_older(
    new_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, "9000"))
    was = migrate.HEAD
    monkeypatch.setattr(migrate, "HEAD", "9000")
    assert await migrate.state(new_database_url()) == Older(was)


async def test_a_database_with_data_is_brought_up_and_keeps_all_of_it(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every table of the first release gets a row; after the later migrations each has it, column by column."""
    with monkeypatch.context() as first_release:
        first_release.setattr(migrate, "REVISIONS", ("0001",))
        first_release.setattr(migrate, "HEAD", "0001")
        assert await migrate.apply(empty_url) == ["0001"]
    stored = await fill(empty_url)
    assert len(stored) == 16
    assert await migrate.state(empty_url) == Older("0001")
    assert await migrate.apply(empty_url) == list(migrate.REVISIONS[1:])
    assert await migrate.state(empty_url) == Current()
    assert {name: await read(empty_url, name, list(rows[0])) for name, rows in stored.items()} == stored


async def fill(url: str) -> dict[str, list[dict[str, object]]]:
    """A row in every table, as it was read back; columns that the table does not have yet are left out."""
    stored = {}
    for name, table in metadata.tables.items():
        there = await columns(url, name)
        values = {one.name: literal(one.type, url) for one in table.columns if one.name in there}
        if values:
            await execute(url, f"INSERT INTO {name} ({', '.join(values)}) VALUES ({', '.join(values.values())})")
            stored[name] = await read(url, name, list(values))
    return stored


def literal(kind: TypeEngine, url: str) -> str:
    if isinstance(kind, Boolean):
        return "1" if url.startswith("sqlite") else "true"
    if isinstance(kind, JSON):
        return "'{\"a\": [1]}'"
    return "'gr\u00fc\u00dfe'" if isinstance(kind, Text) else "7"


async def columns(url: str, table: str) -> set[str]:
    database = await open_database(url, 2)
    said = "information_schema.columns WHERE table_name" if database.dialect == "postgresql" else "pragma_table_info"
    where = f"{said} = '{table}'" if database.dialect == "postgresql" else f"{said}('{table}')"
    name = "column_name" if database.dialect == "postgresql" else "name"
    found = await database.read(lambda tx: tx.all(Query(text(f"SELECT {name} FROM {where}"))))
    await database.close()
    return {row[0] for row in found}


async def read(url: str, table: str, names: list[str]) -> list[dict[str, object]]:
    database = await open_database(url, 2)
    rows = await database.read(lambda tx: tx.all(Query(text(f"SELECT {', '.join(names)} FROM {table}"))))
    await database.close()
    return [dict(zip(names, row, strict=True)) for row in rows]


async def test_a_revision_that_nobody_knows_is_newer(new_database_url: Callable[[], str]) -> None:
    url = new_database_url()
    await execute(url, "UPDATE alembic_version SET version_num = '9999'")
    assert await migrate.state(url) == Newer("9999")
    with pytest.raises(MigrationProblem, match="9999"):
        await migrate.apply(url)


async def test_somebody_elses_tables_are_left_alone(empty_url: str) -> None:
    await execute(empty_url, "CREATE TABLE contacts (id integer)")
    with pytest.raises(MigrationProblem, match="contacts"):
        await migrate.apply(empty_url)


async def test_two_migrations_at_once_apply_it_once(empty_url: str) -> None:
    command = [sys.executable, "-m", "interlock", "migrate", "--database", empty_url]
    running = [await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE) for _ in range(3)]
    outputs = [(await one.communicate())[0].decode() for one in running]
    assert [one.returncode for one in running] == [0, 0, 0]
    assert "".join(outputs).count("Applied 0001") == 1
    assert await migrate.state(empty_url) == Current()


async def test_a_migration_that_was_killed_is_noticed_and_finished(
    empty_url: str,
) -> None:
    script = textwrap.dedent("""
        import asyncio, sys, time
        from alembic import op
        from interlock.storage import migrate
        create_index = op.create_index
        made = []
        def slow(*a, **k):
            made.append(a)
            if len(made) == 20:
                print("half", flush=True)
                time.sleep(60)
            create_index(*a, **k)
        op.create_index = slow
        asyncio.run(migrate.apply(sys.argv[1]))
    """)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, empty_url, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"half\n"
    process.kill()
    await process.wait()
    assert await migrate.state(empty_url) == HalfMigrated("0001")
    assert [step.revision for step in await migrate.plan(empty_url)] == list(migrate.REVISIONS)
    if empty_url.startswith("postgresql"):  # else we wait for the lease of the one who is dead
        await execute(empty_url, "UPDATE migration_marker SET until = 0")
    assert await migrate.apply(empty_url) == list(migrate.REVISIONS)
    assert await migrate.state(empty_url) == Current()


async def test_a_dead_migration_on_postgresql_is_waited_for_no_longer_than_its_lease(
    empty_postgres: Callable[[], str],
) -> None:
    url = empty_postgres()
    for statement in migrate._DDL:
        await execute(url, statement)
    until = time.time_ns() // 1000 + 600_000
    await execute(url, f"INSERT INTO migration_marker VALUES (1, '0001', 'dead', {until})")
    said: list[str] = []
    assert await migrate.apply(url, said.append) == list(migrate.REVISIONS)
    assert time.time_ns() // 1000 >= until
    assert "Waiting" in said[0]


async def test_a_file_that_is_open_here_is_not_migrated(migrated_sqlite: Callable[[], str]) -> None:
    url = migrated_sqlite()
    await execute(url, "DELETE FROM alembic_version")
    await execute(url, "INSERT INTO migration_marker VALUES (1, '0001', '', 0)")
    database = await open_database(url)
    with pytest.raises(RuntimeError, match="close"):
        await migrate.apply(url)
    await database.close()
    assert await migrate.apply(url) == list(migrate.REVISIONS)


async def test_the_migrations_lead_to_the_tables(empty_postgres: Callable[[], str]) -> None:
    assert await compare.differences(empty_postgres()) == []


async def test_a_difference_is_found(empty_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    real = compare.statements

    def changed(dialect: object) -> list[str]:
        return [re.sub(r'(hint TEXT( COLLATE "C")?) NOT NULL', r"\1", one) for one in real(dialect)]

    monkeypatch.setattr(compare, "statements", changed)
    found = await compare.differences(empty_postgres())
    assert len(found) == 2
    assert all("access_tokens" in line for line in found)

"""A backup holds everything, fits both databases, and is restored whole or not at all."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import delete, insert, select

from interlock.core.changes.change import note, row
from interlock.core.records.record import Record
from interlock.core.records.slots import EMPTY
from interlock.core.records.store import CONTACTS, INSTANCES
from interlock.core.schema import store
from interlock.core.workspaces.bootstrap import create_workspace, make_installation
from interlock.storage import backup
from interlock.storage.backup import BadBackup, NotEmpty
from interlock.storage.database import Database, Tx
from interlock.storage.open import open_database
from interlock.storage.query import Query
from interlock.storage.tables import changes, leases, metadata

_add_lease = Query(insert(leases))
ODD = {
    "text": "ä\u2028\"'😀",
    "whole": 2**63 - 1,
    "small": -(2**63),
    "part": 0.1,
    "big": 1e300,
    "yes": True,
    "url": "http://x/?a=1",
}


@asynccontextmanager
async def opened_database(url: str) -> AsyncIterator[Database]:
    database = await open_database(url, 2)
    try:
        yield database
    finally:
        await database.close()


async def fill(database: Database, contacts: int = 5) -> str:
    """A workspace with rows in the tables that have something particular in them."""
    await make_installation(database, sandbox=True)
    made = await create_workspace(database, "Shop «1»", token="secret")
    id = made.workspace_id
    fields: dict[str, Any] = dict.fromkeys(CONTACTS.field_names)
    flags = ("unsubscribed_from_emails", "has_hard_bounced", "marked_email_as_spam", "archived", "blocked")
    fields.update(dict.fromkeys(flags, False), role="user", live=1, created_at=1, updated_at=2)

    async def unit(tx: Tx) -> None:
        for n in range(contacts):
            record = Record(
                "contact", f"{n:024x}", {**fields, "external_id": f"e{n}", "blocked": n == 1}, ODD, {"n": [n]}
            )
            slots = {**EMPTY, "i1": 2**62 + n, "d1": n / 3, "t1": f"text {n}"}
            await CONTACTS.insert(tx, id, id, record, slots)
        order = dict.fromkeys(INSTANCES.field_names) | {
            "live": 1,
            "external_id": "o1",
            "created_at": 1,
            "updated_at": 1,
        }
        await INSTANCES.insert(tx, id, id, Record("type1", "f" * 24, order, {"total": 1.0}), EMPTY)
        await note(
            tx, row(id, "contact", "r", "created", "test:1", 5, {}, ODD), row(id, "x", "r", "deleted", "t", 6, ODD, {})
        )
        await tx.run(_add_lease, name="stamper", owner="somebody", until=2**60, counter=77)

    await database.transact(unit)
    return id


async def _every_row(tx: Tx, query: Query) -> Sequence[Any]:
    return await tx.all(query)


async def everything(database: Database) -> dict[str, list[list[Any]]]:
    """Every row of every table, with JSON as values, but for what a restore changes on purpose."""
    found = {}
    for name, table in metadata.tables.items():
        pages = backup._Pages(table)
        rows = [pages.line(one) for one in await database.read(_every_row, Query(select(*table.columns)))]
        for one in rows:
            for changed in {"workspaces": ("schema_version",), "leases": ("owner", "until")}.get(name, ()):
                one[pages.columns.index(changed)] = None
        found[name] = sorted(rows, key=repr)
    return found


async def test_there_and_back_between_the_databases(
    migrated_sqlite: Callable[[], str], migrated_postgres: Callable[[], str], tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(opened_database(url))
            for url in (migrated_sqlite(), migrated_postgres(), migrated_sqlite())
        ]
        await there_and_back(*opened, tmp_path)


async def there_and_back(first: Database, second: Database, third: Database, tmp_path: Path) -> None:
    id = await fill(first, 1100)
    before = await everything(first)
    written = await backup.write(first, tmp_path / "one.gz")
    assert written.rows["contacts"] == 1100
    assert (tmp_path / "one.gz").stat().st_mode & 0o777 == 0o600
    await backup.restore(second, tmp_path / "one.gz")
    assert await everything(second) == before
    await backup.write(second, tmp_path / "two.gz")
    await backup.restore(third, tmp_path / "two.gz")
    assert await everything(third) == before
    versions = [await one.read(store.version, id) for one in (first, second, third)]
    assert versions == [1, 2, 3]
    assert not (tmp_path / "two.gz.partial").exists()


async def test_a_backup_is_one_state_while_others_write(new_database: Database, tmp_path: Path) -> None:
    """Each transaction writes two rows: a backup that had one without the other would be no state at all."""
    id = await fill(new_database, 2000)
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            pair = [row(id, "contact", "r", "updated", "test:pair", 5, {}, {}) for _ in range(2)]
            await new_database.transact(note, *pair)
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    content = await backup.write(new_database, tmp_path / "b.gz")
    stop.set()
    await writing
    assert backup.verify(tmp_path / "b.gz") == content
    assert content.rows["changes"] > 2
    assert content.rows["changes"] % 2 == 0


async def test_a_database_with_data_is_refused_unless_forced(new_database: Database, tmp_path: Path) -> None:
    id = await fill(new_database)
    await backup.write(new_database, tmp_path / "b.gz")
    before = await everything(new_database)
    with pytest.raises(NotEmpty):
        await backup.restore(new_database, tmp_path / "b.gz")
    await new_database.transact(lambda tx: tx.run(Query(delete(changes))))
    await create_workspace(new_database, "Later, and gone again")
    await backup.restore(new_database, tmp_path / "b.gz", force=True)
    assert await everything(new_database) == before
    assert await new_database.read(store.version, id) == 2


def lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def damage(name: str, path: Path) -> None:
    """Spoil a backup in one way."""
    whole, parts = path.read_bytes(), lines(path)
    head = msgspec.json.decode(parts[0])
    spoiled = {
        "cut": lambda: whole[: len(whole) // 2],
        "empty": lambda: b"",
        "no gzip": lambda: b"hello",
        "other json": lambda: gzip.compress(b'[1]\n{"a": 1}\n'),
        "last line missing": lambda: gzip.compress(b"".join(parts[:-1])),
        "a line missing": lambda: gzip.compress(b"".join(parts[:5] + parts[6:])),
        "one byte changed": lambda: gzip.compress(b"".join(parts).replace(b"Shop", b"Chop")),
        "other revision": lambda: gzip.compress(
            b"".join([msgspec.json.encode({**head, "revision": "0"}), b"\n", *parts[1:]])
        ),
        "other version": lambda: gzip.compress(
            b"".join([msgspec.json.encode({**head, "version": 9}), b"\n", *parts[1:]])
        ),
    }
    path.write_bytes(spoiled[name]())


HOW = "cut|empty|no gzip|other json|last line missing|a line missing|one byte changed|other revision|other version"


@pytest.mark.parametrize("how", HOW.split("|"))
async def test_a_file_that_is_not_whole_stores_nothing(
    how: str, migrated_sqlite: Callable[[], str], tmp_path: Path
) -> None:
    async with opened_database(migrated_sqlite()) as source, opened_database(migrated_sqlite()) as target:
        await fill(source)
        await backup.write(source, tmp_path / "b.gz")
        damage(how, tmp_path / "b.gz")
        with pytest.raises(BadBackup):
            await backup.restore(target, tmp_path / "b.gz")
        assert await target.read(backup.is_empty)


async def test_a_restore_that_fails_on_the_way_leaves_what_was_there(
    new_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(new_database)
    await backup.write(new_database, tmp_path / "b.gz")
    before = await everything(new_database)

    def fail(*_: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(backup, "_adjust", fail)
    with pytest.raises(RuntimeError, match="fire"):
        await backup.restore(new_database, tmp_path / "b.gz", force=True)
    assert await everything(new_database) == before

"""Everything in one file, and back again: the same format for both databases.

The file is gzipped text, one JSON value a line:

    {"format": "interlock-backup", "version": 1, "revision": "0001", "dialect": "sqlite", "created_at": ..., ...}
    {"table": "contacts", "columns": ["workspace_id", "id", ...]}
    {"table": "contacts", "rows": [[...], ...]}          as many as it takes
    {"rows": {"contacts": 2, ...}, "sha256": "..."}      of every byte before this line

JSON columns are JSON, booleans are booleans. It is read from one unchanging state of the database, page by page, so
neither side ever holds more than a page in memory. A restore reads the file twice: once to see that all of it is
there and fits, and only then to store it, in one transaction.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import Boolean, Table, bindparam, delete, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSON

from interlock.kit import clock
from interlock.storage.database import Database, Tx
from interlock.storage.migrate import HEAD
from interlock.storage.query import Query
from interlock.storage.tables import installation, leases, metadata, workspaces

FORMAT, VERSION = "interlock-backup", 1
PAGE = 200
LEASES = leases.name

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


class BadBackup(Exception):
    """The file cannot be restored; the message says why. Nothing has been stored."""


class NotEmpty(Exception):
    """The database has data already."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file, by its own account, checked."""

    revision: str
    dialect: str
    created_at: int
    rows: dict[str, int]


class _Pages:
    """The statements for reading one table page by page, in the order of its primary key."""

    def __init__(self, table: Table) -> None:
        self.columns = [str(column.name) for column in table.columns]
        key = list(table.primary_key.columns)
        self._key = [(self.columns.index(column.name), f"after_{column.name}") for column in key]
        page = select(*table.columns).order_by(*key).limit(PAGE)
        self._first = Query(page)
        self._next = Query(
            page.where(tuple_(*key) > tuple_(*(bindparam(f"after_{one.name}", type_=one.type) for one in key)))
        )
        self.json = {n: bool(column.nullable) for n, column in enumerate(table.columns) if _is_json(column)}
        self.booleans = [n for n, column in enumerate(table.columns) if isinstance(column.type, Boolean)]

    async def read(self, tx: Tx, last: Any) -> list[Any]:
        if last is None:
            return list(await tx.all(self._first))
        return list(await tx.all(self._next, **{name: last[n] for n, name in self._key}))

    def line(self, row: Any) -> list[Any]:
        """A row as it stands in the file."""
        values = list(row)
        for n in self.json:
            values[n] = None if values[n] is None else _decode(values[n])
        for n in self.booleans:
            values[n] = None if values[n] is None else bool(values[n])
        return values

    def values(self, row: list[Any]) -> dict[str, Any]:
        """A row of the file as the parameters of an insert."""
        for n, may_be_null in self.json.items():
            row[n] = None if may_be_null and row[n] is None else _encode(row[n]).decode()
        return dict(zip(self.columns, row, strict=True))


def _is_json(column: Any) -> bool:
    return isinstance(column.type, JSON)


# --- Writing


async def write(database: Database, path: Path) -> Content:
    """Back up everything into a file. It appears under its name only when it is whole; nobody else may read it."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            content = await database.snapshot(_write, file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return content


async def _write(tx: Tx, file: BinaryIO) -> Content:
    digest = hashlib.sha256()
    content = Content(HEAD, tx.dialect, clock.seconds(), {})
    # Level 3: a third faster than the default, and hardly larger, since each page is repetitive text.
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=3) as packed:

        def line(value: Any) -> None:
            data = _encode(value) + b"\n"
            digest.update(data)
            packed.write(data)

        head = {"revision": content.revision, "dialect": content.dialect, "created_at": content.created_at}
        line({"format": FORMAT, "version": VERSION, **head, "installation": await _installation(tx)})
        for name, table in metadata.tables.items():
            pages = _Pages(table)
            line({"table": name, "columns": pages.columns})
            content.rows[name] = 0
            rows = await pages.read(tx, None)
            while rows:
                line({"table": name, "rows": [pages.line(row) for row in rows]})
                content.rows[name] += len(rows)
                rows = await pages.read(tx, rows[-1]) if len(rows) == PAGE else []
        packed.write(_encode({"rows": content.rows, "sha256": digest.hexdigest()}) + b"\n")
    return content


_read_installation = Query(select(installation.c.sandbox, installation.c.created_at))


async def _installation(tx: Tx) -> dict[str, Any] | None:
    row = await tx.one(_read_installation)
    return {"sandbox": bool(row[0]), "created_at": row[1]} if row is not None else None


# --- Reading


def verify(path: Path) -> Content:
    """Read the file to its end. Raises `BadBackup` unless it is whole, unchanged and of this revision."""
    try:
        return _verify(path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise BadBackup(f"{path} is not a whole backup: {problem}") from problem
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError, ValueError) as problem:
        raise BadBackup(f"{path} is not a backup of Interlock: {problem}") from problem


def _verify(path: Path) -> Content:
    digest = hashlib.sha256()
    content: Content | None = None
    pages: dict[str, _Pages] = {}
    last: bytes | None = None
    for data in _lines(path):
        if last is not None:
            digest.update(last)
            if content is None:
                content = _check_head(path, _decode(last))
            else:
                _check_line(path, _decode(last), content, pages)
        last = data
    end = _decode(last or b"null")
    if content is None or not isinstance(end, dict) or "sha256" not in end:
        raise BadBackup(f"{path} is not a whole backup: its last line is missing")
    if end["sha256"] != digest.hexdigest() or end["rows"] != content.rows:
        raise BadBackup(f"{path} has been changed or damaged since it was written")
    if missing := metadata.tables.keys() - content.rows.keys():
        raise BadBackup(f"{path} lacks the tables {', '.join(sorted(missing))}")
    return content


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        yield from file


def _check_head(path: Path, head: Any) -> Content:
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise BadBackup(f"{path} is not a backup of Interlock")
    if head["version"] != VERSION:
        raise BadBackup(f"{path} has version {head['version']} of the format, and this Interlock reads {VERSION}")
    if head["revision"] != HEAD:
        raise BadBackup(
            f"{path} was made at revision {head['revision']} of the schema, and this Interlock works with {HEAD}: "
            "restore it with the version that made it, then migrate"
        )
    return Content(head["revision"], head["dialect"], head["created_at"], {})


def _check_line(path: Path, line: dict[str, Any], content: Content, pages: dict[str, _Pages]) -> None:
    name = line["table"]
    if "columns" in line:
        if name not in metadata.tables or name in content.rows:
            raise BadBackup(f"{path} has a table {name} that does not belong there")
        pages[name] = _Pages(metadata.tables[name])
        if line["columns"] != pages[name].columns:
            raise BadBackup(f"{path} has other columns in {name} than this Interlock")
        content.rows[name] = 0
        return
    width = len(pages[name].columns)
    if any(len(row) != width for row in line["rows"]):
        raise BadBackup(f"{path} has a row in {name} of another length than its columns")
    content.rows[name] += len(line["rows"])


# --- Restoring


async def restore(database: Database, path: Path, *, force: bool = False) -> Content:
    """Store what is in the file. With `force` it takes the place of what is there; else `NotEmpty` is raised.

    The file is checked first; all of it is stored, or nothing.
    """
    content = verify(path)
    await database.transact(_restore, path, force)
    return content


_any_row = {name: Query(select(1).select_from(table).limit(1)) for name, table in metadata.tables.items()}
_clear = {name: Query(delete(table)) for name, table in metadata.tables.items()}
_versions = Query(select(workspaces.c.id, workspaces.c.schema_version))
_counters = Query(select(leases.c.name, leases.c.counter))
# Writers wait until we have finished; readers go on. SQLite has one writer anyway.
_keep_out = Query(text(f"LOCK TABLE {', '.join(metadata.tables)} IN EXCLUSIVE MODE"))


async def is_empty(tx: Tx) -> bool:
    """No data; leases may be there, since a worker takes one before anybody writes anything."""
    for name, query in _any_row.items():
        if name != LEASES and await tx.one(query) is not None:
            return False
    return True


async def _restore(tx: Tx, path: Path, force: bool) -> None:
    if tx.dialect == "postgresql":
        await tx.run(_keep_out)
    if not force and not await is_empty(tx):
        raise NotEmpty("The database already has data. `--force` puts the backup in its place.")
    versions = {row[0]: row[1] for row in await tx.all(_versions)}
    counters = {row[0]: row[1] for row in await tx.all(_counters)}
    for query in _clear.values():
        await tx.run(query)
    pages: dict[str, tuple[_Pages, Query]] = {}
    for data in _lines(path):
        line = _decode(data)
        name = line.get("table")
        if "columns" in line:
            pages[name] = (_Pages(metadata.tables[name]), Query(insert(metadata.tables[name])))
        elif name is not None:
            shape, query = pages[name]
            rows = [shape.values(row) for row in line["rows"]]
            for row in rows:
                _adjust(name, row, versions, counters)
            await tx.many(query, rows)


def _adjust(table: str, row: dict[str, Any], versions: dict[str, int], counters: dict[str, int]) -> None:
    """What cannot be as it was."""
    if table == workspaces.name:  # higher than what any process may have in its memory
        row["schema_version"] = max(row["schema_version"], versions.get(row["id"], 0)) + 1
    elif table == LEASES:  # nobody holds it; and no position is given twice
        row.update(owner="", until=0, counter=max(row["counter"], counters.get(row["name"], 0)))

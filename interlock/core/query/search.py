"""Carry out a search: one page and the exact total, by statements that are compiled once for each shape of search."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from interlock.core.query.field import Column, Field
from interlock.core.query.match import value_of
from interlock.core.query.page import Position, decode_cursor, encode_cursor
from interlock.core.query.parse import Search
from interlock.core.query.predicate import Predicate, size
from interlock.core.query.sql import Statements, always_there, is_one_stretch, shape
from interlock.core.records.record import Record
from interlock.core.records.store import RecordStore
from interlock.core.schema.schema import Schema
from interlock.kit import limits
from interlock.kit.problems import invalid
from interlock.storage.database import Database, Row, Tx
from interlock.storage.query import Query

STATEMENTS = 512
"""How many compiled statements are kept: the least recently used goes first. One takes about 10 kB."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `total` counts every match, of all pages; None where nobody asked for it."""

    records: list[Record]
    total: int | None
    next_cursor: str | None


class _Compiled:
    """Statements by shape. Searches on SQLite run in threads, hence the lock."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Query] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Query]) -> Query:
        with self._lock:
            query = self._kept.get(key)
            if query is not None:
                self._kept.move_to_end(key)
                return query
        query = make()  # takes a millisecond or two: outside the lock, at worst made twice
        with self._lock:
            self._kept[key] = query
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return query

    def __len__(self) -> int:
        return len(self._kept)


_compiled = _Compiled(STATEMENTS)


async def find(database: Database, schema: Schema, kind: str, wanted: Search, store: RecordStore) -> Found:
    """`search`, by the connections that suit it.

    A search is planned anew for its values, which takes longer than a good one runs. Where the plan cannot depend on
    them, one is kept, as for look-ups.
    """
    keeps_plan = _is_id(wanted.sort[0]) and is_one_stretch(wanted.where, store)
    run = database.search_kept if keeps_plan else database.search
    return await run(search, schema, kind, wanted, store)


async def search(
    tx: Tx, schema: Schema, kind: str, search: Search, store: RecordStore, *, with_total: bool = True
) -> Found:
    """One page of what the search finds, in its order, and how much there is in all.

    Ordered by the sort field, then id; records without the sort field come last, in either direction. The total is
    counted anew for each page: it is what the answer to that page shows. Raises `client_error` for a bad cursor.
    """
    field, descending = search.sort
    after = decode_cursor(search.starting_after, field) if search.starting_after else None
    running = _Running(tx, schema, kind, search.where, store)
    total = None
    if with_total and _is_id(field) and tx.dialect == "postgresql":
        rows, total = await running.counted(descending, after, search.per_page + 1)
    else:
        rows = await running.page(field, descending, after, search.per_page + 1)
    more = len(rows) > search.per_page
    records = [store.record(row, kind) for row in rows[: search.per_page]]
    if with_total and total is None:
        total = await running.count() if more or after is not None else len(records)
    return Found(records, total, encode_cursor(_position(field, records[-1])) if more else None)


async def numbered(
    tx: Tx, schema: Schema, kind: str, where: Predicate, store: RecordStore, limit: int, offset: int
) -> tuple[list[Record], int]:
    """A page by number, the newest first, and how many records there are: for the lists of companies."""
    running = _Running(tx, schema, kind, where, store)
    rows = await running.numbered(limit, offset)
    return [store.record(row, kind) for row in rows], await running.count()


async def count(tx: Tx, schema: Schema, kind: str, where: Predicate | None, store: RecordStore) -> int:
    """How many records of a kind satisfy a predicate, exactly."""
    return await _Running(tx, schema, kind, where, store).count()


def _position(field: Field, record: Record) -> Position:
    if _is_id(field):
        return Position(None, record.id)
    value = value_of(field, record)
    return Position(int(value) if isinstance(value, bool) else value, record.id)


def _is_id(field: Field) -> bool:
    return isinstance(field.place, Column) and field.place.name == "id"


class _Running:
    """One search with its values bound."""

    def __init__(self, tx: Tx, schema: Schema, kind: str, where: Predicate | None, store: RecordStore) -> None:
        if size(where) > limits.SEARCH_PARTS:
            raise invalid("The search has too many parts, those of the segments in it included", "query")
        values: list[Any] = []
        self._tx = tx
        self._store = store
        self._where = where
        self._shape = (store.table.name, None if where is None else shape(where, values))
        self._values: dict[str, Any] = {f"v{number}": value for number, value in enumerate(values)}
        self._values["key"] = schema.workspace.id
        if store.kind_column:
            self._values["type_id"] = kind

    async def count(self) -> int:
        query = _compiled.get(("count", self._shape), lambda: self._statements().count())
        return await self._tx.value(query, **self._values)

    async def page(self, field: Field, descending: bool, after: Position | None, limit: int) -> list[Row]:
        if _is_id(field):
            return await self._by_id(descending, after, limit)
        rows: list[Row] = []
        if after is None or after.value is not None:
            rows = await self._by_value(field, descending, after, limit)
            after = None
        if len(rows) < limit and not always_there(field, self._store):
            rows = [*rows, *await self._without_value(field, descending, after, limit - len(rows))]
        return rows

    async def counted(self, descending: bool, after: Position | None, limit: int) -> tuple[list[Row], int | None]:
        """A page by id, and the total as far as it came along: one round trip for both. SQLite makes none, and would
        copy the page."""
        key = ("counted", self._shape, descending, after is None)
        query = _compiled.get(key, lambda: self._statements().by_id_counted(descending, after is not None))
        rows = await self._rows(query, after, limit)
        return [row[1:] for row in rows], rows[0][0] if rows else None

    async def numbered(self, limit: int, offset: int) -> list[Row]:
        query = _compiled.get(("numbered", self._shape), lambda: self._statements().numbered())
        return await self._tx.all(query, **self._values, limit=limit, offset=offset)

    def _statements(self) -> Statements:
        return Statements(self._store, self._where)

    async def _by_id(self, descending: bool, after: Position | None, limit: int) -> list[Row]:
        key = ("id", self._shape, descending, after is None)
        query = _compiled.get(key, lambda: self._statements().by_id(descending, after is not None))
        return await self._rows(query, after, limit)

    async def _by_value(self, field: Field, descending: bool, after: Position | None, limit: int) -> list[Row]:
        key = ("value", self._shape, field.shape, descending, after is None)
        query = _compiled.get(key, lambda: self._statements().by_value(field, descending, after is not None))
        return await self._rows(query, after, limit)

    async def _without_value(self, field: Field, descending: bool, after: Position | None, limit: int) -> list[Row]:
        key = ("without", self._shape, field.shape, descending, after is None)
        query = _compiled.get(key, lambda: self._statements().without_value(field, descending, after is not None))
        return await self._rows(query, after, limit)

    async def _rows(self, query: Query, after: Position | None, limit: int) -> list[Row]:
        values = {**self._values, "limit": limit}
        if after is not None:
            values["after"], values["after_id"] = after
        return await self._tx.all(query, **values)

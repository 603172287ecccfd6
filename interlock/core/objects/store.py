"""Instances of object types in the database, beside what every record has (`core/records/store.py`)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from sqlalchemy import Column, bindparam, func, or_, select

from interlock.core.records.record import Record
from interlock.core.records.store import INSTANCES
from interlock.core.references import links as references
from interlock.core.references.links import Linked
from interlock.core.references.store import inside
from interlock.core.schema.schema import Schema
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import instances, links, workspaces

_of_type = (instances.c.shard_key == bindparam("key"), instances.c.type_id == bindparam("type_id"))
_columns = INSTANCES.columns
_version = (
    select(workspaces.c.schema_version).where(workspaces.c.id == bindparam("key")).scalar_subquery().label("version")
)

_by_external_id = Query(select(*_columns).where(*_of_type, instances.c.external_id == bindparam("external_id")))
_locked = Query(
    select(_version, *_columns)
    .where(*_of_type, instances.c.external_id == bindparam("external_id"))
    .with_for_update(key_share=True, of=instances)
)
_locked_many = Query(
    select(*_columns)
    .where(*_of_type, any_of(instances.c.external_id, "external_ids"))
    .order_by(instances.c.external_id)
    .with_for_update(key_share=True)
)
_page = Query(
    select(*_columns)
    .where(*_of_type)
    .order_by(instances.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_count = Query(select(func.count()).select_from(instances).where(*_of_type))
_after = Query(
    select(*_columns)
    .where(*_of_type, instances.c.id > bindparam("after"))
    .order_by(instances.c.id)
    .limit(bindparam("limit"))
)


Shown = tuple[Record, dict[str, Linked]]
"""An instance, and what its references show."""


class _Reader:
    """One instance with what its references show, in one statement for each set of references."""

    def __init__(self, *where: Any) -> None:
        self._base = select(*_columns).where(*_of_type, *where)
        self._made: dict[Hashable, Query] = {}

    async def read(self, tx: Tx, schema: Schema, type_id: str, **values: str) -> Shown | None:
        asked = references.inside(schema, type_id)
        query = self._made.get(asked.shape)
        if query is None:
            query = self._made[asked.shape] = Query(self._base.add_columns(*inside(instances.c.id, asked.ends)))
        row = await tx.one(query, key=schema.workspace.id, type_id=type_id, **values, **asked.values)
        return await _unpack(tx, schema, type_id, asked, row) if row is not None else None


async def _unpack(tx: Tx, schema: Schema, type_id: str, asked: references.Inside, row: Row) -> Shown:
    end = len(_columns)
    record = INSTANCES.record(row[:end], type_id)
    return record, await references.unpack(tx, schema, asked, record.id, row[end:])


_shown_by_id = _Reader(instances.c.id == bindparam("id"))
_shown_by_external_id = _Reader(instances.c.external_id == bindparam("external_id"))


async def show(tx: Tx, schema: Schema, type_id: str, id: str) -> Shown | None:
    return await _shown_by_id.read(tx, schema, type_id, id=id)


async def show_external(tx: Tx, schema: Schema, type_id: str, external_id: str) -> Shown | None:
    return await _shown_by_external_id.read(tx, schema, type_id, external_id=external_id)


async def by_external_id(tx: Tx, schema: Schema, type_id: str, external_id: str) -> Record | None:
    row = await tx.one(_by_external_id, key=schema.workspace.id, type_id=type_id, external_id=external_id)
    return INSTANCES.record(row, type_id) if row is not None else None


async def lock(tx: Tx, schema: Schema, type_id: str, external_id: str) -> tuple[Record | None, int | None]:
    """The instance, locked, with the version of the definitions that is in force: one round trip for both."""
    row = await tx.one(_locked, key=schema.workspace.id, type_id=type_id, external_id=external_id)
    return (INSTANCES.record(row[1:], type_id), row[0]) if row is not None else (None, None)


async def lock_many(tx: Tx, schema: Schema, type_id: str, external_ids: Sequence[str]) -> dict[str, Record]:
    """Instances by external id, locked in one order, so that two bulks over the same ones cannot block each other."""
    rows = await tx.all(_locked_many, key=schema.workspace.id, type_id=type_id, external_ids=sorted(external_ids))
    found = (INSTANCES.record(row, type_id) for row in rows)
    return {one.fields["external_id"]: one for one in found}


async def page(tx: Tx, schema: Schema, type_id: str, limit: int, offset: int) -> tuple[list[Record], int]:
    """A page of all instances, the newest first, and how many there are."""
    values = {"key": schema.workspace.id, "type_id": type_id}
    rows = await tx.all(_page, **values, limit=limit, offset=offset)
    total = await _total(tx, _count, values, len(rows), limit, offset)
    return [INSTANCES.record(row, type_id) for row in rows], total


async def _total(tx: Tx, count: Query, values: dict[str, Any], rows: int, limit: int, offset: int) -> int:
    """A page that is not full tells the total by itself."""
    return offset + rows if rows < limit and (rows or offset == 0) else await tx.value(count, **values)


async def after(tx: Tx, schema: Schema, type_id: str, id: str, limit: int) -> list[Record]:
    """The next instances by id: exports and backfills."""
    rows = await tx.all(_after, key=schema.workspace.id, type_id=type_id, after=id, limit=limit)
    return [INSTANCES.record(row, type_id) for row in rows]


class _LinkedPage:
    """Instances of a type that any of its references links to one record: a distinct union."""

    def __init__(self, sides: Sequence[str], asked: references.Inside) -> None:
        # One statement for one reference (the usual case: it walks an index), a distinct union for several.
        if len(sides) == 1:
            own, where = _linked(links, sides[0], 0)
            ids = select(own.label("id")).where(*where)
            counted = links.alias("counted")
            count = select(func.count()).select_from(counted).where(*_linked(counted, sides[0], 0)[1])
        else:
            ends = [_linked(links, side, position) for position, side in enumerate(sides)]
            any_link = or_(*(select(links.c.id).where(*where, own == instances.c.id).exists() for own, where in ends))
            own = instances.c.id
            ids = select(own).where(*_of_type, any_link)
            count = select(func.count()).select_from(ids.order_by(None).subquery("counted"))
        # The ids of the page first: what an instance shows is not looked up for those on earlier pages.
        page = ids.order_by(own.desc()).limit(bindparam("limit")).offset(bindparam("offset")).subquery("page")
        on = (instances.c.shard_key == bindparam("key")) & (instances.c.id == page.c.id)
        rows = select(*_columns, *inside(instances.c.id, asked.ends), count.scalar_subquery())
        self.rows = Query(rows.select_from(page.join(instances, on)).order_by(page.c.id.desc()))
        self.count = Query(count)


def _linked(table: Any, side: str, position: int) -> tuple[Column[Any], tuple[Any, ...]]:
    """The column of the instance, and the links of one reference to the record that is asked about."""
    own, far = (table.c.a_id, table.c.b_id) if side == "a" else (table.c.b_id, table.c.a_id)
    of_reference = table.c.reference_id == bindparam(f"reference_{position}")
    return own, (table.c.shard_key == bindparam("key"), of_reference, far == bindparam("target"))


_linked_pages: dict[Hashable, _LinkedPage] = {}


async def linked_page(
    tx: Tx, schema: Schema, type_id: str, to: str, target_id: str, limit: int, offset: int
) -> tuple[list[Shown], int]:
    """A page of the instances of a type that are linked with one record of kind `to`, the newest first."""
    ends = [
        (one.reference.id, one.reference.side)
        for one in schema.references(type_id)
        if one.reference is not None and one.reference.to == to
    ]
    ends += [  # references that were defined on the other kind and have no attribute here
        (one.reference.id, "b" if one.reference.side == "a" else "a")
        for one in schema.references(to)
        if one.reference is not None and one.reference.to == type_id and one.reference.inverse_name is None
    ]
    if not ends:
        return [], 0
    sides, asked = tuple(side for _, side in ends), references.inside(schema, type_id)
    statement = _linked_pages.get((sides, asked.shape))
    if statement is None:
        statement = _linked_pages[sides, asked.shape] = _LinkedPage(sides, asked)
    values: dict[str, Any] = {"key": schema.workspace.id, "target": target_id}
    values |= {f"reference_{position}": id for position, (id, _) in enumerate(ends)}
    if len(ends) > 1:
        values["type_id"] = type_id
    rows = await tx.all(statement.rows, **values, **asked.values, limit=limit, offset=offset)
    total = rows[0][-1] if rows else await _total(tx, statement.count, values, 0, limit, offset)
    return [await _unpack(tx, schema, type_id, asked, row[:-1]) for row in rows], total

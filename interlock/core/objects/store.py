"""Instances of object types in the database, beside what every record has (`core/records/store.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from interlock.core.records.record import Record
from interlock.core.records.store import INSTANCES
from interlock.core.schema.schema import Schema
from interlock.storage.database import Tx
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
    select(*_columns).where(*_of_type).order_by(instances.c.id.desc()).limit(bindparam("limit")).offset(bindparam("offset"))
)
_count = Query(select(func.count()).select_from(instances).where(*_of_type))
_after = Query(
    select(*_columns).where(*_of_type, instances.c.id > bindparam("after")).order_by(instances.c.id).limit(bindparam("limit"))
)


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
    return await _counted(tx, _count, values, rows, type_id, limit, offset)


async def _counted(
    tx: Tx, count: Query, values: dict[str, Any], rows: Sequence[Any], type_id: str, limit: int, offset: int
) -> tuple[list[Record], int]:
    """A page that is not full tells the total by itself."""
    if len(rows) < limit and (rows or offset == 0):
        total = offset + len(rows)
    else:
        total = await tx.value(count, **values)
    return [INSTANCES.record(row, type_id) for row in rows], total


async def after(tx: Tx, schema: Schema, type_id: str, id: str, limit: int) -> list[Record]:
    """The next instances by id: exports and backfills."""
    rows = await tx.all(_after, key=schema.workspace.id, type_id=type_id, after=id, limit=limit)
    return [INSTANCES.record(row, type_id) for row in rows]


class _LinkedPage:
    """Instances of a type that any of its references links to one record: a distinct union."""

    def __init__(self, ends: Sequence[tuple[str, str]]) -> None:
        # One statement for one reference (the usual case: it walks an index), a distinct union for several.
        wanted = []
        for position, (_, side) in enumerate(ends):
            own, far = (links.c.a_id, links.c.b_id) if side == "a" else (links.c.b_id, links.c.a_id)
            wanted.append((own, links.c.reference_id == bindparam(f"reference_{position}"), far))
        key = links.c.shard_key == bindparam("key")
        if len(wanted) == 1:
            own, reference, far = wanted[0]
            where = (key, reference, far == bindparam("target"))
            on = (instances.c.shard_key == bindparam("key")) & (instances.c.id == own)
            rows = select(*_columns).select_from(links.join(instances, on)).where(*where).order_by(own.desc())
            count = select(func.count()).select_from(links).where(*where)
        else:
            any_link = or_(
                *(
                    select(links.c.id).where(key, reference, far == bindparam("target"), own == instances.c.id).exists()
                    for own, reference, far in wanted
                )
            )
            rows = select(*_columns).where(*_of_type, any_link).order_by(instances.c.id.desc())
            count = select(func.count()).select_from(instances).where(*_of_type, any_link)
        self.rows = Query(rows.limit(bindparam("limit")).offset(bindparam("offset")))
        self.count = Query(count)


_linked_pages: dict[tuple[str, ...], _LinkedPage] = {}


async def linked_page(
    tx: Tx, schema: Schema, type_id: str, to: str, target_id: str, limit: int, offset: int
) -> tuple[list[Record], int]:
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
    sides = tuple(side for _, side in ends)
    statement = _linked_pages.get(sides) or _linked_pages.setdefault(sides, _LinkedPage(ends))
    values: dict[str, Any] = {"key": schema.workspace.id, "target": target_id}
    values |= {f"reference_{position}": id for position, (id, _) in enumerate(ends)}
    if len(ends) > 1:
        values["type_id"] = type_id
    rows = await tx.all(statement.rows, **values, limit=limit, offset=offset)
    return await _counted(tx, statement.count, values, rows, type_id, limit, offset)

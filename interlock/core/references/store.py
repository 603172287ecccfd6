"""Links in the database: one table seen from two ends.

For every end there is one set of statements: `own` is the column of the record that is asked about, `other` the
column at the far end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy import Column, Label, bindparam, delete, distinct, exists, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from interlock.core.records.record import Record
from interlock.core.records.store import RecordStore
from interlock.kit import ids, limits
from interlock.storage.database import Row, Tx
from interlock.storage.query import JsonArrays, Query, any_of, any_of_many
from interlock.storage.tables import links

_key = links.c.shard_key == bindparam("key")
_reference = links.c.reference_id == bindparam("reference_id")


_SHOWN = {
    "contacts": ("external_id", "role", "email", "name"),
    "companies": ("company_id", "name"),
    "conversations": ("title", "state"),
    "tickets": ("number", "title"),
}
"""What is shown of these inside another record. Of an instance: everything but its references."""

_EXTERNAL = {"contacts": "external_id", "companies": "company_id", "instances": "external_id"}
"""The client's own id of a record. Threads have none."""


def glimpse_columns(store: RecordStore) -> list[Column[Any]]:
    names = _SHOWN.get(store.table.name)
    return store.columns if names is None else [store.table.c.id, *(store.table.c[name] for name in names)]


def glimpse(store: RecordStore, row: Row, kind: str) -> Record:
    """A row of `glimpse_columns` as a record that has no more fields than are shown."""
    names = _SHOWN.get(store.table.name)
    if names is None:
        return store.record(row, kind)
    return Record(kind, row[0], dict(zip(names, row[1:], strict=True)), {})


def inside(own: Column[Any], ends: Sequence[tuple[str, RecordStore]]) -> list[Label[Any]]:
    """What references of a record show, as columns of a statement that reads the record: a JSON array for each end.

    `own` is the id of the record in that statement, which also has the parameters `key` and, for the n-th end,
    `inside_n`: the id of its reference. One more linked record than is shown tells that there are more.
    """
    columns = []
    for position, (side, store) in enumerate(ends):
        link, table = links.alias(f"inside_link_{position}"), store.table.alias(f"inside_record_{position}")
        mine, other = (link.c.a_id, link.c.b_id) if side == "a" else (link.c.b_id, link.c.a_id)
        on = (table.c[store.key] == bindparam("key")) & (table.c.id == other)
        shown = (
            select(*(table.c[column.name] for column in glimpse_columns(store)))
            .select_from(link.join(table, on))
            .where(link.c.shard_key == bindparam("key"), link.c.reference_id == bindparam(f"inside_{position}"))
            .where(mine == own)
            .order_by(other.desc())
            .limit(literal_column(str(limits.REFERENCE_SHOWN + 1)))
            .correlate(own.table)
            .subquery(f"inside_rows_{position}")
        )
        columns.append(select(JsonArrays(shown.c)).select_from(shown).scalar_subquery().label(f"inside_{position}"))
    return columns


class End:
    """The statements of one end, `a` or `b`."""

    def __init__(self, side: str) -> None:
        self.own: Column[Any] = links.c.a_id if side == "a" else links.c.b_id
        self.other: Column[Any] = links.c.b_id if side == "a" else links.c.a_id
        mine = (_key, _reference, self.own == bindparam("own_id"))
        several = (_key, _reference, any_of(self.own, "own_ids"))
        self.others = Query(select(self.other).where(*mine).order_by(self.other.desc()))
        self.count = Query(select(func.count()).select_from(links).where(*mine))
        self.counts = Query(select(self.own, func.count()).where(*several).group_by(self.own))
        self.count_own = Query(select(func.count(distinct(self.own))).where(_key, _reference))
        newer = links.alias("newer")
        newer_own = newer.c.a_id if side == "a" else newer.c.b_id
        same = (newer.c.shard_key == bindparam("key"), newer.c.reference_id == bindparam("reference_id"))
        surplus = exists().where(*same, newer_own == self.own, newer.c.id > links.c.id)
        self.count_surplus = Query(select(func.count()).select_from(links).where(_key, _reference, surplus))
        self.drop_surplus = Query(delete(links).where(_key, _reference, surplus))
        self.pairs = Query(select(self.own, self.other).where(*several))
        self.holders = Query(select(self.other, self.own).where(_key, _reference, any_of(self.other, "other_ids")))
        self.remove = Query(delete(links).where(*mine, any_of_many(self.other, "other_ids")))
        self.remove_all = Query(delete(links).where(*mine))
        self._joined: dict[int, tuple[Query, Query]] = {}

    def joined(self, store: RecordStore) -> tuple[Query, Query]:
        """Linked records themselves: of one record (newest first, at most `limit`), and of several (all of them)."""
        if id(store) not in self._joined:
            table = store.table
            on = (table.c[store.key] == bindparam("key")) & (table.c.id == self.other)
            base = select(self.own, *glimpse_columns(store)).select_from(links.join(table, on)).where(_key, _reference)
            one = base.where(self.own == bindparam("own_id")).order_by(self.other.desc()).limit(bindparam("limit"))
            several = base.where(any_of(self.own, "own_ids")).order_by(self.own, self.other.desc())
            self._joined[id(store)] = (Query(one), Query(several))
        return self._joined[id(store)]


ENDS = {"a": End("a"), "b": End("b")}

_insert = Query(insert(links).on_conflict_do_nothing())
_drop_reference = Query(delete(links).where(_key, _reference))
_of_reference = Query(
    select(links.c.id, links.c.a_id, links.c.b_id).where(_key, _reference).order_by(links.c.id.desc())
)
_count_reference = Query(select(func.count()).select_from(links).where(_key, _reference))
_page_of_reference = Query(
    select(links.c.id, links.c.a_id, links.c.b_id)
    .where(_key, _reference, links.c.id < bindparam("before"))
    .order_by(links.c.id.desc())
    .limit(bindparam("limit"))
)
_delete_ids = Query(delete(links).where(_key, any_of_many(links.c.id, "ids")))
_move = {
    side: Query(
        update(links)
        .where(_key, _reference, ENDS[side].own == bindparam("from_id"))
        .values({ENDS[side].own.name: bindparam("into_id")})
    )
    for side in "ab"
}


def row(workspace_id: str, key: str, reference_id: str, side: str, own_id: str, other_id: str) -> dict[str, Any]:
    a_id, b_id = (own_id, other_id) if side == "a" else (other_id, own_id)
    return {
        "shard_key": key,
        "id": ids.record_id(),
        "workspace_id": workspace_id,
        "reference_id": reference_id,
        "a_id": a_id,
        "b_id": b_id,
    }


async def add(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Insert links; one that is there already stays as it is."""
    if len(rows) == 1:
        await tx.run(_insert, **rows[0])
    elif rows:
        await tx.many(_insert, rows)


async def others(tx: Tx, key: str, reference_id: str, side: str, own_id: str) -> list[str]:
    """Ids at the far end of one record's links, the newest record first."""
    rows = await tx.all(ENDS[side].others, key=key, reference_id=reference_id, own_id=own_id)
    return [row[0] for row in rows]


async def pairs(tx: Tx, key: str, reference_id: str, side: str, own_ids: Sequence[str]) -> list[tuple[str, str]]:
    """(near id, far id) for every link of several records."""
    rows = await tx.all(ENDS[side].pairs, key=key, reference_id=reference_id, own_ids=list(own_ids))
    return [(row[0], row[1]) for row in rows]


async def holders(tx: Tx, key: str, reference_id: str, side: str, other_ids: Iterable[str]) -> list[tuple[str, str]]:
    """(far id, near id) for every link of the far records."""
    rows = await tx.all(ENDS[side].holders, key=key, reference_id=reference_id, other_ids=list(other_ids))
    return [(row[0], row[1]) for row in rows]


async def count_holders(tx: Tx, key: str, reference_id: str, side: str) -> int:
    """How many records of one end have any link of a reference."""
    return await tx.value(ENDS[side].count_own, key=key, reference_id=reference_id)


async def remove(tx: Tx, key: str, reference_id: str, side: str, own_id: str, other_ids: Iterable[str]) -> None:
    await tx.run(ENDS[side].remove, key=key, reference_id=reference_id, own_id=own_id, other_ids=list(other_ids))


async def remove_all(tx: Tx, key: str, reference_id: str, side: str, own_id: str) -> int:
    return await tx.run(ENDS[side].remove_all, key=key, reference_id=reference_id, own_id=own_id)


async def move(tx: Tx, key: str, reference_id: str, side: str, from_id: str, into_id: str) -> None:
    """All links of one record become links of another, which has none of them: with their ids and so their age."""
    await tx.run(_move[side], key=key, reference_id=reference_id, from_id=from_id, into_id=into_id)


async def of_reference(tx: Tx, key: str, reference_id: str) -> list[Row]:
    """(id, a_id, b_id) of every link of a reference, the newest link first."""
    return await tx.all(_of_reference, key=key, reference_id=reference_id)


async def count(tx: Tx, key: str, reference_id: str) -> int:
    return await tx.value(_count_reference, key=key, reference_id=reference_id)


async def before(tx: Tx, key: str, reference_id: str, link_id: str, limit: int) -> list[Row]:
    """(id, a_id, b_id) of the next older links of a reference, the newest first; "~" begins."""
    return await tx.all(_page_of_reference, key=key, reference_id=reference_id, before=link_id, limit=limit)


async def count_surplus(tx: Tx, key: str, reference_id: str, side: str) -> int:
    """How many links would go if each record at one end kept only its newest."""
    return await tx.value(ENDS[side].count_surplus, key=key, reference_id=reference_id)


async def drop_surplus(tx: Tx, key: str, reference_id: str, side: str) -> int:
    return await tx.run(ENDS[side].drop_surplus, key=key, reference_id=reference_id)


async def drop(tx: Tx, key: str, reference_id: str, link_ids: Sequence[str] | None = None) -> None:
    """Drop the given links of a reference, or all of them."""
    if link_ids is None:
        await tx.run(_drop_reference, key=key, reference_id=reference_id)
    elif link_ids:
        await tx.run(_delete_ids, key=key, ids=list(link_ids))


class Finder:
    """Find and lock the targets of a reference in one table.

    A key-share lock keeps a target from being deleted before the link is committed, and lets others update it.
    Where a target may be held by one record only, two writers must not take it at once: they lock it fully.
    """

    _made: ClassVar[dict[tuple[str, bool], Finder]] = {}

    def __init__(self, table_store: RecordStore, exclusive: bool) -> None:
        table = table_store.table
        external = table.c[_EXTERNAL.get(table.name, "id")]
        base = select(external, *glimpse_columns(table_store)).where(table.c[table_store.key] == bindparam("key"))
        if table_store.kind_column:
            base = base.where(table.c[table_store.kind_column] == bindparam("kind"))
        if table.name == "contacts":
            base = base.where(table.c.merged_into.is_(None))
        if table.name == "conversations":
            base = base.where(table.c.live == 1)
        base = base.order_by(table.c.id).with_for_update(key_share=True, read=not exclusive)
        self._store = table_store
        self._by_id = Query(base.where(any_of(table.c.id, "ids")))
        self._by_external_id = Query(base.where(any_of(external, "ids")))

    @classmethod
    def of(cls, table_store: RecordStore, exclusive: bool) -> Finder:
        name = (table_store.table.name, exclusive)
        return cls._made.get(name) or cls._made.setdefault(name, cls(table_store, exclusive))

    async def by_id(self, tx: Tx, key: str, kind: str, ids: Sequence[str]) -> dict[str, Record]:
        """A glimpse of each that there is."""
        return {
            row[1]: glimpse(self._store, row[1:], kind) for row in await self._rows(tx, self._by_id, key, kind, ids)
        }

    async def by_external_id(self, tx: Tx, key: str, kind: str, ids: Sequence[str]) -> dict[str, Record]:
        if self._store.table.name not in _EXTERNAL:
            return {}
        rows = await self._rows(tx, self._by_external_id, key, kind, ids)
        return {row[0]: glimpse(self._store, row[1:], kind) for row in rows}

    async def _rows(self, tx: Tx, query: Query, key: str, kind: str, ids: Sequence[str]) -> list[Row]:
        if not ids:
            return []
        of_kind = {"kind": kind} if self._store.kind_column else {}
        return await tx.all(query, key=key, ids=list(ids), **of_kind)

"""Records in the database: one small set of statements for each table, the same for every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Table, Text, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, TICKET
from interlock.core.records.record import Record
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import SchemaChanged
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import SLOTS, companies, contacts, conversations, instances, tickets, workspaces

_JSON = ("attributes", "details")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


class RecordStore:
    """The statements for one table of records.

    `key` is the column that comes first in its primary key. Every method takes its value first: the id of the
    workspace, or the shard key.
    """

    def __init__(self, table: Table, key: str) -> None:
        self.table = table
        self.key = key
        self.kind_column = "type_id" if "type_id" in table.c else None
        hidden = {"id", key, "workspace_id", "type_id", *SLOTS, *_JSON}
        self.field_names = [column.name for column in table.c if column.name not in hidden]
        self.json_names = [name for name in _JSON if name in table.c]
        lead = [table.c[self.kind_column]] if self.kind_column else []
        self.columns: list[Column[Any]] = [
            table.c.id,
            *lead,
            *(table.c[name] for name in self.json_names),
            *(table.c[name] for name in self.field_names),
        ]
        self._booleans = [name for name in self.field_names if isinstance(table.c[name].type, Boolean)]
        self._lead_count = 1 + len(lead) + len(self.json_names)
        where = (table.c[key] == bindparam("key"), table.c.id == bindparam("id"))
        by_id = select(*self.columns).where(*where)
        self._by_id = Query(by_id)
        # "no key update": others may still link to the record meanwhile, which takes a key-share lock
        self._locked = Query(by_id.with_for_update(key_share=True))
        of_workspace = workspaces.c.id == bindparam("workspace_id")
        version = select(workspaces.c.schema_version).where(of_workspace).scalar_subquery()
        locked_current = select(version, *self.columns).where(*where).with_for_update(key_share=True, of=table)
        self._locked_current = Query(locked_current)
        several = select(*self.columns).where(table.c[key] == bindparam("key"), any_of(table.c.id, "ids"))
        self._locked_several = Query(several.order_by(table.c.id).with_for_update(key_share=True))
        self._locked_alone = Query(several.order_by(table.c.id).with_for_update())
        of_kind = [table.c[key] == bindparam("key")]
        if self.kind_column:
            of_kind.append(table.c[self.kind_column] == bindparam("kind"))
        after = select(*self.columns).where(*of_kind, table.c.id > bindparam("after")).order_by(table.c.id)
        after = after.limit(bindparam("limit"))
        self._after = Query(after)
        self._locked_after = Query(after.with_for_update(key_share=True))
        value = table.c.attributes.op("->")(bindparam("name", type_=Text()))  # both databases spell it so
        self._count_values = Query(select(func.count()).select_from(table).where(*of_kind, value.is_not(None)))
        self._insert = Query(insert(table))
        self._insert_new = Query(insert_or(table).on_conflict_do_nothing().returning(table.c.id))
        fixed = {key, "workspace_id", "type_id", "id"}
        changing = {column.name: bindparam(column.name) for column in table.c if column.name not in fixed}
        self._update = Query(update(table).where(*where).values(changing))
        self._update_some: dict[tuple[str, ...], Query] = {}
        self._where = where
        self._delete = Query(delete(table).where(*where))
        several_ids = (table.c[key] == bindparam("key"), any_of(table.c.id, "ids"))
        self._touch = Query(update(table).where(*several_ids).values(updated_at=bindparam("updated_at")))

    # --- rows and records

    def record(self, row: Row, kind: str) -> Record:
        """A row of `columns` as a record."""
        lead = self._lead_count
        fields = dict(zip(self.field_names, row[lead:], strict=True))
        for name in self._booleans:
            fields[name] = bool(fields[name])
        first = 2 if self.kind_column else 1
        stored = row[first]
        attributes = _decode(stored) if type(stored) is str else stored  # from `JsonArrays`: decoded already
        details = _decode(row[first + 1]) if len(self.json_names) > 1 else {}
        return Record(row[1] if self.kind_column else kind, row[0], fields, attributes, details)

    def values(self, key: str, record: Record, slots: dict[str, Any]) -> dict[str, Any]:
        """A record as the parameters of an insert or an update. `slots` has a value for every slot column."""
        values = {**record.fields, **slots, "key": key, self.key: key, "id": record.id}
        values["attributes"] = _encode(record.attributes).decode()
        if len(self.json_names) > 1:
            values["details"] = _encode(record.details).decode()
        if self.kind_column:
            values[self.kind_column] = record.kind
        return values

    # --- reading

    async def get(self, tx: Tx, key: str, id: str, kind: str = "") -> Record | None:
        row = await tx.one(self._by_id, key=key, id=id)
        return self.record(row, kind) if row is not None else None

    async def lock(self, tx: Tx, key: str, id: str, kind: str = "") -> Record | None:
        """The record, which nobody else changes until this transaction ends."""
        row = await tx.one(self._locked, key=key, id=id)
        return self.record(row, kind) if row is not None else None

    async def lock_current(self, tx: Tx, schema: Schema, id: str, kind: str) -> Record | None:
        """The same, and the definitions are the newest (`SchemaChanged` otherwise), in one round trip.

        The statement takes the lock that `ensure_current` speaks of by locking a row of this table.
        """
        key = schema.workspace.id
        row = await tx.one(self._locked_current, key=key, id=id, workspace_id=key)
        if row is None:
            return None
        if row[0] != schema.version:
            raise SchemaChanged
        return self.record(row[1:], kind)

    async def lock_many(self, tx: Tx, key: str, ids: Sequence[str], kind: str = "") -> dict[str, Record]:
        """Locked in the order of their ids, so that two transactions over the same records cannot block each other."""
        rows = await tx.all(self._locked_several, key=key, ids=sorted(ids)) if ids else []
        return {row[0]: self.record(row, kind) for row in rows}

    async def lock_alone(self, tx: Tx, key: str, ids: Sequence[str], kind: str = "") -> dict[str, Record]:
        """Like `lock_many`, and nobody links to the records either: who is doing so is waited for.

        For records that go. Their links may only be looked up afterwards, else a new one would be left over.
        """
        rows = await tx.all(self._locked_alone, key=key, ids=sorted(ids)) if ids else []
        return {row[0]: self.record(row, kind) for row in rows}

    async def after(self, tx: Tx, key: str, kind: str, id: str, limit: int, *, lock: bool = False) -> list[Record]:
        """The next records of a kind by id, merged and archived ones too: for walks over all of them."""
        query = self._locked_after if lock else self._after
        rows = await tx.all(query, **self._of(key, kind), after=id, limit=limit)
        return [self.record(row, kind) for row in rows]

    async def count_values(self, tx: Tx, key: str, kind: str, name: str) -> int:
        """How many records of a kind have a value of a custom attribute."""
        return await tx.value(self._count_values, **self._of(key, kind), name=name)

    def _of(self, key: str, kind: str) -> dict[str, str]:
        return {"key": key, "kind": kind} if self.kind_column else {"key": key}

    # --- writing

    async def insert(self, tx: Tx, workspace_id: str, key: str, record: Record, slots: dict[str, Any]) -> None:
        """Raises `Duplicate` when a unique index refuses it."""
        await tx.run(self._insert, **{**self.values(key, record, slots), "workspace_id": workspace_id})

    async def insert_new(self, tx: Tx, workspace_id: str, key: str, record: Record, slots: dict[str, Any]) -> bool:
        """Insert unless a unique index refuses it; whether it did. The transaction stays usable either way."""
        values = {**self.values(key, record, slots), "workspace_id": workspace_id}
        return await tx.one(self._insert_new, **values) is not None

    async def update(self, tx: Tx, key: str, record: Record, slots: dict[str, Any]) -> None:
        await tx.run(self._update, **self.values(key, record, slots))

    async def update_some(self, tx: Tx, key: str, id: str, values: Mapping[str, Any]) -> None:
        """Write some columns of a record, by their names.

        SQLite writes every index that has one of the columns which a statement names, whether they change or not: a
        record has thirty indexes, of which few have to do with any one write.
        """
        names = tuple(sorted(values))
        query = self._update_some.get(names)
        if query is None:
            query = Query(update(self.table).where(*self._where).values({name: bindparam(name) for name in names}))
            self._update_some[names] = query
        await tx.run(query, key=key, id=id, **values)

    async def update_changed(
        self, tx: Tx, key: str, record: Record, fields: Mapping[str, Any], slots: dict[str, Any] | None
    ) -> None:
        """Update a locked record that had these fields; its custom attributes where it comes with its `slots`."""
        values = {name: value for name, value in record.fields.items() if value != fields[name]}
        if slots is not None:
            values |= slots
            values["attributes"] = _encode(record.attributes).decode()
        if len(self.json_names) > 1:
            values["details"] = _encode(record.details).decode()
        if values:
            await self.update_some(tx, key, record.id, values)

    async def update_many(self, tx: Tx, key: str, records: Sequence[tuple[Record, dict[str, Any]]]) -> None:
        """Update records that are locked, each with its slots."""
        if records:
            await tx.many(self._update, [self.values(key, record, slots) for record, slots in records])

    async def touch(self, tx: Tx, key: str, ids: Sequence[str], now: int) -> None:
        """Records that are locked have changed in what is kept beside them: tags, consent."""
        if ids:
            await tx.run(self._touch, key=key, ids=list(ids), updated_at=now)

    async def delete(self, tx: Tx, key: str, id: str) -> bool:
        return await tx.run(self._delete, key=key, id=id) > 0


CONTACTS = RecordStore(contacts, "workspace_id")
COMPANIES = RecordStore(companies, "workspace_id")
INSTANCES = RecordStore(instances, "shard_key")
CONVERSATIONS = RecordStore(conversations, "workspace_id")
TICKETS = RecordStore(tickets, "workspace_id")

_STORES = {CONTACT: CONTACTS, COMPANY: COMPANIES, CONVERSATION: CONVERSATIONS, TICKET: TICKETS}


def store_of(kind: str) -> RecordStore:
    """The store of a kind: one for each standard kind, and one for the instances of every object type."""
    return _STORES.get(kind, INSTANCES)


_lock_tables = Query(text("lock table contacts, companies, conversations, tickets, instances, links in exclusive mode"))


async def lock_records(tx: Tx) -> None:
    """Keep writers out of all records until this transaction ends, when what is stored must fit new definitions.

    On PostgreSQL it waits for the writes under way, and whoever comes later waits for it: a writer compares its
    definitions with the newest in a statement that takes a lock on one of these tables (it locks a row, or calls
    `schema.store.ensure_current`), so it either finishes under the old ones before this, or sees the new ones after.
    Reading goes on. On SQLite there is one writer at a time anyway.
    """
    if tx.dialect == "postgresql":
        await tx.run(_lock_tables)

"""A workspace as these tests use it: define, write, read back, plan and apply, without the REST edge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select

from interlock.core.attributes.definition import Option
from interlock.core.definitions import define, settings
from interlock.core.definitions.apply import apply
from interlock.core.definitions.document import parse_document, to_document
from interlock.core.definitions.plan import Plan, plan
from interlock.core.definitions.wanted import WantedAttribute, WantedType
from interlock.core.objects import instances
from interlock.core.objects.instances import Upsert
from interlock.core.records.store import INSTANCES, store_of
from interlock.core.references import store as links
from interlock.core.schema.cache import SchemaCache
from interlock.core.schema.schema import Schema
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.storage.database import Database
from interlock.storage.query import Query
from interlock.storage.tables import SLOTS, contacts
from interlock.storage.tables import instances as instance_table

OPTIONS = (Option("open"), Option("shipped"))
_slots = {
    table.name: Query(
        select(table.c.id, *(table.c[name] for name in SLOTS)).where(table.c.workspace_id == bindparam("w"))
    )
    for table in (contacts, instance_table)
}


def wanted(name: str, data_type: str = "string", **more: Any) -> WantedAttribute:
    if data_type == "list":
        more.setdefault("options", OPTIONS)
    return WantedAttribute(name, data_type, **more)


@dataclass
class Shop:
    database: Database
    schemas: SchemaCache
    id: str

    @classmethod
    async def open(cls, database: Database, **limits: Any) -> Shop:
        made = await create_workspace(database, "Shop")
        shop = cls(database, SchemaCache(database), made.workspace_id)
        if limits:
            await shop.define(settings.change, limits)
        return shop

    async def schema(self) -> Schema:
        """The newest, whatever the cache has."""
        return await self.schemas.refresh(self.id)

    async def define(self, unit: Any, *arguments: Any) -> Any:
        return await self.schemas.define(self.id, unit, *arguments)

    async def add_type(self, identifier: str, *attributes: WantedAttribute) -> str:
        return (await self.define(define.create_type, WantedType(identifier, attributes=attributes))).id

    async def add(self, kind: str, name: str, data_type: str = "string", **more: Any) -> int:
        return (await self.define(define.create_attribute, kind, wanted(name, data_type, **more))).id

    async def change(self, id: int, **change: Any) -> Any:
        return await self.define(define.update_attribute, id, define.AttributeChange(**change))

    # --- records

    async def put(self, identifier: str, external_id: str, **values: Any) -> str:
        wanted = Upsert(external_id, {}, values)
        done = await self.schemas.write(self.id, instances.upsert, identifier, wanted, "test")
        return done.record.id

    async def values(self, identifier: str) -> dict[str, dict[str, Any]]:
        """The stored values of every instance of a type, by external id."""
        kind = (await self.schema()).type(identifier).id
        return {one.fields["external_id"]: one.attributes for one in await self._records(kind)}

    async def _records(self, kind: str) -> list[Any]:
        return await self.database.read(store_of(kind).after, self.id, kind, "", 10_000)

    async def slots(self, kind: str) -> dict[str, dict[str, Any]]:
        """The slots of every record that are not empty, by id."""
        rows = await self.database.read(_read_slots, "contacts" if kind == "contact" else "instances", self.id)
        return {row[0]: {name: v for name, v in zip(SLOTS, row[1:], strict=True) if v is not None} for row in rows}

    async def links(self, kind: str, name: str) -> list[tuple[str, str]]:
        """(a, b) of every link of a reference, the oldest first."""
        end = (await self.schema()).of(kind)[name].reference
        assert end is not None
        rows = await self.database.read(links.of_reference, self.id, end.id)
        return [(row[1], row[2]) for row in reversed(rows)]

    async def insert_many(self, identifier: str, records: dict[str, dict[str, Any]]) -> None:
        """Many instances at once, below the gate."""
        kind = (await self.schema()).type(identifier).id
        await self.database.transact(_insert_many, await self.schema(), kind, records)

    # --- schemas

    async def pull(self) -> dict[str, Any]:
        return to_document(await self.schema())

    async def plan(self, document: dict[str, Any]) -> Plan:
        return await self.database.snapshot(plan, self.id, parse_document(document))

    async def apply(self, document: dict[str, Any], planned: Plan | None = None) -> Plan:
        planned = planned or await self.plan(document)
        return await self.define(apply, parse_document(document), planned.hash, "test")


async def _read_slots(tx: Any, table: str, workspace_id: str) -> Any:
    return await tx.all(_slots[table], w=workspace_id)


async def _insert_many(tx: Any, schema: Schema, kind: str, records: dict[str, dict[str, Any]]) -> None:
    from interlock.core.records.slots import slot_values

    for external_id, values in records.items():
        record = replace(instances.blank(kind, external_id), attributes=values)
        slots = slot_values(schema.of(kind), values)
        await INSTANCES.insert(tx, schema.workspace.id, schema.workspace.id, record, slots)

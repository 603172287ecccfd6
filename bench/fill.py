"""Fill databases with the shop: definitions through the core's own functions, rows straight into the tables.

Tables are vacuumed and analysed at the end, on every database alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apsw
import asyncpg

from bench import shop
from bench.floor import schema as floor
from bench.shop import OPTIONS, ORDER_ATTRIBUTES, PERSON_ATTRIBUTES, Shop
from bench.works import TOKEN
from interlock.core.attributes.definition import CONTACT, Option
from interlock.core.definitions import define
from interlock.core.definitions.wanted import WantedAttribute, WantedReference, WantedType
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import CONTACTS, INSTANCES
from interlock.core.references import store as links
from interlock.core.schema.cache import SchemaCache
from interlock.core.schema.schema import Schema
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.storage import migrate, tables
from interlock.storage.database import Tx
from interlock.storage.open import open_database

BATCH = 5_000
SQLITE = "sqlite:///"


# --- Interlock


async def interlock(url: str, data: Shop) -> None:
    """Make and fill the database of an Interlock."""
    await migrate.apply(url)
    database = await open_database(url, 2)
    try:
        made = await create_workspace(database, "Bench", token=TOKEN)
        schema = await _define(SchemaCache(database), made.workspace_id)
        for first in range(0, data.people, BATCH):
            await database.transact(copy_people, schema, first, min(first + BATCH, data.people))
        for first in range(0, data.orders, BATCH):
            await database.transact(_copy_orders, schema, data, first, min(first + BATCH, data.orders))
    finally:
        await database.close()
    await vacuum(url)


async def _define(schemas: SchemaCache, workspace_id: str) -> Schema:
    for one in _wanted(PERSON_ATTRIBUTES):
        await schemas.define(workspace_id, define.create_attribute, CONTACT, one)
    person = WantedAttribute("person", "reference", reference=WantedReference(CONTACT))
    order = WantedType("Order", attributes=(*_wanted(ORDER_ATTRIBUTES), person))
    await schemas.define(workspace_id, define.create_type, order)
    return await schemas.refresh(workspace_id)


def _wanted(attributes: tuple[tuple[str, str], ...]) -> tuple[WantedAttribute, ...]:
    return tuple(
        WantedAttribute(name, kind, options=tuple(Option(value) for value in OPTIONS.get(name, ())))
        for name, kind in attributes
    )


async def copy_people(tx: Tx, schema: Schema, first: int, end: int) -> None:
    """People straight into the table of contacts; attributes that the workspace has not defined are only stored."""
    names = [name for name, _ in PERSON_ATTRIBUTES]
    blank = dict.fromkeys(CONTACTS.field_names) | dict.fromkeys(_FALSE, False) | {"live": 1, "role": "user"}
    rows = []
    for number in range(first, end):
        one = shop.person(number)
        fields = blank | {"external_id": one.external_id, "email": one.email, "name": one.name}
        fields |= {"email_key": one.email, "user_email": one.email}
        fields |= {"created_at": one.created_at, "updated_at": one.created_at}
        record = Record(CONTACT, one.id, fields, dict(zip(names, one.attributes, strict=True)))
        rows.append(_values(schema, CONTACTS, record))
    await tx.copy(tables.contacts, rows)


_FALSE = ("unsubscribed_from_emails", "has_hard_bounced", "marked_email_as_spam", "archived", "blocked")


async def _copy_orders(tx: Tx, schema: Schema, data: Shop, first: int, end: int) -> None:
    orders, linked = order_rows(schema, data, range(first, end))
    await tx.copy(tables.instances, orders)
    await tx.copy(tables.links, linked)


def order_rows(schema: Schema, data: Shop, numbers: Iterable[int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of instances, and of the links to their persons."""
    kind, key = schema.type("Order").id, schema.workspace.id
    reference = schema.of(kind)["person"].reference
    assert reference is not None
    names = [name for name, _ in ORDER_ATTRIBUTES]
    blank = dict.fromkeys(INSTANCES.field_names) | {"live": 1}
    rows, linked = [], []
    for number in numbers:
        one = shop.order(number, data)
        fields = blank | {"external_id": one.external_id, "created_at": one.created_at, "updated_at": one.created_at}
        record = Record(kind, one.id, fields, dict(zip(names, one.attributes, strict=True)))
        rows.append(_values(schema, INSTANCES, record))
        linked.append(links.row(key, key, reference.id, reference.side, one.id, one.person_id))
    return rows, linked


def _values(schema: Schema, store: Any, record: Record) -> dict[str, Any]:
    key = schema.workspace.id
    slots = slot_values(schema.of(record.kind), record.attributes)
    return {**store.values(key, record, slots), "workspace_id": key}


# --- the floor


def floor_people(data: Shop) -> Iterator[tuple[Any, ...]]:
    empty = (None,) * (len(floor.PERSON_STANDARD) - 10)
    for number in range(data.people):
        id, external_id, email, name, created_at, attributes = shop.person(number)
        known = (id, external_id, "user", email, name, created_at, created_at)
        yield (*known, *empty, False, False, False, *attributes)


def _orders(data: Shop) -> Iterator[tuple[Any, ...]]:
    for number in range(data.orders):
        id, external_id, created_at, person_id, attributes = shop.order(number, data)
        yield (id, external_id, None, None, created_at, created_at, *attributes, person_id)


async def bare(url: str, data: Shop) -> None:
    """Make and fill the floor's database."""
    fill = _bare_sqlite if url.startswith(SQLITE) else _bare_postgres
    await fill(url, data)
    await vacuum(url)


async def _bare_postgres(url: str, data: Shop) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in floor.TABLES:
            await connection.execute(statement)
        for table, columns, rows in _floor_rows(data):
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        for statement in floor.INDEXES:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _bare_sqlite(url: str, data: Shop) -> None:
    connection = apsw.Connection(url.removeprefix(SQLITE))
    connection.pragma("journal_mode", "wal")
    with connection:
        for statement in floor.TABLES:
            connection.execute(statement)
        for table, columns, rows in _floor_rows(data):
            places = ", ".join("?" for _ in columns)
            connection.executemany(f"insert into {table} values ({places})", rows)
        for statement in floor.INDEXES:
            connection.execute(statement)
    connection.close()


def _floor_rows(data: Shop) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    yield "people", floor.PERSON_COLUMNS, floor_people(data)
    yield "orders", floor.ORDER_COLUMNS, _orders(data)


# --- either


async def vacuum(url: str) -> None:
    """VACUUM ANALYZE, and a checkpoint so that nobody pays for the loading later. SQLite: ANALYZE and a checkpoint."""
    if url.startswith(SQLITE):
        connection = apsw.Connection(url.removeprefix(SQLITE))
        connection.execute("analyze")
        connection.pragma("wal_checkpoint", "TRUNCATE")
        connection.close()
        return
    postgres = await asyncpg.connect(url)
    await postgres.execute("vacuum analyze")
    await postgres.execute("checkpoint")
    await postgres.close()

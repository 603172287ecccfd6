"""Fill databases with the help desk, like `fill.py`: rows straight into the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apsw
import asyncpg

from bench import desk, fill, shop
from bench.desk import ADMINS, BODY, FIRST_ADMIN, Desk
from bench.fill import BATCH, SQLITE
from bench.floor import desk as floor_desk
from bench.floor import schema as floor
from bench.shop import Shop
from bench.works import TOKEN
from interlock.core.attributes.definition import CONVERSATION
from interlock.core.records.record import Record
from interlock.core.records.slots import EMPTY
from interlock.core.records.store import CONVERSATIONS
from interlock.core.schema.cache import SchemaCache
from interlock.core.schema.schema import Schema
from interlock.core.staff.store import Admin, insert_admin
from interlock.core.threads.store import CONTACT_MEMBER
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.storage import migrate, tables
from interlock.storage.database import Tx
from interlock.storage.open import open_database


async def interlock(url: str, data: Desk) -> None:
    """Make and fill the database of an Interlock."""
    await migrate.apply(url)
    database = await open_database(url, 2)
    try:
        made = await create_workspace(database, "Bench", token=TOKEN)
        await database.transact(_add_admins, made.workspace_id)
        schema = await SchemaCache(database).get(made.workspace_id)
        for first in range(0, data.people, BATCH):
            await database.transact(fill.copy_people, schema, first, min(first + BATCH, data.people))
        for first in range(0, data.conversations, BATCH):
            await database.transact(_copy, schema, data, first, min(first + BATCH, data.conversations))
    finally:
        await database.close()
    await fill.vacuum(url)


async def _add_admins(tx: Tx, workspace_id: str) -> None:
    for n in range(ADMINS):
        id = FIRST_ADMIN + n
        await insert_admin(tx, workspace_id, Admin(id, f"admin{n}@example.com", f"Admin {n}", False, 0, 0))


async def _copy(tx: Tx, schema: Schema, data: Desk, first: int, end: int) -> None:
    key = schema.workspace.id
    rows, members = [], []
    for number in range(first, end):
        one = desk.conversation(number, data)
        person = shop.person(one.person)
        fields = _BLANK | {
            "state": one.state,
            "open": one.state != "closed",
            "admin_assignee_id": one.admin_id,
            "source_id": one.id,
            "source_author_id": person.id,
            "source_author_name": person.name,
            "source_author_email": person.email,
            "created_at": one.created_at,
            "updated_at": one.created_at,
        }
        record = Record(CONVERSATION, one.id, fields, {})
        rows.append({**CONVERSATIONS.values(key, record, EMPTY), "workspace_id": key})
        member = {"kind": CONTACT_MEMBER, "member_id": person.id, "created_at": one.created_at, "details": "{}"}
        members.append({"workspace_id": key, "thread_id": one.id, **member})
    await tx.copy(tables.conversations, rows)
    await tx.copy(tables.participants, members)


_BLANK: dict[str, Any] = dict.fromkeys(CONVERSATIONS.field_names) | {
    "live": 1,
    "read": True,
    "priority": "none",
    "channel_initiated": "messenger",
    "source_type": "conversation",
    "source_delivered_as": "customer_initiated",
    "source_subject": "",
    "source_body": BODY,
    "source_author_type": "user",
}


# --- the floor


async def bare(url: str, data: Desk) -> None:
    """Make and fill the floor's database."""
    run = _bare_sqlite if url.startswith(SQLITE) else _bare_postgres
    await run(url, data)
    await fill.vacuum(url)


TABLES = (*floor.TABLES, *floor_desk.TABLES)
INDEXES = (*floor.INDEXES, *floor_desk.INDEXES)


def _rows(data: Desk) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    yield "people", floor.PERSON_COLUMNS, fill.floor_people(Shop(data.people, 0))
    yield "conversations", floor_desk.COLUMNS, _conversations(data)


def _conversations(data: Desk) -> Iterator[tuple[Any, ...]]:
    for number in range(data.conversations):
        one = desk.conversation(number, data)
        place = (one.id, shop.person_id(one.person), one.state, one.state != "closed", True, "none", None)
        yield (*place, one.admin_id, None, None, None, None, BODY, "", None, one.created_at, one.created_at)


async def _bare_postgres(url: str, data: Desk) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in TABLES:
            await connection.execute(statement)
        for table, columns, rows in _rows(data):
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        for statement in INDEXES:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _bare_sqlite(url: str, data: Desk) -> None:
    connection = apsw.Connection(url.removeprefix(SQLITE))
    connection.pragma("journal_mode", "wal")
    with connection:
        for statement in TABLES:
            connection.execute(statement)
        for table, columns, rows in _rows(data):
            places = ", ".join("?" for _ in columns)
            connection.executemany(f"insert into {table} ({', '.join(columns)}) values ({places})", rows)
        for statement in INDEXES:
            connection.execute(statement)
    connection.close()

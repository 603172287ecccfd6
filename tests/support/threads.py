"""Conversations and tickets put straight into the database: for tests of what counts or unassigns many of them."""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.records.record import Record
from interlock.core.records.slots import EMPTY
from interlock.core.records.store import CONVERSATIONS, TICKETS
from interlock.kit import clock, ids
from interlock.storage.database import Database, Tx

_CONVERSATION = {
    "live": 1,
    "state": "open",
    "open": True,
    "read": False,
    "priority": "none",
    "channel_initiated": "messenger",
    "source_type": "conversation",
    "source_id": "1",
    "source_delivered_as": "customer_initiated",
    "source_subject": "",
    "source_body": "<p>Hello</p>",
    "source_author_type": "user",
    "source_author_id": "1",
}
_TICKET = {
    "live": 1,
    "ticket_type_id": "1",
    "category": "request",
    "state_id": "1",
    "state": "submitted",
    "open": True,
    "is_shared": True,
}


async def conversation(database: Database, workspace_id: str, **fields: Any) -> str:
    """A conversation with some of its standard fields; its id."""
    return await _insert(database, workspace_id, CONVERSATION, ids.decimal_id(), {**_CONVERSATION, **fields})


async def ticket(database: Database, workspace_id: str, id: str | None = None, **fields: Any) -> str:
    """A ticket; with the `id` of a conversation, the one that it became."""
    return await _insert(
        database, workspace_id, TICKET, id or ids.decimal_id(), {"number": ids.number(), **_TICKET, **fields}
    )


async def _insert(database: Database, workspace_id: str, kind: str, id: str, fields: dict[str, Any]) -> str:
    store = CONVERSATIONS if kind == CONVERSATION else TICKETS
    at = clock.seconds()
    every = {**dict.fromkeys(store.field_names), "created_at": at, "updated_at": at, **fields}
    record = Record(kind, id, every, {})

    async def put(tx: Tx) -> None:
        await store.insert(tx, workspace_id, workspace_id, record, EMPTY.copy())

    await database.transact(put)
    return id


async def field(database: Database, workspace_id: str, kind: str, id: str, name: str) -> Any:
    """One standard field of a conversation or a ticket, as it is stored."""
    store = CONVERSATIONS if kind == CONVERSATION else TICKETS

    async def read(tx: Tx) -> Any:
        record = await store.get(tx, workspace_id, id, kind)
        assert record is not None
        return record.fields[name]

    return await database.read(read)

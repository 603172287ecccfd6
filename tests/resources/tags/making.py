"""Records to put tags on, and what is written down about them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.records.store import store_of
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes
from support import threads
from support.client import Client

PLACES = {CONVERSATION: "/conversations", TICKET: "/tickets"}


async def thread(client: Client, workspace: Made, kind: str) -> str:
    """A conversation or a ticket, last changed long ago."""
    make = threads.conversation if kind == CONVERSATION else threads.ticket
    return await make(client.app.database, workspace.workspace_id, updated_at=1)


async def updated_at(client: Client, kind: str, id: str) -> int:
    table = store_of(kind).table
    query = Query(select(table.c.updated_at).where(table.c.id == bindparam("id")))

    async def read(tx: Tx) -> int:
        return await tx.value(query, id=id)

    return await client.app.database.read(read)


_history = Query(
    select(changes.c.action, changes.c.after)
    .where(changes.c.kind == bindparam("kind"), changes.c.record_id == bindparam("id"))
    .order_by(changes.c.id)
)


async def history(client: Client, kind: str, id: str) -> list[tuple[str, dict[str, Any]]]:
    """What happened to a record: (action, after)."""

    async def read(tx: Tx) -> list[tuple[str, dict[str, Any]]]:
        return [(row[0], msgspec.json.decode(row[1])) for row in await tx.all(_history, kind=kind, id=id)]

    return await client.app.database.read(read)


async def tag(client: Client, name: str) -> dict[str, Any]:
    return await client.ok("POST", "/tags", {"name": name})


async def person(client: Client, external_id: str, **more: Any) -> str:
    return (await client.ok("POST", "/contacts", {"external_id": external_id, **more}))["id"]


async def company(client: Client, company_id: str, *people: str) -> str:
    made = await client.ok("POST", "/companies", {"company_id": company_id, "name": company_id})
    for one in people:
        await client.ok("POST", f"/contacts/{one}/companies", {"id": made["id"]})
    return made["id"]

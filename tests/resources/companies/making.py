"""Companies and people for these tests, made through the API as a customer makes them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes
from support.client import Client


async def person(client: Client, external_id: str) -> str:
    return (await client.ok("POST", "/contacts", {"external_id": external_id}))["id"]


async def company(client: Client, company_id: str, **fields: Any) -> dict[str, Any]:
    return await client.ok("POST", "/companies", {"company_id": company_id, **fields})


async def attach(client: Client, contact_id: str, company_id: str) -> dict[str, Any]:
    return await client.ok("POST", f"/contacts/{contact_id}/companies", {"id": company_id})


async def with_people(client: Client, company_id: str, *people: str, **fields: Any) -> dict[str, Any]:
    """A company with people, who are made too; so that lists show it."""
    made = await company(client, company_id, **fields)
    for one in people:
        made = await attach(client, await person(client, one), made["id"])
    return made


async def attribute(client: Client, name: str, data_type: str = "string") -> None:
    await client.ok("POST", "/data_attributes", {"name": name, "model": "company", "data_type": data_type})


_changes = Query(
    select(changes.c.action, changes.c.before, changes.c.after)
    .where(changes.c.kind == bindparam("kind"), changes.c.record_id == bindparam("record_id"))
    .order_by(changes.c.id)
)


async def history(client: Client, kind: str, record_id: str) -> list[tuple[str, str, str]]:
    """What has happened to a record, in its order: (action, before, after) as JSON text."""
    return await client.app.database.read(_history, kind, record_id)


async def _history(tx: Tx, kind: str, record_id: str) -> list[tuple[str, str, str]]:
    rows = await tx.all(_changes, kind=kind, record_id=record_id)
    return [(row[0], row[1], row[2]) for row in rows]

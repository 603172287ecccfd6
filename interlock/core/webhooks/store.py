"""Webhooks in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import BigInteger, bindparam, case, delete, exists, insert, literal_column, select, update

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes, deliveries, webhooks


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to tell what. `secret` is sealed; `position` is the last change that it has been told."""

    id: str
    url: str
    topics: tuple[str, ...]
    secret: str
    active: bool
    errors: int
    paused_until: int | None
    position: int
    created_at: int
    updated_at: int
    details: dict[str, Any] = field(default_factory=dict)


w = webhooks.c
_columns = (
    *(w.id, w.url, w.topics, w.secret, w.active, w.errors, w.paused_until, w.position, w.created_at, w.updated_at),
    w.details,
)
_mine = (w.workspace_id == bindparam("key"), w.id == bindparam("of_id"))
_insert = Query(insert(webhooks))
_get = Query(select(*_columns).where(*_mine))
_lock = Query(select(*_columns).where(*_mine).with_for_update())
# In the order of their ids. Fan-out takes these rows for itself, so whoever has shared them has waited for it.
_hold_all = Query(select(w.id).where(w.workspace_id == bindparam("key")).order_by(w.id).with_for_update(read=True))
_list = Query(select(*_columns).where(w.workspace_id == bindparam("key")).order_by(w.id))
_update = Query(
    update(webhooks)
    .where(*_mine)
    .values(
        url=bindparam("new_url"),
        topics=bindparam("new_topics"),
        active=bindparam("new_active"),
        errors=bindparam("new_errors"),
        paused_until=bindparam("new_paused_until"),
        position=bindparam("new_position"),
        updated_at=bindparam("new_updated_at"),
    )
)
_delete = Query(delete(webhooks).where(*_mine))
_delete_deliveries = Query(
    delete(deliveries).where(
        deliveries.c.workspace_id == bindparam("key"), deliveries.c.webhook_id == bindparam("of_id")
    )
)
_advance = Query(update(webhooks).where(*_mine).values(position=bindparam("new_position")))
_behind = Query(
    select(w.workspace_id, w.id)
    .where(
        w.active == literal_column("true"),
        exists().where(changes.c.workspace_id == w.workspace_id, changes.c.position > w.position),
    )
    .order_by(w.workspace_id, w.id)
)
_went_well = Query(
    update(webhooks).where(*_mine, w.errors > literal_column("0")).values(errors=literal_column("0"), paused_until=None)
)
_most = bindparam("most", type_=BigInteger)
_went_wrong = Query(
    update(webhooks)
    .where(*_mine)
    .values(
        # So many in a row pause it, and it starts to count again.
        errors=case((w.errors + 1 >= _most, 0), else_=w.errors + 1),
        paused_until=case((w.errors + 1 >= _most, bindparam("until", type_=BigInteger)), else_=w.paused_until),
    )
)


def _made(row: Row) -> Webhook:
    values = list(row)
    values[2], values[4] = tuple(msgspec.json.decode(row[2])), bool(row[4])
    values[10] = msgspec.json.decode(row[10])
    return Webhook(*values)


async def insert_webhook(tx: Tx, workspace_id: str, one: Webhook) -> None:
    await tx.run(
        _insert,
        workspace_id=workspace_id,
        id=one.id,
        url=one.url,
        topics=msgspec.json.encode(one.topics).decode(),
        secret=one.secret,
        active=one.active,
        errors=one.errors,
        paused_until=one.paused_until,
        position=one.position,
        created_at=one.created_at,
        updated_at=one.updated_at,
        details=msgspec.json.encode(one.details).decode(),
    )


async def get(tx: Tx, workspace_id: str, id: str) -> Webhook | None:
    row = await tx.one(_get, key=workspace_id, of_id=id)
    return _made(row) if row is not None else None


async def lock(tx: Tx, workspace_id: str, id: str) -> Webhook | None:
    row = await tx.one(_lock, key=workspace_id, of_id=id)
    return _made(row) if row is not None else None


async def hold_all(tx: Tx, workspace_id: str) -> bool:
    """Let none of a workspace's webhooks be told anything until the end of this transaction; whether there are any."""
    return bool(await tx.all(_hold_all, key=workspace_id))


async def all_webhooks(tx: Tx, workspace_id: str) -> list[Webhook]:
    return [_made(row) for row in await tx.all(_list, key=workspace_id)]


async def update_webhook(tx: Tx, workspace_id: str, one: Webhook) -> None:
    await tx.run(
        _update,
        key=workspace_id,
        of_id=one.id,
        new_url=one.url,
        new_topics=msgspec.json.encode(one.topics).decode(),
        new_active=one.active,
        new_errors=one.errors,
        new_paused_until=one.paused_until,
        new_position=one.position,
        new_updated_at=one.updated_at,
    )


async def delete_webhook(tx: Tx, workspace_id: str, id: str) -> None:
    """With its deliveries: jobs for them find nothing left to do."""
    await tx.run(_delete_deliveries, key=workspace_id, of_id=id)
    await tx.run(_delete, key=workspace_id, of_id=id)


async def behind(tx: Tx) -> list[tuple[str, str]]:
    """Workspace and id of every active webhook that has not been told all."""
    return [(row[0], row[1]) for row in await tx.all(_behind)]


async def advance(tx: Tx, workspace_id: str, id: str, position: int) -> None:
    await tx.run(_advance, key=workspace_id, of_id=id, new_position=position)


async def went_well(tx: Tx, workspace_id: str, id: str) -> None:
    """Whoever answers is not paused, and starts to count errors anew."""
    await tx.run(_went_well, key=workspace_id, of_id=id)


async def went_wrong(tx: Tx, workspace_id: str, id: str, most: int, until: int) -> None:
    """Count an error; after `most` in a row it is paused until then (Unix seconds)."""
    await tx.run(_went_wrong, key=workspace_id, of_id=id, most=most, until=until)

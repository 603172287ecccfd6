"""Deliveries in the database: one row for each notification to each webhook, with what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import deliveries

WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"
STATES = (WAITING, DELIVERED, FAILED)


@dataclass(frozen=True, slots=True)
class Delivery:
    """`payload` is the JSON of the notification, but for the count of attempts; times are Unix seconds.

    `kind` and `record_id` name the record that it tells of (None: of none).
    """

    id: str
    webhook_id: str
    notification_id: str
    topic: str
    change_id: str | None
    payload: str
    state: str
    attempts: int
    next_attempt_at: int | None
    first_sent_at: int | None
    status: int | None
    problem: str | None
    created_at: int
    finished_at: int | None
    kind: str | None = None
    record_id: str | None = None


d = deliveries.c
_columns = (
    *(d.id, d.webhook_id, d.notification_id, d.topic, d.change_id, d.payload, d.state, d.attempts, d.next_attempt_at),
    *(d.first_sent_at, d.status, d.problem, d.created_at, d.finished_at, d.kind, d.record_id),
)
_names = tuple(column.name for column in _columns)
_mine = (d.workspace_id == bindparam("key"), d.id == bindparam("of_id"))
_add = Query(insert_or(deliveries).on_conflict_do_nothing().returning(d.id))
_get = Query(select(*_columns).where(*_mine))
_lock = Query(select(*_columns).where(*_mine).with_for_update())
_page = (
    select(*_columns)
    .where(d.workspace_id == bindparam("key"), d.webhook_id == bindparam("webhook"), d.id < bindparam("before"))
    .order_by(d.id.desc())
    .limit(bindparam("most"))
)
_pages = {False: Query(_page), True: Query(_page.where(d.state == bindparam("of_state")))}
_of_change = Query(
    select(*_columns).where(
        d.workspace_id == bindparam("key"),
        d.webhook_id == bindparam("webhook"),
        d.change_id == bindparam("change"),
        d.topic == bindparam("of_topic"),
    )
)
_result = ("state", "attempts", "next_attempt_at", "first_sent_at", "status", "problem", "finished_at")
_update = Query(update(deliveries).where(*_mine).values({name: bindparam(f"new_{name}") for name in _result}))
_old = Query(
    select(d.id)
    .where(d.workspace_id == bindparam("key"), d.id < bindparam("before"), text("state <> 'waiting'"))
    .order_by(d.id)
    .limit(bindparam("most"))
)
_of_record = Query(
    select(d.id, d.notification_id, d.topic, d.created_at)
    .where(
        d.workspace_id == bindparam("key"),
        d.kind == bindparam("of_kind"),
        d.record_id == bindparam("record"),
        d.id > bindparam("after"),
    )
    .order_by(d.id)
    .limit(bindparam("most"))
)
_set_payload = Query(update(deliveries).where(*_mine).values(payload=bindparam("new_payload")))
_delete = Query(delete(deliveries).where(d.workspace_id == bindparam("key"), any_of(d.id, "ids")))


def _made(row: Row) -> Delivery:
    return Delivery(*row)


async def add(tx: Tx, workspace_id: str, one: Delivery) -> bool:
    """Whether it is new: the same change is told to the same webhook under the same topic once."""
    values: dict[str, Any] = {name: getattr(one, name) for name in _names}
    return await tx.one(_add, workspace_id=workspace_id, **values) is not None


async def get(tx: Tx, workspace_id: str, id: str) -> Delivery | None:
    row = await tx.one(_get, key=workspace_id, of_id=id)
    return _made(row) if row is not None else None


async def lock(tx: Tx, workspace_id: str, id: str) -> Delivery | None:
    """After its webhook, where both are locked."""
    row = await tx.one(_lock, key=workspace_id, of_id=id)
    return _made(row) if row is not None else None


async def of_change(tx: Tx, workspace_id: str, webhook_id: str, change_id: str, topic: str) -> Delivery | None:
    row = await tx.one(_of_change, key=workspace_id, webhook=webhook_id, change=change_id, of_topic=topic)
    return _made(row) if row is not None else None


async def page(
    tx: Tx, workspace_id: str, webhook_id: str, state: str | None, limit: int, before_id: str | None
) -> list[Delivery]:
    """The newest first."""
    more = {"of_state": state} if state is not None else {}
    before = before_id or "g"  # after every hex digit
    rows = await tx.all(
        _pages[state is not None], key=workspace_id, webhook=webhook_id, before=before, most=limit, **more
    )
    return [_made(row) for row in rows]


async def update_delivery(tx: Tx, workspace_id: str, one: Delivery) -> None:
    await tx.run(_update, key=workspace_id, of_id=one.id, **{f"new_{name}": getattr(one, name) for name in _result})


async def notices_of(
    tx: Tx, workspace_id: str, kind: str, record_id: str, after_id: str, most: int
) -> list[tuple[str, str, str, int]]:
    """Of the deliveries that tell of a record, in the order of their ids: id, notification id, topic, created_at."""
    rows = await tx.all(_of_record, key=workspace_id, of_kind=kind, record=record_id, after=after_id, most=most)
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def set_payloads(tx: Tx, workspace_id: str, payloads: Mapping[str, str]) -> None:
    """Other texts of notifications, by the ids of their deliveries."""
    await tx.many(_set_payload, [{"key": workspace_id, "of_id": id, "new_payload": payloads[id]} for id in payloads])


async def drop_old(tx: Tx, workspace_id: str, before: int, most: int) -> int:
    """Remove deliveries that were made before (Unix seconds) and are over; how many."""
    rows = await tx.all(_old, key=workspace_id, before=f"{before:08x}", most=most)
    if rows:
        await tx.run(_delete, key=workspace_id, ids=[row[0] for row in rows])
    return len(rows)

"""Webhooks: made, changed, removed; and deliveries that are to be sent once more.

Of several problems the first counts: the address, then the topics. A webhook hears of what happens after it was made;
one that was switched off hears, when it is on again, of what happens from then. What it missed can be replayed.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from interlock.core.attributes.text import shown
from interlock.core.changes import change, feed
from interlock.core.jobs import store as jobs
from interlock.core.schema.schema import Schema
from interlock.core.staff import activity_log
from interlock.core.webhooks import delivery_store, store
from interlock.core.webhooks.delivery_store import WAITING, Delivery
from interlock.core.webhooks.notification import delivery_of
from interlock.core.webhooks.store import Webhook
from interlock.core.webhooks.topics import PING, TOPICS
from interlock.kit import clock, limits
from interlock.kit.http_client import check_url
from interlock.kit.problems import Problem, invalid, missing, not_found
from interlock.storage.database import Tx

KIND = "webhook"
DELIVER, REPLAY = "deliver", "replay_webhook"


def new_secret() -> str:
    return "whsec_" + random.token_urlsafe(32)


def place(workspace_id: str, webhook_id: str) -> tuple[str, str, str, str]:
    """What the sealed secret is bound to."""
    return workspace_id, "webhooks", "secret", webhook_id


def check(url: str | None, topics: Sequence[str] | None) -> None:
    if url is not None:
        problem = "is too long" if len(url) > limits.URL_CHARS else check_url(url)
        if problem is not None:
            raise invalid(f"url {problem}", "url")
    if topics is not None:
        if not topics:
            raise missing("At least one topic is required", "topics")
        unknown = next((one for one in topics if one not in TOPICS), None)
        if unknown is not None:
            raise invalid(f"There is no topic '{shown(unknown)}'. There are: {', '.join(TOPICS)}", "topics")


async def create(
    tx: Tx, schema: Schema, id: str, url: str, topics: Sequence[str], sealed: str, through: str, ip: str | None = None
) -> Webhook:
    """`id` and the sealed secret are the caller's, since sealing is bound to the id."""
    check(url, topics)
    key, now = schema.workspace.id, clock.seconds()
    if len(await store.all_webhooks(tx, key)) >= limits.WEBHOOKS:
        raise invalid(f"A workspace may have {limits.WEBHOOKS} webhooks")
    position = await feed.last_position(tx, key)
    one = Webhook(id, url, tuple(dict.fromkeys(topics)), sealed, True, 0, None, position, now, now)
    await store.insert_webhook(tx, key, one)
    await _note(tx, key, id, change.CREATED, through, {}, _told(one))
    await activity_log.log(tx, key, activity_log.WEBHOOK_CREATED, None, f"created a webhook to {url}.", _told(one), ip)
    return one


async def update(
    tx: Tx,
    schema: Schema,
    id: str,
    url: str | None,
    topics: Sequence[str] | None,
    active: bool | None,
    through: str,
) -> Webhook:
    """404 first. A new address, or being switched on, ends a pause."""
    key = schema.workspace.id
    was = _present(await store.lock(tx, key, id))
    check(url, topics)
    one = replace(
        was,
        url=was.url if url is None else url,
        topics=was.topics if topics is None else tuple(dict.fromkeys(topics)),
        active=was.active if active is None else active,
    )
    if one == was:
        return was
    if one.active and not was.active:
        one = replace(one, position=await feed.last_position(tx, key))
    if one.url != was.url or one.active != was.active:
        one = replace(one, errors=0, paused_until=None)
    one = replace(one, updated_at=clock.seconds())
    await store.update_webhook(tx, key, one)
    before, after = _told(was), _told(one)
    changed = [name for name in after if before[name] != after[name]]
    await _note(tx, key, id, change.UPDATED, through, {n: before[n] for n in changed}, {n: after[n] for n in changed})
    return one


async def delete(tx: Tx, schema: Schema, id: str, through: str, ip: str | None = None) -> Webhook:
    key = schema.workspace.id
    was = _present(await store.lock(tx, key, id))
    await store.delete_webhook(tx, key, id)
    await _note(tx, key, id, change.DELETED, through, _told(was), {})
    what = f"deleted a webhook to {was.url}."
    await activity_log.log(tx, key, activity_log.WEBHOOK_DELETED, None, what, _told(was), ip)
    return was


async def find(tx: Tx, workspace_id: str, id: str) -> Webhook:
    return _present(await store.get(tx, workspace_id, id))


def _present(one: Webhook | None) -> Webhook:
    if one is None:
        raise not_found("Webhook not found")
    return one


def _told(one: Webhook) -> dict[str, Any]:
    return {"url": one.url, "topics": list(one.topics), "active": one.active}


async def _note(
    tx: Tx, key: str, id: str, action: str, through: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    await change.note(tx, change.row(key, KIND, id, action, through, clock.micros(), before, after))


# --- deliveries


async def queue(tx: Tx, workspace_id: str, delivery_id: str) -> None:
    """Have a delivery sent. The time from which it may be tried is counted from now."""
    payload = {"delivery_id": delivery_id, "since": clock.seconds()}
    await jobs.enqueue(tx, workspace_id, DELIVER, payload, key=delivery_id)


async def find_delivery(tx: Tx, workspace_id: str, id: str) -> Delivery:
    found = await delivery_store.get(tx, workspace_id, id)
    if found is None:
        raise no_delivery()
    return found


def no_delivery() -> Problem:
    return not_found("Delivery not found")


async def deliveries_page(
    tx: Tx, workspace_id: str, webhook_id: str, state: str | None, limit: int, before_id: str | None
) -> list[Delivery]:
    await find(tx, workspace_id, webhook_id)
    return await delivery_store.page(tx, workspace_id, webhook_id, state, limit, before_id)


async def send_again(tx: Tx, workspace_id: str, id: str) -> Delivery:
    """A delivery once more, with the id that its notification has always had, whatever became of it before.

    An attempt that is under way loses its job by this, and so leaves the delivery alone (`engines/webhooks/deliver`).
    """
    found = await delivery_store.lock(tx, workspace_id, id)
    if found is None:
        raise no_delivery()
    again = replace(found, state=WAITING, next_attempt_at=clock.seconds(), problem=None, finished_at=None)
    await delivery_store.update_delivery(tx, workspace_id, again)
    await queue(tx, workspace_id, id)
    return again


async def replay(tx: Tx, schema: Schema, id: str, from_: int, to: int) -> str:
    """Tell everything of a time (Unix seconds, both included) once more, also what was never told; the job's id.

    404 first; then 400 for a time that ends before it begins. What is no longer in the history cannot be told.
    """
    key = schema.workspace.id
    await find(tx, key, id)
    if from_ > to:
        raise invalid("from must not be after to", "from")
    if not 0 <= from_ <= to < limits.ID_SECONDS_END:
        raise invalid("from and to must be Unix seconds", "from")
    return await jobs.enqueue(tx, key, REPLAY, {"webhook_id": id, "after": f"{from_:08x}", "before": f"{to + 1:08x}"})


async def ping(tx: Tx, schema: Schema, id: str) -> Delivery:
    """Send a notification that says nothing but that it works."""
    key = schema.workspace.id
    await find(tx, key, id)
    item = {"type": PING, "message": "Interlock reaches this webhook"}
    delivery = delivery_of(schema.workspace.app_id, id, PING, item, None)
    await delivery_store.add(tx, key, delivery)
    await queue(tx, key, delivery.id)
    return delivery

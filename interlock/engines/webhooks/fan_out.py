"""From the feed to deliveries: for each webhook, what it has not been told yet.

A batch is one transaction: it locks the webhook, reads the changes after its position, writes a delivery and a job for
each topic that the webhook asked for, and moves the position. Whatever kills the server, a change is either before the
position with its deliveries written, or after it. Several processes may do this at once; the lock puts them in a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from interlock.core.attributes.definition import CONTACT
from interlock.core.changes import feed
from interlock.core.changes.feed import Entry
from interlock.core.jobs import store as jobs
from interlock.core.jobs.store import Job
from interlock.core.schema import store as workspaces
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.webhooks import delivery_store, store, webhooks
from interlock.core.webhooks.notification import delivery_of
from interlock.core.webhooks.store import Webhook
from interlock.core.webhooks.topics import topics_of, wanted
from interlock.engines.jobs.context import Context
from interlock.engines.webhooks.render import bare, render
from interlock.kit import backoff, clock, limits
from interlock.kit.problems import Problem
from interlock.storage.database import Database, Tx, Unavailable

log = structlog.get_logger("interlock.webhooks")

DAY = 86_400


class FanOut:
    """One step tells each webhook at most a batch. `then` is called when there are new jobs.

    A webhook that cannot be told rests for a while, longer each time, and the others go on.
    """

    def __init__(self, context: Context, then: Callable[[], None] = lambda: None) -> None:
        self._context = context
        self._then = then
        self._resting: dict[str, tuple[int, int]] = {}  # by webhook: failures in a row, and until when (microseconds)

    async def step(self) -> bool:
        more = False
        behind = await self._context.database.read(store.behind)
        self._resting = {id: self._resting[id] for _, id in behind if id in self._resting}
        for workspace_id, webhook_id in behind:
            if self._resting.get(webhook_id, (0, 0))[1] > clock.micros():
                continue
            try:
                told = await self._context.schemas.write(workspace_id, tell, webhook_id)
            except Unavailable:
                raise  # of all of them: the loop that runs this waits
            except Exception as problem:  # noqa: BLE001 - whatever it is, it is of one webhook: the others are told
                self._rest(webhook_id, problem)
                continue
            self._resting.pop(webhook_id, None)
            more = more or told == limits.FAN_OUT_BATCH
            self._then()
        return more

    def _rest(self, webhook_id: str, problem: Exception) -> None:
        failures = self._resting.get(webhook_id, (0, 0))[0] + 1
        seconds = backoff.pause(failures, limits.FAN_OUT_PAUSE, limits.FAN_OUT_PAUSE_MAX)
        self._resting[webhook_id] = failures, clock.micros() + int(seconds * 1_000_000)
        unforeseen = failures == 1 and not isinstance(problem, Problem)
        log.error("a webhook cannot be told", webhook=webhook_id, problem=repr(problem), exc_info=unforeseen)


async def tell(tx: Tx, schema: Schema, webhook_id: str) -> int:
    """Write down the deliveries of the next batch of changes; how many changes it was."""
    await ensure_current(tx, schema)  # an instance of a type that was made just now is one, too
    key = schema.workspace.id
    webhook = await store.lock(tx, key, webhook_id)
    if webhook is None or not webhook.active:
        return 0
    entries = await feed.page(tx, key, webhook.position, limits.FAN_OUT_BATCH)
    for one in entries:
        for delivery in await _deliveries(tx, schema, webhook, one):
            if await delivery_store.add(tx, key, delivery):
                await webhooks.queue(tx, key, delivery.id)
    if entries:
        await store.advance(tx, key, webhook_id, entries[-1].position)
    return len(entries)


async def _deliveries(tx: Tx, schema: Schema, webhook: Webhook, one: Entry) -> list[Any]:
    asked = frozenset(webhook.topics)
    made = []
    for pattern in wanted(topics_of(schema, one), asked):
        topic, item = await _rendered(tx, schema, one, pattern)
        if topic in asked:
            made.append(delivery_of(schema.workspace.app_id, webhook.id, topic, item, one.id, *_record_of(one)))
    return made


def _record_of(one: Entry) -> tuple[str, str]:
    """What must not be told any more when it is gone: of an event and a visitor it is the person."""
    if one.kind in ("data_event", "visitor") and one.after.get("contact_id"):
        return CONTACT, one.after["contact_id"]
    return one.kind, one.record_id


async def _rendered(tx: Tx, schema: Schema, one: Entry, pattern: str) -> tuple[str, Any]:
    try:
        return await render(tx, schema, one, pattern)
    except (Problem, LookupError, TypeError, ValueError, AttributeError) as problem:
        # A mistake of ours in one shape must not hold back everything that comes after it.
        log.error("a notification has only the id of its resource", change=one.id, problem=repr(problem))
        return bare(schema, one, pattern)


async def replay(tx: Tx, schema: Schema, job: Job) -> dict[str, int] | None:
    """A job: tell the changes of a time once more, a batch at a time; what was never told, for the first time."""
    await ensure_current(tx, schema)
    key, payload = schema.workspace.id, job.payload
    webhook = await store.lock(tx, key, payload["webhook_id"])
    if webhook is None:
        return None
    entries = await feed.by_id(tx, key, payload["after"], payload["before"], limits.FAN_OUT_BATCH)
    sent = payload.get("sent", 0)
    for one in entries:
        if one.position > webhook.position and webhook.active:
            continue  # it is about to be told anyway
        for delivery in await _deliveries(tx, schema, webhook, one):
            sent += 1
            if await delivery_store.add(tx, key, delivery):
                await webhooks.queue(tx, key, delivery.id)
                continue
            known = await delivery_store.of_change(tx, key, webhook.id, one.id, delivery.topic)
            if known is not None:
                await webhooks.send_again(tx, key, known.id)
    if len(entries) == limits.FAN_OUT_BATCH:
        rest = payload | {"after": entries[-1].id, "sent": sent}
        await jobs.enqueue(tx, key, webhooks.REPLAY, rest)
    return {"sent": sent}


async def prune(database: Database) -> bool:
    """Deliveries that are over go after a while, a batch in each workspace; True when there is more."""
    more = False
    before = clock.seconds() - limits.DELIVERY_DAYS * DAY
    for workspace_id, _ in await database.read(workspaces.all_workspaces):
        gone = await database.transact(delivery_store.drop_old, workspace_id, before, limits.STAMP_BATCH)
        more = more or gone == limits.STAMP_BATCH
    return more

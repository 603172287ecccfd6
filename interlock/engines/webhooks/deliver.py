"""Sends one delivery: the job `deliver`.

Only 2xx within five seconds is success; a redirect is none. After a failure it is tried again, with pauses that grow
to two hours, for a week. A receiver that says how long to wait is believed (`Retry-After`), one that answers 429 is
left alone for a minute at least. A thousand failures in a row pause the webhook for a quarter of an hour, and its
deliveries wait. The notification keeps its id in all of this; only the number of the attempt changes.

Whoever asks for a delivery to be sent again while an attempt is under way puts another job in the place of that
attempt's: what comes of the attempt is then not written down, or it would end what was just asked for. Rows are locked
in one order everywhere: webhook, delivery, job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from interlock import __version__
from interlock.core.jobs import store as jobs
from interlock.core.jobs.outcome import RetryAt
from interlock.core.jobs.store import Job
from interlock.core.schema.schema import Schema
from interlock.core.webhooks import delivery_store, store, webhooks
from interlock.core.webhooks.delivery_store import DELIVERED, FAILED, WAITING, Delivery
from interlock.core.webhooks.notification import body_of
from interlock.core.webhooks.store import Webhook
from interlock.engines.jobs.context import Context
from interlock.engines.webhooks.signature import headers_of
from interlock.kit import backoff, clock, limits
from interlock.kit.http_client import HttpProblem
from interlock.storage.database import Tx

USER_AGENT = f"Interlock-Webhooks/{__version__}"
TOO_MANY = 429


async def deliver(context: Context, job: Job) -> Any:
    """An outbound handler; the payload names the delivery, and since when it has been tried."""
    key = job.workspace_id
    delivery, webhook = await context.database.read(_load, key, job.payload["delivery_id"])
    if delivery is None or delivery.state != WAITING or webhook is None:
        return _nothing
    now = clock.seconds()
    if not webhook.active:
        return partial(_give_up, job, replace(delivery, problem="The webhook is not active"))
    if webhook.paused_until is not None and webhook.paused_until > now:
        return partial(_put_off, job, delivery, webhook.paused_until, "The webhook is paused")
    attempt, first = delivery.attempts + 1, delivery.first_sent_at or now
    body = body_of(delivery, attempt, first)
    secret = context.secrets.open(webhook.secret, *webhooks.place(key, webhook.id))
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **headers_of(body, secret, now)}
    tried = replace(delivery, attempts=attempt, first_sent_at=first, status=None, problem=None)
    wait = 0.0
    try:
        reply = await context.http.send(
            "POST", webhook.url, body=body, headers=headers, timeout=limits.OUTBOUND_SECONDS
        )
    except HttpProblem as problem:
        tried = replace(tried, problem=str(problem)[: limits.JOB_PROBLEM_CHARS])
    else:
        tried = replace(tried, status=reply.status)
        if 200 <= reply.status < 300:
            return partial(_succeed, job, tried)
        tried = replace(tried, problem=f"The receiver answered {reply.status}")
        wait = _asked_to_wait(reply.status, reply.headers, now)
    wait = max(wait, backoff.pause(attempt, limits.DELIVERY_PAUSE, limits.DELIVERY_PAUSE_MAX))
    return partial(_fail, job, tried, wait)


async def _load(tx: Tx, key: str, id: str) -> tuple[Delivery | None, Webhook | None]:
    delivery = await delivery_store.get(tx, key, id)
    return delivery, await store.get(tx, key, delivery.webhook_id) if delivery is not None else None


def _asked_to_wait(status: int, headers: Mapping[str, str], now: int) -> float:
    """Seconds for which the receiver wants to be left alone, within reason."""
    least = float(limits.DELIVERY_TOO_MANY_PAUSE if status == TOO_MANY else 0)
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        asked = float(text[:9])
    else:
        try:
            asked = parsedate_to_datetime(text).timestamp() - now
        except (ValueError, OverflowError):
            asked = 0.0
    return min(max(asked, least), limits.RETRY_AFTER_MAX)


# --- what came of it


async def _nothing(tx: Tx, schema: Schema) -> None:
    """It was delivered, or is gone with its webhook."""


async def _write(tx: Tx, job: Job, one: Delivery) -> None:
    """The webhook's row has been written before, if at all. Nothing, when another job has the delivery by now."""
    if await delivery_store.lock(tx, job.workspace_id, one.id) is None:
        return  # with its webhook
    if await jobs.get(tx, job.workspace_id, job.id) is not None:
        await delivery_store.update_delivery(tx, job.workspace_id, one)


async def _succeed(job: Job, one: Delivery, tx: Tx, schema: Schema) -> dict[str, Any]:
    await store.went_well(tx, job.workspace_id, one.webhook_id)
    await _write(tx, job, replace(one, state=DELIVERED, next_attempt_at=None, finished_at=clock.seconds()))
    return {"status": one.status}


async def _put_off(job: Job, one: Delivery, until: int, why: str, tx: Tx, schema: Schema) -> RetryAt:
    await _write(tx, job, replace(one, next_attempt_at=until))
    return RetryAt(until * 1_000_000, why)


async def _give_up(job: Job, one: Delivery, tx: Tx, schema: Schema) -> dict[str, Any]:
    await _write(tx, job, replace(one, state=FAILED, next_attempt_at=None, finished_at=clock.seconds()))
    return {"status": one.status, "problem": one.problem}


async def _fail(job: Job, one: Delivery, wait: float, tx: Tx, schema: Schema) -> Any:
    now = clock.seconds()
    most, pause = limits.WEBHOOK_ERRORS, limits.WEBHOOK_PAUSE
    await store.went_wrong(tx, job.workspace_id, one.webhook_id, most, now + pause)
    end = int(job.payload["since"]) + limits.DELIVERY_SECONDS
    if now >= end:
        return await _give_up(job, one, tx, schema)
    return await _put_off(job, one, min(now + max(1, int(wait)), end), one.problem or "", tx, schema)

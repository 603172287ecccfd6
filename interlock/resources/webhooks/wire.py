"""Webhooks as JSON. Times are Unix seconds."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.webhooks.delivery_store import Delivery
from interlock.core.webhooks.store import Webhook


class WebhookBody(msgspec.Struct):
    url: str
    topics: list[str]


class WebhookChangeBody(msgspec.Struct):
    """What is absent stays as it is."""

    url: str | None = None
    topics: list[str] | None = None
    active: bool | None = None


class ReplayBody(msgspec.Struct):
    """Unix seconds, both included."""

    from_: int = msgspec.field(name="from")
    to: int


class WebhookJson(msgspec.Struct):
    """`secret` is there only in the answer that made it. While it is paused, nothing is sent and nothing is lost."""

    type: Literal["webhook"]
    id: str
    url: str
    topics: list[str]
    active: bool
    paused_until: int | None
    created_at: int
    updated_at: int
    secret: str | UnsetType = UNSET


class WebhookList(msgspec.Struct):
    type: Literal["list"]
    data: list[WebhookJson]
    total_count: int


class DeletedWebhook(msgspec.Struct):
    type: Literal["webhook"]
    id: str
    deleted: Literal[True]


class DeliveryJson(msgspec.Struct):
    """One notification to one webhook. `status` is of the last answer, `problem` what the last attempt failed of."""

    type: Literal["webhook_delivery"]
    id: str
    webhook_id: str
    notification_id: str
    topic: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    next_attempt_at: int | None
    first_sent_at: int | None
    status: int | None
    problem: str | None
    created_at: int
    finished_at: int | None
    notification: dict[str, Any]


class DeliveryList(msgspec.Struct):
    type: Literal["list"]
    data: list[DeliveryJson]
    next: str | None


class ReplayJson(msgspec.Struct):
    """`job_id` is a background job, by which one sees that all has been sent again."""

    type: Literal["webhook_replay"]
    webhook_id: str
    job_id: str


def webhook(one: Webhook, secret: str | None = None) -> dict[str, Any]:
    answer = {
        "type": "webhook",
        "id": one.id,
        "url": one.url,
        "topics": list(one.topics),
        "active": one.active,
        "paused_until": one.paused_until,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }
    return answer | {"secret": secret} if secret is not None else answer


def delivery(one: Delivery) -> dict[str, Any]:
    return {
        "type": "webhook_delivery",
        "id": one.id,
        "webhook_id": one.webhook_id,
        "notification_id": one.notification_id,
        "topic": one.topic,
        "state": one.state,
        "attempts": one.attempts,
        "next_attempt_at": one.next_attempt_at,
        "first_sent_at": one.first_sent_at,
        "status": one.status,
        "problem": one.problem,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
        "notification": msgspec.json.decode(one.payload),
    }

"""What is sent: the envelope around a resource. Source: api_conventions.md 8."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from interlock.core.webhooks.delivery_store import WAITING, Delivery
from interlock.kit import clock, ids


def delivery_of(
    app_id: str,
    webhook_id: str,
    topic: str,
    item: Any,
    change_id: str | None,
    kind: str | None = None,
    record_id: str | None = None,
) -> Delivery:
    """A delivery of a new notification, yet to be sent. It tells of the change, and of the record."""
    now = clock.seconds()
    notification_id = f"notif_{uuid.uuid4()}"
    return Delivery(
        ids.record_id(),
        webhook_id,
        notification_id,
        topic,
        change_id,
        payload_of(app_id, notification_id, topic, now, item),
        WAITING,
        0,
        now,
        None,
        None,
        None,
        now,
        None,
        kind,
        record_id,
    )


def payload_of(app_id: str, notification_id: str, topic: str, created_at: int, item: Any) -> str:
    payload = {
        "type": "notification_event",
        "id": notification_id,
        "topic": topic,
        "app_id": app_id,
        "created_at": created_at,
        "delivery_attempts": 0,
        "first_sent_at": None,
        "self": None,
        "data": {"type": "notification_event_data", "item": item},
    }
    return msgspec.json.encode(payload).decode()


def body_of(one: Delivery, attempt: int, first_sent_at: int) -> bytes:
    """The bytes of one attempt: its number is in it, and so the signature is made for each anew."""
    payload = msgspec.json.decode(one.payload)
    return msgspec.json.encode(payload | {"delivery_attempts": attempt, "first_sent_at": first_sent_at})

"""When a teammate was at work on a conversation, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from interlock.core.threads.store import Part


class Teammate(msgspec.Struct):
    type: Literal["admin", "team", "bot"]
    id: int
    name: str
    email: str | None


class HandlingEvent(msgspec.Struct):
    """`timestamp` is ISO 8601, in UTC."""

    teammate: Teammate
    type: Literal["paused", "resumed"]
    timestamp: str
    reason: str | None


class HandlingEvents(msgspec.Struct):
    handling_events: list[HandlingEvent]


def handling_events(events: Sequence[Part]) -> dict[str, Any]:
    return {"handling_events": [_event(one) for one in events]}


def _event(one: Part) -> dict[str, Any]:
    email = one.details.get("author_email")
    return {
        "teammate": {
            "type": one.author_type,
            "id": int(one.author_id),
            "name": one.details.get("author_name", ""),
            "email": email,
        },
        "type": one.part_type,
        "timestamp": datetime.fromtimestamp(one.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "reason": one.details.get("reason"),
    }

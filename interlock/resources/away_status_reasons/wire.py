"""Reasons for being away as JSON, and what may be set of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from interlock.core.attributes.text import storable
from interlock.core.staff.away import ReasonWrite
from interlock.core.staff.away_store import AwayReason
from interlock.kit import limits
from interlock.kit.problems import invalid

_Order = Annotated[int, Meta(ge=0, le=1_000_000)]


class AwayStatusReason(msgspec.Struct):
    type: Literal["away_status_reason"]
    id: str
    label: str
    emoji: str
    order: int
    deleted: bool
    created_at: int
    updated_at: int


class AwayStatusReasonList(msgspec.Struct):
    type: Literal["list"]
    data: list[AwayStatusReason]


class _Fields(msgspec.Struct, kw_only=True):
    emoji: str | None = None
    order: _Order | None = None


class ReasonBody(_Fields, kw_only=True):
    """What is absent stays. `order` is the place in the list."""

    label: str | None = None


class NewReasonBody(_Fields, kw_only=True):
    """Comes last in the list unless `order` says otherwise."""

    label: str


def reason(one: AwayReason) -> dict[str, Any]:
    return {
        "type": "away_status_reason",
        "id": str(one.id),
        "label": one.label,
        "emoji": one.emoji,
        "order": one.position,
        "deleted": one.deleted,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


def read_reason(body: ReasonBody | NewReasonBody) -> ReasonWrite:
    """400 names the field."""
    label = _text("label", body.label, limits.AWAY_REASON_CHARS)
    if label == "":
        raise invalid("label must not be empty", "label")
    return ReasonWrite(label, _text("emoji", body.emoji, limits.AWAY_EMOJI_CHARS), body.order)


def _text(name: str, raw: str | None, most: int) -> str | None:
    if raw is None:
        return None
    text = raw.strip()
    if len(text) > most or not storable(text):
        raise invalid(f"{name} must be at most {most} characters of text", name)
    return text

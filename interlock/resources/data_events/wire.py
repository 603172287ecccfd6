"""Data events as JSON, at the newest version.

What `GET /events` lists are single events, under the names that Intercom's servers give them and, since the
description knows no other answer, under those of a summary as well: an event is a summary of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from interlock.core.activity.events import NewEvent, check, check_name
from interlock.core.activity.store import EMAIL, ID, USER_ID, Event, EventType, Person, Summary, Who
from interlock.kit import limits
from interlock.kit.problems import invalid, missing
from interlock.shapes.reading import read_external_id, read_time

Time = int | float | str | None

# --- requests


class EventBody(msgspec.Struct):
    """What somebody did: a user by `user_id` or `email`, a user or lead by `id`. `created_at` is in Unix seconds.

    `metadata` has at most ten keys, with texts, numbers, `{url, value}` or `{amount, currency}`.
    """

    event_name: str | None = None
    created_at: Time = None
    user_id: str | int | None = None
    id: str | None = None
    email: str | None = None
    metadata: dict[str, Any] | None = None


class SummaryBody(msgspec.Struct):
    """`count` events of a name, and when the first and the last of them were."""

    event_name: str | None = None
    count: int | None = None
    first: Time = None
    last: Time = None


class SummariesBody(msgspec.Struct):
    """One summary or several, of one person."""

    user_id: str | int | None = None
    id: str | None = None
    email: str | None = None
    event_summaries: SummaryBody | list[SummaryBody] | None = None


class TypeBody(msgspec.Struct):
    archived: bool


def read_event(body: EventBody) -> NewEvent:
    return check(body.event_name, read_time(body.created_at, "created_at"), _who(body), body.metadata)


def read_summaries(body: SummariesBody) -> tuple[Who, list[Summary]]:
    """Of several problems the first counts: whose they are, that there are none or too many, each in its turn."""
    who = _who(body)
    if who is None:
        raise missing("A user_id, an id or an email is required", "user_id")
    raw = body.event_summaries
    each = raw if isinstance(raw, list) else [raw] if raw is not None else []
    if not each:
        raise missing("event_summaries not specified", "event_summaries")
    if len(each) > limits.EVENT_TYPES:
        raise invalid(f"event_summaries must be at most {limits.EVENT_TYPES}", "event_summaries")
    return who, [_summary(one) for one in each]


def _summary(body: SummaryBody) -> Summary:
    name = check_name(body.event_name, "event_summaries.event_name")
    count = 1 if body.count is None else body.count
    if not 0 < count <= limits.EVENT_COUNT_MAX:
        raise invalid(f"event_summaries.count must be between 1 and {limits.EVENT_COUNT_MAX}", "event_summaries.count")
    first, last = (read_time(getattr(body, name), f"event_summaries.{name}") for name in ("first", "last"))
    if first is None and last is None:
        raise missing("event_summaries.first not specified", "event_summaries.first")
    first, last = last if first is None else first, first if last is None else last
    assert first is not None
    assert last is not None
    if first > last:
        raise invalid("event_summaries.first must not be after event_summaries.last", "event_summaries.first")
    return Summary(name, count, first, last)


def _who(body: EventBody | SummariesBody) -> Who | None:
    user_id = read_external_id(body.user_id, "user_id")
    return _first({ID: body.id, USER_ID: user_id, EMAIL: body.email})


_FILTER = {"intercom_user_id": ID, "user_id": USER_ID, "email": EMAIL}


def read_filter(query: Mapping[str, str]) -> Who:
    """Whose events: `user_id=`, as callers send it, or `filter[user_id]=`, as the description may be read."""
    found = {by: query.get(name) or query.get(f"filter[{name}]") for name, by in _FILTER.items()}
    who = _first(found)
    if who is None:
        raise missing("A user_id, an email or an intercom_user_id is required", "user_id")
    return who


def _first(ids: Mapping[str, str | None]) -> Who | None:
    return next((Who(by, value) for by, value in ids.items() if value), None)


# --- answers


def events_page(person: Person, events: list[dict[str, Any]], pages: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "event.summary",
        "email": person.email or "",
        "intercom_user_id": person.id,
        "user_id": person.external_id or "",
        "events": events,
        "pages": pages,
    }


def event(person: Person, one: Event) -> dict[str, Any]:
    moment = _iso(one.created_at)
    return {
        "type": "event",
        "id": one.id,
        "event_name": one.name,
        "created_at": one.created_at,
        "user_id": person.external_id or "",
        "email": person.email or "",
        "intercom_user_id": person.id,
        "metadata": one.metadata,
        "name": one.name,
        "first": moment,
        "last": moment,
        "count": 1,
        "description": "",
    }


def summary(one: Summary) -> dict[str, Any]:
    first, last = _iso(one.first_at), _iso(one.last_at)
    return {"name": one.name, "first": first, "last": last, "count": one.count, "description": ""}


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def event_type(one: EventType) -> dict[str, Any]:
    return {"type": "data_event_type", "name": one.name, "archived": one.archived, "created_at": one.created_at}


# --- their description


class SummaryItem(msgspec.Struct, omit_defaults=True):
    """A single event, or (with `summary=true`) all events of a name. Only single events have what follows `count`."""

    name: str
    first: str
    last: str
    count: int
    description: str
    type: Literal["event"] | msgspec.UnsetType = msgspec.UNSET
    id: str | msgspec.UnsetType = msgspec.UNSET
    event_name: str | msgspec.UnsetType = msgspec.UNSET
    created_at: int | msgspec.UnsetType = msgspec.UNSET
    user_id: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET
    intercom_user_id: str | msgspec.UnsetType = msgspec.UNSET
    metadata: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class EventPages(msgspec.Struct):
    """`next` leads to older events, and is null where there are none; `since` to what comes in from now on."""

    next: str | None
    since: str | None


class EventSummary(msgspec.Struct):
    """What a person did. Who has no email or no user_id has "" there."""

    type: Literal["event.summary"]
    email: str
    intercom_user_id: str
    user_id: str
    events: list[SummaryItem]
    pages: EventPages


class EventTypeJson(msgspec.Struct):
    type: Literal["data_event_type"]
    name: str
    archived: bool
    created_at: int


class EventTypeList(msgspec.Struct):
    type: Literal["list"]
    data: list[EventTypeJson]
    total_count: int

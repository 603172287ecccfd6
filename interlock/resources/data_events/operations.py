"""Data events over REST, and the types of events, which Intercom archives only in its settings.

Source: description 2.16 tag "Data Events"; reference/engagement.md 5. What is decided beyond them stands in
`core/activity/events.py` and `metadata.py`; here:

* `GET /events` needs `type=user`, and answers an `event.summary` in every case: the description has no other answer.
* Its pages go by `before`, a place among the events, and end with `next` null; `since` begins where the newest event
  is, so that a consumer can come back for what is new.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from interlock.core.activity import events
from interlock.core.activity.store import FIRST, LAST, Place
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid
from interlock.resources.data_events import wire
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Answer, Call, Operation
from interlock.shapes.reading import read_flag

TAG = "Data Events"
READ, WRITE = "read_events", "write_events"
_TYPES = "/interlock/v1/data_event_types"
_Moment = Annotated[int, msgspec.Meta(ge=limits.INTEGER_MIN, le=limits.INTEGER_MAX)]
_Cursor = tuple[_Moment, Annotated[str, msgspec.Meta(max_length=24)]]


class ListQuery(msgspec.Struct):
    """`type` is `user`; whose events, is one of the next three. `summary=true` counts all there ever were by name."""

    type: str
    user_id: str | None = None
    intercom_user_id: str | None = None
    email: str | None = None
    summary: bool | None = None
    per_page: int = limits.EVENTS_PER_PAGE
    before: str | None = None
    since: str | None = None


class TypesQuery(msgspec.Struct):
    include_archived: bool | None = None


# --- events


async def submit(call: Call) -> Any:
    """202 without a body, also for an event that was there already."""
    wanted = wire.read_event(call.body or wire.EventBody())
    await call.schemas.write(call.workspace_id, events.record, wanted, call.through)
    return Answer(status=202)


async def add_summaries(call: Call) -> Any:
    who, wanted = wire.read_summaries(call.body or wire.SummariesBody())
    await call.schemas.write(call.workspace_id, events.add_summaries, who, wanted, call.through)
    return Answer()


async def list_all(call: Call) -> Any:
    if call.query.get("type") != "user":
        raise invalid("type must be user", "type")
    who = wire.read_filter(call.query)
    if read_flag(call.query.get("summary"), "summary"):
        person, counted = await call.database.read(events.summary, call.schema, who)
        return wire.events_page(person, [wire.summary(one) for one in counted], {"next": None, "since": None})
    per_page = paging.read_per_page(call, limits.EVENTS_PER_PAGE)
    before, since = _read_place(call, "before", LAST), _read_place(call, "since", FIRST)
    page = await call.database.read(events.page, call.schema, who, since, before, per_page)
    shown = page.events
    following = newest = None
    if page.more:
        following = paging.link(call, before=_cursor((shown[-1].created_at, shown[-1].id)))
    if before == LAST:
        newest = _since(call, (shown[0].created_at, shown[0].id) if shown else since)
    return wire.events_page(
        page.person, [wire.event(page.person, one) for one in shown], {"next": following, "since": newest}
    )


def _since(call: Call, place: Place) -> str:
    return paging.link(call, since=_cursor(place))


def _cursor(place: Place) -> str:
    return paging.encode_cursor(place)


def _read_place(call: Call, name: str, default: Place) -> Place:
    text = call.query.get(name)
    if not text:
        return default
    try:
        return paging.decode_cursor(text, _Cursor)
    except Problem:
        message = f"Invalid {name} param. Please follow the addresses of a page"
        raise Problem("client_error", message, name) from None


# --- types


async def list_types(call: Call) -> Any:
    """By name. Archived ones only when they are asked for."""
    archived = read_flag(call.query.get("include_archived"), "include_archived")
    found = await call.database.read(events.all_types, call.schema)
    shown = [wire.event_type(one) for one in found if archived or not one.archived]
    return {"type": "list", "data": shown, "total_count": len(shown)}


async def archive_type(call: Call) -> Any:
    name, archived = call.params["name"], call.body.archived
    one = await call.schemas.write(call.workspace_id, events.archive_type, name, archived, call.through)
    return wire.event_type(one)


OPERATIONS = [
    Operation(
        "POST",
        "/events",
        "createDataEvent",
        submit,
        "Submit a data event",
        TAG,
        scope=WRITE,
        body=wire.EventBody,
        body_required=False,
        status=202,
        errors=(
            "parameter_invalid",
            "parameter_not_found",
            "type_mismatch",
            "not_found",
            "data_event_type_limit_reached",
        ),
    ),
    Operation(
        "GET",
        "/events",
        "lisDataEvents",
        list_all,
        "List what a person did in the last 90 days, or count what they ever did",
        TAG,
        scope=READ,
        query=ListQuery,
        answer=wire.EventSummary,
        errors=("parameter_invalid", "parameter_not_found", "client_error", "not_found"),
    ),
    Operation(
        "POST",
        "/events/summaries",
        "dataEventSummaries",
        add_summaries,
        "Add to what is counted of a person's events",
        TAG,
        scope=WRITE,
        body=wire.SummariesBody,
        body_required=False,
        errors=(
            "parameter_invalid",
            "parameter_not_found",
            "type_mismatch",
            "not_found",
            "data_event_type_limit_reached",
        ),
    ),
    Operation(
        "GET",
        _TYPES,
        "listDataEventTypes",
        list_types,
        "List the types of events",
        TAG,
        scope=READ,
        query=TypesQuery,
        answer=wire.EventTypeList,
        errors=("parameter_invalid",),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _TYPES + "/{name}",
        "updateDataEventType",
        archive_type,
        "Archive a type of events, or bring it back",
        TAG,
        scope=WRITE,
        body=wire.TypeBody,
        answer=wire.EventTypeJson,
        errors=("parameter_not_found", "type_mismatch", "not_found", "data_event_type_limit_reached"),
        surface=INTERLOCK,
    ),
]

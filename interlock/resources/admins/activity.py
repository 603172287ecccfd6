"""What teammates did: the activity log, listed and searched.

Source: description 2.16 tag "Admins". Which words the log has differs by version; entries whose word a version does not
have are left out there (`versions/activity_types.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from interlock.core.staff import activity_log
from interlock.core.staff.activity_log import END_OF_TIME, Wanted
from interlock.kit import limits
from interlock.kit.problems import invalid, missing
from interlock.resources.admins import activity_wire as wire
from interlock.rest import paging
from interlock.rest.operation import Call, Operation
from interlock.shapes.reading import read_time
from interlock.versions import activity_types

TAG = "Admins"
SCOPE = "read_admin_activity_logs"


async def event_types(call: Call) -> Any:
    return {"type": "activity_log_event_type.list", "event_types": list(activity_types.of(call.version))}


async def list_all(call: Call) -> Any:
    """The newest first."""
    after, before = call.query.get("created_at_after"), call.query.get("created_at_before")
    page = paging.read_page(call)
    per_page = paging.read_per_page(call, limits.ACTIVITY_PER_PAGE, limits.ACTIVITY_PER_PAGE_MAX)
    wanted = _wanted(after, before, activity_types.of(call.version))
    return await _answer(call, wanted, page, per_page, call.query.get("starting_after"))


async def search(call: Call) -> Any:
    """The same, of some types only. A type that does not exist is of no entry."""
    body: wire.LogSearchBody = call.body
    page = _in_range("page", body.page, 1, paging.PAGE_MAX)
    per_page = _in_range("per_page", body.per_page, limits.ACTIVITY_PER_PAGE, limits.ACTIVITY_PER_PAGE_MAX)
    types: Collection[str] = activity_types.of(call.version)
    if body.event_types is not None:
        types = set(types).intersection(body.event_types)
    wanted = _wanted(body.created_at_after, body.created_at_before, types)
    return await _answer(call, wanted, page, per_page, body.starting_after)


def _in_range(name: str, number: int | None, default: int, most: int) -> int:
    if number is None:
        return default
    if not 1 <= number <= most:
        raise invalid(f"{name} must be between 1 and {most}", name)
    return number


def _wanted(after: Any, before: Any, types: Collection[str]) -> Wanted:
    start, end = read_time(after, "created_at_after"), read_time(before, "created_at_before")
    if start is None:
        raise missing("created_at_after is required", "created_at_after")
    return Wanted(start, END_OF_TIME if end is None else end, types)


async def _answer(call: Call, wanted: Wanted, page: int, per_page: int, cursor: str | None) -> Any:
    """By page number; by cursor it does not slip when something is written meanwhile. `next` has both."""
    last, offset = None, (page - 1) * per_page
    if cursor:
        at, id, page = paging.decode_cursor(cursor, tuple[int, str, int])
        if not 0 <= at <= END_OF_TIME or not 0 <= page < paging.PAGE_MAX:
            raise invalid("starting_after is not from an answer of this list", "starting_after")
        last, offset, page = (at, id), 0, page + 1
    found, total = await call.database.search(activity_log.page, call.workspace_id, wanted, per_page, offset, last)
    pages = paging.pages_by_number(call, page, per_page, total, url=False)
    if not found:
        pages["next"] = None
    elif pages["next"] is not None:
        pages["next"]["starting_after"] = paging.encode_cursor((found[-1].created_at, found[-1].id, page))
    return {"type": "activity_log.list", "pages": pages, "activity_logs": [wire.activity_log(one) for one in found]}


OPERATIONS = [
    Operation(
        "GET",
        "/admins/activity_log_event_types",
        "listActivityLogEventTypes",
        event_types,
        "List all activity log event types",
        TAG,
        scope=SCOPE,
        answer=wire.EventTypeList,
    ),
    Operation(
        "GET",
        "/admins/activity_logs",
        "listActivityLogs",
        list_all,
        "List all activity logs",
        TAG,
        scope=SCOPE,
        query=wire.LogQuery,
        answer=wire.ActivityLogList,
        errors=("parameter_not_found", "parameter_invalid", "client_error"),
    ),
    Operation(
        "POST",
        "/admins/activity_logs/search",
        "searchActivityLogs",
        search,
        "Search activity logs",
        TAG,
        scope=SCOPE,
        body=wire.LogSearchBody,
        answer=wire.ActivityLogList,
        errors=("parameter_not_found", "parameter_invalid", "client_error"),
    ),
]

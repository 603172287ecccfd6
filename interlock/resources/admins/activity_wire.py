"""The activity log as JSON, at the newest version."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.staff.activity_log import Entry


class LogQuery(msgspec.Struct):
    """Unix seconds; both ends belong to it. `starting_after` is from the `pages.next` of another page."""

    created_at_after: str
    created_at_before: str | None = None
    page: int | None = None
    per_page: int | None = None
    starting_after: str | None = None


class LogSearchBody(msgspec.Struct):
    """As the query of the list, with the `event_types` that are wanted: all without them."""

    created_at_after: int | str
    created_at_before: int | str | None = None
    event_types: list[str] | None = None
    page: int | None = None
    per_page: int | None = None
    starting_after: str | None = None


class PerformedBy(msgspec.Struct):
    """`ip` is left out where it is not known."""

    type: Literal["admin"]
    id: str
    email: str
    ip: str | UnsetType = UNSET


class ActivityLog(msgspec.Struct):
    """What is in `metadata` depends on the type: `before` and `after` of what was changed, the team, the away mode."""

    id: str
    performed_by: PerformedBy
    metadata: dict[str, Any] | None
    created_at: int
    activity_type: str
    activity_description: str


class Next(msgspec.Struct):
    page: int
    per_page: int
    starting_after: str


class Pages(msgspec.Struct):
    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: Next | None


class ActivityLogList(msgspec.Struct):
    type: Literal["activity_log.list"]
    pages: Pages
    activity_logs: list[ActivityLog]


class EventTypeList(msgspec.Struct):
    type: Literal["activity_log_event_type.list"]
    event_types: list[str]


def activity_log(one: Entry) -> dict[str, Any]:
    performed_by = {"type": "admin", "id": str(one.admin_id), "email": one.email}
    if one.ip is not None:
        performed_by["ip"] = one.ip
    return {
        "id": one.id,
        "performed_by": performed_by,
        "metadata": one.metadata,
        "created_at": one.created_at,
        "activity_type": one.activity_type,
        "activity_description": one.description,
    }

"""Teammates as JSON, at the newest version: other groups show them too."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.staff.store import Admin as Teammate


class Admin(msgspec.Struct, kw_only=True):
    """A teammate. `avatar` is the address of a picture."""

    type: Literal["admin"]
    id: str
    name: str
    email: str
    job_title: str | UnsetType = UNSET
    away_mode_enabled: bool
    away_mode_reassign: bool
    away_status_reason_id: int | None
    has_inbox_seat: bool
    team_ids: list[int]
    avatar: str | UnsetType | None = UNSET


class AdminList(msgspec.Struct):
    type: Literal["admin.list"]
    admins: list[Admin]


def admin(one: Teammate, with_avatar: bool = False) -> dict[str, Any]:
    """There are no teams yet, and everybody has a seat."""
    answer = person(one)
    answer["away_status_reason_id"] = one.details.get("away_status_reason_id")
    if with_avatar:
        answer["avatar"] = one.details.get("avatar")
    return answer


def person(one: Teammate) -> dict[str, Any]:
    details = one.details
    answer: dict[str, Any] = {
        "type": "admin",
        "id": str(one.id),
        "name": one.name,
        "email": one.email,
        "away_mode_enabled": details.get("away_mode_enabled", False),
        "away_mode_reassign": details.get("away_mode_reassign", False),
        "has_inbox_seat": True,
        "team_ids": [],
    }
    if details.get("job_title"):  # text or nothing: the description has no null here
        answer["job_title"] = details["job_title"]
    return answer

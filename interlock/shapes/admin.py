"""Teammates as JSON, at the newest version: other groups show them too."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.staff.store import Admin as Teammate
from interlock.core.staff.team_store import PRIMARY, SECONDARY


class TeamPriorityLevel(msgspec.Struct):
    """The teams that somebody is in, by whether they get work first or when nobody else can take it."""

    primary_team_ids: list[int]
    secondary_team_ids: list[int]


class Role(msgspec.Struct):
    type: Literal["role"]
    id: str
    name: str


class Admin(msgspec.Struct, kw_only=True):
    """A teammate. `avatar` is the address of a picture; `role` is there when one was given."""

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
    team_priority_level: TeamPriorityLevel
    role: Role | UnsetType = UNSET
    avatar: str | UnsetType | None = UNSET


class AdminList(msgspec.Struct):
    type: Literal["admin.list"]
    admins: list[Admin]


def admin(one: Teammate, with_avatar: bool = False) -> dict[str, Any]:
    """Also somebody who has left, where what they did is shown."""
    answer = person(one)
    answer["away_status_reason_id"] = one.details.get("away_status_reason_id")
    answer["team_priority_level"] = {
        "primary_team_ids": [id for id, priority in one.teams if priority == PRIMARY],
        "secondary_team_ids": [id for id, priority in one.teams if priority == SECONDARY],
    }
    if "role" in one.details:
        answer["role"] = {"type": "role", **one.details["role"]}
    if with_avatar:
        answer["avatar"] = one.details.get("avatar")
    return answer


def person(one: Teammate) -> dict[str, Any]:
    """What `GET /me` shows, too."""
    details = one.details
    answer: dict[str, Any] = {
        "type": "admin",
        "id": str(one.id),
        "name": one.name,
        "email": one.email,
        "away_mode_enabled": details.get("away_mode_enabled", False),
        "away_mode_reassign": details.get("away_mode_reassign", False),
        "has_inbox_seat": one.has_inbox_seat,
        "team_ids": one.team_ids,
    }
    if details.get("job_title"):  # text or nothing: the description has no null here
        answer["job_title"] = details["job_title"]
    return answer

"""Teams as JSON, at the newest version, and what may be set of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from interlock.core.attributes.text import storable
from interlock.core.staff.team import Members
from interlock.core.staff.team_store import PRIMARY, SECONDARY, Team
from interlock.core.threads.assignee_store import Load
from interlock.kit import limits
from interlock.kit.problems import invalid

_Id = Annotated[int, Meta(ge=0, le=limits.INTEGER_MAX)]
_Ids = Annotated[list[_Id], Meta(max_length=limits.TEAM_MEMBERS)]
_Limit = Annotated[int, Meta(ge=1, le=limits.ASSIGNMENT_LIMIT_MAX)]
Method = Literal["manual", "round_robin", "load_balanced"]


class PriorityLevel(msgspec.Struct):
    """Who gets work first, and who when none of these can take it."""

    primary_admin_ids: list[int]
    secondary_admin_ids: list[int]


class TeamJson(msgspec.Struct):
    """A group of teammates. `assignment_limit` is null unless the team is load balanced."""

    type: Literal["team"]
    id: str
    name: str
    admin_ids: list[int]
    admin_priority_level: PriorityLevel
    assignment_limit: int | None
    distribution_method: Method


class TeamList(msgspec.Struct):
    type: Literal["team.list"]
    teams: list[TeamJson]


class TeamMetric(msgspec.Struct):
    """Conversations that a teammate has. `idle` ones are open, and their contact has waited for too long."""

    type: Literal["team_metric"]
    admin_id: str
    open: int
    idle: int
    snoozed: int


class TeamMetricList(msgspec.Struct):
    type: Literal["team_metric.list"]
    data: list[TeamMetric]


class PriorityBody(msgspec.Struct):
    primary_admin_ids: _Ids | None = None
    secondary_admin_ids: _Ids | None = None


class _Fields(msgspec.Struct, kw_only=True):
    distribution_method: Method | UnsetType = UNSET
    assignment_limit: _Limit | UnsetType | None = UNSET
    admin_ids: _Ids | None = None
    admin_priority_level: PriorityBody | None = None


class TeamBody(_Fields, kw_only=True):
    """What is absent stays. Without `admin_ids`, `admin_priority_level` says alone who is in the team; whoever is in
    `admin_ids` only is primary."""

    name: str | UnsetType = UNSET


class NewTeamBody(_Fields, kw_only=True):
    """A new team: distributed by hand unless it says otherwise. Its members as in a change."""

    name: str


class DeletedTeam(msgspec.Struct):
    id: str
    object: Literal["team"]
    deleted: bool


def team(one: Team) -> dict[str, Any]:
    return {
        "type": "team",
        "id": str(one.id),
        "name": one.name,
        "admin_ids": one.admin_ids,
        "admin_priority_level": {
            "primary_admin_ids": one.with_priority(PRIMARY),
            "secondary_admin_ids": one.with_priority(SECONDARY),
        },
        "assignment_limit": one.assignment_limit,
        "distribution_method": one.distribution_method,
    }


def metrics(loads: Mapping[int, Load]) -> dict[str, Any]:
    data = [
        {"type": "team_metric", "admin_id": str(id), "open": one.open, "idle": one.idle, "snoozed": one.snoozed}
        for id, one in loads.items()
    ]
    return {"type": "team_metric.list", "data": data}


def read_team(body: TeamBody | NewTeamBody) -> tuple[dict[str, Any], Members]:
    """What is to be set by name, and who is to be in it. 400 names the field."""
    names = ("name", "distribution_method", "assignment_limit")
    values = {name: value for name in names if (value := getattr(body, name)) is not UNSET}
    if "name" in values:
        values["name"] = values["name"].strip()
        if not 1 <= len(values["name"]) <= limits.STRING_CHARS or not storable(values["name"]):
            raise invalid(f"name must be 1 to {limits.STRING_CHARS} characters of text", "name")
    level = body.admin_priority_level or PriorityBody()
    return values, Members(body.admin_ids, level.primary_admin_ids, level.secondary_admin_ids)


def deleted(one: Team) -> dict[str, Any]:
    return {"id": str(one.id), "object": "team", "deleted": True}

"""Teams over REST: read as Intercom has it; made, changed and deleted under `/interlock/v1/`, which is ours.

Source: description 2.16 tag "Teams"; reference/engagement.md 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from interlock.core.staff import team, team_store
from interlock.core.threads import assignee_store, leaving
from interlock.core.threads.assignee_store import Load
from interlock.kit import clock, limits
from interlock.resources.teams import wire
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.storage.database import Tx

TAG = "Teams"
READ, WRITE = "read_admins", "write_admins"
_ONE = "/teams/{team_id}"
_OURS = "/interlock/v1/teams"
_OUR_ONE = _OURS + "/{team_id}"


class MetricsQuery(msgspec.Struct):
    """`idle_threshold`: seconds that a contact waits until the conversation is idle, at least 1 and at most 86400."""

    idle_threshold: int | None = None


async def list_all(call: Call) -> Any:
    teams = await call.database.read(team_store.all_teams, call.workspace_id)
    return {"type": "team.list", "teams": [wire.team(one) for one in teams]}


async def get(call: Call) -> Any:
    return wire.team(await call.database.read(team.get, call.workspace_id, call.params["team_id"]))


async def metrics(call: Call) -> Any:
    """How many conversations each teammate in the team has, whichever team they came by."""
    most = limits.INTEGER_MAX
    asked = paging.whole_number(call, "idle_threshold", limits.IDLE_AFTER, limits.INTEGER_MIN, most)
    waiting_before = clock.seconds() - max(1, min(asked, limits.IDLE_AFTER_MAX))
    return wire.metrics(await call.database.search(_loads, call.workspace_id, call.params["team_id"], waiting_before))


async def _loads(tx: Tx, workspace_id: str, id: str, waiting_before: int) -> Mapping[int, Load]:
    found = await team.get(tx, workspace_id, id)
    return await assignee_store.load(tx, workspace_id, found.admin_ids, waiting_before)


async def create(call: Call) -> Any:
    arguments = (*wire.read_team(call.body), call.through, call.client)
    return wire.team(await call.schemas.write(call.workspace_id, team.create, *arguments))


async def update(call: Call) -> Any:
    arguments = (call.params["team_id"], *wire.read_team(call.body), call.through, call.client)
    return wire.team(await call.schemas.write(call.workspace_id, team.change_team, *arguments))


async def delete(call: Call) -> Any:
    """What was assigned to it is assigned to no team any more."""
    arguments = (call.params["team_id"], call.through, call.client)
    return wire.deleted(await call.schemas.write(call.workspace_id, leaving.delete_team, *arguments))


OPERATIONS = [
    Operation(
        "GET",
        "/teams",
        "listTeams",
        list_all,
        "List all teams",
        TAG,
        scope=READ,
        answer=wire.TeamList,
        shape="team_list",
    ),
    Operation(
        "GET",
        _ONE,
        "retrieveTeam",
        get,
        "Retrieve a team",
        TAG,
        scope=READ,
        answer=wire.TeamJson,
        shape="team",
        errors=("team_not_found",),
    ),
    Operation(
        "GET",
        _ONE + "/metrics",
        "getTeamMetrics",
        metrics,
        "Retrieve team metrics",
        TAG,
        scope=READ,
        query=MetricsQuery,
        answer=wire.TeamMetricList,
        errors=("parameter_invalid", "team_not_found"),
    ),
    Operation(
        "POST",
        _OURS,
        "createTeam",
        create,
        "Create a team",
        TAG,
        scope=WRITE,
        body=wire.NewTeamBody,
        answer=wire.TeamJson,
        errors=("parameter_not_found", "parameter_invalid"),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _OUR_ONE,
        "updateTeam",
        update,
        "Change a team and its members",
        TAG,
        scope=WRITE,
        body=wire.TeamBody,
        answer=wire.TeamJson,
        errors=("parameter_invalid", "team_not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "DELETE",
        _OUR_ONE,
        "deleteTeam",
        delete,
        "Delete a team",
        TAG,
        scope=WRITE,
        answer=wire.DeletedTeam,
        errors=("team_not_found",),
        surface=INTERLOCK,
    ),
]

"""Teams: made, changed and given members; and taken apart, as far as staff is concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock.core.changes import change
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.staff import activity_log, find, store, team_store
from interlock.core.staff.team_store import LOAD_BALANCED, MANUAL, PRIMARY, SECONDARY, Member, Team
from interlock.kit import clock, ids
from interlock.kit.problems import Problem, invalid
from interlock.storage.database import Tx


@dataclass(frozen=True, slots=True)
class Members:
    """Who is to be in a team: `all`, and who of them is primary and secondary; None is not said.

    Without `all` it is those two together; whoever is in neither is primary.
    """

    all: Sequence[int] | None = None
    primary: Sequence[int] | None = None
    secondary: Sequence[int] | None = None

    @property
    def said(self) -> bool:
        return not (self.all is None and self.primary is None and self.secondary is None)


async def get(tx: Tx, workspace_id: str, raw: str) -> Team:
    """404 `team_not_found`."""
    id = find.number(raw)
    return _present(await team_store.get(tx, workspace_id, id) if id is not None else None)


async def _lock(tx: Tx, workspace_id: str, raw: str) -> Team:
    id = find.number(raw)
    return _present(await team_store.lock(tx, workspace_id, id) if id is not None else None)


def _present(team: Team | None) -> Team:
    if team is None:
        raise Problem("team_not_found", "Team not found")
    return team


async def create(
    tx: Tx, schema: Schema, values: Mapping[str, Any], wanted: Members, through: str, ip: str | None
) -> Team:
    """`values` has `name`, and what else is to be set (`change_team`)."""
    await ensure_current(tx, schema)
    key, now = schema.workspace.id, clock.micros()
    at = now // 1_000_000
    members = await _members(tx, key, wanted)
    team = _with(Team(ids.number(), "", MANUAL, None, at, at, members), values)
    await team_store.insert_team(tx, key, team)
    await change.note(tx, change.row(key, "team", str(team.id), change.CREATED, through, now, {}, _fields(team)))
    what = f"created the team {team.name}."
    await activity_log.log(tx, key, activity_log.TEAM_CREATED, None, what, {"team": _named(team)}, ip)
    return team


async def change_team(
    tx: Tx, schema: Schema, id: str, values: Mapping[str, Any], wanted: Members, through: str, ip: str | None
) -> Team:
    """Set `name`, `distribution_method`, `assignment_limit` and the members. 404 `team_not_found`.

    A team that is not load balanced has no limit: 400 for one that is sent with it, and an old one goes.
    """
    await ensure_current(tx, schema)
    key, now = schema.workspace.id, clock.micros()
    team = await _lock(tx, key, id)
    changed = _with(team, values)
    if wanted.said:
        changed = replace(changed, members=await _members(tx, key, wanted))
    if changed == team:
        return team
    changed = replace(changed, updated_at=now // 1_000_000)
    await team_store.update_team(tx, key, changed)
    before, after = _fields(team), _fields(changed)
    names = [name for name in before if before[name] != after[name]]
    before, after = {name: before[name] for name in names}, {name: after[name] for name in names}
    await change.note(tx, change.row(key, "team", str(team.id), change.UPDATED, through, now, before, after))
    if changed.members != team.members:
        metadata = {"team": _named(changed), "before": team.admin_ids, "after": changed.admin_ids}
        what = f"changed who is in the team {changed.name}."
        await activity_log.log(tx, key, activity_log.TEAM_MEMBERS_CHANGED, None, what, metadata, ip)
    if changed.assignment_limit != team.assignment_limit:
        metadata = {"team": _named(changed), "team_assignment_limit": changed.assignment_limit}
        what = f"changed the assignment limit of the team {changed.name}."
        await activity_log.log(tx, key, activity_log.TEAM_LIMIT_CHANGED, None, what, metadata, ip)
    return changed


async def delete(tx: Tx, schema: Schema, id: str, through: str, ip: str | None) -> Team:
    """404 `team_not_found`. What was assigned to it is for `core/threads`."""
    await ensure_current(tx, schema)
    key = schema.workspace.id
    team = await _lock(tx, key, id)
    await team_store.delete_team(tx, key, team.id)
    noted = change.row(key, "team", str(team.id), change.DELETED, through, clock.micros(), _fields(team), {})
    await change.note(tx, noted)
    what = f"deleted the team {team.name}."
    await activity_log.log(tx, key, activity_log.TEAM_DELETED, None, what, {"team": _named(team)}, ip)
    return team


def _with(team: Team, values: Mapping[str, Any]) -> Team:
    team = replace(team, **values)
    if team.distribution_method != LOAD_BALANCED and team.assignment_limit is not None:
        if values.get("assignment_limit") is not None:
            raise invalid("Only a load balanced team has an assignment limit", "assignment_limit")
        team = replace(team, assignment_limit=None)
    return team


async def _members(tx: Tx, workspace_id: str, wanted: Members) -> tuple[Member, ...]:
    """Checked: each works here, none is both primary and secondary, and who has a priority is in the team."""
    primary, secondary = wanted.primary or (), wanted.secondary or ()
    everyone = wanted.all if wanted.all is not None else [*primary, *secondary]
    known = await store.admins_by_id(tx, workspace_id, sorted({*everyone, *primary, *secondary}))
    _check("admin_ids", everyone, known)
    for name, some in ((PRIMARY, primary), (SECONDARY, secondary)):
        field = f"admin_priority_level.{name}_admin_ids"
        _check(field, some, known)
        if not set(some) <= set(everyone):
            raise invalid(f"{field} has somebody who is not in admin_ids", field)
    if set(primary) & set(secondary):
        field = "admin_priority_level.secondary_admin_ids"
        raise invalid("Nobody can be primary and secondary in one team", field)
    return tuple(Member(id, SECONDARY if id in secondary else PRIMARY) for id in sorted(set(everyone)))


def _check(field: str, some: Sequence[int], known: Mapping[int, store.Admin]) -> None:
    for position, id in enumerate(some):
        if id not in known or not known[id].active:
            raise invalid(f"Admin with id '{id}' not found", f"{field}.{position}")


def _named(team: Team) -> dict[str, Any]:
    return {"id": team.id, "name": team.name}


def _fields(team: Team) -> dict[str, Any]:
    """For the history."""
    return {
        "name": team.name,
        "distribution_method": team.distribution_method,
        "assignment_limit": team.assignment_limit,
        "admin_ids": team.admin_ids,
        "secondary_admin_ids": team.with_priority(SECONDARY),
    }

"""Teams in the database, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, select, update

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import team_members, teams

MANUAL, ROUND_ROBIN, LOAD_BALANCED = "manual", "round_robin", "load_balanced"
METHODS = (MANUAL, ROUND_ROBIN, LOAD_BALANCED)
PRIMARY, SECONDARY = "primary", "secondary"


@dataclass(frozen=True, slots=True)
class Member:
    """A teammate in a team. Who is `secondary` is given work when nobody `primary` can take it."""

    admin_id: int
    priority: str = PRIMARY


@dataclass(frozen=True, slots=True)
class Team:
    """A group of teammates that conversations are assigned to. `members` by their ids."""

    id: int
    name: str
    distribution_method: str
    assignment_limit: int | None  # of `load_balanced` alone
    created_at: int
    updated_at: int
    members: tuple[Member, ...] = ()

    @property
    def admin_ids(self) -> list[int]:
        return [one.admin_id for one in self.members]

    def with_priority(self, priority: str) -> list[int]:
        return [one.admin_id for one in self.members if one.priority == priority]


_columns = (
    teams.c.id,
    teams.c.name,
    teams.c.distribution_method,
    teams.c.assignment_limit,
    teams.c.created_at,
    teams.c.updated_at,
)
_of_workspace = teams.c.workspace_id == bindparam("key")
_this = (_of_workspace, teams.c.id == bindparam("team_id"))
_all = Query(select(*_columns).where(_of_workspace).order_by(teams.c.id))
_by_id = Query(select(*_columns).where(*_this))
_locked = Query(select(*_columns).where(*_this).with_for_update(key_share=True))
_share = Query(select(teams.c.id).where(*_this).with_for_update(read=True))
_insert = Query(insert(teams))
_update = Query(
    update(teams)
    .where(*_this)
    .values({name: bindparam(name) for name in ("name", "distribution_method", "assignment_limit", "updated_at")})
)
_delete = Query(delete(teams).where(*_this))

_member_columns = (team_members.c.team_id, team_members.c.admin_id, team_members.c.priority)
_in_workspace = team_members.c.workspace_id == bindparam("key")
_in_team = (_in_workspace, team_members.c.team_id == bindparam("team_id"))
_all_members = Query(select(*_member_columns).where(_in_workspace).order_by(team_members.c.admin_id))
_members = Query(select(*_member_columns).where(*_in_team).order_by(team_members.c.admin_id))
_insert_member = Query(insert(team_members))
_delete_members = Query(delete(team_members).where(*_in_team))
_delete_memberships = Query(delete(team_members).where(_in_workspace, team_members.c.admin_id == bindparam("admin")))


def _team(row: Row, members: Iterable[Row]) -> Team:
    return Team(*row, members=tuple(Member(admin_id, priority) for _, admin_id, priority in members))


# --- reading


async def get(tx: Tx, workspace_id: str, id: int) -> Team | None:
    """The team with its members; None when there is none."""
    row = await tx.one(_by_id, key=workspace_id, team_id=id)
    return _team(row, await tx.all(_members, key=workspace_id, team_id=id)) if row is not None else None


async def share(tx: Tx, workspace_id: str, id: int) -> Team | None:
    """The same to be assigned to: it is not deleted before this transaction ends."""
    await tx.one(_share, key=workspace_id, team_id=id)
    return await get(tx, workspace_id, id)


async def lock(tx: Tx, workspace_id: str, id: int) -> Team | None:
    """The same, and nobody else changes it until this transaction ends."""
    row = await tx.one(_locked, key=workspace_id, team_id=id)
    return _team(row, await tx.all(_members, key=workspace_id, team_id=id)) if row is not None else None


async def all_teams(tx: Tx, workspace_id: str) -> list[Team]:
    """Every team with its members, the oldest first, by two statements."""
    rows = await tx.all(_all, key=workspace_id)
    members: dict[int, list[Row]] = {}
    for one in await tx.all(_all_members, key=workspace_id):
        members.setdefault(one[0], []).append(one)
    return [_team(row, members.get(row[0], ())) for row in rows]


# --- writing


async def insert_team(tx: Tx, workspace_id: str, team: Team) -> None:
    """A new team with its members."""
    await tx.run(
        _insert,
        workspace_id=workspace_id,
        id=team.id,
        name=team.name,
        distribution_method=team.distribution_method,
        assignment_limit=team.assignment_limit,
        created_at=team.created_at,
        updated_at=team.updated_at,
    )
    await _insert_members(tx, workspace_id, team)


async def update_team(tx: Tx, workspace_id: str, team: Team) -> None:
    """A team that is locked, and its members."""
    await tx.run(
        _update,
        key=workspace_id,
        team_id=team.id,
        name=team.name,
        distribution_method=team.distribution_method,
        assignment_limit=team.assignment_limit,
        updated_at=team.updated_at,
    )
    await tx.run(_delete_members, key=workspace_id, team_id=team.id)
    await _insert_members(tx, workspace_id, team)


async def _insert_members(tx: Tx, workspace_id: str, team: Team) -> None:
    rows = [
        {
            "workspace_id": workspace_id,
            "team_id": team.id,
            "admin_id": one.admin_id,
            "priority": one.priority,
            "created_at": team.updated_at,
        }
        for one in team.members
    ]
    if rows:
        await tx.many(_insert_member, rows)


async def delete_team(tx: Tx, workspace_id: str, id: int) -> None:
    await tx.run(_delete_members, key=workspace_id, team_id=id)
    await tx.run(_delete, key=workspace_id, team_id=id)


async def leave_teams(tx: Tx, workspace_id: str, admin_id: int) -> None:
    """A teammate is in no team any more."""
    await tx.run(_delete_memberships, key=workspace_id, admin=admin_id)

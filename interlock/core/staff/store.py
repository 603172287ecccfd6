"""Admins in the database: the people who run a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select, update

from interlock.storage.database import Row, Tx
from interlock.storage.query import JsonArrays, Query, any_of
from interlock.storage.tables import admins, team_members

DEACTIVATED_AT = "deactivated_at"


@dataclass(frozen=True, slots=True)
class Admin:
    """A teammate.

    `details` has what nobody searches: `job_title`, `avatar` (an address), `has_inbox_seat` (absent: yes), `role`
    {id, name}, `away_mode_enabled`, `away_mode_reassign`, `away_status_reason_id`, and `deactivated_at` of those who
    have left. `teams` is what teams they are in, by id, each with its priority.
    """

    id: int
    email: str
    name: str
    owner: bool
    created_at: int
    updated_at: int
    details: dict[str, Any] = field(default_factory=dict)
    teams: tuple[tuple[int, str], ...] = ()

    @property
    def active(self) -> bool:
        return DEACTIVATED_AT not in self.details

    @property
    def has_inbox_seat(self) -> bool:
        return self.details.get("has_inbox_seat", True)

    @property
    def team_ids(self) -> list[int]:
        return [id for id, _ in self.teams]


_columns = (
    admins.c.id,
    admins.c.email,
    admins.c.name,
    admins.c.owner,
    admins.c.created_at,
    admins.c.updated_at,
    admins.c.details,
)
_memberships = (
    select(JsonArrays([team_members.c.team_id, team_members.c.priority]))
    .select_from(team_members)
    .where(team_members.c.workspace_id == admins.c.workspace_id, team_members.c.admin_id == admins.c.id)
    .correlate(admins)
    .scalar_subquery()
    .label("memberships")
)
_of_workspace = admins.c.workspace_id == bindparam("workspace_id")
_select = select(*_columns, _memberships).select_from(admins)
_all = Query(_select.where(_of_workspace).order_by(admins.c.id))
_by_id = Query(_select.where(_of_workspace, admins.c.id == bindparam("id")))
_by_ids = Query(_select.where(_of_workspace, any_of(admins.c.id, "ids")))
_owner = Query(_select.where(_of_workspace, admins.c.owner.is_(True)).order_by(admins.c.id).limit(1))
_lock = Query(select(admins.c.id).where(_of_workspace, admins.c.id == bindparam("id")).with_for_update(key_share=True))
_share = Query(select(admins.c.id).where(_of_workspace, admins.c.id == bindparam("id")).with_for_update(read=True))
_insert = Query(insert(admins))
_this = (admins.c.workspace_id == bindparam("key"), admins.c.id == bindparam("admin_id"))
_update = Query(
    update(admins).where(*_this).values({name: bindparam(name) for name in ("name", "details", "updated_at")})
)


def _admin(row: Row) -> Admin:
    id, email, name, owner, created_at, updated_at, details, memberships = row
    teams = sorted(tuple(one) for one in msgspec.json.decode(memberships or "[]"))
    return Admin(id, email, name, bool(owner), created_at, updated_at, msgspec.json.decode(details), tuple(teams))


async def all_admins(tx: Tx, workspace_id: str) -> list[Admin]:
    """Everybody who works here now, the first first."""
    return [one for one in await everybody(tx, workspace_id) if one.active]


async def everybody(tx: Tx, workspace_id: str) -> list[Admin]:
    """Those who have left, too."""
    return [_admin(row) for row in await tx.all(_all, workspace_id=workspace_id)]


async def get_admin(tx: Tx, workspace_id: str, id: int) -> Admin | None:
    """Somebody who can act and be assigned to; None for those who have left."""
    row = await tx.one(_by_id, workspace_id=workspace_id, id=id)
    one = _admin(row) if row is not None else None
    return one if one is not None and one.active else None


async def lock_admin(tx: Tx, workspace_id: str, id: int) -> Admin | None:
    """Somebody, also who has left, whom nobody else changes until this transaction ends."""
    await tx.one(_lock, workspace_id=workspace_id, id=id)
    row = await tx.one(_by_id, workspace_id=workspace_id, id=id)
    return _admin(row) if row is not None else None


async def share_admin(tx: Tx, workspace_id: str, id: int) -> Admin | None:
    """Somebody to be assigned to, who does not leave before this transaction ends. None for those who have left."""
    await tx.one(_share, workspace_id=workspace_id, id=id)
    return await get_admin(tx, workspace_id, id)


async def admins_by_id(tx: Tx, workspace_id: str, ids: Sequence[int]) -> dict[int, Admin]:
    """Several at once, also those who have left: for showing who once did something."""
    rows = await tx.all(_by_ids, workspace_id=workspace_id, ids=list(ids)) if ids else []
    return {row[0]: _admin(row) for row in rows}


async def owner(tx: Tx, workspace_id: str) -> Admin | None:
    """Whom `GET /me` answers with."""
    row = await tx.one(_owner, workspace_id=workspace_id)
    return _admin(row) if row is not None else None


async def insert_admin(tx: Tx, workspace_id: str, admin: Admin) -> None:
    """Raises `Duplicate("admins_email")` when the workspace has somebody with that address."""
    await tx.run(
        _insert,
        workspace_id=workspace_id,
        id=admin.id,
        email=admin.email,
        name=admin.name,
        owner=admin.owner,
        details=msgspec.json.encode(admin.details).decode(),
        created_at=admin.created_at,
        updated_at=admin.updated_at,
    )


async def update_admin(tx: Tx, workspace_id: str, admin: Admin) -> None:
    """Name and details of somebody who is locked."""
    await tx.run(
        _update,
        key=workspace_id,
        admin_id=admin.id,
        name=admin.name,
        details=msgspec.json.encode(admin.details).decode(),
        updated_at=admin.updated_at,
    )

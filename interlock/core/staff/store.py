"""Admins in the database: the people who run a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import admins


@dataclass(frozen=True, slots=True)
class Admin:
    """A teammate. `details` has what nobody searches: job title, avatar, away mode."""

    id: int
    email: str
    name: str
    owner: bool
    created_at: int
    updated_at: int
    details: dict[str, Any] = field(default_factory=dict)


_columns = (
    admins.c.id,
    admins.c.email,
    admins.c.name,
    admins.c.owner,
    admins.c.created_at,
    admins.c.updated_at,
    admins.c.details,
)
_of_workspace = admins.c.workspace_id == bindparam("workspace_id")
_all = Query(select(*_columns).where(_of_workspace).order_by(admins.c.id))
_by_id = Query(select(*_columns).where(_of_workspace, admins.c.id == bindparam("id")))
_owner = Query(select(*_columns).where(_of_workspace, admins.c.owner.is_(True)).order_by(admins.c.id).limit(1))
_insert = Query(insert(admins))


def _admin(row: Row) -> Admin:
    id, email, name, owner, created_at, updated_at, details = row
    return Admin(id, email, name, bool(owner), created_at, updated_at, msgspec.json.decode(details))


async def all_admins(tx: Tx, workspace_id: str) -> list[Admin]:
    return [_admin(row) for row in await tx.all(_all, workspace_id=workspace_id)]


async def get_admin(tx: Tx, workspace_id: str, id: int) -> Admin | None:
    row = await tx.one(_by_id, workspace_id=workspace_id, id=id)
    return _admin(row) if row is not None else None


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

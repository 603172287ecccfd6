"""Making an installation and its workspaces."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.core.schema.schema import Workspace, WorkspaceSettings
from interlock.core.staff import access
from interlock.core.staff.access import AccessToken
from interlock.core.staff.store import Admin, insert_admin
from interlock.core.workspaces.defaults import make_defaults
from interlock.kit import clock, ids, limits
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import installation, workspaces

DEFAULT_VERSION = "2.14"  # what the official SDKs expect


@dataclass(frozen=True, slots=True)
class Made:
    """A new workspace, with the secret that is shown only now."""

    workspace_id: str
    token: str
    admin_id: int


_insert_installation = Query(insert_or(installation).on_conflict_do_nothing(index_elements=["id"]))
_sandbox = Query(select(installation.c.sandbox))
_insert_workspace = Query(insert(workspaces))


async def make_installation(database: Database, *, sandbox: bool) -> None:
    """Write down what the database was made for. What is written stays: a second call changes nothing."""
    await database.transact(_make_installation, sandbox, clock.seconds())


async def _make_installation(tx: Tx, sandbox: bool, now: int) -> None:
    await tx.run(_insert_installation, id=1, sandbox=sandbox, settings="{}", created_at=now)


async def is_sandbox(database: Database) -> bool:
    """Was the database made with `--sandbox`?"""
    return await database.read(sandbox_of)


async def sandbox_of(tx: Tx) -> bool:
    return bool(await tx.value(_sandbox))


async def create_workspace(
    database: Database,
    name: str,
    *,
    app_id: str | None = None,
    owner_email: str = "owner@example.com",
    token: str | None = None,
    region: str = "US",
    timezone: str = "UTC",
    intercom_version: str = DEFAULT_VERSION,
    owner_name: str = "Owner",
    rate_limit: int | None = None,
    history_days: int = limits.HISTORY_DAYS,
) -> Made:
    """A workspace with its owner and an access token that may do everything, in one transaction.

    In a sandbox it has the limits of the founding documents. Raises `Duplicate("access_tokens_pkey")` when `token` is
    in use already.
    """
    secret = token or ids.access_token()
    now = clock.seconds()
    workspace_id = ids.record_id()
    settings = WorkspaceSettings(history_days=history_days, rate_limit_per_minute=rate_limit)
    id_code = app_id or ids.app_id()
    workspace = Workspace(workspace_id, id_code, name, region, timezone, intercom_version, now, settings)
    owner = Admin(ids.number(), owner_email, owner_name, True, now, now)
    described = access.describe(workspace_id, secret, "First token", access.EVERYTHING)
    await database.transact(_create, workspace, owner, access.token_hash(secret), described)
    return Made(workspace_id, secret, owner.id)


async def _create(tx: Tx, workspace: Workspace, owner: Admin, hashed: str, token: AccessToken) -> None:
    await _make_installation(tx, False, workspace.created_at)  # unless it has been made, perhaps as a sandbox
    settings = workspace.settings
    if await sandbox_of(tx):
        settings = replace(
            settings,
            max_active_attributes=limits.SANDBOX_ACTIVE_ATTRIBUTES,
            max_object_types=limits.SANDBOX_OBJECT_TYPES,
            max_instances=limits.SANDBOX_INSTANCES,
        )
    await tx.run(
        _insert_workspace,
        id=workspace.id,
        app_id=workspace.app_id,
        name=workspace.name,
        region=workspace.region,
        timezone=workspace.timezone,
        intercom_version=workspace.intercom_version,
        settings=msgspec.json.encode(settings).decode(),
        schema_version=1,
        created_at=workspace.created_at,
    )
    await insert_admin(tx, workspace.id, owner)
    await access.insert_token(tx, hashed, token)
    await make_defaults(tx, workspace.id, workspace.created_at)

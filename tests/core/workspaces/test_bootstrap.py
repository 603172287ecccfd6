"""A workspace is made whole: its owner, its token, its settings."""

from __future__ import annotations

import asyncio

import pytest

from interlock.core.schema import store
from interlock.core.staff import access
from interlock.core.staff.store import owner
from interlock.core.workspaces.bootstrap import Made, create_workspace, is_sandbox, make_installation
from interlock.kit.problems import Problem
from interlock.storage.database import Database, Duplicate


async def test_a_workspace_has_an_owner_and_a_token_that_may_do_everything(database: Database, workspace: Made) -> None:
    schema = await database.read(store.load, workspace.workspace_id)
    assert schema is not None
    assert schema.workspace.intercom_version == "2.14"
    assert schema.workspace.settings.max_instances is None
    its_owner = await database.read(owner, workspace.workspace_id)
    assert its_owner is not None
    assert its_owner.id == workspace.admin_id
    found = await access.lookup(database, access.token_hash(workspace.token))
    assert found is not None
    assert found.workspace_id == workspace.workspace_id
    assert found.scopes == ("*",)


async def test_a_revoked_token_is_unknown(database: Database, workspace: Made, other_workspace: Made) -> None:
    secret, token = await access.create(database, workspace.workspace_id, "reader", ["read_users"])
    found = await access.lookup(database, access.token_hash(secret))
    assert found == token
    with pytest.raises(Problem):
        await access.revoke(database, other_workspace.workspace_id, token.id)
    await access.revoke(database, workspace.workspace_id, token.id)
    assert await access.lookup(database, access.token_hash(secret)) is None
    with pytest.raises(Problem):
        await access.revoke(database, workspace.workspace_id, token.id)
    listed = await access.list_all(database, workspace.workspace_id)
    assert [one.revoked_at is None for one in listed] == [True, False]


async def test_a_token_leads_to_one_workspace(database: Database) -> None:
    made = await asyncio.gather(
        *(create_workspace(database, "Twice", token=f"preset-{database.dialect}") for _ in range(2)),
        return_exceptions=True,
    )
    refused = [one for one in made if isinstance(one, Duplicate)]
    assert [one.index for one in refused] == ["access_tokens_pkey"]


async def test_a_sandbox_holds_the_limits_of_the_founding_documents(new_database: Database) -> None:
    await make_installation(new_database, sandbox=True)
    await make_installation(new_database, sandbox=False)  # too late: it has been made
    assert await is_sandbox(new_database)
    made = await create_workspace(new_database, "Trial", rate_limit=600)
    schema = await new_database.read(store.load, made.workspace_id)
    assert schema is not None
    settings = schema.workspace.settings
    assert (settings.max_active_attributes, settings.max_object_types, settings.max_instances) == (250, 15, 100_000)
    assert settings.rate_limit_per_minute == 600

"""What every workspace begins with, also one that is older than these things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy import delete, func, select

from interlock.core.staff import away, away_store, store, team_store
from interlock.core.workspaces.bootstrap import Made, create_workspace, make_installation
from interlock.core.workspaces.defaults import ensure_defaults
from interlock.core.workspaces.reset import reset_workspace
from interlock.storage.database import Database, Tx
from interlock.storage.open import open_database
from interlock.storage.query import Query
from interlock.storage.tables import away_reasons, subscription_types, team_members, teams, ticket_states

TABLES = (teams, team_members, away_reasons, ticket_states, subscription_types)


async def counts(database: Database) -> list[int]:
    async def read(tx: Tx) -> list[int]:
        return [await tx.value(Query(select(func.count()).select_from(table))) for table in TABLES]

    return await database.read(read)


async def clear(tx: Tx) -> None:
    for table in TABLES:
        await tx.run(Query(delete(table)))


async def test_a_new_workspace_has_a_team_with_its_owner(database: Database, workspace: Made) -> None:
    [team] = await database.read(team_store.all_teams, workspace.workspace_id)
    assert (team.name, team.admin_ids) == ("Help desk", [workspace.admin_id])
    its_owner = await database.read(store.owner, workspace.workspace_id)
    assert its_owner is not None
    assert its_owner.team_ids == [team.id]


async def test_an_older_workspace_gets_them_once_whoever_starts(
    new_database_url: Callable[[], str], dialect: str
) -> None:
    url = new_database_url()
    async with AsyncExitStack() as stack:
        # SQLite has one server; two processes at once are for PostgreSQL.
        opened = [await open_database(url, 2) for _ in range(1 if dialect == "sqlite" else 2)]
        for one in opened:
            stack.push_async_callback(one.close)
        first = opened[0]
        for name in ("Old", "Older"):
            await create_workspace(first, name)
        whole = await counts(first)
        assert whole[0] == 2
        assert all(whole)
        await first.transact(clear)
        await asyncio.gather(*(ensure_defaults(one) for one in opened * 2))
        assert await counts(first) == whole
        await ensure_defaults(first)
        assert await counts(first) == whole


async def test_an_emptied_workspace_has_them_again(new_database: Database) -> None:
    await make_installation(new_database, sandbox=True)
    made = await create_workspace(new_database, "Trial")
    key = made.workspace_id
    whole = await counts(new_database)
    [team] = await new_database.read(team_store.all_teams, key)
    [reason, *_] = await new_database.read(away_store.all_reasons, key)
    away_with_it: dict[str, Any] = {away.ENABLED: True, away.REASSIGN: True, away.REASON: reason.id}

    async def leave(tx: Tx) -> None:
        owner = await store.owner(tx, key)
        assert owner is not None
        owner.details.update(away_with_it)
        await store.update_admin(tx, key, owner)

    await new_database.transact(leave)
    await reset_workspace(new_database, key)
    assert await counts(new_database) == whole
    [again] = await new_database.read(team_store.all_teams, key)
    assert again.id != team.id
    assert again.admin_ids == [made.admin_id]
    owner = await new_database.read(store.owner, key)
    assert owner is not None
    assert not away.unassigns(owner)
    assert away.REASON not in owner.details

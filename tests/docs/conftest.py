"""A trial installation for the examples of one page: a SQLite file, a server on it, and commands beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from docs.installation import Installation
from interlock.app import build
from interlock.core.workspaces.bootstrap import create_workspace, make_installation
from interlock.engines.jobs.context import Context
from interlock.settings import Settings
from interlock.storage.open import open_database
from support.receiver import receiving


@pytest_asyncio.fixture
async def installation(
    migrated_sqlite: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Installation]:
    """Made with --sandbox, with one workspace; commands run in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    url = migrated_sqlite()
    database = await open_database(url)
    await make_installation(database, sandbox=True)
    workspace = await create_workspace(database, "My workspace")
    app = build(database)
    context = Context.of(database, Settings(database_url=url, allow_private_addresses=True), app.schemas)
    async with receiving() as receiver:
        yield Installation(app, workspace, url, context, receiver)
    await context.close()
    await database.close()

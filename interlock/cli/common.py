"""What commands share: options, opening the database, choosing a workspace, and saying what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from interlock.core.schema import store
from interlock.kit.problems import Problem
from interlock.settings import BadSetting, Settings, load
from interlock.storage import migrate
from interlock.storage.database import Database, Duplicate, Unavailable
from interlock.storage.open import SQLITE_PREFIX, open_database

T = TypeVar("T")

database_option = click.option(
    "--database", "database_url", metavar="URL", help="sqlite:///file.db or postgresql://user@host/name."
)
workspace_option = click.option(
    "--workspace", "workspace_id", metavar="ID", help="Which workspace, where there are several."
)


def sentence_of(problem: Exception) -> str | None:
    """What is wrong, in a sentence; None for what nobody has foreseen."""
    match problem:
        case Unavailable():
            return f"The database cannot be reached: {problem}"
        case Duplicate():
            return f"The database already has such a row ({problem.index})."
        case Problem() | migrate.MigrationProblem() | BadSetting():
            return str(problem)
        case OSError():
            return str(problem)
    return None


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work on an event loop of its own."""
    return asyncio.run(work)


def settings_of(**flags: Any) -> Settings:
    settings = load(**flags)
    check_url(settings.database_url)
    return settings


def check_url(url: str) -> None:
    path = url.removeprefix(SQLITE_PREFIX)
    if url.startswith(("postgresql://", "postgres://")) or (path != url and path and not path.startswith(":")):
        return
    raise BadSetting(f"{shown(url)} is not the URL of a database: sqlite:///file.db or postgresql://user@host/name")


def shown(url: str) -> str:
    """A database URL without its password."""
    try:
        password = urlsplit(url).password
    except ValueError:
        return url
    return url.replace(f":{password}@", ":***@") if password else url


def sqlite_path(url: str) -> Path | None:
    return Path(url.removeprefix(SQLITE_PREFIX)) if url.startswith(SQLITE_PREFIX) else None


def refusal(state: migrate.State, url: str) -> str | None:
    """Why a database in that state is not worked with; None when it is fine."""
    command = f"interlock migrate --database {shown(url)}"
    match state:
        case migrate.Empty():
            return f"There is nothing in {shown(url)}. `interlock serve` makes an installation."
        case migrate.Older(revision):
            return (
                f"The database is at revision {revision}, and this version needs {migrate.HEAD}. "
                f"Make a backup, then run: {command}"
            )
        case migrate.Newer(revision):
            return (
                f"The database is at revision {revision}, made by a newer Interlock; this version knows "
                f"{migrate.HEAD}. Run the newer version."
            )
        case migrate.HalfMigrated(revision):
            return (
                f"The database is half-migrated: the migration to revision {revision} was interrupted, or is running "
                f"just now. To finish it, run: {command}"
            )
    return None


@asynccontextmanager
async def opened(settings: Settings, connections: int = 4) -> AsyncIterator[Database]:
    """The database, open and at the right schema; nothing is made."""
    path = sqlite_path(settings.database_url)
    if path is not None and not path.exists():
        raise click.ClickException(refusal(migrate.Empty(), settings.database_url) or "")
    database = await open_database(settings.database_url, connections)
    try:
        problem = refusal(await migrate.state_of(database), settings.database_url)
        if problem is not None:
            raise click.ClickException(problem)
        yield database
    finally:
        await database.close()


async def choose_workspace(database: Database, workspace_id: str | None) -> str:
    """The one that was named, or the only one there is."""
    known = await database.read(store.all_workspaces)
    listed = "\n".join(f"  {id}  {name}" for id, name in known)
    if workspace_id is not None:
        if workspace_id in (id for id, _ in known):
            return workspace_id
        raise click.ClickException(f"There is no workspace {workspace_id}. There are:\n{listed}")
    if len(known) == 1:
        return known[0][0]
    if not known:
        raise click.ClickException("There is no workspace yet. Make one: interlock workspace create NAME")
    raise click.ClickException(f"There are several workspaces; choose one with --workspace ID:\n{listed}")


def with_workspace(
    database_url: str | None, workspace_id: str | None, work: Callable[[Database, str], Coroutine[Any, Any, T]]
) -> T:
    """Open the database, find the workspace, do the work."""

    async def do() -> T:
        async with opened(settings_of(database_url=database_url)) as database:
            return await work(database, await choose_workspace(database, workspace_id))

    return run(do())

"""`interlock workspace`."""

from __future__ import annotations

from typing import Any

import click

from interlock.cli.common import database_option, opened, run, settings_of
from interlock.core.schema import store
from interlock.core.workspaces.bootstrap import Made, create_workspace


@click.group()
def workspace() -> None:
    """Make and list workspaces."""


@workspace.command()
@click.argument("name")
@click.option("--owner-email", metavar="ADDRESS", help="The owner of the workspace.")
@click.option("--app-id", metavar="ID", help="Its `id_code`, in place of a random one.")
@database_option
def create(name: str, **flags: Any) -> None:
    """Make a further workspace; prints its id and an access token."""
    settings = settings_of(**flags)

    async def make() -> Made:
        async with opened(settings) as database:
            return await create_workspace(
                database,
                name,
                app_id=flags["app_id"],  # the one from the environment is the first workspace's
                owner_email=settings.owner_email,
                region=settings.region,
                timezone=settings.timezone,
                rate_limit=settings.rate_limit,
                history_days=settings.history_days,
            )

    made = run(make())
    click.echo(f"Workspace: {made.workspace_id}\nAccess token, shown only now: {made.token}")


@workspace.command("list")
@database_option
def list_(database_url: str | None) -> None:
    """Print the id and name of every workspace."""

    async def read() -> list[tuple[str, str]]:
        async with opened(settings_of(database_url=database_url)) as database:
            return await database.read(store.all_workspaces)

    for id, name in run(read()):
        click.echo(f"{id}  {name}")

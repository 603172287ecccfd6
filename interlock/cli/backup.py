"""`interlock backup` and `interlock restore`."""

from __future__ import annotations

from pathlib import Path

import click

from interlock.cli.common import database_option, opened, run, settings_of, shown
from interlock.engines import places
from interlock.storage import backup as backups
from interlock.storage import migrate
from interlock.storage.backup import Content


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@database_option
def backup(file: Path, database_url: str | None) -> None:
    """Write the database into FILE: one state of it, also while a server works on it.

    Files that were sent are in the folder INTERLOCK_BLOBS (usually beside the database) and not in FILE: copy the
    folder as well, after the database. Nothing in it ever changes, so any tool for copying will do.
    """
    settings = settings_of(database_url=database_url)

    async def write() -> Content:
        async with opened(settings) as database:
            return await backups.write(database, file)

    content = run(write())
    click.echo(f"Backed up {_summary(content)} into {file} ({file.stat().st_size:,} bytes).")
    folder = places.blobs(settings).folder
    if content.rows["files"]:
        click.echo(f"The bytes of {content.rows['files']:,} files are not in it: copy the folder {folder} as well.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--force", is_flag=True, help="Put the backup in the place of what is there.")
@database_option
def restore(file: Path, force: bool, database_url: str | None) -> None:
    """Read FILE into an empty database, of either kind: all of it, or nothing."""
    settings = settings_of(database_url=database_url)

    async def read() -> Content:
        backups.verify(file)  # before anything is made
        if isinstance(await migrate.state(settings.database_url), migrate.Empty):
            await migrate.apply(settings.database_url)
        async with opened(settings) as database:
            return await backups.restore(database, file, force=force)

    try:
        content = run(read())
    except (backups.BadBackup, backups.NotEmpty) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"Restored {_summary(content)} into {shown(settings.database_url)}.")


def _summary(content: Content) -> str:
    rows = content.rows
    parts = [
        f"{rows[name]:,} {name.replace('_', ' ')}" for name in ("workspaces", "contacts", "companies", "instances")
    ]
    return ", ".join(parts)

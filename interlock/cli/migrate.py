"""`interlock migrate`."""

from __future__ import annotations

import os

import click

from interlock.cli.common import database_option, run, settings_of, shown
from interlock.storage import migrate as migrations


@click.command()
@database_option
@click.option("--plan", "only_plan", is_flag=True, help="Show what is outstanding, with its SQL, and change nothing.")
@click.option("--check", "only_check", is_flag=True, help="Compare migrations and tables on scratch databases.")
def migrate(database_url: str | None, only_plan: bool, only_check: bool) -> None:
    """Bring the database to the schema of this version, or finish a migration that was interrupted."""
    if only_check:
        _check()
        return
    url = settings_of(database_url=database_url).database_url
    if only_plan:
        _show(url)
        return
    if not run(migrations.apply(url, click.echo)):
        click.echo(f"Nothing to do: {shown(url)} is at revision {migrations.HEAD}.")


def _show(url: str) -> None:
    steps = run(migrations.plan(url))
    for step in steps:
        click.echo(f"-- {step.revision}: {step.title}\n\n{step.statements}\n")
    outstanding = ", ".join(step.revision for step in steps)
    click.echo(f"-- Outstanding: {outstanding}." if steps else f"-- Nothing is outstanding in {shown(url)}.")


def _check() -> None:
    from interlock.storage.compare import differences

    server = os.environ.get("INTERLOCK_TEST_PG")
    found = run(differences(server))
    for line in found:
        click.echo(line, err=True)
    if found:
        raise click.ClickException("The migrations do not lead to what storage/tables says.")
    click.echo(f"The migrations lead to what storage/tables says, on SQLite{' and PostgreSQL' if server else ''}.")

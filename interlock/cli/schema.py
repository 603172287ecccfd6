"""`interlock schema`: the documents of `GET /interlock/v1/schema` and of its plans, as YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import yaml

from interlock.cli.common import database_option, with_workspace, workspace_option
from interlock.core.definitions.apply import apply as apply_plan
from interlock.core.definitions.document import Document, parse_document, to_document
from interlock.core.definitions.plan import Plan
from interlock.core.definitions.plan import plan as make_plan
from interlock.core.definitions.telling import sentence
from interlock.core.schema import store
from interlock.core.schema.cache import SchemaCache
from interlock.storage.database import Database

THROUGH = "schema:cli"

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))


@click.group()
def schema() -> None:
    """Object types and attributes as one YAML file. FILE may be `-`: standard input or output."""


@schema.command()
@_file
@database_option
@workspace_option
def pull(file: Path, database_url: str | None, workspace_id: str | None) -> None:
    """Write what is defined into FILE."""

    async def read(database: Database, id: str) -> dict[str, Any]:
        found = await database.read(store.load, id)
        return to_document(found) if found is not None else {}

    text = yaml.safe_dump(
        with_workspace(database_url, workspace_id, read), sort_keys=False, allow_unicode=True, width=120
    )
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
        click.echo(f"Wrote the schema into {file}.")


@schema.command()
@_file
@database_option
@workspace_option
def plan(file: Path, database_url: str | None, workspace_id: str | None) -> None:
    """Show what it would take to get to what FILE says, and what it would cost. Changes nothing."""
    wanted = _read(file)

    async def work_out(database: Database, id: str) -> Plan:
        return await database.snapshot(make_plan, id, wanted)

    made = with_workspace(database_url, workspace_id, work_out)
    _show(made)
    if made.changes:
        click.echo(f"To carry it out: interlock schema apply {file} --plan-hash {made.hash}")


@schema.command()
@_file
@click.option("--plan-hash", metavar="HASH", help="Carry out exactly what `plan` has shown.")
@click.option("--yes", is_flag=True, help="Carry it out even where values or links are lost.")
@database_option
@workspace_option
def apply(file: Path, plan_hash: str | None, yes: bool, database_url: str | None, workspace_id: str | None) -> None:
    """Get to what FILE says, in one go. What loses values or links wants --plan-hash or --yes."""
    wanted = _read(file)

    async def carry_out(database: Database, id: str) -> Plan:
        given = plan_hash
        if given is None:
            made = await database.snapshot(make_plan, id, wanted)
            if made.lost and not yes:
                _show(made)
                raise click.ClickException(f"This loses {made.lost} values or links. To do it all the same: --yes")
            given = made.hash
        return await SchemaCache(database).define(id, apply_plan, wanted, given, THROUGH)

    _show(with_workspace(database_url, workspace_id, carry_out))


def _read(file: Path) -> Document:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise click.ClickException(f"{file} is not YAML: {problem}") from problem
    return parse_document({} if raw is None else raw)


def _show(made: Plan) -> None:
    for change in made.changes:
        click.echo(sentence(change))
    if not made.changes:
        click.echo("Everything is as it is wanted.")

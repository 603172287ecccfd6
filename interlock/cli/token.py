"""`interlock token`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from interlock.cli.common import database_option, with_workspace, workspace_option
from interlock.core.staff import access
from interlock.rest.auth import EVERYTHING, SCOPES


@click.group()
def token() -> None:
    """Make, list and revoke access tokens."""


@token.command()
@click.option("--name", default="Token", help="To tell it from others in the list.")
@click.option("--scopes", default=EVERYTHING, metavar="A,B", help="What it may do; everything, unless said here.")
@database_option
@workspace_option
def create(name: str, scopes: str, database_url: str | None, workspace_id: str | None) -> None:
    """Make a token, and print it: it cannot be shown again."""
    wanted = [one.strip() for one in scopes.split(",") if one.strip()]
    unknown = [one for one in wanted if one not in SCOPES and one != EVERYTHING]
    if unknown or not wanted:
        known = "\n".join(f"  {name}  {meaning}" for name, meaning in SCOPES.items())
        raise click.ClickException(
            f"Not a scope: {', '.join(unknown) or 'nothing at all'}. There are:\n{known}\n  *  everything"
        )
    secret, made = with_workspace(database_url, workspace_id, lambda db, id: access.create(db, id, name, wanted))
    click.echo(f"Token {made.id}, shown only now: {secret}")


@token.command("list")
@database_option
@workspace_option
def list_(database_url: str | None, workspace_id: str | None) -> None:
    """Print every token: its id, its last characters, scopes, name, and whether it is still good."""
    for one in with_workspace(database_url, workspace_id, access.list_all):
        ended = f"revoked {_date(one.revoked_at)}" if one.revoked_at is not None else "good"
        click.echo(f"{one.id}  ...{one.hint}  {_date(one.created_at)}  {ended}  {','.join(one.scopes)}  {one.name}")


@token.command()
@click.argument("token_id", metavar="ID")
@database_option
@workspace_option
def revoke(token_id: str, database_url: str | None, workspace_id: str | None) -> None:
    """End a token: within a second it fails in every process."""
    with_workspace(database_url, workspace_id, lambda database, id: access.revoke(database, id, token_id))
    click.echo(f"Token {token_id} is revoked.")


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")

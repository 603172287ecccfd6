"""`interlock reset`."""

from __future__ import annotations

import click

from interlock.cli.common import database_option, with_workspace, workspace_option
from interlock.core.workspaces.reset import reset_workspace


@click.command()
@database_option
@workspace_option
def reset(database_url: str | None, workspace_id: str | None) -> None:
    """Empty a workspace in a moment; its owner, tokens and settings stay.

    Refused unless the database was made with `interlock serve --sandbox`.
    """
    with_workspace(database_url, workspace_id, reset_workspace)
    click.echo("The workspace is empty.")

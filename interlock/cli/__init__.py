"""The `interlock` command. Each group of commands is a file of its own, imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from interlock import __version__

# name: (module in this package, function, line of help)
COMMANDS = {
    "serve": ("serve", "serve", "Serve the API; makes the database when there is none"),
    "worker": ("serve", "worker", "Run the background work alone (PostgreSQL)"),
    "migrate": ("migrate", "migrate", "Bring the database to the schema of this version"),
    "workspace": ("workspace", "workspace", "Make and list workspaces"),
    "token": ("token", "token", "Make, list and revoke access tokens"),
    "demo": ("demo", "demo", "Fill a workspace with a believable shop"),
    "schema": ("schema", "schema", "Object types and attributes as one YAML file"),
    "jobs": ("jobs", "jobs", "List background work; retry or drop what is stuck"),
    "backup": ("backup", "backup", "Write everything into one file, also while serving"),
    "restore": ("backup", "restore", "Read a backup into an empty database"),
    "reset": ("reset", "reset", "Empty a workspace of a sandbox in a moment"),
    "where": ("where", "where", "Print the file and line that serve an operation"),
    "doctor": ("doctor", "doctor", "Check the installation and say what is wrong"),
}


class _Commands(click.Group):
    """Finds commands by name, without importing the others; what goes wrong becomes one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        return getattr(import_module(f"interlock.cli.{module}"), function)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        from interlock.cli.common import sentence_of

        try:
            return super().invoke(ctx)
        except Exception as problem:
            sentence = sentence_of(problem)
            if sentence is None:
                raise  # a mistake of ours: the traceback is what helps
            raise click.ClickException(sentence) from problem


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="interlock")
def main() -> None:
    """A self-hosted server that speaks Intercom's REST API, on SQLite and PostgreSQL."""

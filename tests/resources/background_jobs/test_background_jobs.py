"""Jobs as people see them."""

from __future__ import annotations

import pytest

from interlock.core.jobs import work_store
from interlock.core.jobs.outcome import Failed
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import clock
from interlock.storage.database import Database
from support.client import Client
from tests.engines.jobs.making import enqueue

JOBS = "/interlock/v1/jobs"
LATER = 10**15 * 4


@pytest.fixture
async def stuck(database: Database, workspace: Made) -> str:
    kind = f"of_{workspace.workspace_id}"
    id = await enqueue(database, workspace.workspace_id, kind, {"a": 1})
    [job] = await database.transact(work_store.claim, "me", [kind], 1_000_000, 10)
    await database.transact(work_store.settle, "me", job, Failed("no such person"))
    return id


async def test_they_are_listed_by_state_and_kind(
    client: Client, database: Database, workspace: Made, stuck: str
) -> None:
    waiting = [await enqueue(database, workspace.workspace_id, "later", wake_at=LATER) for _ in range(3)]
    everything = await client.ok("GET", JOBS)
    assert [one["id"] for one in everything["data"]] == [*reversed(waiting), stuck]
    one = (await client.ok("GET", JOBS, params={"state": "stuck"}))["data"][0]
    assert one["problem"] == "no such person"
    assert one["payload"] == {"a": 1}
    assert one["finished_at"] <= clock.seconds()
    page = await client.ok("GET", JOBS, params={"kind": "later", "per_page": 2})
    rest = await client.ok("GET", JOBS, params={"kind": "later", "per_page": 2, "starting_after": page["next"]})
    assert [one["id"] for one in (*page["data"], *rest["data"])] == list(reversed(waiting))
    assert rest["next"] is None


async def test_what_is_stuck_is_retried_or_dropped(client: Client, stuck: str) -> None:
    assert (await client.ok("POST", f"{JOBS}/{stuck}/retry"))["state"] == "waiting"
    assert (await client.ok("POST", f"{JOBS}/{stuck}/drop"))["state"] == "dropped"
    assert (await client.ok("GET", f"{JOBS}/{stuck}"))["state"] == "dropped"


async def test_what_is_not_there(client: Client, database: Database, other_workspace: Made) -> None:
    theirs = await enqueue(database, other_workspace.workspace_id, "later", wake_at=LATER)
    for method, path in (("GET", ""), ("POST", "/retry"), ("POST", "/drop")):
        for id in (theirs, "nothing", "x" * 1000):
            error = await client.error(404, method, f"{JOBS}/{id}{path}")
            assert error["code"] == "job_not_found"
    assert (await client.error(400, "GET", f"{JOBS}?state=x"))["field"] == "state"

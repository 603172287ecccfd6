"""Jobs are done once, by one worker at a time, and end in the same transaction as what they did."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.core.changes import history
from interlock.core.jobs import list_store, store, work_store
from interlock.core.jobs.outcome import Failed, LeaseLost, RetryAt
from interlock.core.jobs.store import DONE, DROPPED, STUCK, WAITING, Job
from interlock.core.schema.schema import Schema
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.handlers import Handler
from interlock.engines.jobs.runner import SECOND
from interlock.kit import clock, limits
from interlock.kit.problems import Problem, invalid
from interlock.storage.database import Database, Tx
from interlock.storage.open import open_database
from tests.engines.jobs.making import Clock, enqueue, get, noted, runner, then

NOTE = Handler("note", noted)


@pytest.fixture
async def workspace_id(new_database: Database) -> str:
    return (await create_workspace(new_database, "Jobs")).workspace_id


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def effects(database: Database, workspace_id: str, id: str) -> int:
    return len(await database.read(history.of_record, workspace_id, "job", id, 100))


def fail(problem: Exception) -> Any:
    def raising(job: Job) -> None:
        raise problem

    return then(raising)


# --- how a job ends


async def test_a_unit_is_done_once_and_its_result_is_kept(new_database: Database, workspace_id: str) -> None:
    id = await enqueue(new_database, workspace_id, "note")
    await runner(new_database, Handler("note", then(lambda job: {"made": 1}))).drain()
    await runner(new_database, NOTE).drain()
    job = await get(new_database, workspace_id, id)
    assert (job.state, job.result, job.attempts) == (DONE, {"made": 1}, 1)
    assert await effects(new_database, workspace_id, id) == 1


async def test_a_timer_sleeps_until_its_time(new_database: Database, workspace_id: str, moved: Clock) -> None:
    id = await enqueue(new_database, workspace_id, "note", wake_at=clock.micros() + 60 * SECOND)
    await runner(new_database, NOTE).drain()
    assert (await get(new_database, workspace_id, id)).state == WAITING
    moved.forward(61)
    await runner(new_database, NOTE).drain()
    assert (await get(new_database, workspace_id, id)).state == DONE


async def test_an_outbound_job_stores_what_came_of_it(new_database: Database, workspace_id: str) -> None:
    async def call(context: Context, job: Job) -> Any:
        await asyncio.sleep(0)

        async def record(tx: Tx, schema: Schema) -> dict[str, str]:
            await noted(tx, schema, job)
            return {"said": job.payload["to"]}

        return record

    id = await enqueue(new_database, workspace_id, "call", {"to": "you"})
    await runner(new_database, Handler("call", call, is_outbound=True)).drain()
    assert (await get(new_database, workspace_id, id)).result == {"said": "you"}
    assert await effects(new_database, workspace_id, id) == 1


async def test_kinds_that_nobody_knows_stay(new_database: Database, workspace_id: str) -> None:
    id = await enqueue(new_database, workspace_id, "of_a_newer_version")
    await runner(new_database, NOTE).drain()
    assert (await get(new_database, workspace_id, id)).attempts == 0


async def test_again_at_a_time_keeps_the_effects_and_is_no_failure(
    new_database: Database, workspace_id: str, moved: Clock
) -> None:
    again = Handler("note", then(lambda job: RetryAt(clock.micros() + 10 * SECOND, "not yet")))
    id = await enqueue(new_database, workspace_id, "note", max_attempts=1)
    for _ in range(3):
        await runner(new_database, again).drain()
        moved.forward(11)
    job = await get(new_database, workspace_id, id)
    assert (job.state, job.problem, job.attempts) == (WAITING, "not yet", 3)
    assert await effects(new_database, workspace_id, id) == 3


async def test_what_failed_leaves_nothing_and_is_tried_again_after_growing_pauses(
    new_database: Database, workspace_id: str, moved: Clock
) -> None:
    id = await enqueue(new_database, workspace_id, "note", max_attempts=4)
    pauses = []
    for _ in range(3):
        before = clock.micros()
        await runner(new_database, Handler("note", fail(RuntimeError("no")))).drain()
        job = await get(new_database, workspace_id, id)
        assert (job.state, job.problem) == (WAITING, "RuntimeError: no")
        pauses.append((job.wake_at - before) / SECOND)
        moved.forward(pauses[-1] + 0.1)
    assert 0.5 <= pauses[0] < 2 <= 2 * pauses[2]
    await runner(new_database, Handler("note", fail(RuntimeError("no")))).drain()
    assert (await get(new_database, workspace_id, id)).state == STUCK
    assert await effects(new_database, workspace_id, id) == 0


async def test_what_would_fail_each_time_is_stuck_at_once(new_database: Database, workspace_id: str) -> None:
    ids = [await enqueue(new_database, workspace_id, kind) for kind in ("answers", "raises", "passes")]
    await runner(
        new_database,
        Handler("answers", then(lambda job: Failed("no such person"))),
        Handler("raises", fail(invalid("nonsense"))),
        Handler("passes", fail(Problem("service_unavailable", "later"))),
    ).drain()
    jobs = [await get(new_database, workspace_id, id) for id in ids]
    assert [one.state for one in jobs] == [STUCK, STUCK, WAITING]
    assert jobs[0].problem == "no such person"
    assert [await effects(new_database, workspace_id, id) for id in ids] == [1, 0, 0]


async def test_a_handler_may_cancel_or_replace_its_own_timer(new_database: Database, workspace_id: str) -> None:
    async def cancels(tx: Tx, schema: Schema, job: Job) -> None:
        await noted(tx, schema, job)
        await store.cancel(tx, schema.workspace.id, "cancels", "k")

    async def moves(tx: Tx, schema: Schema, job: Job) -> None:
        await noted(tx, schema, job)
        await store.enqueue(tx, schema.workspace.id, "moves", None, key="k", wake_at=clock.micros() + 60 * SECOND)

    ids = [await enqueue(new_database, workspace_id, kind, key="k") for kind in ("cancels", "moves")]
    await runner(new_database, Handler("cancels", cancels), Handler("moves", moves)).drain()
    assert [await effects(new_database, workspace_id, id) for id in ids] == [1, 1]
    left = await new_database.read(list_store.list_jobs, workspace_id, None, None, 10)
    assert [(one.kind, one.state) for one in left] == [("moves", WAITING)]


# --- leases


async def test_a_dead_workers_job_is_taken_over_when_its_lease_ends(
    new_database: Database, workspace_id: str, moved: Clock
) -> None:
    id = await enqueue(new_database, workspace_id, "note")
    lease = limits.JOB_LEASE * SECOND
    [stale] = await new_database.transact(work_store.claim, "dead", ["note"], lease, 10)
    await runner(new_database, NOTE).drain()
    assert (await get(new_database, workspace_id, id)).state == WAITING
    moved.forward(limits.JOB_LEASE + 1)
    await runner(new_database, NOTE).drain()
    assert (await get(new_database, workspace_id, id)).state == DONE
    with pytest.raises(LeaseLost):
        await new_database.transact(work_store.settle, "dead", stale, None)
    assert await effects(new_database, workspace_id, id) == 1


async def test_who_lost_a_lease_can_store_nothing(new_database: Database, workspace_id: str, moved: Clock) -> None:
    """A worker that was paused in the middle: by the time it goes on, another one has the job."""
    id = await enqueue(new_database, workspace_id, "call")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(context: Context, job: Job) -> Any:
        begun.set()
        await go_on.wait()
        return lambda tx, schema: noted(tx, schema, job)

    paused = runner(new_database, Handler("call", slow, is_outbound=True))
    await paused.step()
    await begun.wait()
    moved.forward(limits.JOB_LEASE + 1)
    [taken] = await new_database.transact(work_store.claim, "other", ["call"], 60 * SECOND, 10)
    go_on.set()
    await paused.drain()
    job = await get(new_database, workspace_id, id)
    assert (job.state, job.attempts, taken.attempts) == (WAITING, 2, 2)
    assert await effects(new_database, workspace_id, id) == 0
    await new_database.transact(work_store.settle, "other", taken, None)


async def test_long_work_keeps_its_lease(new_database: Database, workspace_id: str, moved: Clock) -> None:
    id = await enqueue(new_database, workspace_id, "call")
    go_on = asyncio.Event()

    async def slow(context: Context, job: Job) -> Any:
        await go_on.wait()
        return lambda tx, schema: noted(tx, schema, job)

    mine, others = (runner(new_database, Handler("call", slow, is_outbound=True)) for _ in range(2))
    await mine.step()
    for _ in range(3):
        moved.forward(limits.JOB_LEASE * 0.7)
        await mine.keep()
        await others.step()
    go_on.set()
    await mine.drain()
    job = await get(new_database, workspace_id, id)
    assert (job.state, job.attempts) == (DONE, 1)


async def test_a_job_that_kills_its_worker_is_stuck_in_the_end(
    new_database: Database, workspace_id: str, moved: Clock
) -> None:
    id = await enqueue(new_database, workspace_id, "note", max_attempts=2)
    for _ in range(2):
        assert await new_database.transact(work_store.claim, "dies", ["note"], SECOND, 10)
        moved.forward(2)
    await runner(new_database, NOTE).drain()
    job = await get(new_database, workspace_id, id)
    assert (job.state, job.problem) == (STUCK, "Its worker ended in the middle of it")


async def test_a_job_dropped_while_it_runs_stores_nothing(new_database: Database, workspace_id: str) -> None:
    id = await enqueue(new_database, workspace_id, "note")
    [held] = await new_database.transact(work_store.claim, "me", ["note"], 60 * SECOND, 10)
    await new_database.transact(list_store.drop, workspace_id, id, "test")
    with pytest.raises(LeaseLost):
        await new_database.transact(work_store.settle, "me", held, None)
    assert (await get(new_database, workspace_id, id)).state == DROPPED


async def test_a_worker_that_stops_gives_back_what_it_cannot_finish(
    new_database: Database, workspace_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.engines.jobs.runner.GRACE", 0.01)
    id = await enqueue(new_database, workspace_id, "call")

    begun = asyncio.Event()

    async def endless(context: Context, job: Job) -> Any:
        begun.set()
        await asyncio.Event().wait()

    one = runner(new_database, Handler("call", endless, is_outbound=True))
    one.start()
    await begun.wait()
    await one.stop()
    await runner(new_database, Handler("call", then(lambda job: None))).drain()
    assert (await get(new_database, workspace_id, id)).state == DONE


async def test_a_server_that_is_alone_need_not_wait_for_dead_leases(new_database: Database, workspace_id: str) -> None:
    id = await enqueue(new_database, workspace_id, "note")
    await new_database.transact(work_store.claim, "dead", ["note"], limits.JOB_LEASE * SECOND, 10)
    await new_database.transact(work_store.free_all, limits.JOB_LEASE * SECOND)
    await runner(new_database, NOTE).drain()
    assert (await get(new_database, workspace_id, id)).state == DONE


# --- several workers


async def test_many_workers_never_do_one_job_at_once(migrated_postgres: Any) -> None:
    url = migrated_postgres()
    databases = [await open_database(url, 4) for _ in range(3)]
    workspace_id = (await create_workspace(databases[0], "Busy")).workspace_id
    running: set[str] = set()
    done: list[str] = []

    async def careful(context: Context, job: Job) -> Any:
        assert job.id not in running
        running.add(job.id)
        await asyncio.sleep(0.001)

        async def record(tx: Tx, schema: Schema) -> None:
            await noted(tx, schema, job)

        running.remove(job.id)
        done.append(job.id)
        return record

    ids = [await enqueue(databases[0], workspace_id, "call") for _ in range(150)]
    runners = [runner(one, Handler("call", careful, is_outbound=True), at_once=7) for one in databases]
    await asyncio.gather(*(one.drain() for one in runners))
    assert sorted(done) == sorted(ids)
    assert {await effects(databases[0], workspace_id, id) for id in ids} == {1}
    for one in databases:
        await one.close()


# --- what people may do


async def test_stuck_jobs_are_listed_retried_and_dropped(new_database: Database, workspace_id: str) -> None:
    first, second = [await enqueue(new_database, workspace_id, "note", max_attempts=1) for _ in range(2)]
    await runner(new_database, Handler("note", fail(RuntimeError("no")))).drain()
    stuck = await new_database.read(list_store.list_jobs, workspace_id, STUCK, None, 10)
    assert [one.id for one in stuck] == [second, first]
    await new_database.transact(list_store.retry, workspace_id, first)
    await new_database.transact(list_store.drop, workspace_id, second, "test")
    await runner(new_database, NOTE).drain()
    assert [(await get(new_database, workspace_id, id)).state for id in (first, second)] == [DONE, DROPPED]
    with pytest.raises(Problem, match="done already"):
        await new_database.transact(list_store.retry, workspace_id, first)
    other = (await create_workspace(new_database, "Other")).workspace_id
    with pytest.raises(Problem, match="not found"):
        await new_database.transact(list_store.retry, other, second)


async def test_what_is_long_done_goes_and_what_is_stuck_stays(
    new_database: Database, workspace_id: str, moved: Clock
) -> None:
    for kind in ("note", "stuck", "later"):
        await enqueue(new_database, workspace_id, kind)
    await runner(new_database, NOTE, Handler("stuck", then(lambda job: Failed("no")))).drain()
    assert await list_store.prune(new_database) is False
    moved.forward((limits.JOB_DAYS + 1) * 86_400)
    await list_store.prune(new_database)
    left = await new_database.read(list_store.list_jobs, workspace_id, None, None, 10)
    assert sorted(one.kind for one in left) == ["later", "stuck"]

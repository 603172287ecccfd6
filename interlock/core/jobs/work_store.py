"""Working on jobs: taking them, keeping them, giving them back.

A job that is due is *claimed*: it gets an owner and a lease, and its `wake_at` becomes the end of the lease. So one
whose worker has died is simply due again, for anybody, and nothing has to look for it. Each claim raises `attempts`,
which with the owner is the fencing number: every statement that ends an attempt names both, and fails with `LeaseLost`
when the job has been claimed again since.

A job with a key may be gone when its handler has finished: what it did has cancelled its own timer or put another in
its place. That is a good end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, bindparam, literal_column, select, text, update
from sqlalchemy import cast as sql_cast

from interlock.core.jobs import telling
from interlock.core.jobs.outcome import Failed, LeaseLost, RetryAt
from interlock.core.jobs.store import COLUMNS, DONE, STUCK, Job, job
from interlock.kit import clock
from interlock.storage.database import Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import jobs

# Literally, not as a parameter: else no plan for all values could use the partial index.
_waiting = text("state = 'waiting'")
_due = (
    select(jobs.c.id)
    .where(_waiting, jobs.c.wake_at <= bindparam("now"), any_of(jobs.c.kind, "kinds"))
    .order_by(jobs.c.wake_at, jobs.c.kind, jobs.c.id)
)
_is_due = Query(_due.limit(1))
_some = _due.limit(bindparam("most")).with_for_update(skip_locked=True).cte("due")
_claim = Query(
    update(jobs)
    .where(jobs.c.id == _some.c.id)
    .values(
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        wake_at=bindparam("until"),
        attempts=jobs.c.attempts + literal_column("1"),
    )
    .returning(*COLUMNS)
)
_held = (_waiting, jobs.c.lease_owner == bindparam("owner"))
_renew = Query(
    update(jobs)
    .where(any_of(jobs.c.id, "ids"), *_held)
    .values(lease_until=bindparam("until"), wake_at=bindparam("until"))
    .returning(jobs.c.id)
)
_mine = (jobs.c.id == bindparam("of_id"), jobs.c.attempts == bindparam("of_attempt"), *_held)
_end = Query(
    update(jobs)
    .where(*_mine)
    .values(
        state=bindparam("new_state"),
        result=bindparam("new_result"),
        problem=bindparam("new_problem"),
        finished_at=bindparam("now"),
        lease_owner=None,
        lease_until=None,
    )
)
_put_back = Query(
    update(jobs)
    .where(*_mine)
    .values(
        wake_at=bindparam("at"),
        problem=bindparam("new_problem"),
        max_attempts=jobs.c.max_attempts + sql_cast(bindparam("more"), BigInteger),
        lease_owner=None,
        lease_until=None,
    )
)
_exists = Query(select(jobs.c.id).where(jobs.c.id == bindparam("of_id")))
_free_all = Query(
    update(jobs)
    .where(_waiting, jobs.c.wake_at <= bindparam("until"), jobs.c.lease_owner.is_not(None))
    .values(wake_at=bindparam("now"), lease_until=bindparam("now"))
)


async def is_due(tx: Tx, kinds: Sequence[str], now: int) -> bool:
    """A look that locks nothing and costs the same whatever number of timers sleeps."""
    return await tx.value(_is_due, kinds=list(kinds), now=now) is not None


async def claim(tx: Tx, owner: str, kinds: Sequence[str], lease: int, most: int) -> list[Job]:
    """Take what has been due longest, for `lease` microseconds. What others are taking just now is passed over.

    A job whose last attempt was never ended (its worker was killed, perhaps by it) is stuck, and not answered.
    """
    now = clock.micros()
    rows = await tx.all(_claim, owner=owner, kinds=list(kinds), now=now, until=now + lease, most=most)
    claimed = sorted((job(row) for row in rows), key=lambda one: (one.created_at, one.id))
    good = []
    for one in claimed:
        if one.attempts > one.max_attempts:
            await _finish(tx, owner, one, STUCK, one.result, one.problem or "Its worker ended in the middle of it")
        else:
            good.append(one)
    return good


async def renew(tx: Tx, owner: str, ids: Sequence[str], lease: int) -> set[str]:
    """Keep jobs for longer; those that are still this owner's."""
    rows = await tx.all(_renew, owner=owner, ids=list(ids), until=clock.micros() + lease)
    return {row[0] for row in rows}


async def settle(tx: Tx, owner: str, one: Job, answer: Any) -> None:
    """End an attempt with what the handler answered, in the transaction of what it did. Raises `LeaseLost`.

    However a job ends here, who has asked for it is told (`telling`).
    """
    match answer:
        case RetryAt(at, problem):
            await put_back(tx, owner, one, at, problem, counts=False)
        case Failed(problem):
            await _finish(tx, owner, one, STUCK, one.result, problem)
        case _:
            await _finish(tx, owner, one, DONE, answer, None)


async def put_back(tx: Tx, owner: str, one: Job, at: int, problem: str | None, *, counts: bool = True) -> None:
    """Once more at `at` (Unix microseconds). What does not count as an attempt is allowed another in its place."""
    more = 0 if counts else 1
    done = await tx.run(
        _put_back, of_id=one.id, of_attempt=one.attempts, owner=owner, at=at, new_problem=problem, more=more
    )
    if not done:
        await _check_gone(tx, one)


async def _finish(tx: Tx, owner: str, one: Job, state: str, result: Any, problem: str | None) -> None:
    done = await tx.run(
        _end,
        of_id=one.id,
        of_attempt=one.attempts,
        owner=owner,
        new_state=state,
        new_result=msgspec.json.encode(result).decode() if result is not None else None,
        new_problem=problem,
        now=clock.micros(),
    )
    if done:
        await telling.tell(tx, one, state)
    else:
        await _check_gone(tx, one)


async def _check_gone(tx: Tx, one: Job) -> None:
    if one.key is None or await tx.value(_exists, of_id=one.id) is not None:
        raise LeaseLost(one.id)


async def free_all(tx: Tx, lease: int) -> None:
    """End every lease: for a server that knows to be alone, and need not wait for those of its dead predecessor."""
    now = clock.micros()
    await tx.run(_free_all, now=now, until=now + lease)

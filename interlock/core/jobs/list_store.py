"""Jobs as people see them: listed, tried again, dropped; and those that are long done go."""

from __future__ import annotations

from sqlalchemy import BigInteger, bindparam, cast, delete, select, text, update

from interlock.core.jobs import telling
from interlock.core.jobs.store import COLUMNS, DONE, DROPPED, STUCK, WAITING, Job, get, job
from interlock.kit import clock, limits
from interlock.kit.problems import Problem, invalid
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import jobs

STATES = (WAITING, DONE, STUCK, DROPPED)
DAY = 86_400_000_000

_all = (
    select(*COLUMNS)
    .where(jobs.c.workspace_id == bindparam("of_workspace"), jobs.c.id < bindparam("before"))
    .order_by(jobs.c.id.desc())
    .limit(bindparam("most"))
)
_of_state, _of_kind = jobs.c.state == bindparam("of_state"), jobs.c.kind == bindparam("of_kind")
_lists = {
    (False, False): Query(_all),
    (True, False): Query(_all.where(_of_state)),
    (False, True): Query(_all.where(_of_kind)),
    (True, True): Query(_all.where(_of_state, _of_kind)),
}
_one = (jobs.c.workspace_id == bindparam("of_workspace"), jobs.c.id == bindparam("of_id"))
_free = {"lease_owner": None, "lease_until": None}
_lock = Query(select(*COLUMNS).where(*_one).with_for_update())
_retry = Query(
    update(jobs)
    .where(*_one, jobs.c.state != bindparam("but", DONE))
    .values(
        state=WAITING,
        wake_at=bindparam("now"),
        max_attempts=jobs.c.attempts + cast(bindparam("attempts_more"), BigInteger),
        finished_at=None,
        **_free,
    )
)
_drop = Query(update(jobs).where(*_one).values(state=DROPPED, finished_at=bindparam("now"), **_free))
_old = Query(
    select(jobs.c.id)
    .where(text("state in ('done', 'dropped')"), jobs.c.finished_at < bindparam("before"))
    .order_by(jobs.c.finished_at)
    .limit(bindparam("most"))
)
_delete = Query(delete(jobs).where(any_of(jobs.c.id, "ids"), text("state in ('done', 'dropped')")))


async def list_jobs(
    tx: Tx, workspace_id: str, state: str | None, kind: str | None, limit: int, before_id: str | None = None
) -> list[Job]:
    """The newest first; `before_id` goes on where a page ended."""
    values = {"of_state": state, "of_kind": kind}
    rows = await tx.all(
        _lists[state is not None, kind is not None],
        of_workspace=workspace_id,
        before=before_id or "g",  # after every hex digit
        most=limit,
        **{name: value for name, value in values.items() if value is not None},
    )
    return [job(row) for row in rows]


async def find(tx: Tx, workspace_id: str, id: str) -> Job:
    """404 `job_not_found`."""
    found = await get(tx, workspace_id, id)
    if found is None:
        raise _not_found()
    return found


async def retry(tx: Tx, workspace_id: str, id: str) -> Job:
    """Have it done now, with as many attempts as a new one. 404 `job_not_found`; 400 for one that is done."""
    now, more = clock.micros(), limits.JOB_ATTEMPTS
    changed = await tx.run(_retry, of_workspace=workspace_id, of_id=id, now=now, attempts_more=more)
    found = await find(tx, workspace_id, id)
    if not changed:
        raise _done()
    return found


async def drop(tx: Tx, workspace_id: str, id: str, through: str) -> Job:
    """Never do it; an attempt that is under way cannot store anything. 404, 400 for one that is done.

    `through` says who drops it. Who has asked for the job is told; one that was dropped already stays as it is.
    """
    row = await tx.one(_lock, of_workspace=workspace_id, of_id=id)
    if row is None:
        raise _not_found()
    was = job(row)
    if was.state == DONE:
        raise _done()
    if was.state != DROPPED:
        await tx.run(_drop, of_workspace=workspace_id, of_id=id, now=clock.micros())
        await telling.tell(tx, was, DROPPED, through)
    return await find(tx, workspace_id, id)


def _not_found() -> Problem:
    return Problem("job_not_found", "Job not found")


def _done() -> Problem:
    return invalid("The job is done already")


async def prune(database: Database) -> bool:
    """Remove a batch of what was done or dropped more than `limits.JOB_DAYS` ago; True when there is more.

    What is stuck stays until somebody has decided about it.
    """
    return await database.transact(_prune) == limits.STAMP_BATCH


async def _prune(tx: Tx) -> int:
    rows = await tx.all(_old, before=clock.micros() - limits.JOB_DAYS * DAY, most=limits.STAMP_BATCH)
    if rows:
        await tx.run(_delete, ids=[row[0] for row in rows])
    return len(rows)

"""Jobs in the database: put there in the transaction of what they follow from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.kit import clock, ids, limits
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import jobs

WAITING, DONE, STUCK, DROPPED = "waiting", "done", "stuck", "dropped"
ATTEMPTS = limits.JOB_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. `wake_at` is in Unix microseconds; `key` names a timer that there is one of at most."""

    id: str
    workspace_id: str
    kind: str
    key: str | None
    payload: Any
    state: str
    wake_at: int
    attempts: int
    max_attempts: int
    problem: str | None
    result: Any
    created_at: int
    finished_at: int | None


COLUMNS = (
    jobs.c.id,
    jobs.c.workspace_id,
    jobs.c.kind,
    jobs.c.key,
    jobs.c.payload,
    jobs.c.state,
    jobs.c.wake_at,
    jobs.c.attempts,
    jobs.c.max_attempts,
    jobs.c.problem,
    jobs.c.result,
    jobs.c.created_at,
    jobs.c.finished_at,
)
_keyed = (
    jobs.c.workspace_id == bindparam("of_workspace"),
    jobs.c.kind == bindparam("of_kind"),
    jobs.c.key == bindparam("of_key"),
)
_insert = Query(insert_or(jobs))
_cancel = Query(delete(jobs).where(*_keyed))
_get = Query(select(*COLUMNS).where(jobs.c.workspace_id == bindparam("of_workspace"), jobs.c.id == bindparam("id")))


def job(row: Row) -> Job:
    """A row of `COLUMNS` as a job."""
    values = list(row)
    values[4] = msgspec.json.decode(values[4])
    values[10] = msgspec.json.decode(values[10]) if values[10] is not None else None
    return Job(*values)


async def enqueue(
    tx: Tx,
    workspace_id: str,
    kind: str,
    payload: Any,
    *,
    wake_at: int | None = None,
    key: str | None = None,
    max_attempts: int = ATTEMPTS,
    id: str | None = None,
) -> str:
    """Put a job into the queue, in the caller's transaction; its id.

    `wake_at` (Unix microseconds) makes a timer of it. With a `key` it takes the place of the one that had the same
    kind and key: a timer that is moved.
    """
    if key is not None:
        await cancel(tx, workspace_id, kind, key)
    now = clock.micros()
    id = id or ids.record_id()
    await tx.run(
        _insert,
        id=id,
        workspace_id=workspace_id,
        kind=kind,
        key=key,
        payload=msgspec.json.encode(payload).decode(),
        state=WAITING,
        wake_at=now if wake_at is None else wake_at,
        lease_owner=None,
        lease_until=None,
        attempts=0,
        max_attempts=max_attempts,
        problem=None,
        result=None,
        created_at=now,
        finished_at=None,
    )
    return id


async def cancel(tx: Tx, workspace_id: str, kind: str, key: str) -> None:
    """A timer that is not wanted any more. One that is being worked on finds nothing left to do."""
    await tx.run(_cancel, of_workspace=workspace_id, of_kind=kind, of_key=key)


async def get(tx: Tx, workspace_id: str, id: str) -> Job | None:
    row = await tx.one(_get, of_workspace=workspace_id, id=id)
    return job(row) if row is not None else None

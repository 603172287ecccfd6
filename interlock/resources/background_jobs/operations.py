"""Background work as people see it: what waits, what is stuck, and what to do about it. All of this is ours."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.jobs import list_store
from interlock.core.jobs.store import Job
from interlock.kit.problems import invalid
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Call, Operation

TAG = "Background jobs"
SCOPE = "manage_workspace"
_ALL = "/interlock/v1/jobs"
_ONE = _ALL + "/{job_id}"
PER_PAGE = 50


class JobsQuery(msgspec.Struct):
    state: Literal["waiting", "done", "stuck", "dropped"] | None = None
    kind: str | None = None
    per_page: int = PER_PAGE
    starting_after: str | None = None


class JobJson(msgspec.Struct):
    """Times are Unix seconds. `wake_at` is when it is due; while it is worked on, until when its worker has it."""

    type: Literal["background_job"]
    id: str
    kind: str
    state: Literal["waiting", "done", "stuck", "dropped"]
    payload: Any
    wake_at: int
    attempts: int
    max_attempts: int
    problem: str | None
    result: Any
    created_at: int
    finished_at: int | None


class JobList(msgspec.Struct):
    type: Literal["list"]
    data: list[JobJson]
    next: str | None


async def list_all(call: Call) -> Any:
    """The newest first."""
    state, kind = call.query.get("state"), call.query.get("kind")
    if state is not None and state not in list_store.STATES:
        raise invalid(f"state must be one of {', '.join(list_store.STATES)}", "state")
    per_page = paging.read_per_page(call, PER_PAGE)
    before = paging.read_cursor(call, str)
    found = await call.database.read(list_store.list_jobs, call.workspace_id, state, kind, per_page + 1, before)
    shown = found[:per_page]
    following = paging.encode_cursor(shown[-1].id) if len(found) > per_page else None
    return {"type": "list", "data": [job_json(one) for one in shown], "next": following}


async def get(call: Call) -> Any:
    return job_json(await call.database.read(list_store.find, call.workspace_id, call.params["job_id"]))


async def retry(call: Call) -> Any:
    return job_json(await call.database.transact(list_store.retry, call.workspace_id, call.params["job_id"]))


async def drop(call: Call) -> Any:
    dropped = await call.database.transact(list_store.drop, call.workspace_id, call.params["job_id"], call.through)
    return job_json(dropped)


def job_json(one: Job) -> dict[str, Any]:
    return {
        "type": "background_job",
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "payload": one.payload,
        "wake_at": one.wake_at // 1_000_000,
        "attempts": one.attempts,
        "max_attempts": one.max_attempts,
        "problem": one.problem,
        "result": one.result,
        "created_at": one.created_at // 1_000_000,
        "finished_at": one.finished_at // 1_000_000 if one.finished_at is not None else None,
    }


def _operation(method: str, path: str, id: str, handler: Any, summary: str, *errors: str, **more: Any) -> Operation:
    return Operation(method, path, id, handler, summary, TAG, scope=SCOPE, errors=errors, surface=INTERLOCK, **more)


OPERATIONS = [
    _operation(
        "GET",
        _ALL,
        "listBackgroundJobs",
        list_all,
        "List background jobs, the newest first",
        *("parameter_invalid", "client_error"),
        query=JobsQuery,
        answer=JobList,
    ),
    _operation("GET", _ONE, "getBackgroundJob", get, "Get a background job", "job_not_found", answer=JobJson),
    _operation(
        "POST",
        f"{_ONE}/retry",
        "retryBackgroundJob",
        retry,
        "Have a background job done now",
        *("job_not_found", "parameter_invalid"),
        answer=JobJson,
    ),
    _operation(
        "POST",
        f"{_ONE}/drop",
        "dropBackgroundJob",
        drop,
        "Never do a background job",
        *("job_not_found", "parameter_invalid"),
        answer=JobJson,
    ),
]

"""What became of a job that a client has asked for. Source: description 2.16, tag "Jobs"."""

from __future__ import annotations

from typing import Any

from interlock.core.jobs import store
from interlock.kit.problems import Problem
from interlock.rest.operation import Call, Operation
from interlock.shapes import job as shapes


async def status(call: Call) -> Any:
    """Only of jobs that clients ask for: timers and deliveries are nobody's business here."""
    one = await call.database.read(store.get, call.workspace_id, call.params["job_id"])
    if one is None or one.kind not in shapes.RESOURCES:
        raise Problem("job_not_found", "Job Not Found")
    return shapes.job(one, call.base_url)


OPERATIONS = [
    Operation(
        "GET",
        "/jobs/status/{job_id}",
        "jobsStatus",
        status,
        "Tell what became of a job",
        "Jobs",
        scope="read_tickets",
        answer=shapes.JobJson,
        errors=("job_not_found",),
    ),
]

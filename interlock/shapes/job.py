"""A job that a client has asked for, as JSON: right after it was asked for, and when its state is looked up."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.jobs.store import DONE, WAITING, Job

RESOURCES = {"create_ticket": ("ticket", "ticket_id", "/tickets/")}
"""The jobs that clients are told of: what comes of each, where its result has the id of that, and the path of it."""


def job(one: Job, base_url: str) -> dict[str, Any]:
    """`resource_id` and `resource_url` are null until it has succeeded."""
    kind, key, path = RESOURCES[one.kind]
    id = (one.result or {}).get(key) if one.state == DONE else None
    status = {WAITING: "pending", DONE: "success"}.get(one.state, "failed")
    return {
        "type": "job",
        "id": one.id,
        "url": f"{base_url}/jobs/status/{one.id}",
        "status": status,
        "resource_type": kind,
        "resource_id": id,
        "resource_url": f"{base_url}{path}{id}" if id is not None else None,
    }


class JobJson(msgspec.Struct):
    type: Literal["job"]
    id: str
    url: str
    status: Literal["pending", "success", "failed"]
    resource_type: str
    resource_id: str | None
    resource_url: str | None

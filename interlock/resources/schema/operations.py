"""The whole schema as one document, and planned migrations: what a change costs is told before it is made.

All of it is ours. `core/definitions/document.py` describes the format; `interlock schema` reads and writes the same.
"""

from __future__ import annotations

from typing import Any

from interlock.core.definitions.apply import apply
from interlock.core.definitions.document import parse_document, to_document
from interlock.core.definitions.plan import plan
from interlock.core.workspaces.reset import reset_workspace
from interlock.resources.schema import wire
from interlock.rest.operation import INTERLOCK, Call, Operation

TAG = "Schema"
READ, WRITE, MANAGE = "read_schema", "write_schema", "manage_workspace"


async def get_schema(call: Call) -> Any:
    """Everything that is not archived, in the form that a plan takes."""
    return to_document(call.schema)


async def plan_schema(call: Call) -> Any:
    """What it would take to get to the schema that is sent. Changes nothing; looks at the stored values concerned."""
    wanted = parse_document(call.body.schema)
    return wire.plan(await call.database.snapshot(plan, call.workspace_id, wanted))


async def apply_schema(call: Call) -> Any:
    """Carry out a plan, in one go. 409 when definitions have changed since, or more would be lost than it said."""
    wanted = parse_document(call.body.schema)
    done = await call.schemas.define(call.workspace_id, apply, wanted, call.body.plan_hash, call.through)
    return wire.applied(done)


async def reset(call: Call) -> Any:
    """Empty the workspace but for its owner, tokens and settings. Only in a database made with --sandbox."""
    await reset_workspace(call.database, call.workspace_id)
    for _ in range(2):  # the first may join a look at the definitions that began before
        await call.schemas.refresh(call.workspace_id)
    return {"type": "reset", "reset": True}


OPERATIONS = [
    Operation(
        "GET",
        "/interlock/v1/schema",
        "getSchema",
        get_schema,
        "The whole schema as one document",
        TAG,
        scope=READ,
        answer=wire.SchemaJson,
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        "/interlock/v1/schema/plan",
        "planSchema",
        plan_schema,
        "What a change of the schema would do and cost",
        TAG,
        scope=READ,
        body=wire.PlanBody,
        answer=wire.PlanJson,
        errors=("parameter_invalid", "parameter_not_found", "data_invalid", "custom_data_limit_reached"),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        "/interlock/v1/schema/apply",
        "applySchema",
        apply_schema,
        "Carry out a planned change of the schema",
        TAG,
        scope=WRITE,
        body=wire.ApplyBody,
        answer=wire.AppliedJson,
        errors=(
            "parameter_invalid",
            "parameter_not_found",
            "data_invalid",
            "custom_data_limit_reached",
            "plan_out_of_date",
        ),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        "/interlock/v1/reset",
        "resetWorkspace",
        reset,
        "Empty the workspace of a sandbox",
        TAG,
        scope=MANAGE,
        answer=wire.ResetJson,
        errors=("action_forbidden",),
        surface=INTERLOCK,
    ),
]

"""Reasons for being away: read as Intercom has it; made, changed and deleted under `/interlock/v1/`, which is ours.

Source: description 2.16 tag "Away Status Reasons".
"""

from __future__ import annotations

from typing import Any

from interlock.core.staff import away, away_store
from interlock.resources.away_status_reasons import wire
from interlock.rest.operation import INTERLOCK, Call, Operation

TAG = "Away Status Reasons"
READ, WRITE = "read_admins", "write_admins"
_OURS = "/interlock/v1/away_status_reasons"
_ONE = _OURS + "/{reason_id}"


async def list_all(call: Call) -> Any:
    """In their order, deleted ones too: old logs and teammates who are away still name them."""
    reasons = await call.database.read(away_store.all_reasons, call.workspace_id)
    return {"type": "list", "data": [wire.reason(one) for one in reasons]}


async def create(call: Call) -> Any:
    arguments = (call.body.label.strip(), wire.read_reason(call.body), call.through)
    return wire.reason(await call.schemas.write(call.workspace_id, away.create_reason, *arguments))


async def update(call: Call) -> Any:
    arguments = (call.params["reason_id"], wire.read_reason(call.body), call.through)
    return wire.reason(await call.schemas.write(call.workspace_id, away.update_reason, *arguments))


async def delete(call: Call) -> Any:
    """It stays in the list, marked as deleted, and cannot be chosen any more."""
    arguments = (call.params["reason_id"], call.through)
    return wire.reason(await call.schemas.write(call.workspace_id, away.delete_reason, *arguments))


OPERATIONS = [
    Operation(
        "GET",
        "/away_status_reasons",
        "listAwayStatusReasons",
        list_all,
        "List all away status reasons",
        TAG,
        scope=READ,
        answer=wire.AwayStatusReasonList,
    ),
    Operation(
        "POST",
        _OURS,
        "createAwayStatusReason",
        create,
        "Create a reason for being away",
        TAG,
        scope=WRITE,
        body=wire.NewReasonBody,
        answer=wire.AwayStatusReason,
        errors=("parameter_not_found", "parameter_invalid"),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _ONE,
        "updateAwayStatusReason",
        update,
        "Change a reason for being away",
        TAG,
        scope=WRITE,
        body=wire.ReasonBody,
        answer=wire.AwayStatusReason,
        errors=("parameter_invalid", "not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "DELETE",
        _ONE,
        "deleteAwayStatusReason",
        delete,
        "Delete a reason for being away",
        TAG,
        scope=WRITE,
        answer=wire.AwayStatusReason,
        errors=("not_found",),
        surface=INTERLOCK,
    ),
]

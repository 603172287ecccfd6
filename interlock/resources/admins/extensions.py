"""Teammates come, change and leave. Intercom has this in its own pages only: all of it is ours."""

from __future__ import annotations

from typing import Any

from interlock.core.staff import admin
from interlock.core.threads import leaving
from interlock.resources.admins import extension_wire as wire
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes import admin as shapes

TAG = "Admins"
SCOPE = "write_admins"
_ALL = "/interlock/v1/admins"
_ONE = _ALL + "/{admin_id}"


async def invite(call: Call) -> Any:
    """POST: works here at once. Whoever has left comes back with the id that they had."""
    arguments = (wire.read_email(call.body.email), wire.read_admin(call.body), call.through, call.client)
    return shapes.admin(await call.schemas.write(call.workspace_id, admin.invite, *arguments), with_avatar=True)


async def update(call: Call) -> Any:
    arguments = (call.params["admin_id"], wire.read_admin(call.body), call.through, call.client)
    return shapes.admin(await call.schemas.write(call.workspace_id, admin.change_admin, *arguments), with_avatar=True)


async def deactivate(call: Call) -> Any:
    """DELETE: not listed any more; nobody has their conversations; what they said and did stays theirs."""
    arguments = (call.params["admin_id"], call.through, call.client)
    return wire.deleted(await call.schemas.write(call.workspace_id, leaving.deactivate_admin, *arguments))


OPERATIONS = [
    Operation(
        "POST",
        _ALL,
        "inviteAdmin",
        invite,
        "Invite a teammate",
        TAG,
        scope=SCOPE,
        body=wire.InviteBody,
        answer=shapes.Admin,
        errors=("parameter_not_found", "parameter_invalid", "conflict"),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _ONE,
        "updateAdmin",
        update,
        "Change a teammate",
        TAG,
        scope=SCOPE,
        body=wire.AdminBody,
        answer=shapes.Admin,
        errors=("parameter_invalid", "admin_not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "DELETE",
        _ONE,
        "deactivateAdmin",
        deactivate,
        "Deactivate a teammate",
        TAG,
        scope=SCOPE,
        answer=wire.DeletedAdmin,
        errors=("action_forbidden", "admin_not_found"),
        surface=INTERLOCK,
    ),
]

"""Admins over REST: who runs the workspace, who is away, and which workspace a token is for.

Source: description 2.16 tag "Admins"; reference/api_conventions.md 1 for `GET /me`, reference/engagement.md 11.
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.staff import away, find, store
from interlock.kit.problems import Problem
from interlock.resources.admins import wire
from interlock.rest.operation import Call, Operation
from interlock.shapes import admin as shapes
from interlock.shapes.reading import read_flag

TAG = "Admins"
READ, WRITE = "read_admins", "write_admins"


class ListQuery(msgspec.Struct):
    """`display_avatar` asks for the addresses of the admins' pictures."""

    display_avatar: bool | None = None


async def list_all(call: Call) -> Any:
    with_avatar = read_flag(call.query.get("display_avatar"), "display_avatar")
    admins = await call.database.read(store.all_admins, call.workspace_id)
    return {"type": "admin.list", "admins": [shapes.admin(one, with_avatar) for one in admins]}


async def get(call: Call) -> Any:
    """By id, with the address of the picture where there is one."""
    one = await call.database.read(find.admin, call.workspace_id, call.params["admin_id"])
    if one is None:
        raise _no_admin()
    return shapes.admin(one, with_avatar=bool(one.details.get("avatar")))


async def me(call: Call) -> Any:
    """A token belongs to a workspace, not to a person: its owner stands for it."""
    owner = await call.database.read(store.owner, call.workspace_id)
    if owner is None:
        raise _no_admin()
    return wire.me(owner, call.schema.workspace)


def _no_admin() -> Problem:
    return Problem("admin_not_found", "Admin not found")


async def set_away(call: Call) -> Any:
    """PUT: away, or back. Whoever comes back has no reason any more."""
    wanted = wire.read_away(call.body)
    arguments = (call.params["admin_id"], wanted, call.through, call.client)
    return shapes.admin(await call.schemas.write(call.workspace_id, away.set_away, *arguments))


OPERATIONS = [
    Operation(
        "GET",
        "/me",
        "identifyAdmin",
        me,
        "Identify an admin",
        TAG,
        answer=wire.Me,
        shape="me",
        errors=("admin_not_found",),
    ),
    Operation(
        "GET",
        "/admins",
        "listAdmins",
        list_all,
        "List all admins",
        TAG,
        scope=READ,
        query=ListQuery,
        answer=shapes.AdminList,
        shape="admin_list",
    ),
    Operation(
        "GET",
        "/admins/{admin_id}",
        "retrieveAdmin",
        get,
        "Retrieve an admin",
        TAG,
        scope=READ,
        answer=shapes.Admin,
        shape="admin",
        errors=("admin_not_found",),
    ),
    Operation(
        "PUT",
        "/admins/{admin_id}/away",
        "setAwayAdmin",
        set_away,
        "Set an admin to away",
        TAG,
        scope=WRITE,
        body=wire.AwayBody,
        answer=shapes.Admin,
        shape="admin",
        errors=("parameter_not_found", "parameter_invalid", "away_status_reason_mandatory", "admin_not_found"),
    ),
]

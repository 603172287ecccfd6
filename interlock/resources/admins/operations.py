"""Admins over REST: who runs the workspace, and which workspace a token is for.

Source: description 2.16 tag "Admins"; reference/api_conventions.md 1 for `GET /me`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.staff import store
from interlock.kit.problems import Problem, invalid
from interlock.resources.admins import wire
from interlock.rest.operation import Call, Operation
from interlock.shapes import admin as shapes

TAG = "Admins"
SCOPE = "read_admins"
_ID_DIGITS = 18  # the longest that surely fits into 64 bits


class ListQuery(msgspec.Struct):
    """`display_avatar` asks for the addresses of the admins' pictures."""

    display_avatar: bool | None = None


async def list_all(call: Call) -> Any:
    with_avatar = _flag(call, "display_avatar")
    admins = await call.database.read(store.all_admins, call.workspace_id)
    return {"type": "admin.list", "admins": [shapes.admin(one, with_avatar) for one in admins]}


def _flag(call: Call, name: str) -> bool:
    text = call.query.get(name, "").lower()
    if text not in ("", "true", "false", "1", "0"):
        raise invalid(f"{name} must be true or false", name)
    return text in ("true", "1")


async def get(call: Call) -> Any:
    """By id, with the address of the picture where there is one."""
    id = call.params["admin_id"]
    is_number = id.isascii() and id.isdecimal() and len(id) <= _ID_DIGITS
    one = await call.database.read(store.get_admin, call.workspace_id, int(id)) if is_number else None
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
        scope=SCOPE,
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
        scope=SCOPE,
        answer=shapes.Admin,
        shape="admin",
        errors=("admin_not_found",),
    ),
]

"""Who works here: teammates come, change and leave. The owner stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from interlock.core.changes import change
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.staff import activity_log, find, store, team_store
from interlock.core.staff.store import DEACTIVATED_AT, Admin
from interlock.kit import clock, ids
from interlock.kit.problems import Problem
from interlock.storage.database import Tx

_IN_DETAILS = ("job_title", "avatar", "has_inbox_seat", "role")
_CLEARED: dict[str, Any] = {"has_inbox_seat": True}


async def invite(tx: Tx, schema: Schema, email: str, values: Mapping[str, Any], through: str, ip: str | None) -> Admin:
    """A new teammate, who works here at once. 409 `conflict` when somebody has the address, in whatever case.

    `values` has `name`, and what else is to be set (`change_admin`). Whoever has left comes back as who they were,
    with their id and in no team.
    """
    await ensure_current(tx, schema)
    key, now = schema.workspace.id, clock.micros()
    at = now // 1_000_000
    everybody = await store.everybody(tx, key)
    known = next((one for one in everybody if one.email.lower() == email.lower()), None)
    if known is not None and known.active:
        raise _taken()
    details = _details({}, values, everybody)
    if known is not None:
        admin = await store.lock_admin(tx, key, known.id) or known
        if admin.active:  # somebody else has just invited them
            raise _taken()
        admin = replace(admin, name=values["name"], details=details, updated_at=at)
        await store.update_admin(tx, key, admin)
    else:
        admin = Admin(ids.number(), email, values["name"], False, at, at, details)
        await store.insert_admin(tx, key, admin)  # in a race, its unique index refuses the second
    await change.note(tx, change.row(key, "admin", str(admin.id), change.CREATED, through, now, {}, _fields(admin)))
    metadata = {"admin": {"id": admin.id, "name": admin.name, "email": admin.email}}
    await activity_log.log(tx, key, activity_log.INVITED, None, f"invited {admin.name}.", metadata, ip)
    await activity_log.log(tx, key, activity_log.JOINED, admin.id, "joined your workspace.", metadata, ip)
    return admin


def _taken() -> Problem:
    return Problem("conflict", "A teammate with that email already exists", "email")


async def change_admin(
    tx: Tx, schema: Schema, id: str, values: Mapping[str, Any], through: str, ip: str | None
) -> Admin:
    """Set `name`, `job_title`, `avatar`, `has_inbox_seat`, `role` (its name); None clears. 404 `admin_not_found`."""
    await ensure_current(tx, schema)
    key, now = schema.workspace.id, clock.micros()
    admin = await find.locked_admin(tx, key, id)
    everybody = await store.everybody(tx, key) if values.get("role") else ()
    details = _details(admin.details, values, everybody)
    changed = replace(admin, name=values.get("name", admin.name), details=details)
    before, after = _fields(admin), _fields(changed)
    names = [name for name in before if before[name] != after[name]]
    if not names:
        return admin
    changed = replace(changed, updated_at=now // 1_000_000)
    await store.update_admin(tx, key, changed)
    before, after = {name: before[name] for name in names}, {name: after[name] for name in names}
    await change.note(tx, change.row(key, "admin", str(admin.id), change.UPDATED, through, now, before, after))
    for name, (activity_type, what) in _LOGGED.items():
        if name in names:
            metadata = {"before": before[name], "after": after[name]}
            await activity_log.log(tx, key, activity_type, None, what.format(changed.name), metadata, ip)
    return changed


_LOGGED = {
    "role": (activity_log.PERMISSION_CHANGED, "changed the role of {}."),
    "has_inbox_seat": (activity_log.SEAT_CHANGED, "changed the seat of {}."),
    "avatar": (activity_log.AVATAR_CHANGED, "changed the picture of {}."),
}


async def deactivate(tx: Tx, schema: Schema, id: str, through: str, ip: str | None) -> Admin:
    """They work here no longer: not listed, in no team, not to be assigned to. What they did stays theirs.

    404 `admin_not_found`, 403 `action_forbidden` for the owner. Their conversations are for `core/threads`.
    """
    await ensure_current(tx, schema)
    key, now = schema.workspace.id, clock.micros()
    admin = await find.locked_admin(tx, key, id)
    if admin.owner:
        raise Problem("action_forbidden", "The owner of a workspace cannot be deactivated")
    at = now // 1_000_000
    gone = replace(admin, details={**admin.details, DEACTIVATED_AT: at}, updated_at=at, teams=())
    await store.update_admin(tx, key, gone)
    await team_store.leave_teams(tx, key, admin.id)
    await change.note(tx, change.row(key, "admin", str(admin.id), change.DELETED, through, now, _fields(admin), {}))
    metadata = {"admin": {"id": admin.id, "name": admin.name, "email": admin.email}}
    await activity_log.log(tx, key, activity_log.LEFT, None, f"removed {admin.name}.", metadata, ip)
    return gone


def _details(details: Mapping[str, Any], values: Mapping[str, Any], everybody: Iterable[Admin]) -> dict[str, Any]:
    """What is to be kept of somebody once the values are set."""
    changed = dict(details)
    for name in _IN_DETAILS:
        if name not in values:
            continue
        value = values[name]
        if value is None or value == _CLEARED.get(name):
            changed.pop(name, None)
        else:
            changed[name] = _role(value, everybody) if name == "role" else value
    return changed


def _role(name: str, everybody: Iterable[Admin]) -> dict[str, str]:
    """The role that others have by this name; a new one where nobody has it."""
    roles = (one.details["role"] for one in everybody if "role" in one.details)
    return next((role for role in roles if role["name"] == name), None) or {"id": ids.decimal_id(), "name": name}


def _fields(admin: Admin) -> dict[str, Any]:
    """For the history."""
    details = {name: admin.details.get(name) for name in ("job_title", "avatar", "role")}
    return {"name": admin.name, "email": admin.email, **details, "has_inbox_seat": admin.has_inbox_seat}

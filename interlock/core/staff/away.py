"""Going away and coming back, and the reasons to choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from interlock.core.changes import change
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.staff import activity_log, away_store, find, store
from interlock.core.staff.away_store import AwayReason
from interlock.core.staff.store import Admin
from interlock.kit import clock, ids
from interlock.kit.problems import Problem, invalid, not_found
from interlock.storage.database import Tx

ENABLED, REASSIGN, REASON = "away_mode_enabled", "away_mode_reassign", "away_status_reason_id"


def unassigns(admin: Admin) -> bool:
    """Does a customer's reply take a conversation away from them? Such is `away_mode_reassign`, while they are away."""
    return bool(admin.details.get(ENABLED) and admin.details.get(REASSIGN))


@dataclass(frozen=True, slots=True)
class Away:
    """Is somebody away, do replies then find another assignee, and why (the id of a reason)?"""

    enabled: bool
    reassign: bool
    reason_id: str | int | None = None


async def set_away(tx: Tx, schema: Schema, id: str, wanted: Away, through: str, ip: str | None) -> Admin:
    """The first that is wrong: 404 `admin_not_found`; 400 `parameter_invalid` for a reason that does not exist or is
    deleted; 400 `away_status_reason_mandatory` for nobody's reason, where the workspace wants one.

    Whoever is back has no reason any more.
    """
    await ensure_current(tx, schema)
    workspace = schema.workspace
    admin = await find.locked_admin(tx, workspace.id, id, "Admin for admin_id not found")
    reason = await _reason(tx, workspace.id, wanted.reason_id)
    if wanted.enabled and reason is None and workspace.settings.away_reason_mandatory:
        raise Problem("away_status_reason_mandatory", "Away status reason is mandatory", REASON)
    before = {ENABLED: False, REASSIGN: False, REASON: None} | _away(admin)
    after = {
        ENABLED: wanted.enabled,
        REASSIGN: wanted.reassign,
        REASON: reason.id if reason is not None and wanted.enabled else None,
    }
    if before == after:
        return admin
    now = clock.micros()
    admin = replace(admin, details={**admin.details, **after}, updated_at=now // 1_000_000)
    await store.update_admin(tx, workspace.id, admin)
    noted = change.row(workspace.id, "admin", str(admin.id), change.UPDATED, through, now, before, after)
    await change.note(tx, noted)
    await _log(tx, workspace.id, admin, wanted, reason, ip)
    return admin


def _away(admin: Admin) -> dict[str, Any]:
    return {name: admin.details[name] for name in (ENABLED, REASSIGN, REASON) if name in admin.details}


async def _reason(tx: Tx, workspace_id: str, raw: str | int | None) -> AwayReason | None:
    if raw is None or raw == "":
        return None
    id = find.number(raw)
    reason = await away_store.get(tx, workspace_id, id) if id is not None else None
    if reason is None:
        raise invalid("Away status reason not found", REASON)
    if reason.deleted:
        raise invalid("Away status reason is deleted", REASON)
    return reason


async def _log(
    tx: Tx, workspace_id: str, admin: Admin, wanted: Away, reason: AwayReason | None, ip: str | None
) -> None:
    owner = await store.owner(tx, workspace_id)
    metadata: dict[str, Any] = {
        "away_mode": wanted.enabled,
        "away_status_reason": f"{reason.emoji} {reason.label}".strip()
        if reason is not None and wanted.enabled
        else None,
        "reassign_conversations": wanted.reassign,
        "source": f"admin update from api - Admin id: {admin.id}",
        "auto_changed": "false",
    }
    if owner is not None:
        metadata |= {"update_by": owner.id, "update_by_name": owner.name}
    what = f"changed the away mode of {admin.name} to {'away' if wanted.enabled else 'active'}."
    await activity_log.log(tx, workspace_id, activity_log.AWAY_CHANGED, None, what, metadata, ip)


async def forget(tx: Tx, workspace_id: str) -> None:
    """Everybody is back, without a word: for a workspace that is emptied."""
    for admin in await store.everybody(tx, workspace_id):
        if _away(admin):
            kept = {name: value for name, value in admin.details.items() if name not in (ENABLED, REASSIGN, REASON)}
            await store.update_admin(tx, workspace_id, replace(admin, details=kept))


# --- reasons


@dataclass(frozen=True, slots=True)
class ReasonWrite:
    """What to set of a reason; None stays (of a new one: no emoji, the last place)."""

    label: str | None = None
    emoji: str | None = None
    position: int | None = None


async def create_reason(tx: Tx, schema: Schema, label: str, wanted: ReasonWrite, through: str) -> AwayReason:
    await ensure_current(tx, schema)
    key, now = schema.workspace.id, clock.micros()
    position = wanted.position
    if position is None:
        position = await away_store.last_position(tx, key) + 1
    at = now // 1_000_000
    reason = AwayReason(ids.number(), label, wanted.emoji or "", position, False, at, at)
    await away_store.insert_reason(tx, key, reason)
    noted = change.row(key, "away_reason", str(reason.id), change.CREATED, through, now, {}, _fields(reason))
    await change.note(tx, noted)
    return reason


async def update_reason(tx: Tx, schema: Schema, id: str, wanted: ReasonWrite, through: str) -> AwayReason:
    """404 `not_found` for one that is not there or is deleted."""
    await ensure_current(tx, schema)
    reason = await _lock_reason(tx, schema, id)
    changed = replace(
        reason,
        label=reason.label if wanted.label is None else wanted.label,
        emoji=reason.emoji if wanted.emoji is None else wanted.emoji,
        position=reason.position if wanted.position is None else wanted.position,
    )
    return await _save_reason(tx, schema, reason, changed, change.UPDATED, through)


async def delete_reason(tx: Tx, schema: Schema, id: str, through: str) -> AwayReason:
    """Nobody can choose it any more; those who are away with it stay so. 404 `not_found`."""
    await ensure_current(tx, schema)
    reason = await _lock_reason(tx, schema, id)
    return await _save_reason(tx, schema, reason, replace(reason, deleted=True), change.DELETED, through)


async def _lock_reason(tx: Tx, schema: Schema, raw: str) -> AwayReason:
    id = find.number(raw)
    reason = await away_store.lock(tx, schema.workspace.id, id) if id is not None else None
    if reason is None or reason.deleted:
        raise not_found("Away status reason not found")
    return reason


async def _save_reason(
    tx: Tx, schema: Schema, reason: AwayReason, changed: AwayReason, action: str, through: str
) -> AwayReason:
    if changed == reason:
        return reason
    key, now = schema.workspace.id, clock.micros()
    changed = replace(changed, updated_at=now // 1_000_000)
    await away_store.update_reason(tx, key, changed)
    before, after = _fields(reason), _fields(changed)
    names = [name for name in before if before[name] != after[name]]
    before, after = {name: before[name] for name in names}, {name: after[name] for name in names}
    await change.note(tx, change.row(key, "away_reason", str(reason.id), action, through, now, before, after))
    return changed


def _fields(reason: AwayReason) -> dict[str, Any]:
    return {"label": reason.label, "emoji": reason.emoji, "order": reason.position, "deleted": reason.deleted}

"""What becomes of conversations and tickets when a teammate leaves, or a team is taken apart: nobody has them.

All of them, closed ones too: an assignee that cannot be looked up any more helps no reader. Each gets a part that says
so; who said what in it stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.changes import change
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import store_of
from interlock.core.schema.schema import Schema
from interlock.core.staff import admin as staff_admin
from interlock.core.staff import team as staff_team
from interlock.core.staff.store import Admin
from interlock.core.staff.team_store import Team
from interlock.core.threads import assignee_store, statistics, store
from interlock.core.threads.author import bot
from interlock.core.threads.store import Part
from interlock.core.threads.words import ASSIGNMENT
from interlock.kit import clock
from interlock.storage.database import Tx

BATCH = 500


async def deactivate_admin(tx: Tx, schema: Schema, id: str, through: str, ip: str | None) -> Admin:
    """A teammate leaves: 404 `admin_not_found`, 403 `action_forbidden` for the owner."""
    admin = await staff_admin.deactivate(tx, schema, id, through, ip)
    await _unassign(tx, schema, "admin_assignee_id", admin.id, through)
    return admin


async def delete_team(tx: Tx, schema: Schema, id: str, through: str, ip: str | None) -> Team:
    """A team is no more: 404 `team_not_found`."""
    team = await staff_team.delete(tx, schema, id, through, ip)
    await _unassign(tx, schema, "team_assignee_id", team.id, through)
    return team


async def _unassign(tx: Tx, schema: Schema, column: str, assignee: int, through: str) -> None:
    """Conversations before tickets, each by their ids: the order in which everybody locks them."""
    told: set[str] = set()  # a conversation and the ticket that it became have the same parts
    for kind in (CONVERSATION, TICKET):
        ids = await assignee_store.assigned(tx, kind, schema.workspace.id, column, assignee)
        for start in range(0, len(ids), BATCH):
            await _unassign_batch(tx, schema, kind, column, ids[start : start + BATCH], through, told)


async def _unassign_batch(
    tx: Tx, schema: Schema, kind: str, column: str, ids: Sequence[str], through: str, told: set[str]
) -> None:
    key, now = schema.workspace.id, clock.micros()
    records = store_of(kind)
    author = bot(schema.workspace.app_id)
    changed: list[tuple[Record, dict[str, Any]]] = []
    parts: list[tuple[str, Part]] = []
    rows: list[dict[str, Any]] = []
    for record in (await records.lock_many(tx, key, ids, kind)).values():
        before = {column: record.fields[column]}
        after: dict[str, Any] = {column: None, "by": author.type}
        record.fields[column] = None
        record.fields["updated_at"] = max(now // 1_000_000, record.fields["updated_at"])
        if record.id not in told:
            part = author.part(ASSIGNMENT, now // 1_000_000, state=record.fields["state"])
            parts.append((record.id, part))
            after["part_id"] = part.id
            told.add(record.id)
        if kind == CONVERSATION:
            statistics.parts_added(record, 1)
        changed.append((record, slot_values(schema.of(kind), record.attributes)))
        rows.append(change.row(key, kind, record.id, change.ASSIGNED, through, now, before, after))
    await records.update_many(tx, key, changed)
    await store.append_to_many(tx, key, parts)
    await change.note(tx, *rows)

"""What is assigned to teammates and to teams: counted, and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, case, func, select

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.threads.words import OPEN, SNOOZED
from interlock.storage.database import Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import conversations, tickets

_assigned = {
    (kind, column): Query(
        select(table.c.id)
        .where(table.c.workspace_id == bindparam("key"), table.c[column] == bindparam("assignee"))
        .order_by(table.c.id)
    )
    for kind, table in ((CONVERSATION, conversations), (TICKET, tickets))
    for column in ("admin_assignee_id", "team_assignee_id")
}
_state = conversations.c.state
_is_open = _state == OPEN
_load = Query(
    select(
        conversations.c.admin_assignee_id,
        func.sum(case((_is_open, 1), else_=0)),
        func.sum(case((_is_open & (conversations.c.waiting_since <= bindparam("waiting_before")), 1), else_=0)),
        func.sum(case((_state == SNOOZED, 1), else_=0)),
    )
    .where(
        conversations.c.workspace_id == bindparam("key"),
        any_of(conversations.c.admin_assignee_id, "admins"),
        conversations.c.live == 1,
        (_state == OPEN) | (_state == SNOOZED),
    )
    .group_by(conversations.c.admin_assignee_id)
)


async def assigned(tx: Tx, kind: str, workspace_id: str, column: str, assignee: int) -> list[str]:
    """The ids of the conversations or tickets that somebody has, by `admin_assignee_id` or `team_assignee_id`."""
    return [row[0] for row in await tx.all(_assigned[kind, column], key=workspace_id, assignee=assignee)]


@dataclass(frozen=True, slots=True)
class Load:
    """How many conversations a teammate has that are open or snoozed. Idle ones are open, and a contact waits."""

    open: int = 0
    idle: int = 0
    snoozed: int = 0


async def load(tx: Tx, workspace_id: str, admin_ids: Sequence[int], waiting_before: int) -> dict[int, Load]:
    """Of each of several teammates, by one statement; idle is what has waited since `waiting_before` (Unix seconds)."""
    found = dict.fromkeys(admin_ids, Load())
    rows = await tx.all(_load, key=workspace_id, admins=list(found), waiting_before=waiting_before) if found else []
    found.update((row[0], Load(int(row[1]), int(row[2]), int(row[3]))) for row in rows)
    return found

"""What a workspace has before anybody has made anything: a team, reasons for being away, what tickets and mail need.

It is made with the workspace, and again after it was emptied. A workspace of a database that was made before there
were teams and tickets gets it when a server or a worker starts.
"""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select

from interlock.core.consent import types as consent
from interlock.core.staff import away_store, store, team_store
from interlock.core.staff.away_store import AwayReason
from interlock.core.staff.team_store import Member, Team
from interlock.core.threads import ticket_state_store
from interlock.kit import clock, ids
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import ticket_states, workspaces

TEAM = "Help desk"
AWAY_REASONS = (("On a break", "☕"), ("At lunch", "🍽️"), ("In a meeting", "📅"), ("Done for the day", "🌙"))

_without = ~exists(select(ticket_states.c.id).where(ticket_states.c.workspace_id == workspaces.c.id))
_bare = Query(select(workspaces.c.id).where(_without).order_by(workspaces.c.id))
_lock = Query(select(workspaces.c.id).where(workspaces.c.id == bindparam("workspace_id")).with_for_update())
_still_bare = Query(select(workspaces.c.id).where(workspaces.c.id == bindparam("workspace_id"), _without))


async def make_defaults(tx: Tx, workspace_id: str, now: int) -> None:
    """One help-desk team with the owner in it, reasons for being away, the ticket states, a subscription type.

    `now` in Unix seconds. The workspace must have none of these.
    """
    owner = await store.owner(tx, workspace_id)
    members = (Member(owner.id),) if owner is not None else ()
    team = Team(ids.number(), TEAM, team_store.MANUAL, None, now, now, members)
    await team_store.insert_team(tx, workspace_id, team)
    for position, (label, emoji) in enumerate(AWAY_REASONS, 1):
        reason = AwayReason(ids.number(), label, emoji, position, False, now, now)
        await away_store.insert_reason(tx, workspace_id, reason)
    await ticket_state_store.make_default_states(tx, workspace_id, now)
    await consent.make_default(tx, workspace_id, now)


async def ensure_defaults(database: Database) -> None:
    """Give them to workspaces that were made by a version without them; otherwise one statement that finds none."""
    for workspace_id in await database.read(_bare_workspaces):
        await database.transact(_complete, workspace_id, clock.seconds())


async def _bare_workspaces(tx: Tx) -> list[str]:
    return [row[0] for row in await tx.all(_bare)]


async def _complete(tx: Tx, workspace_id: str, now: int) -> None:
    """Once, also when two processes start together: the second waits for the lock, and finds it done."""
    await tx.value(_lock, workspace_id=workspace_id)
    if await tx.value(_still_bare, workspace_id=workspace_id) is not None:
        await make_defaults(tx, workspace_id, now)

"""Is the installation well? The questions of `interlock doctor` about what is stored."""

from __future__ import annotations

from sqlalchemy import func, select

from interlock.kit import clock
from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import access_tokens, attributes, changes, workspaces
from interlock.storage.tables import installation as installation_table

_installation = Query(select(installation_table.c.created_at))
_good_tokens = Query(
    select(workspaces.c.name, func.count(access_tokens.c.id))
    .select_from(workspaces)
    .outerjoin(
        access_tokens,
        (access_tokens.c.workspace_id == workspaces.c.id) & access_tokens.c.revoked_at.is_(None),
    )
    .group_by(workspaces.c.id, workspaces.c.name)
    .order_by(workspaces.c.id)
)
_unstamped = Query(select(func.count(), func.min(changes.c.at)).where(changes.c.position.is_(None)))
_newest = Query(select(func.max(changes.c.at)))
_unready = Query(
    select(func.count())
    .select_from(attributes)
    .where(attributes.c.slot.is_not(None), attributes.c.slot_ready.is_(False))
)


async def installation(tx: Tx) -> int | None:
    """When the database was made; None when it was not made to the end."""
    return await tx.value(_installation)


async def good_tokens(tx: Tx) -> list[tuple[str, int]]:
    """For each workspace its name and how many tokens are good."""
    return [(row[0], row[1]) for row in await tx.all(_good_tokens)]


async def unstamped(tx: Tx) -> tuple[int, float]:
    """How many changes have no position yet, and for how many seconds the oldest has waited."""
    row = await tx.one(_unstamped)
    count, oldest = row if row is not None else (0, None)
    return count, (clock.micros() - oldest) / 1_000_000 if oldest is not None else 0.0


async def ahead(tx: Tx) -> float:
    """Seconds by which the newest change lies in the future; negative where it does not."""
    newest = await tx.value(_newest)
    return (newest - clock.micros()) / 1_000_000 if newest is not None else 0.0


async def unready_slots(tx: Tx) -> int:
    return await tx.value(_unready)

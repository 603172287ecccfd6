"""Find teammates, teams and reasons by the ids that callers have."""

from __future__ import annotations

from interlock.core.staff import team_store
from interlock.core.staff.store import Admin, get_admin, lock_admin, share_admin
from interlock.core.staff.team_store import Team
from interlock.kit.problems import Problem
from interlock.storage.database import Tx


def number(raw: str | int | None) -> int | None:
    """An id that came as text or as a number; None for what cannot be one."""
    if raw is None or isinstance(raw, bool):
        return None
    text = str(raw)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


async def admin(tx: Tx, workspace_id: str, raw: str | int | None) -> Admin | None:
    """The teammate with an id, as text or as a number; None when there is none. What that means is for the caller."""
    id = number(raw)
    return await get_admin(tx, workspace_id, id) if id is not None else None


async def admin_to_assign(tx: Tx, workspace_id: str, raw: str | int | None) -> Admin | None:
    """The same, and they do not leave before this transaction ends: whoever leaves has nothing assigned afterwards."""
    id = number(raw)
    return await share_admin(tx, workspace_id, id) if id is not None else None


async def team_to_assign(tx: Tx, workspace_id: str, raw: str | int | None) -> Team | None:
    """A team likewise; None when there is none."""
    id = number(raw)
    return await team_store.share(tx, workspace_id, id) if id is not None else None


async def locked_admin(tx: Tx, workspace_id: str, raw: str | int, text: str = "Admin not found") -> Admin:
    """A teammate to be changed; 404 `admin_not_found` with this text."""
    id = number(raw)
    one = await lock_admin(tx, workspace_id, id) if id is not None else None
    if one is None or not one.active:
        raise Problem("admin_not_found", text)
    return one

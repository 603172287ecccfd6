"""Find a teammate by the id that a caller has."""

from __future__ import annotations

from interlock.core.staff.store import Admin, get_admin
from interlock.storage.database import Tx


async def admin(tx: Tx, workspace_id: str, raw: str | int | None) -> Admin | None:
    """The teammate with an id, as text or as a number; None when there is none. What that means is for the caller."""
    if raw is None or isinstance(raw, bool):
        return None
    text = str(raw)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return await get_admin(tx, workspace_id, int(text))

"""Jobs that clients have asked for: the history says what became of each, however it ended."""

from __future__ import annotations

from interlock.core.changes import change
from interlock.core.jobs.store import Job
from interlock.kit import clock
from interlock.storage.database import Tx

KIND = "job"
CREATE_TICKET = "create_ticket"
TOLD = frozenset({CREATE_TICKET})
"""Their kinds. All others are our own affair."""


async def tell(tx: Tx, one: Job, state: str, through: str | None = None) -> None:
    """It is in this state from now on: done, stuck or dropped. Without `through` it came there by itself.

    `one` is what it was before, so that whoever was told that it is stuck can see that it has not ended anew.
    """
    if one.kind in TOLD:
        after = {"kind": one.kind, "state": state}
        by = through or f"job:{one.id}"
        before = {"state": one.state}
        await change.note(
            tx, change.row(one.workspace_id, KIND, one.id, change.UPDATED, by, clock.micros(), before, after)
        )

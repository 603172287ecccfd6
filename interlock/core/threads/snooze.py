"""The timers of snoozed conversations: one for each, in the table of jobs."""

from __future__ import annotations

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.changes import change
from interlock.core.jobs import store as jobs
from interlock.core.jobs.store import Job
from interlock.core.records.store import CONVERSATIONS
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.threads import author
from interlock.core.threads.turn import Turn
from interlock.core.threads.words import SNOOZED, TIMER_UNSNOOZE, UNSNOOZE
from interlock.kit import clock
from interlock.storage.database import Tx

THROUGH = "timer"


async def unsnooze(tx: Tx, schema: Schema, job: Job) -> None:
    """A timer went off: the conversation is open again, if it is still there, snoozed, and its time has come.

    One that has been snoozed for longer meanwhile has a new timer.
    """
    id = str(job.payload["conversation_id"])
    record = await CONVERSATIONS.lock(tx, schema.workspace.id, id, CONVERSATION)
    await ensure_current(tx, schema)
    if record is None or record.fields["state"] != SNOOZED:
        return
    now = clock.seconds()
    if (record.fields["snoozed_until"] or 0) > now:
        await jobs.enqueue(
            tx,
            schema.workspace.id,
            UNSNOOZE,
            job.payload,
            wake_at=record.fields["snoozed_until"] * 1_000_000,
            key=id,
        )
        return
    turn = Turn(schema, record, THROUGH, now)
    turn.open(None)
    turn.say(author.bot(schema.workspace.app_id), TIMER_UNSNOOZE, None)
    turn.tell(change.UNSNOOZED)
    await turn.save(tx, keep_timer=True)

"""What tickets leave to jobs: making one that was asked for, waking one, putting a note into what one is about."""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.changes import change
from interlock.core.jobs import store as jobs
from interlock.core.jobs.store import Job
from interlock.core.jobs.telling import CREATE_TICKET
from interlock.core.records.store import CONVERSATIONS, TICKETS
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.staff.store import admins_by_id
from interlock.core.threads import author as authors
from interlock.core.threads import pair, store, ticket, ticket_store, ticket_turn
from interlock.core.threads.author import Author
from interlock.core.threads.ticket import TicketWrite
from interlock.core.threads.ticket_redact import copied_from
from interlock.core.threads.ticket_reply import CROSS_POST
from interlock.core.threads.turn import Turn
from interlock.core.threads.words import COPIED_FROM, NOTE, TIMER_UNSNOOZE
from interlock.kit import clock, ids
from interlock.storage.database import Tx

CROSS_POST_NOTE = CROSS_POST
THROUGH = "timer"

# --- making a ticket


async def enqueue(tx: Tx, schema: Schema, wanted: TicketWrite, through: str) -> Job:
    """Look at what is asked for, and leave the rest to a job: 404 and 400 as in `ticket.check`."""
    await ensure_current(tx, schema)
    await ticket.check(tx, schema, wanted)
    payload = {"ticket": msgspec.to_builtins(wanted), "through": through}
    id = await jobs.enqueue(tx, schema.workspace.id, CREATE_TICKET, payload, id=ids.record_id())
    made = await jobs.get(tx, schema.workspace.id, id)
    assert made is not None
    return made


async def create_queued(tx: Tx, schema: Schema, job: Job) -> dict[str, Any]:
    """The job itself. What is wrong by now is raised as ever, and fails the job."""
    wanted = msgspec.convert(job.payload["ticket"], TicketWrite)
    shown = await ticket.create(tx, schema, wanted, job.payload["through"])
    return {"ticket_id": shown.record.id}


# --- waking a ticket


async def unsnooze(tx: Tx, schema: Schema, job: Job) -> None:
    """A timer went off: the ticket is awake, if it is still there, snoozed, and its time has come.

    One that has been snoozed for longer meanwhile has a new timer.
    """
    id = str(job.payload["ticket_id"])
    if await TICKETS.get(tx, schema.workspace.id, id, TICKET) is None:
        return
    turn = await ticket_turn.begin(tx, schema, id, THROUGH)
    until = turn.record.fields["snoozed_until"]
    if until is None:
        return
    if until > turn.at:
        await pair.set_timer(tx, schema, turn.record)
        return
    turn.wake(authors.bot(schema.workspace.app_id), TIMER_UNSNOOZE)
    await turn.save(tx, keep_timer=True)


# --- putting a note into what a ticket is about


async def cross_post(tx: Tx, schema: Schema, job: Job) -> None:
    """A note of a ticket is noted in conversations and tickets that it is linked to; in those that are still there."""
    key = schema.workspace.id
    origin = job.payload["ticket_id"], job.payload["part_id"]
    await ticket_store.hold_part(tx, key, *origin)
    part = await store.get_part(tx, key, *origin)
    if part is None or part.redacted:
        return
    by = await _author(tx, schema, part)
    attachments = [_address(one) for one in part.details.get("attachments", ())] or None
    details = {"attachments": attachments, COPIED_FROM: copied_from(*origin)}
    targets = sorted((kind, id) for kind, id in job.payload["objects"])  # conversations before tickets, by their ids
    for kind, id in targets:
        if kind == TICKET:
            if await TICKETS.get(tx, key, id, TICKET) is not None:
                turn = await ticket_turn.begin(tx, schema, id, THROUGH)
                said = turn.say(by, NOTE, part.body, **details)
                turn.tell(change.NOTED, said)
                await turn.save(tx)
            continue
        record = await CONVERSATIONS.lock(tx, key, id, CONVERSATION)
        await ensure_current(tx, schema)
        if record is not None and record.fields["live"]:
            conversation = Turn(schema, record, THROUGH, clock.seconds())
            conversation.say(by, NOTE, part.body, **details)
            conversation.tell(change.NOTED)
            await conversation.save(tx)


def _address(attachment: dict[str, Any]) -> dict[str, Any]:
    """The files stay those of the note: who redacts or deletes a copy of it must not take them away from the others."""
    return {name: value for name, value in attachment.items() if name != "filesize"}


async def _author(tx: Tx, schema: Schema, part: store.Part) -> Author:
    """Who wrote it, by the name that they have now; by the one they had then, if they have left."""
    details = part.details
    then = Author(part.author_type, part.author_id, details.get("author_name"), details.get("author_email"))
    if part.author_type != "admin":
        return then
    found = await admins_by_id(tx, schema.workspace.id, [int(part.author_id)])
    return authors.of_admin(found[int(part.author_id)]) if found else then

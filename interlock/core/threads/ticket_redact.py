"""Taking back what was said in a ticket, and the copies of a note that were put into what the ticket is about.

Copies are found by what they remember (`copied_from`), not by the links of the ticket: those may have been cut since.
"""

from __future__ import annotations

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.changes import change
from interlock.core.jobs import store as jobs
from interlock.core.jobs.store import Job
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS, TICKETS
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.threads import parts, store, ticket_store, ticket_turn
from interlock.core.threads.store import Part
from interlock.core.threads.ticket_show import ShownTicket, show_one
from interlock.core.threads.turn import Turn
from interlock.core.threads.words import CROSS_POSTED
from interlock.core.webhooks import redaction
from interlock.kit import clock
from interlock.storage.database import Tx

REDACT_COPIES = "redact_copies"
"""The kind of the job that takes back the copies of a note."""
BATCH = 100


async def redact_part(
    tx: Tx, schema: Schema, id: str, part_id: str, through: str, ip: str | None = None
) -> ShownTicket:
    """As `parts.redact_part`; 404 `ticket_not_found` first. The copies of a note are taken back by a job."""
    turn = await ticket_turn.begin(tx, schema, id, through)
    if turn.conversation is not None:
        await parts.redact_part(tx, schema, id, part_id, through, ip)
        return await _shown(tx, schema, id)
    key = schema.workspace.id
    part = parts.redactable(await store.get_part(tx, key, id, part_id))
    if part is not None:
        await parts.take_back(tx, schema, id, part, turn.at)
        turn.tell(change.REDACTED, part)
        await turn.save(tx)
        await redaction.redact(tx, schema, TICKET, [id])
        await parts.log_redacted(tx, schema, TICKET, id, ip)
        if part.details.get(CROSS_POSTED):
            payload = {"ticket_id": id, "part_id": part_id, "author_id": part.author_id}
            await jobs.enqueue(tx, key, REDACT_COPIES, payload)
    return await _shown(tx, schema, id)


async def _shown(tx: Tx, schema: Schema, id: str) -> ShownTicket:
    record = await TICKETS.get(tx, schema.workspace.id, id, TICKET)
    assert record is not None  # it is locked
    return await show_one(tx, schema, record)


async def redact_copies(tx: Tx, schema: Schema, job: Job) -> None:
    """The job: some of the copies, in the order in which threads are locked. While there are more, another follows."""
    key, payload, through = schema.workspace.id, job.payload, f"job:{job.id}"
    of = copied_from(payload["ticket_id"], payload["part_id"])
    copies = await ticket_store.copies(tx, key, payload["author_id"], of, BATCH)
    conversations = await CONVERSATIONS.lock_many(tx, key, sorted({id for id, _ in copies}), CONVERSATION)
    await ensure_current(tx, schema)
    for id, part_id in sorted(copies, key=lambda one: (one[0] not in conversations, one)):
        part = await store.get_part(tx, key, id, part_id)
        if part is None or part.redacted:
            continue
        await parts.take_back(tx, schema, id, part, clock.seconds())
        if id in conversations:
            await _tell_conversation(tx, schema, conversations[id], part, through)
        elif await TICKETS.get(tx, key, id, TICKET) is not None:
            turn = await ticket_turn.begin(tx, schema, id, through)
            turn.tell(change.REDACTED, part)
            await turn.save(tx)
    for kind in (CONVERSATION, TICKET):
        await redaction.redact(tx, schema, kind, sorted({id for id, _ in copies}))
    if len(copies) == BATCH:
        await jobs.enqueue(tx, key, REDACT_COPIES, payload)


async def _tell_conversation(tx: Tx, schema: Schema, record: Record, part: Part, through: str) -> None:
    turn = Turn(schema, record, through, clock.seconds())
    turn.tell(change.REDACTED, part_id=part.id, by=part.author_type)
    await turn.save(tx)


def copied_from(thread_id: str, part_id: str) -> str:
    """A part anywhere, as its copies remember it."""
    return f"{thread_id}:{part_id}"

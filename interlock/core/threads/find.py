"""Find conversations and tickets by the ids that callers have."""

from __future__ import annotations

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS, TICKETS
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Tx


async def conversation(tx: Tx, schema: Schema, id: str, problem: Problem | None = None) -> Record:
    """A conversation. 404 `not_found`, unless the operation has another word for it (`problem`)."""
    record = await CONVERSATIONS.get(tx, schema.workspace.id, id, CONVERSATION)
    return _present(record, problem)


async def lock_conversation(tx: Tx, schema: Schema, id: str, problem: Problem | None = None) -> Record:
    """The same, to be changed: locked, and the definitions are the newest (`SchemaChanged` otherwise)."""
    return _present(await CONVERSATIONS.lock_current(tx, schema, id, CONVERSATION), problem)


async def ticket(tx: Tx, schema: Schema, id: str, problem: Problem | None = None) -> Record:
    """A ticket by its id (not by the number that people are shown). 404 `ticket_not_found` without `problem`."""
    record = await TICKETS.get(tx, schema.workspace.id, id, TICKET)
    return _present(record, problem or no_ticket())


async def lock_ticket(tx: Tx, schema: Schema, id: str, problem: Problem | None = None) -> Record:
    return _present(await TICKETS.lock_current(tx, schema, id, TICKET), problem or no_ticket())


def no_ticket() -> Problem:
    return Problem("ticket_not_found", "Ticket not found")


def _present(record: Record | None, problem: Problem | None) -> Record:
    if record is None or not record.fields["live"]:
        raise problem or not_found()
    return record

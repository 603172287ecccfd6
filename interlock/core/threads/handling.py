"""When a teammate was at work on a conversation: the events of pausing and resuming.

They are kept like parts, in a thread of their own beside the conversation's. Snoozing pauses, and whatever wakes the
conversation resumes; teammates pause and resume by hand, too. What is paused already is not paused again.
"""

from __future__ import annotations

from interlock.core.records.record import Record
from interlock.core.schema.schema import Schema
from interlock.core.threads import find, store
from interlock.core.threads.author import Author
from interlock.core.threads.store import Part
from interlock.storage.database import Tx

PAUSED, RESUMED = "paused", "resumed"
_STATE = "paused_by"  # in the details of a conversation: who was at it when it was paused


def thread(conversation_id: str) -> str:
    """Under which the events are kept."""
    return f"{conversation_id}/handling"


def is_paused(record: Record) -> bool:
    return _STATE in record.details


def pause(record: Record, by: Author, at: int, reason: str | None) -> list[Part]:
    if is_paused(record):
        return []
    record.details[_STATE] = {"type": by.type, "id": by.id, "name": by.name, "email": by.email}
    return [by.part(PAUSED, at, reason=reason)]


def resume(record: Record, by: Author | None, at: int, reason: str | None = None) -> list[Part]:
    """By a teammate; where a timer or a contact woke the conversation, by whoever had paused it."""
    paused_by = record.details.pop(_STATE, None)
    if paused_by is None:
        return []
    who = by if by is not None and by.type == "admin" else Author(**paused_by)
    return [who.part(RESUMED, at, reason=reason)]


async def events(tx: Tx, schema: Schema, conversation_id: str) -> list[Part]:
    """The newest of them, the oldest first. 404 `not_found` for the conversation."""
    await find.conversation(tx, schema, conversation_id)
    return (await store.newest(tx, schema.workspace.id, thread(conversation_id)))[0]

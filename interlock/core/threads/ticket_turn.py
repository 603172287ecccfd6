"""One thing that happens to a ticket: the parts that it adds, and who hears of it.

    turn = await begin(tx, schema, id, through)      # the ticket is locked, after the conversation that it was
    turn.set(is_shared=True)                         # changes the record in memory
    part = turn.say(author, COMMENT, body)
    turn.tell(change.REPLIED, part)
    await turn.save(tx)                              # parts, record, timer, participants, history: one transaction

A ticket that was a conversation has its parts in common with it: whatever is said here is said there, what a reply does
to a conversation it does there, too (`turn.py`), and what both have stays the same (`pair.py`).
"""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.changes import change
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import CONVERSATIONS, TICKETS
from interlock.core.records.writing import Difference
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.threads import pair, statistics, store
from interlock.core.threads.author import Author
from interlock.core.threads.find import no_ticket
from interlock.core.threads.store import Part
from interlock.core.threads.turn import Turn
from interlock.kit import clock
from interlock.kit.problems import Problem
from interlock.storage.database import Tx

STATE_UPDATED = "ticket_state_updated_by_admin"
ATTRIBUTE_UPDATED = "ticket_attribute_updated_by_admin"


class TicketTurn:
    """What happens to one locked ticket at a time (Unix seconds), through somebody or something."""

    def __init__(self, schema: Schema, record: Record, through: str, at: int, conversation: Turn | None = None) -> None:
        self.schema = schema
        self.record = record
        self.through = through
        self.at = at
        self.conversation = conversation
        self.parts: list[Part] = []
        self.rows: list[dict[str, Any]] = []
        """Changes to be written down, in their order; those of other records, too."""
        self._authors: dict[tuple[str, str], Author] = {}
        self._timer = record.fields["snoozed_until"]

    # --- writing in memory

    def set(self, **fields: Any) -> Difference:
        """What differs by it."""
        difference = Difference()
        difference.set_fields(self.record, fields)
        return difference

    def say(self, author: Author, part_type: str, body: str | None = None, **details: Any) -> Part:
        part = author.part(part_type, self.at, body, **details)
        self.parts.append(part)
        self._authors[author.type, author.id] = author
        return part

    def tell(self, action: str, part: Part | None = None, difference: Difference | None = None, **more: Any) -> None:
        """What is written down in the history."""
        after = {**(difference.after if difference is not None else {}), **more}
        if part is not None:
            after |= {"part_id": part.id, "by": part.author_type}
        before = difference.before if difference is not None else {}
        key, at = self.schema.workspace.id, clock.micros()
        self.rows.append(change.row(key, TICKET, self.record.id, action, self.through, at, before, after))

    def wake(self, author: Author, part_type: str) -> None:
        """Open it, if it is closed or snoozed."""
        was_open = self.record.fields["open"]
        difference = self.set(open=True, snoozed_until=None)
        if difference:
            self.tell(change.UNSNOOZED if was_open else change.OPENED, self.say(author, part_type), difference)

    # --- keeping it

    async def save(self, tx: Tx, *, keep_timer: bool = False) -> None:
        """`keep_timer`: the timer itself is what is running, and ends by itself. Nothing where nothing happened."""
        if not self.rows:
            return
        key, record = self.schema.workspace.id, self.record
        record.fields["updated_at"] = max(clock.seconds(), record.fields["updated_at"])
        await TICKETS.update(tx, key, record, slot_values(self.schema.of(TICKET), record.attributes))
        await self.append(tx)
        if not keep_timer:
            await self._set_timer(tx)
        await change.note(tx, *self.rows)

    async def append(self, tx: Tx, action: str = change.UPDATED) -> None:
        """The parts and who takes part by them; and the conversation, where it has the same parts: `action` is what
        happened to that."""
        key, id = self.schema.workspace.id, self.record.id
        await store.append(tx, key, id, *self.parts)
        for author in self._authors.values():
            participant = author.participant(self.at) if not author.is_contact else None
            if participant is not None:
                await store.add_participant(tx, key, id, participant)
        if self.conversation is not None:
            await self._tell_conversation(tx, self.conversation, action)

    async def _tell_conversation(self, tx: Tx, conversation: Turn, action: str) -> None:
        pair.follow_ticket(conversation, self.record)
        if not self.parts and not conversation.difference:
            return
        told: dict[str, Any] = {"ticket_id": self.record.id}
        if self.parts:
            told |= {"part_id": self.parts[-1].id, "by": self.parts[-1].author_type}
            statistics.parts_added(conversation.record, len(self.parts))
        conversation.tell(action, **told)
        await conversation.save(tx, alone=True)

    async def _set_timer(self, tx: Tx) -> None:
        until = self.record.fields["snoozed_until"]
        if until != self._timer:
            await pair.set_timer(tx, self.schema, self.record)


async def begin(
    tx: Tx, schema: Schema, id: str, through: str, problem: Problem | None = None, at: int | None = None
) -> TicketTurn:
    """Lock a ticket, and before it the conversation that it was. 404 `ticket_not_found`, unless `problem` says so."""
    at = clock.seconds() if at is None else at
    key = schema.workspace.id
    conversation = await CONVERSATIONS.lock(tx, key, id, CONVERSATION)
    record = await TICKETS.lock(tx, key, id, TICKET)
    await ensure_current(tx, schema)
    if record is None:
        raise problem or no_ticket()
    turn = Turn(schema, conversation, through, at) if conversation is not None else None
    return TicketTurn(schema, record, through, at, turn)

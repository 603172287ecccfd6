"""One thing that happens to a conversation: what it does to its state, which parts it adds, and who hears of it.

    turn = Turn(schema, record, through, at)     # the record is locked
    turn.reply_of_contact(author)                # changes the record in memory, by the rules of states
    turn.say(author, COMMENT, body)
    turn.tell(change.REPLIED)
    await turn.save(tx)                          # parts, record, timer, participants, history: one transaction

Rules of states (engagement.md 4; what it leaves open was decided here):

| | open | snoozed | closed |
|---|---|---|---|
| a contact replies | open | open | open, part `open` |
| an admin's comment or quick reply | open | open, unless `skip_unsnooze` | closed |
| a note | open | snoozed | closed |
| close | (a comment, if it says something) | closed | (a comment, if it says something) |
| open | nothing happens | open | open |
| snooze | snoozed | snoozed, until another time | snoozed |
| assignment | open | snoozed | open, part `assign_and_reopen` |

`waiting_since` is set by a contact's reply, if the contact is not waiting yet, and cleared by an admin's reply and by
closing. `read` is what the contact has seen: an admin's reply makes it false, the contact's own true.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.changes import change
from interlock.core.jobs import store as jobs
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import CONVERSATIONS
from interlock.core.records.writing import Difference
from interlock.core.schema.schema import Schema
from interlock.core.threads import handling, pair, statistics, store
from interlock.core.threads.author import Author
from interlock.core.threads.store import Part
from interlock.core.threads.words import CLOSED, IN_APP, OPEN, SNOOZED, UNSNOOZE
from interlock.kit import clock
from interlock.storage.database import Tx
from interlock.storage.later import Later


def beginning(record: Record, contact_ids: Sequence[str] | None = None) -> dict[str, Any]:
    """What the history tells of a conversation that begins; without `contact_ids` they are left out."""
    told = ("state", "read", "source_type", "source_delivered_as", "created_at")
    after = {name: record.fields[name] for name in told} | {"by": record.fields["source_author_type"]}
    return after if contact_ids is None else after | {"contact_ids": list(contact_ids)}


class Turn:
    """What happens to one locked conversation at a time (Unix seconds), through somebody or something."""

    def __init__(self, schema: Schema, record: Record, through: str, at: int) -> None:
        self.schema = schema
        self.record = record
        self.through = through
        self.at = at
        self.difference = Difference()
        self.parts: list[Part] = []
        self.handling: list[Part] = []
        self.rows: list[dict[str, Any]] = []
        """Changes of other records, to be written down with those of this one."""
        self._authors: dict[tuple[str, str], Author] = {}
        self._actions: list[tuple[str, dict[str, Any]]] = []
        self._had = dict(record.fields), dict(record.attributes)
        self._timer = record.fields["snoozed_until"] if record.fields["state"] == SNOOZED else None

    # --- rules

    @property
    def state(self) -> str:
        return self.record.fields["state"]

    def reply_of_contact(self, author: Author) -> str:
        """The state that it was in."""
        was = self.state
        if was != OPEN:
            self.open(author)
        statistics.contact_wrote(self.record, self.at)
        if self.record.details.get("first_contact_reply") is None:
            first = {"created_at": self.at, "type": self.record.fields["source_type"] or IN_APP, "url": None}
            self.set_details(first_contact_reply=first)
        if not self.record.fields["live"]:
            self.tell(change.CREATED, **beginning(self.record))
        waiting_since = self.record.fields["waiting_since"]
        self.set(waiting_since=self.at if waiting_since is None else waiting_since, read=True, live=1)
        return was

    def reply_of_admin(self, author: Author, skip_unsnooze: bool = False) -> None:
        if self.state == SNOOZED and not skip_unsnooze:
            self.open(author)
            self.tell(change.UNSNOOZED)
        if self.state == OPEN:
            self._resume(author)
        statistics.admin_replied(self.record, self.at)
        self.set(waiting_since=None, read=False)

    def close(self, author: Author | None) -> None:
        statistics.work_stops(self.record, self.at)
        statistics.closed(self.record, self.at, author.id if author is not None and author.type == "admin" else None)
        self.set(state=CLOSED, open=False, snoozed_until=None, waiting_since=None)

    def open(self, author: Author | None) -> None:
        """`author`: who wakes it, None for a timer."""
        if self.state == CLOSED:
            statistics.reopened(self.record)
        was_snoozed = self.state == SNOOZED
        self.set(state=OPEN, open=True, snoozed_until=None)
        if was_snoozed or (author is not None and author.type == "admin"):
            self._resume(author)

    def snooze(self, author: Author, until: int) -> None:
        if self.state == CLOSED:
            statistics.reopened(self.record)
        if self.state != SNOOZED:
            self._pause(author, "Snoozed")
        self.set(state=SNOOZED, open=True, snoozed_until=until)

    def assign(self, kind: str, id: int | None, name: str = "") -> bool:
        """To an admin or a team (`kind`), or to none of them. Whether it was closed and is open again.

        Who has it already gets it anew, which is counted.
        """
        self.set(**{f"{kind}_assignee_id": id})
        if id is not None:
            statistics.assigned(self.record, self.at, (id, name) if kind == "team" else None)
        reopens = self.state == CLOSED
        if reopens:
            self.open(None)
        if kind == "admin" and id is not None and self.state == OPEN:
            statistics.work_goes_on(self.record, self.at)
        return reopens

    def _pause(self, author: Author, reason: str | None) -> None:
        statistics.work_stops(self.record, self.at)
        self.handling += handling.pause(self.record, author, self.at, reason)

    def _resume(self, author: Author | None) -> None:
        self.handling += handling.resume(self.record, author, self.at)
        if author is not None and author.type == "admin":
            statistics.work_goes_on(self.record, self.at)

    def pause_by_hand(self, author: Author, reason: str | None) -> None:
        self._pause(author, reason)

    def resume_by_hand(self, author: Author, reason: str | None) -> None:
        self.handling += handling.resume(self.record, author, self.at, reason)
        statistics.work_goes_on(self.record, self.at)

    # --- writing in memory

    def set(self, **fields: Any) -> None:
        self.difference.set_fields(self.record, fields)

    def set_details(self, **details: Any) -> None:
        self.difference.set_details(self.record, details)

    def say(self, author: Author, part_type: str, body: str | None, **details: Any) -> Part:
        """A part. Said last of all: it keeps the state that the conversation is in by then."""
        part = author.part(part_type, self.at, body, **details, state=self.state)
        self.parts.append(part)
        self._authors[author.type, author.id] = author
        return part

    def tell(self, action: str, **more: Any) -> None:
        """What is written down in the history, with the last of the parts."""
        self._actions.append((action, more))

    # --- keeping it

    async def save(self, tx: Tx, *, keep_timer: bool = False, alone: bool = False, later: Later | None = None) -> None:
        """`keep_timer`: the timer itself is what is running, and ends by itself. `alone`: the ticket that it was
        converted to is being saved, and has been followed. `later`: what else is to be written in the same round
        trip."""
        later = later or Later(tx)
        key, record = self.schema.workspace.id, self.record
        statistics.parts_added(record, len(self.parts))
        record.fields["updated_at"] = max(clock.seconds(), record.fields["updated_at"])
        fields, attributes = self._had
        is_same = record.attributes == attributes
        slots = None if is_same else slot_values(self.schema.of(CONVERSATION), record.attributes)
        await CONVERSATIONS.update_changed(later, key, record, fields, slots)
        await store.append(later, key, record.id, *self.parts)
        if self.handling:
            await store.append(later, key, handling.thread(record.id), *self.handling)
        for author in self._authors.values():
            participant = author.participant(self.at) if not author.is_contact else None
            if participant is not None:
                await store.add_participants(later, key, record.id, [participant])
        if not keep_timer:
            await self._set_timer(tx)
        if record.fields["ticket_id"] is not None and not alone:
            self.rows += await pair.follow_conversation(tx, self, self._told())
        await self._write_down(later)
        await later.flush()

    async def _set_timer(self, tx: Tx) -> None:
        key, record = self.schema.workspace.id, self.record
        until = record.fields["snoozed_until"] if self.state == SNOOZED else None
        if until == self._timer:
            return
        if until is None:
            await jobs.cancel(tx, key, UNSNOOZE, record.id)
        else:
            payload = {"conversation_id": record.id}
            await jobs.enqueue(tx, key, UNSNOOZE, payload, wake_at=until * 1_000_000, key=record.id)

    def _told(self) -> list[tuple[str, dict[str, Any]]]:
        """What is written down of each action, with the last of the parts."""
        part = self.parts[-1] if self.parts else None
        of_part = {"part_id": part.id, "by": part.author_type} if part is not None else {}
        return [(action, {**of_part, **more}) for action, more in self._actions]

    async def _write_down(self, tx: Tx) -> None:
        """One row for each action. What changed is in the row of the last one, which is the main one."""
        key, id, at = self.schema.workspace.id, self.record.id, clock.micros()
        rows = []
        for number, (action, told) in enumerate(self._told(), 1):
            main = number == len(self._actions)
            before = self.difference.before if main else {}
            after = {**(self.difference.after if main else {}), **told}
            rows.append(change.row(key, CONVERSATION, id, action, self.through, at, before, after))
        await change.note(tx, *rows, *self.rows)

"""Replies: what contacts and teammates say in a conversation, and the taking back of it.

Decided here, since no source says it:

* Only who takes part in a conversation can reply as a contact: anybody else is 404, so that a wrong id in a client
  does not show one customer's conversation to another.
* A contact's `last` conversation is the one that began last.
* A reply with a `created_at` of the past stands where it was added, among the parts, with that time.
* A contact's choice of a quick reply is a comment with the text of what was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.changes import change
from interlock.core.files import files
from interlock.core.files.attachments import Attached
from interlock.core.people.find import no_contact
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS
from interlock.core.schema.schema import Schema
from interlock.core.staff import activity_log
from interlock.core.staff.away import unassigns
from interlock.core.staff.store import get_admin
from interlock.core.threads import author as authors
from interlock.core.threads import conversation_store, find, people, store
from interlock.core.threads.beside_store import Beside, beside
from interlock.core.threads.people import CONTACTED_AT, REPLIED_AT, Who
from interlock.core.threads.store import Part
from interlock.core.threads.turn import Turn
from interlock.core.threads.words import ASSIGNMENT, CLOSED, COMMENT, DELETED_BODY, NOTE, REOPEN
from interlock.core.webhooks import redaction
from interlock.kit import clock, html
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Tx
from interlock.storage.later import Later

LAST = "last"
_NOT_THERE = "Conversation part or message not found"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said. `body` as it came in; `options` are {text, uuid}."""

    kind: str  # comment, note, quick_reply
    body: str = ""
    attached: Attached = field(default_factory=Attached)
    options: Sequence[dict[str, str]] = ()
    created_at: int | None = None
    skip_notifications: bool = False
    skip_unsnooze: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """The conversation afterwards, and the part that was added."""

    record: Record
    part: Part
    around: Beside | None = None
    """What is shown beside the conversation, where that had to be read anyway."""


async def reply_of_contact(tx: Tx, schema: Schema, id: str, who: Who, wanted: Reply, through: str) -> Said:
    """A contact replies. `id` may be `last`. Of several problems the first counts: 404 `not_found` (Resource Not
    Found) for the conversation, 404 `not_found` (User Not Found) for the contact."""
    if id == LAST:
        contact = await people.lock_contact(tx, schema, who)
        found = await conversation_store.last_of_contact(tx, schema.workspace.id, contact.id)
        if found is None:
            raise not_found()
        id = found
    else:
        try:
            contact = await people.lock_contact(tx, schema, who)
        except Problem as unknown:
            there = await CONVERSATIONS.get(tx, schema.workspace.id, id, CONVERSATION)
            raise (unknown if there is not None and there.fields["live"] else not_found()) from None
    record = await CONVERSATIONS.lock_current(tx, schema, id, CONVERSATION)  # one that is not live yet, too
    if record is None:
        raise not_found()
    around = (await beside(tx, schema.workspace.id, [record]))[id]
    if all(one.id != contact.id for one in around.contacts):
        raise no_contact() if record.fields["live"] else not_found()
    author = authors.of_contact(contact)
    turn = Turn(schema, record, through, _time(wanted))
    was = turn.reply_of_contact(author)
    await _leave_who_is_away(tx, turn)
    part = turn.say(author, REOPEN if was == CLOSED else COMMENT, _body(wanted), **_details(wanted, by_contact=True))
    turn.tell(change.REPLIED)
    await wanted.attached.add(tx, schema.workspace.id)
    later = Later(tx)
    turn.rows += await people.touch(later, schema, [contact], REPLIED_AT, turn.at, through)
    await turn.save(tx, later=later)
    return Said(record, part, around)


async def _leave_who_is_away(tx: Tx, turn: Turn) -> None:
    """A teammate who is away and wants it so loses the conversation, and so does one who has left."""
    admin_id = turn.record.fields["admin_assignee_id"]
    if admin_id is not None:
        admin = await get_admin(tx, turn.schema.workspace.id, admin_id)
        if admin is None or unassigns(admin):
            turn.assign("admin", None)
            turn.say(authors.bot(turn.schema.workspace.app_id), ASSIGNMENT, None)
            turn.tell(change.ASSIGNED)


async def reply_of_admin(tx: Tx, schema: Schema, id: str, admin_id: str | int, wanted: Reply, through: str) -> Said:
    """A teammate replies, or notes something down. 404 `not_found`, then 404 `admin_not_found`."""
    visible = wanted.kind != NOTE
    later = Later(tx)
    contacts = await people.lock_contacts_of(tx, schema, id) if visible else []
    record = await find.lock_conversation(tx, schema, id)
    author = await people.acting(tx, schema, admin_id)
    turn = Turn(schema, record, through, _time(wanted))
    if visible:
        turn.reply_of_admin(author, wanted.skip_unsnooze)
        turn.rows += await people.touch(later, schema, contacts, CONTACTED_AT, turn.at, through)
    part = turn.say(author, wanted.kind, _body(wanted), **_details(wanted))
    turn.tell(change.REPLIED if visible else change.NOTED)
    await wanted.attached.add(tx, schema.workspace.id)
    await turn.save(tx, later=later)
    return Said(record, part)


def _time(wanted: Reply) -> int:
    return clock.seconds() if wanted.created_at is None else wanted.created_at


def _body(wanted: Reply) -> str | None:
    text = wanted.body
    if not text and wanted.options and wanted.kind == COMMENT:
        text = wanted.options[0]["text"]
    return html.clean(text) or None


def _details(wanted: Reply, by_contact: bool = False) -> dict[str, Any]:
    details: dict[str, Any] = {"attachments": wanted.attached.shown or None}
    details["skip_notifications"] = wanted.skip_notifications or None
    if wanted.options and by_contact:
        details["metadata"] = {"quick_reply_uuid": wanted.options[0]["uuid"]}
    elif wanted.options:
        details["metadata"] = {"quick_reply_options": list(wanted.options)}
    return details


# --- taking back


async def redact_part(tx: Tx, schema: Schema, id: str, part_id: str, through: str, ip: str | None = None) -> Record:
    """What a part said is gone, for good: its body, its files and, from the history, everything that it told.

    404 `conversation_part_or_message_not_found`; 400 `conversation_part_not_redactable` for one that says nothing.
    """
    record = await find.lock_conversation(tx, schema, id, _not_there())
    part = redactable(await store.get_part(tx, schema.workspace.id, id, part_id))
    if part is None:
        return record
    turn = Turn(schema, record, through, clock.seconds())
    await take_back(tx, schema, id, part, turn.at)
    turn.tell(change.REDACTED, part_id=part.id, by=part.author_type)
    await turn.save(tx)
    await _redact_told(tx, schema, id)
    await log_redacted(tx, schema, CONVERSATION, id, ip)
    return record


def redactable(part: Part | None) -> Part | None:
    """The part, if it can be taken back; None where it has been. Problems: `redact_part`."""
    if part is None:
        raise _not_there()
    if part.redacted:
        return None
    if not part.body:
        raise _not_redactable("Conversation part has no body to redact")
    return part


async def take_back(tx: Tx, schema: Schema, id: str, part: Part, at: int) -> None:
    """A part of a locked thread says nothing any more."""
    await files.forget(tx, schema.workspace.id, files.ids_in(part.details.get("attachments", ())))
    part.body, part.redacted, part.updated_at = DELETED_BODY, True, at
    part.details = {name: value for name, value in part.details.items() if name != "attachments"}
    await store.update_part(tx, schema.workspace.id, id, part)


async def redact_source(tx: Tx, schema: Schema, id: str, source_id: str, through: str, ip: str | None = None) -> Record:
    """The same for the message that a conversation began with, if a contact wrote it."""
    record = await find.lock_conversation(tx, schema, id, _not_there())
    fields = record.fields
    if source_id != fields["source_id"]:
        raise _not_there()
    if record.details.get("source_redacted"):
        return record
    if fields["source_author_type"] not in ("user", "lead"):
        raise _not_redactable("Only messages that a contact has written can be redacted")
    turn = Turn(schema, record, through, clock.seconds())
    record.fields |= {"source_body": DELETED_BODY, "source_subject": ""}
    gone = record.details.pop("source_attachments", ())
    await files.forget(tx, schema.workspace.id, files.ids_in(gone))
    record.details["source_redacted"] = True
    turn.tell(change.REDACTED, source_id=source_id, by=fields["source_author_type"])
    await turn.save(tx)
    await _redact_told(tx, schema, id)
    await log_redacted(tx, schema, CONVERSATION, id, ip)
    return record


async def _redact_told(tx: Tx, schema: Schema, id: str) -> None:
    """A ticket that it was converted to has its id, and was told of with the same parts."""
    for kind in (CONVERSATION, TICKET):
        await redaction.redact(tx, schema, kind, [id])


async def log_redacted(tx: Tx, schema: Schema, kind: str, id: str, ip: str | None) -> None:
    metadata = {kind: {"id": id}}
    told = f"deleted a part of {kind} {id}."
    await activity_log.log(tx, schema.workspace.id, activity_log.PART_DELETED, None, told, metadata, ip=ip)


def _not_there() -> Problem:
    return Problem("conversation_part_or_message_not_found", _NOT_THERE)


def _not_redactable(message: str) -> Problem:
    return Problem("conversation_part_not_redactable", message)

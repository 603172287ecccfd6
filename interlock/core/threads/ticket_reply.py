"""What contacts and teammates say in a ticket.

Decided here, since no source says it:

* Only a contact of the ticket can reply as one; anybody else is 404.
* A contact's reply opens a ticket that is closed or snoozed; a teammate's comment wakes one that is snoozed. Notes
  change nothing. No reply changes the ticket's state.
* A contact's choice of a quick reply is a comment with the text of what was chosen.
* A note is put into the linked conversations by a job, since there may be thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interlock.core.changes import change
from interlock.core.files.attachments import Attached
from interlock.core.jobs import store as jobs
from interlock.core.schema.schema import Schema
from interlock.core.staff import find as find_staff
from interlock.core.threads import author as authors
from interlock.core.threads import people, store, ticket_store
from interlock.core.threads.author import Author
from interlock.core.threads.people import CONTACTED_AT, REPLIED_AT, Who
from interlock.core.threads.store import CONTACT_MEMBER, Part
from interlock.core.threads.ticket_turn import TicketTurn, begin
from interlock.core.threads.ticket_type_store import BACK_OFFICE, CUSTOMER, SEARCHED_AS
from interlock.core.threads.words import COMMENT, CROSS_POSTED, NOTE, REOPEN
from interlock.kit import clock, html
from interlock.kit.problems import Problem, invalid, not_found
from interlock.storage.database import Tx

CROSS_POST = "cross_post_note"
"""The kind of the job that puts a note into linked conversations."""
_CROSS_POSTED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class TicketReply:
    """What is said. `body` as it came in; `options` are {text, uuid}."""

    kind: str  # comment, note, quick_reply
    body: str = ""
    attached: Attached | None = None
    options: Sequence[dict[str, str]] = ()
    created_at: int | None = None
    skip_notifications: bool = False
    cross_post: bool = False


async def reply_of_contact(tx: Tx, schema: Schema, id: str, who: Who, wanted: TicketReply, through: str) -> Part:
    """404 `not_found` for a ticket and a contact that are not there, or do not belong together; then 400
    `parameter_mismatch` on a back-office ticket."""
    found = await people.find_contact(tx, schema, who)
    if found is None:
        raise not_found()
    contact = await people.lock_contact(tx, schema, Who(intercom_user_id=found.id))
    turn = await begin(tx, schema, id, through, not_found(), _time(wanted))
    members = (await store.participants_of(tx, schema.workspace.id, [id]))[id]
    if not any(one.kind == CONTACT_MEMBER and one.member_id == contact.id for one in members):
        raise not_found()
    if turn.record.fields["category"] == SEARCHED_AS[BACK_OFFICE]:
        raise Problem("parameter_mismatch", "User replies are not allowed on Backoffice tickets")
    author = authors.of_contact(contact)
    turn.wake(author, REOPEN)
    if turn.conversation is not None:
        turn.conversation.reply_of_contact(author)
    metadata = {"quick_reply_uuid": wanted.options[0]["uuid"]} if wanted.options else None
    part = _say(turn, author, COMMENT, wanted, metadata)
    _tell(turn, change.REPLIED, part, wanted)
    turn.rows += await people.touch(tx, schema, [contact], REPLIED_AT, turn.at, through)  # type: ignore[arg-type]
    await _save(tx, turn, wanted)
    return part


async def reply_of_admin(
    tx: Tx, schema: Schema, id: str, admin_id: str | int, wanted: TicketReply, through: str
) -> Part:
    """404 `not_found` for the ticket, then for the teammate; 400 for a `cross_post` of what is no note of teammates."""
    visible = wanted.kind != NOTE
    contacts = await people.lock_contacts_of(tx, schema, id) if visible else []
    turn = await begin(tx, schema, id, through, not_found(), _time(wanted))
    admin = await find_staff.admin(tx, schema.workspace.id, admin_id)
    if admin is None:
        raise not_found()
    if wanted.cross_post and (visible or turn.record.fields["category"] == SEARCHED_AS[CUSTOMER]):
        raise invalid("cross_post is only applicable to notes on back-office and tracker tickets", "cross_post")
    author = authors.of_admin(admin)
    if visible:
        if turn.record.fields["open"]:
            turn.wake(author, REOPEN)
        if turn.conversation is not None:
            turn.conversation.reply_of_admin(author)
    part = _say(turn, author, wanted.kind, wanted, {"quick_reply_options": list(wanted.options)} if visible else None)
    _tell(turn, change.REPLIED if visible else change.NOTED, part, wanted)
    turn.rows += await people.touch(tx, schema, contacts, CONTACTED_AT, turn.at, through)  # type: ignore[arg-type]
    await _save(tx, turn, wanted)
    if wanted.cross_post:
        await _cross_post(tx, schema, id, part)
    return part


def _time(wanted: TicketReply) -> int:
    return clock.seconds() if wanted.created_at is None else wanted.created_at


def _say(turn: TicketTurn, author: Author, kind: str, wanted: TicketReply, metadata: dict[str, Any] | None) -> Part:
    text = wanted.body
    if not text and kind == COMMENT and wanted.options:
        text = wanted.options[0]["text"]
    shown = list(wanted.attached.shown) if wanted.attached is not None else []
    return turn.say(
        author,
        kind,
        html.clean(text) or None,
        attachments=shown or None,
        metadata=metadata if wanted.options else None,
        skip_notifications=wanted.skip_notifications or None,
        **{CROSS_POSTED: wanted.cross_post or None},
    )


def _tell(turn: TicketTurn, action: str, part: Part, wanted: TicketReply) -> None:
    turn.tell(action, part, None, **({"skip_notifications": True} if wanted.skip_notifications else {}))


async def _save(tx: Tx, turn: TicketTurn, wanted: TicketReply) -> None:
    if wanted.attached is not None:
        await wanted.attached.add(tx, turn.schema.workspace.id)
    await turn.save(tx)


# --- into what the ticket is about


async def _cross_post(tx: Tx, schema: Schema, id: str, part: Part) -> None:
    linked = await ticket_store.linked_objects_of(tx, schema.workspace.id, id)
    for start in range(0, len(linked), _CROSS_POSTED_AT_ONCE):
        batch = [list(one) for one in linked[start : start + _CROSS_POSTED_AT_ONCE]]
        payload = {"ticket_id": id, "part_id": part.id, "objects": batch}
        await jobs.enqueue(tx, schema.workspace.id, CROSS_POST, payload)

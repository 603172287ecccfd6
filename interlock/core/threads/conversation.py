"""Conversations: how they begin, what may be changed of them, and how they end.

Decided here, since no source says it:

* A contact who is merged away or blocked is not found: nobody can be spoken to through them. Archived ones may write.
* A conversation that is not one yet (an outbound message without an answer) is not found by its id, but for the reply
  that makes it one.
* A deleted conversation takes its parts, participants, tags, links, side conversations and timer along. A ticket that
  it was converted to keeps the parts and the participants: they are the ticket's, too.
* A title and a subject are plain text: what looks like markup in them is text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import COMPANY, CONVERSATION, FILES
from interlock.core.attributes.many import Writes, coerce_all
from interlock.core.attributes.policy import Source
from interlock.core.changes import change
from interlock.core.files import files
from interlock.core.files import store as file_store
from interlock.core.files.attachments import Attached
from interlock.core.jobs import store as jobs
from interlock.core.people.find import no_company
from interlock.core.records import satellite_store
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import COMPANIES, CONVERSATIONS
from interlock.core.references import links
from interlock.core.references.follow import write_links
from interlock.core.schema.schema import Schema
from interlock.core.threads import author as authors
from interlock.core.threads import conversation_store, find, handling, people, side_store, statistics, store
from interlock.core.threads.author import Author
from interlock.core.threads.conversation_store import Deleted
from interlock.core.threads.people import REPLIED_AT, Who
from interlock.core.threads.store import CONTACT_MEMBER, Participant
from interlock.core.threads.turn import Turn, beginning
from interlock.core.threads.words import (
    ATTRIBUTE_UPDATED,
    CHANNELS,
    CUSTOMER_INITIATED,
    IN_APP,
    OPEN,
    PRIORITY_CHANGED,
    RATED_BY,
    UNSNOOZE,
)
from interlock.core.webhooks import redaction
from interlock.kit import clock, html, ids
from interlock.kit.lines import one_line
from interlock.kit.problems import invalid
from interlock.storage.database import Tx
from interlock.storage.later import Later

# --- beginning


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first message of a conversation. `body` and `subject` as they came in.

    `live` False: an outbound message that is to be a conversation when the contact answers. `message_id` is the id
    of the message that it is the copy of.
    """

    body: str
    subject: str = ""
    attached: Attached = field(default_factory=Attached)
    created_at: int | None = None
    source_type: str = IN_APP
    delivered_as: str = CUSTOMER_INITIATED
    url: str | None = None
    live: bool = True
    message_id: str | None = None
    email: Mapping[str, Any] | None = None  # of mail: recipients, reply_to, email_message_metadata, as they are shown


async def start(
    tx: Tx,
    schema: Schema,
    contacts: Sequence[Record],
    author: Author,
    wanted: Beginning,
    through: str,
    touches: str | None = None,
) -> Record:
    """A new conversation of an author with contacts, who are locked. The definitions are known to be the newest.

    `touches` is the time that the contacts show of it; without one the caller sees to that (`people.touch`).
    """
    record = _new(author, wanted)
    key, at = schema.workspace.id, record.fields["created_at"]
    if author.is_contact:
        statistics.contact_wrote(record, at)
        record.details["first_contact_reply"] = {"created_at": at, "type": wanted.source_type, "url": wanted.url}
    elif author.type == "admin":
        statistics.admin_replied(record, at)
    statistics.parts_added(record, 1)
    await wanted.attached.add(tx, key)
    later = Later(tx)
    await CONVERSATIONS.insert(later, key, key, record, slot_values({}, {}))
    members = [Participant(CONTACT_MEMBER, one.id, at) for one in contacts]
    participant = author.participant(at)
    if participant is not None and not author.is_contact:
        members.append(participant)
    await store.add_participants(later, key, record.id, members)
    rows = []
    if wanted.live:  # else it is told when somebody answers, and makes a conversation of it
        after = beginning(record, [one.id for one in contacts])
        rows.append(change.row(key, CONVERSATION, record.id, change.CREATED, through, clock.micros(), {}, after))
    if touches is not None:
        rows += await people.touch(later, schema, contacts, touches, at, through)
    await change.note(later, *rows)
    await later.flush()
    return record


def _new(author: Author, wanted: Beginning) -> Record:
    now = clock.seconds()
    at = now if wanted.created_at is None else wanted.created_at
    by_contact = author.is_contact
    fields: dict[str, Any] = dict.fromkeys(CONVERSATIONS.field_names)
    fields |= {
        "live": int(wanted.live),
        "state": OPEN,
        "open": True,
        "read": by_contact,
        "priority": "none",
        "channel_initiated": CHANNELS.get(wanted.source_type, wanted.source_type),
        "source_type": wanted.source_type,
        "source_id": wanted.message_id or ids.decimal_id(),
        "source_delivered_as": wanted.delivered_as,
        "source_subject": one_line(wanted.subject),
        "source_body": html.clean(wanted.body),
        "source_url": wanted.url,
        "source_author_type": author.type,
        "source_author_id": author.id,
        "source_author_name": author.name,
        "source_author_email": author.email,
        "waiting_since": at if by_contact else None,
        "created_at": at,
        "updated_at": now,
    }
    details: dict[str, Any] = {"source_attachments": wanted.attached.shown} if wanted.attached.shown else {}
    if wanted.email is not None:
        details["source_email"] = dict(wanted.email)
    return Record(CONVERSATION, ids.decimal_id(), fields, {}, details)


async def create_by_contact(tx: Tx, schema: Schema, who: Who, wanted: Beginning, through: str) -> Record:
    """A contact begins a conversation. 404 `not_found` (User Not Found).

    A visitor may be named by either of its ids, and becomes a lead by this.
    """
    contact = await people.lock_speaker(tx, schema, who, through)
    return await start(tx, schema, [contact], authors.of_contact(contact), wanted, through, REPLIED_AT)


# --- changing


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be different. `fields` may have title, read, priority, company_id (None: no company)."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    attributes: Any = None  # custom attributes as they came in
    admin_id: str | int | None = None
    source: Source = Source.API


async def update(tx: Tx, schema: Schema, id: str, wanted: Changes, through: str) -> Record:
    """Change a conversation. Of several problems the first counts: custom attributes as such, 404 `not_found`, 404
    `admin_not_found`, 404 `company_not_found`, the targets of references.

    Each custom attribute that changes is a part. What is the same already changes nothing.
    """
    writes = coerce_all(schema, CONVERSATION, wanted.attributes, wanted.source)
    record = await find.lock_conversation(tx, schema, id)
    await _check_files(tx, schema, writes)
    by = await people.acting(tx, schema, wanted.admin_id)
    fields = dict(wanted.fields)
    if fields.get("company_id") is not None:
        company = await COMPANIES.get(tx, schema.workspace.id, fields["company_id"], COMPANY)
        if company is None:
            raise no_company()
    turn = Turn(schema, record, through, clock.seconds())
    had_priority, was_read = record.fields["priority"], record.fields["read"]
    turn.set(**fields)
    turn.difference.set_attributes(record, writes)
    notes = await write_links(tx, schema, record, writes.links, turn.difference, through, clock.micros())
    if not turn.difference:
        return record
    turn.rows += notes
    _say_what_changed(turn, by)
    if record.fields["priority"] != had_priority:
        details = {"current_priority": record.fields["priority"], "previous_priority": had_priority}
        turn.say(by, PRIORITY_CHANGED, None, event_details=details)
    only_read = record.fields["read"] and not was_read and turn.difference.after.keys() == {"read"}
    turn.tell(change.READ if only_read else change.UPDATED)
    await turn.save(tx)
    return record


async def _check_files(tx: Tx, schema: Schema, writes: Writes) -> None:
    """Files are named by their ids here, or are elsewhere: 400 for an id that this workspace has no file of."""
    named = {
        name: [one for one in value if "://" not in one]
        for name, value in writes.values.items()
        if isinstance(value, list) and schema.of(CONVERSATION)[name].data_type == FILES
    }
    found = await file_store.get_files(tx, schema.workspace.id, [one for several in named.values() for one in several])
    for name, several in named.items():
        if any(one not in found for one in several):
            text = f"Conversation attribute '{name}' names a file that does not exist"
            raise invalid(text, f"custom_attributes.{name}")


def _say_what_changed(turn: Turn, by: Author) -> None:
    before = turn.difference.before.get("custom_attributes", {})
    for name, value in turn.difference.after.get("custom_attributes", {}).items():
        told: dict[str, Any] = {"name": _in_words(value)}
        if before.get(name) is not None:
            told["previous"] = _in_words(before[name])
        turn.say(by, ATTRIBUTE_UPDATED, None, event_details={"attribute": {"name": name}, "value": told})


def _in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


async def rate(
    tx: Tx, schema: Schema, id: str, rating: int, remark: str | None, contact_id: str | None, through: str
) -> Record:
    """A contact says how the conversation went, 1 to 5; saying it again replaces it.

    404 `not_found` for the conversation, and (User Not Found) for a contact who takes no part in it. Without
    `contact_id` it is the first contact. What is rated is the teammate who has it, else the last who closed it.
    """
    record = await find.lock_conversation(tx, schema, id)
    who = await _who_rates(tx, schema, id, contact_id)
    now = clock.seconds()
    admin_id = record.fields["admin_assignee_id"] or record.details.get("statistics.last_closed_by_id")
    turn = Turn(schema, record, through, now)
    turn.set_details(
        **{
            "conversation_rating.score": rating,
            "conversation_rating.remark": remark,
            RATED_BY: who,
            "conversation_rating.admin_id": str(admin_id) if admin_id is not None else None,
            "conversation_rating.replied_at": record.details.get("conversation_rating.replied_at", now),
            "conversation_rating.updated_at": now,
        }
    )
    turn.tell(change.RATED, by="user")
    await turn.save(tx)
    return record


async def _who_rates(tx: Tx, schema: Schema, id: str, contact_id: str | None) -> str | None:
    members = (await store.participants_of(tx, schema.workspace.id, [id]))[id]
    contacts = [one.member_id for one in members if one.kind == CONTACT_MEMBER]
    if contact_id is None:
        return contacts[0] if contacts else None
    if contact_id not in contacts:
        raise people.no_contact()
    return contact_id


# --- ending


async def delete(tx: Tx, schema: Schema, id: str, retain_metrics: bool, through: str) -> Record:
    """For good. 404 `not_found`. That it was there is remembered, with its statistics if they are retained."""
    record = await find.lock_conversation(tx, schema, id)
    key = schema.workspace.id
    await CONVERSATIONS.lock_alone(tx, key, [id])
    gone = await links.drop_all(tx, schema, CONVERSATION, id)
    going = [handling.thread(id), *await side_store.ids_of(tx, key, id)]
    attached: list[dict[str, Any]] = []
    if not await conversation_store.has_ticket(tx, key, id):
        going.append(id)
        attached += record.details.get("source_attachments", ())
    attached += await conversation_store.attachments_of(tx, key, going)
    await files.forget(tx, key, files.ids_in(attached))
    if id in going:
        await store.delete_parts(tx, key, id)
        await store.delete_participants(tx, key, id)
    await store.delete_parts(tx, key, handling.thread(id))
    await side_store.delete_of(tx, key, id)
    await satellite_store.drop(tx, key, CONVERSATION, id)
    await conversation_store.unlink_tickets(tx, key, id)
    await jobs.cancel(tx, key, UNSNOOZE, id)
    await CONVERSATIONS.delete(tx, key, id)
    await redaction.redact(tx, schema, CONVERSATION, [id])
    metrics = statistics.shown(record) if retain_metrics else {}
    await conversation_store.remember_deleted(tx, key, Deleted(id, retain_metrics, clock.seconds()), metrics)
    kept = {name: value for name, value in record.fields.items() if not name.startswith("source_")}
    before = {**kept, "custom_attributes": {**record.attributes, **gone}}
    after = {"metrics_retained": retain_metrics}
    await change.note(tx, change.row(key, CONVERSATION, id, change.DELETED, through, clock.micros(), before, after))
    return record


async def deleted(tx: Tx, schema: Schema, descending: bool, limit: int, offset: int) -> tuple[list[Deleted], int]:
    return await conversation_store.deleted_page(tx, schema.workspace.id, descending, limit, offset)

"""Messages that a teammate sends to people: shown in the Messenger, or mailed.

Each message begins conversations: one with everybody who sees that the others got it (`to` and `cc`), and one with
each `bcc`. They are no conversations yet for lists and search, unless the sender wants that: they come to be when a
contact answers. Each contact has a receipt that says what became of the copy.

Who has unsubscribed or has no address gets no mail, and the receipt says so; the conversation is begun all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interlock.core.attributes.definition import CONTACT
from interlock.core.changes import change
from interlock.core.outbound import mail, store
from interlock.core.outbound.mail import Letter, Party
from interlock.core.outbound.store import EMAIL, FAILED, SENT, WAITING, Message, Receipt
from interlock.core.people.find import no_contact
from interlock.core.records.record import Record
from interlock.core.records.store import CONTACTS
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.staff import store as staff_store
from interlock.core.staff.store import Admin
from interlock.core.threads import author as authors
from interlock.core.threads import people, words
from interlock.core.threads.conversation import Beginning, start
from interlock.core.threads.people import CONTACTED_AT, Who
from interlock.kit import clock, html, ids
from interlock.kit.lines import one_line
from interlock.storage.database import Tx

PERSONAL, PLAIN = "personal", "plain"
TO, CC, BCC = "to", "cc", "bcc"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent. `body` as it came in; without `admin_id` the owner of the workspace sends it."""

    message_type: str
    body: str
    recipients: Sequence[tuple[str, Who]]  # in the role of to, cc or bcc
    subject: str = ""
    template: str = PLAIN
    admin_id: str | int | None = None
    created_at: int | None = None
    opens_conversation: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """`conversation_id` only where there is a conversation already."""

    message: Message
    admin: Admin
    conversation_id: str | None


async def send(tx: Tx, schema: Schema, wanted: Outgoing, through: str) -> Sent:
    """Send a message. 404 `admin_not_found`, then 404 `not_found` (User Not Found) for the first such recipient."""
    await ensure_current(tx, schema)
    key = schema.workspace.id
    admin = await _sender(tx, schema, wanted.admin_id)
    contacts = await _lock(tx, schema, wanted.recipients)
    at = wanted.created_at if wanted.created_at is not None else clock.seconds()
    id, subject, body = ids.decimal_id(), one_line(wanted.subject), html.clean(wanted.body)
    message = Message(id, wanted.message_type, admin.id, subject, body, wanted.template, at)
    await store.insert_message(tx, key, message)
    begun = await _begin(tx, schema, wanted, message, admin, contacts, through)
    await store.insert_receipts(tx, key, await _deliver(tx, schema, message, admin, contacts, begun))
    everybody = [contact for contact, _ in contacts.values()]
    after = {"message_type": message.message_type, "by": "admin", "contact_ids": list(contacts)}
    told = change.row(key, "message", id, change.CREATED, through, clock.micros(), {}, after)
    await change.note(tx, *await people.touch(tx, schema, everybody, CONTACTED_AT, at, through), told)
    first = begun[next(iter(contacts))]
    return Sent(message, admin, first if wanted.opens_conversation else None)


async def _sender(tx: Tx, schema: Schema, admin_id: str | int | None) -> Admin:
    owner = await staff_store.owner(tx, schema.workspace.id) if admin_id is None else None
    return owner or await people.admin(tx, schema, admin_id)


async def _lock(tx: Tx, schema: Schema, recipients: Sequence[tuple[str, Who]]) -> dict[str, tuple[Record, str]]:
    """Each contact once, locked, in the first of its roles."""
    roles: dict[str, str] = {}
    for role, who in recipients:
        found = await people.find_contact(tx, schema, who)
        if found is None:
            raise no_contact()
        roles.setdefault(found.id, role)
    locked = await CONTACTS.lock_many(tx, schema.workspace.id, list(roles), CONTACT)
    for id in roles:
        if id not in locked or locked[id].fields["merged_into"] is not None or locked[id].fields["blocked"]:
            raise no_contact()
    return {id: (locked[id], role) for id, role in roles.items()}


async def _begin(
    tx: Tx,
    schema: Schema,
    wanted: Outgoing,
    message: Message,
    admin: Admin,
    contacts: dict[str, tuple[Record, str]],
    through: str,
) -> dict[str, str]:
    """The conversation of each contact."""
    beginning = Beginning(
        body=wanted.body,
        subject=wanted.subject,
        created_at=message.created_at,
        source_type=words.EMAIL if message.message_type == EMAIL else words.IN_APP,
        delivered_as=words.ADMIN_INITIATED,
        live=wanted.opens_conversation,
        message_id=message.id,
    )
    together = [contact for contact, role in contacts.values() if role != BCC]
    groups = [together] if together else []
    groups += [[contact] for contact, role in contacts.values() if role == BCC]
    begun: dict[str, str] = {}
    for group in groups:
        conversation = await start(tx, schema, group, authors.of_admin(admin), beginning, through)
        begun |= {contact.id: conversation.id for contact in group}
    return begun


async def _deliver(
    tx: Tx,
    schema: Schema,
    message: Message,
    admin: Admin,
    contacts: dict[str, tuple[Record, str]],
    begun: dict[str, str],
) -> list[Receipt]:
    parties = {
        wanted: [
            Party(contact.fields["name"], contact.fields["email"])
            for contact, role in contacts.values()
            if role == wanted and contact.fields["email"]
        ]
        for wanted in (TO, CC)
    }
    receipts = []
    for contact, role in contacts.values():
        id, details = ids.record_id(), {"role": role}
        status = SENT
        if message.message_type == EMAIL:
            problem = await mail.refusal(tx, schema, contact)
            if problem is not None:
                status, details["problem"] = FAILED, problem
            else:
                status = WAITING
                letter = _letter(message, admin, parties[TO], parties[CC], id)
                email = contact.fields["email"]
                details["mail_id"] = await mail.enqueue_mail(tx, schema.workspace.id, email, letter)
        at = clock.seconds()
        receipts.append(Receipt(id, message.id, contact.id, begun[contact.id], status, at, at, details))
    return receipts


def _letter(message: Message, admin: Admin, to: Sequence[Party], cc: Sequence[Party], receipt_id: str) -> Letter:
    body = message.body
    if message.template == PERSONAL:
        body += "\n" + html.clean(admin.name)
    return Letter(message.subject, body, admin.name, Party(admin.name, admin.email), to, cc, receipt_id)

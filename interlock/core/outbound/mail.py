"""Mail: put into the queue in the transaction of what it tells of, sent by engines/mail, and never forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from interlock.core.consent.sending import may_send
from interlock.core.jobs.store import enqueue
from interlock.core.outbound import store
from interlock.core.outbound.store import DELIVERED, FAILED, SENT, WAITING, Mail
from interlock.core.records.record import Record
from interlock.core.schema.schema import Schema
from interlock.kit import clock, ids, limits, lines
from interlock.storage.database import Tx

SEND_MAIL = "send_mail"
"""The job that sends a mail: engines/mail."""
SMTP, OUTBOX = "smtp", "outbox"
NO_ADDRESS = "The contact has no email address"
UNSUBSCRIBED = "The contact has unsubscribed from emails"
DELETED = "The contact has been deleted"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody as a mail names them."""

    name: str | None
    email: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be mailed. `html` is clean; `to` and `cc` are shown to everybody who gets it."""

    subject: str
    html: str
    from_name: str
    reply_to: Party | None = None
    to: Sequence[Party] = ()
    cc: Sequence[Party] = ()
    receipt_id: str | None = None  # of the message that it is a copy of


async def refusal(tx: Tx, schema: Schema, contact: Record) -> str | None:
    """Why a contact gets no mail; None when it may be sent."""
    if not contact.fields["email"]:
        return NO_ADDRESS
    return None if await may_send(tx, schema, contact) else UNSUBSCRIBED


async def enqueue_mail(tx: Tx, workspace_id: str, recipient: str, letter: Letter) -> str:
    """Mail somebody once this transaction is committed; the id of the mail. Whether they want it, the caller knows."""
    id = ids.record_id()
    subject = one_line(letter.subject)
    details = {
        "html": letter.html,
        "from_name": one_line(letter.from_name),
        "reply_to": _party(letter.reply_to) if letter.reply_to is not None else None,
        "to": [_party(one) for one in letter.to],
        "cc": [_party(one) for one in letter.cc],
        "receipt_id": letter.receipt_id,
    }
    mail = Mail(id, one_line(recipient), subject, WAITING, None, None, clock.seconds(), None, details)
    await store.insert_mail(tx, workspace_id, mail)
    await enqueue(tx, workspace_id, SEND_MAIL, {"mail_id": id}, max_attempts=limits.MAIL_ATTEMPTS)
    return id


async def sent(tx: Tx, workspace_id: str, id: str, through: str) -> None:
    """A mail has been taken by the mail server, or is in the outbox. What was in it is not kept any longer."""
    mail = await store.get_mail(tx, workspace_id, id)
    if mail is None or mail.state == SENT:
        return
    now = clock.seconds()
    receipt_id = mail.details.get("receipt_id")
    done = replace(mail, state=SENT, through=through, problem=None, finished_at=now, details={"receipt_id": receipt_id})
    await store.update_mail(tx, workspace_id, done)
    if receipt_id is not None:
        status = DELIVERED if through == SMTP else SENT
        await store.set_status(tx, workspace_id, receipt_id, status, now, None)


async def failed(tx: Tx, workspace_id: str, id: str, problem: str, for_good: bool) -> None:
    """An attempt failed; `for_good`: no other one follows by itself."""
    mail = await store.get_mail(tx, workspace_id, id)
    if mail is None or mail.state == SENT or mail.is_forgotten:
        return
    now = clock.seconds()
    state, finished_at = (FAILED, now) if for_good else (WAITING, None)
    await store.update_mail(tx, workspace_id, replace(mail, state=state, problem=problem, finished_at=finished_at))
    receipt_id = mail.details.get("receipt_id")
    if for_good and receipt_id is not None:
        await store.set_status(tx, workspace_id, receipt_id, FAILED, now, problem)


async def forget(tx: Tx, workspace_id: str, contact_id: str) -> None:
    """A contact is being deleted, and is locked: no mail to them waits, and none names their address."""
    await store.forget_mails(tx, workspace_id, contact_id, DELETED, clock.seconds())


def one_line(text: str) -> str:
    """Text as it may stand in a header: nothing in it can end the line.

    Not even an encoded word (`=?utf-8?q?=0a?=`): `email` decodes those in what it is given, and in older Pythons writes
    down as it is what comes out.
    """
    return lines.one_line(text).replace("=?", "= ?")


def _party(one: Party) -> list[str | None]:
    return [one_line(one.name) if one.name else None, one_line(one.email)]

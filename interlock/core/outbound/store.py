"""Messages that were sent to people, what became of each copy of them, and mails, in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, insert, select, update

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import conversations, mails, message_receipts, messages

IN_APP, EMAIL = "in_app", "email"
WAITING, SENT, DELIVERED, FAILED = "waiting", "sent", "delivered", "failed"
"""Of a receipt: waiting for the mail server; sent: to be seen by the contact, or in the outbox; taken by the server."""
MAIL_STATES = (WAITING, SENT, FAILED)


@dataclass(frozen=True, slots=True)
class Message:
    """What a teammate sent. `body` is clean HTML."""

    id: str
    message_type: str
    admin_id: int | None
    subject: str
    body: str
    template: str
    created_at: int
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One contact's copy of a message. `details`: `role` (to, cc, bcc), `problem`, `mail_id`."""

    id: str
    message_id: str
    contact_id: str
    conversation_id: str | None
    status: str
    created_at: int
    updated_at: int
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A receipt with what its message says, and whether the contact has read it."""

    receipt: Receipt
    template: str
    was_read: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address, "" when whoever had it has been deleted. `details` has what is sent, until it is sent
    (`core/outbound/mail.py`)."""

    id: str
    recipient: str
    subject: str
    state: str
    through: str | None
    problem: str | None
    created_at: int
    finished_at: int | None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def is_forgotten(self) -> bool:
        """Whoever it was for has been deleted before it was sent."""
        return self.state == FAILED and not self.recipient


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


def _values(workspace_id: str, one: Message | Receipt | Mail) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in one.__slots__}
    return {**values, "workspace_id": workspace_id, "details": _encode(one.details).decode()}


# --- messages

_insert_message = Query(insert(messages))
_insert_receipt = Query(insert(message_receipts))
_receipt_columns = tuple(message_receipts.c[name] for name in Receipt.__slots__)
_of_message = (message_receipts.c.workspace_id == bindparam("key"), message_receipts.c.message_id == bindparam("of"))
_joined = (
    select(*_receipt_columns, messages.c.template, conversations.c.read, conversations.c.details)
    .select_from(
        message_receipts.join(
            messages,
            and_(
                messages.c.workspace_id == message_receipts.c.workspace_id,
                messages.c.id == message_receipts.c.message_id,
            ),
        ).outerjoin(
            conversations,
            and_(
                conversations.c.workspace_id == message_receipts.c.workspace_id,
                conversations.c.id == message_receipts.c.conversation_id,
            ),
        )
    )
    .where(*_of_message, message_receipts.c.id > bindparam("after"))
    .order_by(message_receipts.c.id)
    .limit(bindparam("limit"))
)
_receipts = Query(_joined)
_count_receipts = Query(select(func.count()).select_from(message_receipts).where(*_of_message))
_set_status = Query(
    update(message_receipts)
    .where(message_receipts.c.workspace_id == bindparam("key"), message_receipts.c.id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("status", "updated_at", "details")})
)
_receipt_details = Query(
    select(message_receipts.c.details).where(
        message_receipts.c.workspace_id == bindparam("key"), message_receipts.c.id == bindparam("of")
    )
)


async def insert_message(tx: Tx, workspace_id: str, one: Message) -> None:
    await tx.run(_insert_message, **_values(workspace_id, one))


async def insert_receipts(tx: Tx, workspace_id: str, several: list[Receipt]) -> None:
    if several:
        await tx.many(_insert_receipt, [_values(workspace_id, one) for one in several])


async def receipts(tx: Tx, workspace_id: str, message_id: str, after: str, limit: int) -> tuple[list[Seen], int]:
    """A page of a message's receipts in the order of their ids, and how many there are in all."""
    rows = await tx.all(_receipts, key=workspace_id, of=message_id, after=after, limit=limit)
    return [_seen(row) for row in rows], await tx.value(_count_receipts, key=workspace_id, of=message_id)


def _seen(row: Row) -> Seen:
    *plain, details, template, read, of_conversation = row
    values: list[Any] = [*plain, _decode(details)]
    answered = of_conversation is not None and _decode(of_conversation).get("first_contact_reply") is not None
    return Seen(Receipt(*values), template, bool(read) or answered)


async def set_status(tx: Tx, workspace_id: str, receipt_id: str, status: str, now: int, problem: str | None) -> None:
    """Nothing happens when the contact, and the receipt with it, is gone."""
    stored = await tx.value(_receipt_details, key=workspace_id, of=receipt_id)
    if stored is None:
        return
    details = {**_decode(stored), "problem": problem}
    if problem is None:
        del details["problem"]
    values = {"new_status": status, "new_updated_at": now, "new_details": _encode(details).decode()}
    await tx.run(_set_status, key=workspace_id, of=receipt_id, **values)


# --- mails

_mail_columns = tuple(mails.c[name] for name in Mail.__slots__)
_mine = mails.c.workspace_id == bindparam("key")
_insert_mail = Query(insert(mails))
_get_mail = Query(select(*_mail_columns).where(_mine, mails.c.id == bindparam("of")))
_changing = ("state", "through", "problem", "finished_at", "details")
_update_mail = Query(
    update(mails)
    .where(_mine, mails.c.id == bindparam("of"))
    .values({one: bindparam(f"new_{one}") for one in _changing})
)
_receipts_of = Query(
    select(message_receipts.c.details).where(
        message_receipts.c.workspace_id == bindparam("key"), message_receipts.c.contact_id == bindparam("contact")
    )
)
_these = (_mine, any_of(mails.c.id, "ids"))
_cancel = Query(
    update(mails)
    .where(*_these, mails.c.state != SENT)
    .values(state=FAILED, problem=bindparam("why"), details="{}", finished_at=bindparam("now"))
)
_forget_recipient = Query(update(mails).where(*_these).values(recipient=""))
_page = select(*_mail_columns).where(_mine, mails.c.id < bindparam("before")).order_by(mails.c.id.desc())
_pages = {
    of_state: Query((_page.where(mails.c.state == bindparam("state")) if of_state else _page).limit(bindparam("limit")))
    for of_state in (False, True)
}
_count = select(func.count()).select_from(mails).where(_mine)
_counts = {of_state: Query(_count.where(mails.c.state == bindparam("state")) if of_state else _count)
           for of_state in (False, True)}  # fmt: skip


def _mail(row: Row) -> Mail:
    values: list[Any] = [*row[:-1], _decode(row[-1])]
    return Mail(*values)


async def insert_mail(tx: Tx, workspace_id: str, one: Mail) -> None:
    await tx.run(_insert_mail, **_values(workspace_id, one))


async def get_mail(tx: Tx, workspace_id: str, id: str) -> Mail | None:
    row = await tx.one(_get_mail, key=workspace_id, of=id)
    return _mail(row) if row is not None else None


async def update_mail(tx: Tx, workspace_id: str, one: Mail) -> None:
    values = {f"new_{name}": getattr(one, name) for name in _changing} | {"new_details": _encode(one.details).decode()}
    await tx.run(_update_mail, key=workspace_id, of=one.id, **values)


async def forget_mails(tx: Tx, workspace_id: str, contact_id: str, why: str, now: int) -> None:
    """What was mailed to a contact names no address any more, and what is not sent yet never will be."""
    receipts = await tx.all(_receipts_of, key=workspace_id, contact=contact_id)
    ids = [id for row in receipts if (id := _decode(row[0]).get("mail_id")) is not None]
    if ids:
        await tx.run(_cancel, key=workspace_id, ids=ids, why=why, now=now)
        await tx.run(_forget_recipient, key=workspace_id, ids=ids)


async def mail_page(tx: Tx, workspace_id: str, state: str | None, before: str, limit: int) -> tuple[list[Mail], int]:
    """A page of mails, the newest first, and how many there are in all."""
    chosen = {"state": state} if state is not None else {}
    rows = await tx.all(_pages[state is not None], key=workspace_id, before=before, limit=limit, **chosen)
    return [_mail(row) for row in rows], await tx.value(_counts[state is not None], key=workspace_id, **chosen)

"""What conversations ask of the database beside what every record and every thread has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, delete, func, insert, literal, select

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, STRING
from interlock.core.query.constructs import JsonValue
from interlock.core.records.record import Record
from interlock.core.records.store import COMPANIES, CONTACTS
from interlock.core.threads.store import CONTACT_MEMBER
from interlock.core.threads.words import RATED_BY
from interlock.storage.database import Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import (
    companies,
    contacts,
    conversations,
    deleted_conversations,
    participants,
    parts,
    ticket_links,
    tickets,
)

_key = bindparam("key")
_conversations, _members, _contacts = conversations.c, participants.c, contacts.c


# --- whom and what a conversation names


@dataclass(frozen=True, slots=True)
class ContactName:
    """As much of a contact as a conversation shows."""

    id: str
    external_id: str | None
    role: str


_contact_names = Query(
    select(_contacts.id, _contacts.external_id, _contacts.role).where(
        _contacts.workspace_id == _key, any_of(_contacts.id, "ids")
    )
)
_with_email = Query(
    select(*CONTACTS.columns)
    .where(_contacts.workspace_id == _key, _contacts.email_key == bindparam("email"), _contacts.merged_into.is_(None))
    .order_by(_contacts.role.desc(), _contacts.live.desc(), _contacts.id.desc())  # "user" before "lead"
    .limit(1)
)


async def contact_names(tx: Tx, workspace_id: str, ids: Iterable[str]) -> dict[str, ContactName]:
    wanted = sorted(set(ids))
    rows = await tx.all(_contact_names, key=workspace_id, ids=wanted) if wanted else []
    return {row[0]: ContactName(*row) for row in rows}


async def contact_with_email(tx: Tx, workspace_id: str, email: str) -> Record | None:
    """Whom an address stands for: the user who has it, else of the leads the newest that is not archived."""
    row = await tx.one(_with_email, key=workspace_id, email=email.lower())
    return CONTACTS.record(row, CONTACT) if row is not None else None


_contacts_of = Query(
    select(*CONTACTS.columns)
    .join_from(
        participants,
        contacts,
        (_contacts.workspace_id == _members.workspace_id) & (_contacts.id == _members.member_id),
    )
    .where(_members.workspace_id == _key, _members.thread_id == bindparam("thread"), _members.kind == CONTACT_MEMBER)
    .order_by(_contacts.id)
    .with_for_update(key_share=True, of=contacts)
)


async def lock_contacts_of(tx: Tx, workspace_id: str, thread_id: str) -> list[Record]:
    """The contacts that a thread is with, locked in the order of their ids, as everybody locks them."""
    rows = await tx.all(_contacts_of, key=workspace_id, thread=thread_id)
    return [CONTACTS.record(row, CONTACT) for row in rows]


_companies = Query(select(*COMPANIES.columns).where(companies.c.workspace_id == _key, any_of(companies.c.id, "ids")))


async def companies_named(tx: Tx, workspace_id: str, ids: Iterable[str]) -> list[Record]:
    """Those that are still there."""
    wanted = sorted(set(ids))
    rows = await tx.all(_companies, key=workspace_id, ids=wanted) if wanted else []
    return [COMPANIES.record(row, COMPANY) for row in rows]


# --- the conversations of a contact

_of_contact = (
    select(_conversations.id)
    .join_from(
        participants,
        conversations,
        (_conversations.workspace_id == _members.workspace_id) & (_conversations.id == _members.thread_id),
    )
    .where(_members.workspace_id == _key, _members.kind == CONTACT_MEMBER, _members.member_id == bindparam("contact"))
)
_last_of_contact = Query(_of_contact.order_by(_members.thread_id.desc()).limit(1))
_not_closed = Query(_of_contact.where(_conversations.state != "closed").order_by(_members.thread_id))


_rated_by = Query(
    _of_contact.where(
        JsonValue(_conversations.details, RATED_BY, STRING) == bindparam("rated_by", type_=Text())
    ).order_by(_members.thread_id)
)


async def rated_by(tx: Tx, workspace_id: str, contact_id: str, rated_by: str) -> list[str]:
    """Conversations that a contact takes part in, and that another one has rated."""
    return [row[0] for row in await tx.all(_rated_by, key=workspace_id, contact=contact_id, rated_by=rated_by)]


async def last_of_contact(tx: Tx, workspace_id: str, contact_id: str) -> str | None:
    """The conversation of a contact that began last; a message that nobody has answered yet is one by answering."""
    return await tx.value(_last_of_contact, key=workspace_id, contact=contact_id)


async def not_closed_of_contact(tx: Tx, workspace_id: str, contact_id: str) -> list[str]:
    return [row[0] for row in await tx.all(_not_closed, key=workspace_id, contact=contact_id)]


# --- what is linked to conversations


_there = Query(
    select(_conversations.id).where(
        _conversations.workspace_id == _key, any_of(_conversations.id, "ids"), _conversations.live == 1
    )
)
_unlink = Query(
    delete(ticket_links).where(
        ticket_links.c.workspace_id == _key,
        ticket_links.c.object_type == literal(CONVERSATION, Text()),
        ticket_links.c.object_id == bindparam("id"),
    )
)
_ticket_there = Query(select(tickets.c.id).where(tickets.c.workspace_id == _key, tickets.c.id == bindparam("id")))


async def existing(tx: Tx, workspace_id: str, ids: Iterable[str]) -> set[str]:
    """Those of these conversations that are still there."""
    wanted = sorted(set(ids))
    rows = await tx.all(_there, key=workspace_id, ids=wanted) if wanted else []
    return {row[0] for row in rows}


async def unlink_tickets(tx: Tx, workspace_id: str, id: str) -> None:
    """A conversation is deleted: no ticket is about it any more."""
    await tx.run(_unlink, key=workspace_id, id=id)


async def has_ticket(tx: Tx, workspace_id: str, id: str) -> bool:
    """Is there a ticket with this id? It then shares the parts and participants of the conversation that it was."""
    return await tx.value(_ticket_there, key=workspace_id, id=id) is not None


# --- what goes with a conversation

_details_of_parts = Query(
    select(parts.c.details).where(parts.c.workspace_id == _key, any_of(parts.c.thread_id, "threads"))
)


async def attachments_of(tx: Tx, workspace_id: str, threads: Sequence[str]) -> list[dict[str, Any]]:
    """Everything that is attached to any part of several threads."""
    rows = await tx.all(_details_of_parts, key=workspace_id, threads=list(threads))
    return [one for row in rows for one in msgspec.json.decode(row[0]).get("attachments", ())]


# --- deleted ones


@dataclass(frozen=True, slots=True)
class Deleted:
    """What remains of a conversation. `details` has its statistics, where they were retained."""

    id: str
    metrics_retained: bool
    deleted_at: int


_gone = deleted_conversations.c
_insert_deleted = Query(insert(deleted_conversations))
_count_deleted = Query(select(func.count()).select_from(deleted_conversations).where(_gone.workspace_id == _key))


def _deleted_page(descending: bool) -> Query:
    order = [one.desc() if descending else one.asc() for one in (_gone.deleted_at, _gone.id)]
    return Query(
        select(_gone.id, _gone.metrics_retained, _gone.deleted_at)
        .where(_gone.workspace_id == _key)
        .order_by(*order)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


_deleted = {descending: _deleted_page(descending) for descending in (False, True)}


async def remember_deleted(tx: Tx, workspace_id: str, one: Deleted, details: dict[str, Any]) -> None:
    await tx.run(
        _insert_deleted,
        workspace_id=workspace_id,
        id=one.id,
        metrics_retained=one.metrics_retained,
        deleted_at=one.deleted_at,
        details=msgspec.json.encode(details).decode(),
    )


async def deleted_page(
    tx: Tx, workspace_id: str, descending: bool, limit: int, offset: int
) -> tuple[list[Deleted], int]:
    """A page of the deleted conversations by when they were deleted, and how many there are."""
    rows = await tx.all(_deleted[descending], key=workspace_id, limit=limit, offset=offset)
    total = await tx.value(_count_deleted, key=workspace_id)
    return [Deleted(row[0], bool(row[1]), row[2]) for row in rows], total

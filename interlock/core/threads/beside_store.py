"""What is kept beside conversations and shown inside them: who takes part, tags, tickets.

One statement for all of it and for any number of conversations: every page and every answer to a write shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, literal, select, union_all

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.records.record import Record
from interlock.core.tags.store import Tagging
from interlock.core.threads.conversation_store import ContactName
from interlock.core.threads.store import CONTACT_MEMBER
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import Text, contacts, participants, taggings, tags, ticket_links, tickets


@dataclass(frozen=True, slots=True)
class LinkedTicket:
    """A ticket that a conversation is linked to, or was converted to."""

    id: str
    category: str  # request, task, tracker


@dataclass(slots=True)
class Beside:
    """Of one conversation: whom it is with, the admins who have taken part (the first first), its tags, its tickets."""

    contacts: list[ContactName] = field(default_factory=list)
    teammates: list[str] = field(default_factory=list)
    tags: list[Tagging] = field(default_factory=list)
    tickets: list[LinkedTicket] = field(default_factory=list)


_TAG, _LINKED, _CONVERTED = "tag", "linked", "converted"
_AT, _ID = 3, 2


def _rows(what: Any, of: Any, id: Any, at: Any, name: Any, more: Any) -> tuple[ColumnElement[Any], ...]:
    return what.label("what"), of.label("of"), id, at.label("at"), name.label("name"), more.label("more")


def _statement() -> Query:
    key, none, no_time = bindparam("key"), literal(None, Text), literal(0, BigInteger)
    member, tagging, link = participants.c, taggings.c, ticket_links.c
    contact = (contacts.c.workspace_id == key) & (contacts.c.id == member.member_id) & (member.kind == CONTACT_MEMBER)
    members = (
        select(
            *_rows(
                member.kind,
                member.thread_id,
                member.member_id,
                member.created_at,
                contacts.c.external_id,
                contacts.c.role,
            )
        )
        .select_from(participants.outerjoin(contacts, contact))
        .where(member.workspace_id == key, any_of(member.thread_id, "ids"))
    )
    by = cast(tagging.applied_by, Text)
    tagged = (
        select(*_rows(literal(_TAG, Text), tagging.record_id, tagging.tag_id, tagging.applied_at, tags.c.name, by))
        .select_from(taggings.join(tags, (tags.c.workspace_id == key) & (tags.c.id == tagging.tag_id)))
        .where(tagging.workspace_id == key, tagging.kind == literal(CONVERSATION, Text))
        .where(any_of(tagging.record_id, "ids"))
    )
    linked = (
        select(*_rows(literal(_LINKED, Text), link.object_id, tickets.c.id, no_time, tickets.c.category, none))
        .select_from(ticket_links.join(tickets, (tickets.c.workspace_id == key) & (tickets.c.id == link.ticket_id)))
        .where(link.workspace_id == key, link.object_type == literal(CONVERSATION, Text))
        .where(any_of(link.object_id, "ids"))
    )
    converted = select(
        *_rows(literal(_CONVERTED, Text), none, tickets.c.id, no_time, tickets.c.category, none),
    ).where(tickets.c.workspace_id == key, any_of(tickets.c.id, "tickets"))
    return Query(union_all(members, tagged, linked, converted))


_beside = _statement()


async def beside(tx: Tx, workspace_id: str, records: Sequence[Record]) -> dict[str, Beside]:
    """By the id of the conversation."""
    found = {one.id: Beside() for one in records}
    became = {one.fields["ticket_id"]: one.id for one in records if one.fields["ticket_id"] is not None}
    rows = await tx.all(_beside, key=workspace_id, ids=list(found), tickets=list(became))
    for row in sorted(rows, key=itemgetter(_AT, _ID)):
        _add(found, became, row)
    return found


def _add(found: Mapping[str, Beside], became: Mapping[str, str], row: Row) -> None:
    what, of, id, at, name, more = row
    if what == CONTACT_MEMBER:
        if more is not None:  # the role: the contact is still there
            found[of].contacts.append(ContactName(id, name, more))
    elif what == _TAG:
        found[of].tags.append(Tagging(id, name, at, int(more) if more is not None else None))
    elif what in (_LINKED, _CONVERTED):
        tickets = found[of if what == _LINKED else became[id]].tickets
        if all(one.id != id for one in tickets):
            tickets.append(LinkedTicket(id, name))
    else:
        found[of].teammates.append(id)

"""What tickets ask of the database beside what every record and every thread has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Boolean, Text, bindparam, delete, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.core.attributes.definition import CONVERSATION, STRING, TICKET
from interlock.core.query.constructs import JsonValue
from interlock.core.threads.store import Part
from interlock.core.threads.words import COPIED_FROM, NOTE
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import conversations, counters, parts, ticket_links, tickets

_key = bindparam("key")

# --- the number that people are shown

_counter = insert_or(counters)
_count_up = Query(
    _counter.on_conflict_do_update(
        index_elements=["workspace_id", "name"], set_={"value": counters.c.value + bindparam("step", 1)}
    ).returning(counters.c.value)
)


async def next_number(tx: Tx, workspace_id: str) -> int:
    """1, 2, 3 ... Whoever makes a ticket at the same time waits, so this comes late in a transaction."""
    return await tx.value(_count_up, workspace_id=workspace_id, name="tickets", value=1)


# --- parts of several threads

_part_names = ("id", "part_type", "author_type", "author_id", "body", "created_at", "updated_at", "redacted", "details")


def _parts_of_several() -> Query:
    columns = parts.c
    of_thread: dict[str, Any] = {"partition_by": columns.thread_id}
    numbered = (
        select(
            columns.thread_id,
            *(columns[name] for name in _part_names),
            func.row_number().over(order_by=columns.id.desc(), **of_thread).label("place"),
            func.count().over(**of_thread).label("total"),
        )
        .where(columns.workspace_id == _key, any_of(columns.thread_id, "threads"))
        .subquery()
    )
    found = numbered.c
    shown = (found.thread_id, found.total, *(found[name] for name in _part_names))
    return Query(
        select(*shown).where(found.place <= bindparam("most")).order_by(found.thread_id, found.id),
    )


_several = _parts_of_several()


def _part(values: Sequence[Any]) -> Part:
    made = list(values)
    made[7:] = bool(made[7]), msgspec.json.decode(made[8])
    return Part(*made)


async def newest_parts(
    tx: Tx, workspace_id: str, thread_ids: Sequence[str], most: int
) -> dict[str, tuple[list[Part], int]]:
    """The newest parts of each of several threads, the oldest of them first, and how many there are in all."""
    found: dict[str, tuple[list[Part], int]] = {id: ([], 0) for id in thread_ids}
    rows = await tx.all(_several, key=workspace_id, threads=list(found), most=most) if found else []
    for thread_id, total, *values in rows:
        shown = found[thread_id][0]
        shown.append(_part(values))
        found[thread_id] = shown, total
    return found


# --- what conversations began with, that became tickets

_source_names = ("source_id", "source_author_type", "source_author_id", "source_body", "created_at")
_sources = Query(
    select(
        conversations.c.id,
        *(conversations.c[name] for name in _source_names),
        conversations.c.source_author_name,
        conversations.c.source_author_email,
        conversations.c.details,
    ).where(conversations.c.workspace_id == _key, any_of(conversations.c.id, "ids"))
)


async def sources(tx: Tx, workspace_id: str, conversation_ids: Sequence[str]) -> dict[str, Part]:
    """The first message of each conversation that is still there, as the part that a ticket shows it as."""
    rows = await tx.all(_sources, key=workspace_id, ids=list(conversation_ids)) if conversation_ids else []
    return {row[0]: _source(row) for row in rows}


def _source(row: Row) -> Part:
    _, id, author_type, author_id, body, created_at, name, email, details = row
    more = msgspec.json.decode(details)
    kept: dict[str, Any] = {"author_name": name, "author_email": email, "attachments": more.get("source_attachments")}
    kept = {key: value for key, value in kept.items() if value is not None}
    redacted = bool(more.get("source_redacted"))
    return Part(id, "comment", author_type, author_id, body, created_at, created_at, redacted, kept)


# --- links


@dataclass(frozen=True, slots=True)
class LinkedObject:
    """A conversation, or a ticket with its category (request, task, tracker)."""

    type: str
    id: str
    category: str | None


_links = ticket_links.c
_link = Query(insert_or(ticket_links).on_conflict_do_nothing().returning(_links.ticket_id))
_unlink = Query(
    delete(ticket_links).where(
        _links.workspace_id == _key, _links.ticket_id == bindparam("ticket"), _links.object_id == bindparam("object")
    )
)
_unlink_all = Query(
    delete(ticket_links).where(
        _links.workspace_id == _key, (_links.ticket_id == bindparam("id")) | (_links.object_id == bindparam("id"))
    )
)
_count_links = Query(
    select(func.count())
    .select_from(ticket_links)
    .where(_links.workspace_id == _key, _links.ticket_id == bindparam("ticket"))
)
_objects = Query(
    select(_links.object_type, _links.object_id)
    .where(_links.workspace_id == _key, _links.ticket_id == bindparam("ticket"))
    .order_by(_links.object_id)
)
_links_to = Query(
    select(tickets.c.id, tickets.c.category)
    .join_from(
        ticket_links,
        tickets,
        (tickets.c.workspace_id == _links.workspace_id) & (tickets.c.id == _links.ticket_id),
    )
    .where(
        _links.workspace_id == _key,
        _links.object_type.in_((literal(CONVERSATION, Text()), literal(TICKET, Text()))),
        _links.object_id == bindparam("object"),
    )
)


def _linked_to_several() -> Query:
    """From both ends: what tickets are about, and the tickets that are about them."""
    other = tickets.alias("other")
    own = (
        select(
            _links.ticket_id.label("of"), _links.object_type.label("type"), _links.object_id.label("id"),
            other.c.category.label("category"), _links.created_at.label("at"),
        )
        .select_from(
            ticket_links.outerjoin(
                other,
                (other.c.workspace_id == _links.workspace_id)
                & (other.c.id == _links.object_id)
                & (_links.object_type == literal(TICKET, Text())),
            )
        )
        .where(_links.workspace_id == _key, any_of(_links.ticket_id, "ids"))
    )  # fmt: skip
    back = (
        select(
            _links.object_id.label("of"), literal(TICKET, Text()).label("type"), _links.ticket_id.label("id"),
            other.c.category.label("category"), _links.created_at.label("at"),
        )
        .select_from(
            ticket_links.join(
                other, (other.c.workspace_id == _links.workspace_id) & (other.c.id == _links.ticket_id)
            )
        )
        .where(
            _links.workspace_id == _key,
            _links.object_type.in_((literal(CONVERSATION, Text()), literal(TICKET, Text()))),
            any_of(_links.object_id, "ids"),
        )
    )  # fmt: skip
    both = union_all(own, back).subquery()
    of = {"partition_by": both.c.of}
    place = func.row_number().over(order_by=(both.c.at, both.c.id), **of).label("place")
    numbered = select(both, place, func.count().over(**of).label("total")).subquery()
    found = numbered.c
    return Query(
        select(found.of, found.total, found.type, found.id, found.category)
        .where(found.place <= bindparam("most"))
        .order_by(found.of, found.place)
    )


_linked = _linked_to_several()


async def link(tx: Tx, workspace_id: str, ticket_id: str, object_type: str, object_id: str, now: int) -> bool:
    """Whether it is new."""
    row = await tx.one(
        _link,
        workspace_id=workspace_id,
        ticket_id=ticket_id,
        object_type=object_type,
        object_id=object_id,
        created_at=now,
    )
    return row is not None


async def unlink(tx: Tx, workspace_id: str, ticket_id: str, object_id: str) -> bool:
    """Whether it was there."""
    return await tx.run(_unlink, key=workspace_id, ticket=ticket_id, object=object_id) > 0


async def unlink_all(tx: Tx, workspace_id: str, ticket_id: str) -> None:
    """A ticket goes: from both ends."""
    await tx.run(_unlink_all, key=workspace_id, id=ticket_id)


async def unlink_all_of(tx: Tx, workspace_id: str, ticket_id: str) -> None:
    """What a ticket is about; what is about it stays."""
    for _, object_id in await linked_objects_of(tx, workspace_id, ticket_id):
        await unlink(tx, workspace_id, ticket_id, object_id)


async def count_links(tx: Tx, workspace_id: str, ticket_id: str) -> int:
    return await tx.value(_count_links, key=workspace_id, ticket=ticket_id)


async def linked_objects_of(tx: Tx, workspace_id: str, ticket_id: str) -> list[tuple[str, str]]:
    """What a ticket is about: type and id of each."""
    return [(row[0], row[1]) for row in await tx.all(_objects, key=workspace_id, ticket=ticket_id)]


async def linked_tickets_of(tx: Tx, workspace_id: str, object_id: str) -> list[tuple[str, str]]:
    """The tickets that are about a conversation or a ticket: id and category of each."""
    return [(row[0], row[1]) for row in await tx.all(_links_to, key=workspace_id, object=object_id)]


async def linked_objects(
    tx: Tx, workspace_id: str, ticket_ids: Sequence[str], most: int
) -> dict[str, tuple[list[LinkedObject], int]]:
    """What is linked to each of several tickets, from either end, the first first; and how much it is in all."""
    found: dict[str, tuple[list[LinkedObject], int]] = {id: ([], 0) for id in ticket_ids}
    rows = await tx.all(_linked, key=workspace_id, ids=list(found), most=most) if found else []
    for of, total, *values in rows:
        shown = found[of][0]
        shown.append(LinkedObject(*values))
        found[of] = shown, total
    return found


# --- copies of a note

_hold = Query(
    select(parts.c.id)
    .where(parts.c.workspace_id == _key, parts.c.thread_id == bindparam("thread"), parts.c.id == bindparam("part"))
    .with_for_update(read=True)
)
_copies = Query(
    select(parts.c.thread_id, parts.c.id)
    .where(
        parts.c.workspace_id == _key,
        parts.c.author_type == literal("admin", Text()),
        parts.c.author_id == bindparam("author"),
        parts.c.part_type == literal(NOTE, Text()),
        parts.c.redacted == literal(False, Boolean()),
        JsonValue(parts.c.details, COPIED_FROM, STRING) == bindparam("of", type_=Text()),
    )
    .limit(bindparam("most"))
)


async def hold_part(tx: Tx, workspace_id: str, thread_id: str, id: str) -> None:
    """Nobody takes a part back before this transaction ends: so its copies are there for who does."""
    await tx.one(_hold, key=workspace_id, thread=thread_id, part=id)


async def copies(tx: Tx, workspace_id: str, author_id: str, of: str, most: int) -> list[tuple[str, str]]:
    """Thread and id of the copies of a teammate's note that have not been taken back."""
    rows = await tx.all(_copies, key=workspace_id, author=author_id, of=of, most=most)
    return [(row[0], row[1]) for row in rows]


# --- files

_file_names = ("id", "name", "content_type", "size", "content_hash", "created_at")
_all_details = Query(
    select(parts.c.details).where(parts.c.workspace_id == _key, parts.c.thread_id == bindparam("thread"))
)


async def attachments_of(tx: Tx, workspace_id: str, thread_id: str) -> list[dict[str, Any]]:
    """Everything that is attached to any part of a thread."""
    rows = await tx.all(_all_details, key=workspace_id, thread=thread_id)
    return [one for row in rows for one in msgspec.json.decode(row[0]).get("attachments", ())]

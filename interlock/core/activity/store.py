"""Data events in the database: what people did, how often, and which types of events there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, case, cast, delete, func, literal_column, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from interlock.kit import limits
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import contacts, data_event_summaries, data_event_types, data_events, workspaces
from interlock.storage.tables.columns import Json

USER_ID, ID, EMAIL = "user_id", "id", "email"


@dataclass(frozen=True, slots=True)
class Who:
    """A person, by one of the ids that callers have: the customer's own and the email are those of users."""

    by: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    external_id: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    name: str
    created_at: int
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """How often somebody did something, and when for the first and the last time."""

    name: str
    count: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class EventType:
    name: str
    archived: bool
    created_at: int


# --- people


def _is(who: str) -> list[ColumnElement[bool]]:
    value = bindparam("who", type_=Text())
    where = {
        ID: [contacts.c.id == value],
        USER_ID: [contacts.c.external_id == value, contacts.c.role == "user"],
        EMAIL: [contacts.c.user_email == value],
    }[who]
    return [contacts.c.workspace_id == bindparam("key", type_=Text()), *where, contacts.c.merged_into.is_(None)]


_person = {
    who: Query(select(contacts.c.id, contacts.c.external_id, contacts.c.email).where(*_is(who)))
    for who in (ID, USER_ID, EMAIL)
}


async def person(tx: Tx, key: str, who: Who) -> Person | None:
    """Archived people too, merged ones not."""
    row = await tx.one(_person[who.by], key=key, who=_told(who))
    return Person(*row) if row is not None else None


def _told(who: Who) -> str:
    return who.value.lower() if who.by == EMAIL else who.value


# --- events


def _record(who: str) -> Query:
    """The person and the type are looked up by the statement that inserts: one round trip in the usual case.

    The person is locked against being deleted before the event is there.
    """
    is_active = (
        select(data_event_types.c.name)
        .where(
            data_event_types.c.workspace_id == bindparam("key", type_=Text()),
            data_event_types.c.name == bindparam("name", type_=Text()),
            data_event_types.c.archived.is_(False),
        )
        .exists()
    )
    values = {
        "workspace_id": contacts.c.workspace_id,
        "contact_id": contacts.c.id,
        "name": cast(bindparam("name", type_=Text()), Text()),
        "created_at": cast(bindparam("created_at", type_=BigInteger()), BigInteger()),
        "id": cast(bindparam("event_id", type_=Text()), Text()),
        "metadata": cast(bindparam("metadata", type_=Text()), Json),
        "received_at": cast(bindparam("received_at", type_=BigInteger()), BigInteger()),
    }
    found = select(*values.values()).where(*_is(who), is_active).with_for_update(read=True, key_share=True, of=contacts)
    made = insert(data_events).from_select(list(values), found).on_conflict_do_nothing()
    return Query(made.returning(data_events.c.contact_id))


_records = {who: _record(who) for who in (ID, USER_ID, EMAIL)}
_known = data_event_summaries.c


def _adding(statement: Any) -> Any:
    """Counts are added to what is there, up to the largest that can be told; the first and the last time move apart."""
    sent = statement.excluded
    count = _known.count + sent.count  # neither is larger than `most`: their sum fits
    most = literal_column(str(limits.EVENT_COUNT_MAX))
    return statement.on_conflict_do_update(
        index_elements=["workspace_id", "contact_id", "name"],
        set_={
            "count": case((count > most, most), else_=count),
            "first_at": case((sent.first_at < _known.first_at, sent.first_at), else_=_known.first_at),
            "last_at": case((sent.last_at > _known.last_at, sent.last_at), else_=_known.last_at),
        },
    )


_add = Query(_adding(insert(data_event_summaries)))
_mine = (data_events.c.workspace_id == bindparam("key"), data_events.c.contact_id == bindparam("contact_id"))
_place = tuple_(data_events.c.created_at, data_events.c.id)


def _at(name: str) -> Any:
    return tuple_(bindparam(f"{name}_at", type_=BigInteger()), bindparam(f"{name}_id", type_=Text()))


_page = Query(
    select(data_events.c.id, data_events.c.name, data_events.c.created_at, data_events.c.metadata)
    .where(*_mine, _place > _at("after"), _place < _at("before"))
    .order_by(data_events.c.created_at.desc(), data_events.c.id.desc())
    .limit(bindparam("limit"))
)
_summaries = Query(
    select(_known.name, _known.count, _known.first_at, _known.last_at)
    .where(_known.workspace_id == bindparam("key"), _known.contact_id == bindparam("contact_id"))
    .order_by(_known.name)
)

Place = tuple[int, str]
"""Where an event stands among those of a person: when it was, and its id."""
FIRST: Place = (limits.INTEGER_MIN, "")
LAST: Place = (limits.INTEGER_MAX, "~")  # after every id


async def record(tx: Tx, key: str, who: Who, event: Event, received_at: int) -> str | None:
    """The id of the person whose event it now is. None where nothing was stored: there is no such person, no active
    type of this name, or the very same event."""
    return await tx.value(
        _records[who.by],
        key=key,
        who=_told(who),
        name=event.name,
        created_at=event.created_at,
        event_id=event.id,
        metadata=msgspec.json.encode(event.metadata).decode(),
        received_at=received_at,
    )


async def add(tx: Tx, key: str, contact_id: str, summaries: Sequence[Summary]) -> None:
    """Add to what is counted of a person."""
    rows = [
        {
            "workspace_id": key,
            "contact_id": contact_id,
            "name": one.name,
            "count": one.count,
            "first_at": one.first_at,
            "last_at": one.last_at,
        }
        for one in sorted(summaries, key=lambda one: one.name)  # in one order, so that two cannot block each other
    ]
    if len(rows) == 1:
        await tx.run(_add, **rows[0])
    elif rows:
        await tx.many(_add, rows)


async def page(tx: Tx, key: str, contact_id: str, after: Place, before: Place, limit: int) -> list[Event]:
    """Events of a person between two places, the newest first."""
    rows = await tx.all(
        _page,
        key=key,
        contact_id=contact_id,
        after_at=after[0],
        after_id=after[1],
        before_at=before[0],
        before_id=before[1],
        limit=limit,
    )
    return [Event(row[0], row[1], row[2], msgspec.json.decode(row[3])) for row in rows]


async def summaries(tx: Tx, key: str, contact_id: str) -> list[Summary]:
    return [Summary(*row) for row in await tx.all(_summaries, key=key, contact_id=contact_id)]


# --- when people are merged


_others = data_event_summaries.alias("others")
_add_others = Query(
    _adding(
        insert(data_event_summaries).from_select(
            [column.name for column in data_event_summaries.c],
            select(
                _others.c.workspace_id,
                cast(bindparam("into_id", type_=Text()), Text()),
                _others.c.name,
                _others.c.count,
                _others.c.first_at,
                _others.c.last_at,
            ).where(_others.c.workspace_id == bindparam("key"), _others.c.contact_id == bindparam("from_id")),
        )
    )
)
_drop = Query(
    delete(data_event_summaries).where(
        _known.workspace_id == bindparam("key"), _known.contact_id == bindparam("from_id")
    )
)


async def merge(tx: Tx, key: str, from_id: str, into_id: str) -> None:
    """What is counted of one person is counted of another from now on. The events themselves are not moved here."""
    await tx.run(_add_others, key=key, from_id=from_id, into_id=into_id)
    await tx.run(_drop, key=key, from_id=from_id)


# --- old events


_old = Query(
    select(data_events.c.id)
    .where(
        data_events.c.workspace_id == bindparam("key"),
        data_events.c.id < bindparam("before_id"),
        data_events.c.created_at < bindparam("before"),
    )
    .order_by(data_events.c.id)
    .limit(bindparam("most"))
)
_delete_old = Query(
    delete(data_events).where(data_events.c.workspace_id == bindparam("key"), any_of(data_events.c.id, "ids"))
)


async def drop_old(tx: Tx, key: str, before: int, most: int) -> int:
    """Remove some of the events that happened and came in before a time. Ids begin with the second they came in."""
    rows = await tx.all(_old, key=key, before_id=f"{before:08x}", before=before, most=most)
    if rows:
        await tx.run(_delete_old, key=key, ids=[row[0] for row in rows])
    return len(rows)


# --- types


_types = data_event_types.c
_of_workspace = _types.workspace_id == bindparam("key")
_all_types = Query(select(_types.name, _types.archived, _types.created_at).where(_of_workspace).order_by(_types.name))
_some_types = Query(
    select(_types.name, _types.archived, _types.created_at).where(_of_workspace, any_of(_types.name, "names"))
)
_count_active = Query(
    select(func.count()).select_from(data_event_types).where(_of_workspace, _types.archived.is_(False))
)
_insert_type = Query(insert(data_event_types).on_conflict_do_nothing())
_archive = Query(
    update(data_event_types)
    .where(_of_workspace, _types.name == bindparam("type_name"))
    .values(archived=bindparam("is_archived"))
)
_lock = Query(select(workspaces.c.id).where(workspaces.c.id == bindparam("key")).with_for_update(key_share=True))


def _type(row: Row) -> EventType:
    return EventType(row[0], bool(row[1]), row[2])


async def types(tx: Tx, key: str) -> list[EventType]:
    """Every type by its name."""
    return [_type(row) for row in await tx.all(_all_types, key=key)]


async def types_named(tx: Tx, key: str, names: Sequence[str]) -> dict[str, EventType]:
    return {row[0]: _type(row) for row in await tx.all(_some_types, key=key, names=list(names))}


async def lock_types(tx: Tx, key: str) -> int:
    """How many types are active. Nobody makes, archives or brings back another one until this transaction ends."""
    await tx.value(_lock, key=key)
    return await tx.value(_count_active, key=key)


async def insert_type(tx: Tx, key: str, one: EventType) -> None:
    await tx.run(_insert_type, workspace_id=key, name=one.name, archived=one.archived, created_at=one.created_at)


async def set_archived(tx: Tx, key: str, name: str, archived: bool) -> None:
    await tx.run(_archive, key=key, type_name=name, is_archived=archived)

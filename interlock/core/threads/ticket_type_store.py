"""Ticket types and their attributes in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, insert, select, update

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import ticket_type_attributes, ticket_types, tickets

CUSTOMER, BACK_OFFICE, TRACKER = "Customer", "Back-office", "Tracker"
CATEGORIES = (CUSTOMER, BACK_OFFICE, TRACKER)
SEARCHED_AS = {CUSTOMER: "request", BACK_OFFICE: "task", TRACKER: "tracker"}
"""What tickets keep for their category: the words of the search language."""
CATEGORY_OF = {word: category for category, word in SEARCHED_AS.items()}
TITLE, DESCRIPTION = "_default_title_", "_default_description_"


class ListItem(msgspec.Struct, omit_defaults=True, frozen=True):
    """A choice. One that was taken out is archived: tickets that have it go on showing it."""

    id: str  # a UUID
    name: str
    archived: bool = False


class AttributeDetails(msgspec.Struct, omit_defaults=True, frozen=True):
    """What nobody looks an attribute up by."""

    description: str = ""
    required_to_create: bool = False
    required_to_create_for_contacts: bool = False
    visible_on_create: bool = True
    visible_to_contacts: bool = True
    default: bool = False
    multiline: bool = False  # of text
    allow_multiple_values: bool = False  # of files
    list_items: tuple[ListItem, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketAttribute:
    """A field of the tickets of one type."""

    id: str
    ticket_type_id: str
    name: str
    data_type: str
    position: int
    archived: bool
    created_at: int
    updated_at: int
    details: AttributeDetails

    @property
    def key(self) -> str:
        """Where its value is in the `details` of a ticket. Search looks there, too."""
        return f"attribute:{self.id}"


@dataclass(frozen=True, slots=True)
class TicketType:
    """`attributes` in their order, archived ones too."""

    id: str
    name: str
    description: str
    category: str
    icon: str
    is_internal: bool
    archived: bool
    created_at: int
    updated_at: int
    attributes: tuple[TicketAttribute, ...] = ()

    def attribute(self, name: str) -> TicketAttribute | None:
        return next((one for one in self.attributes if one.name == name), None)


_types, _attributes = ticket_types.c, ticket_type_attributes.c
_key = bindparam("key")
_type_columns = tuple(
    _types[name]
    for name in ("id", "name", "description", "category", "icon", "is_internal", "archived", "created_at", "updated_at")
)
_attribute_columns = tuple(
    _attributes[name]
    for name in (
        *("id", "ticket_type_id", "name", "data_type", "position", "archived", "created_at", "updated_at"),
        "details",
    )
)
_this = (_types.workspace_id == _key, _types.id == bindparam("type_id"))
_all = Query(select(*_type_columns).where(_types.workspace_id == _key).order_by(_types.id))
_several = Query(select(*_type_columns).where(_types.workspace_id == _key, any_of(_types.id, "ids")))
_get = Query(select(*_type_columns).where(*_this))
_lock = Query(select(*_type_columns).where(*_this).with_for_update())
_share = Query(select(*_type_columns).where(*_this).with_for_update(read=True))
_order = (_attributes.ticket_type_id, _attributes.position, _attributes.id)
_all_attributes = Query(select(*_attribute_columns).where(_attributes.workspace_id == _key).order_by(*_order))
_attributes_of = Query(
    select(*_attribute_columns)
    .where(_attributes.workspace_id == _key, any_of(_attributes.ticket_type_id, "ids"))
    .order_by(*_order)
)
_insert_type = Query(insert(ticket_types))
_type_changes = ("name", "description", "category", "icon", "is_internal", "archived", "updated_at")
_update_type = Query(update(ticket_types).where(*_this).values({name: bindparam(name) for name in _type_changes}))
_insert_attribute = Query(insert(ticket_type_attributes))
_attribute_changes = ("name", "archived", "updated_at", "details")
_update_attribute = Query(
    update(ticket_type_attributes)
    .where(_attributes.workspace_id == _key, _attributes.id == bindparam("attribute_id"))
    .values({name: bindparam(name) for name in _attribute_changes})
)
_count = Query(select(func.count()).select_from(ticket_types).where(_types.workspace_id == _key))
_has_tickets = Query(
    select(tickets.c.id)
    .where(tickets.c.workspace_id == _key, tickets.c.ticket_type_id == bindparam("type_id"))
    .limit(1)
)


def _attribute(row: Row) -> TicketAttribute:
    values = list(row)
    values[5] = bool(values[5])
    values[8] = msgspec.json.decode(values[8], type=AttributeDetails)
    return TicketAttribute(*values)


def _made(rows: Sequence[Row], attributes: Sequence[Row]) -> list[TicketType]:
    by_type: dict[str, list[TicketAttribute]] = {}
    for one in map(_attribute, attributes):
        by_type.setdefault(one.ticket_type_id, []).append(one)
    return [_type(row, tuple(by_type.get(row[0], ()))) for row in rows]


def _type(row: Row, attributes: tuple[TicketAttribute, ...]) -> TicketType:
    values = list(row)
    values[5:7] = bool(values[5]), bool(values[6])
    return TicketType(*values, attributes=attributes)


# --- reading


async def all_types(tx: Tx, workspace_id: str) -> list[TicketType]:
    """Archived ones too, the oldest first, by two statements."""
    return _made(await tx.all(_all, key=workspace_id), await tx.all(_all_attributes, key=workspace_id))


async def types_by_id(tx: Tx, workspace_id: str, type_ids: Sequence[str]) -> dict[str, TicketType]:
    """Several at once, by two statements."""
    if not type_ids:
        return {}
    wanted = list(type_ids)
    rows = await tx.all(_several, key=workspace_id, ids=wanted)
    attributes = await tx.all(_attributes_of, key=workspace_id, ids=wanted)
    return {one.id: one for one in _made(rows, attributes)}


async def get_type(tx: Tx, workspace_id: str, id: str) -> TicketType | None:
    return await _one(tx, _get, workspace_id, id)


async def lock_type(tx: Tx, workspace_id: str, id: str) -> TicketType | None:
    """The type to be changed, with its attributes: nobody else changes it, and no ticket of it is made meanwhile."""
    return await _one(tx, _lock, workspace_id, id)


async def share_type(tx: Tx, workspace_id: str, id: str) -> TicketType | None:
    """The type, which stays as it is until this transaction ends, for making a ticket of it."""
    return await _one(tx, _share, workspace_id, id)


async def _one(tx: Tx, query: Query, workspace_id: str, id: str) -> TicketType | None:
    row = await tx.one(query, key=workspace_id, type_id=id)
    if row is None:
        return None
    return _made([row], await tx.all(_attributes_of, key=workspace_id, ids=[id]))[0]


async def count_types(tx: Tx, workspace_id: str) -> int:
    return await tx.value(_count, key=workspace_id)


async def has_tickets(tx: Tx, workspace_id: str, type_id: str) -> bool:
    return await tx.value(_has_tickets, key=workspace_id, type_id=type_id) is not None


# --- writing


async def insert_type(tx: Tx, workspace_id: str, one: TicketType) -> None:
    """The type and its attributes."""
    values: dict[str, Any] = {name: getattr(one, name) for name in _type_changes}
    await tx.run(_insert_type, workspace_id=workspace_id, id=one.id, created_at=one.created_at, details="{}", **values)
    for attribute in one.attributes:
        await insert_attribute(tx, workspace_id, attribute)


async def update_type(tx: Tx, workspace_id: str, one: TicketType) -> None:
    values: dict[str, Any] = {name: getattr(one, name) for name in _type_changes}
    await tx.run(_update_type, key=workspace_id, type_id=one.id, **values)


async def insert_attribute(tx: Tx, workspace_id: str, one: TicketAttribute) -> None:
    await tx.run(
        _insert_attribute,
        workspace_id=workspace_id,
        id=one.id,
        ticket_type_id=one.ticket_type_id,
        name=one.name,
        data_type=one.data_type,
        position=one.position,
        archived=one.archived,
        created_at=one.created_at,
        updated_at=one.updated_at,
        details=msgspec.json.encode(one.details).decode(),
    )


async def update_attribute(tx: Tx, workspace_id: str, one: TicketAttribute) -> None:
    await tx.run(
        _update_attribute,
        key=workspace_id,
        attribute_id=one.id,
        name=one.name,
        archived=one.archived,
        updated_at=one.updated_at,
        details=msgspec.json.encode(one.details).decode(),
    )

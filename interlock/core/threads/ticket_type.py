"""Ticket types and their attributes: how they are made and changed.

Decided here, since no source says it:

* Without a category a type is for customers.
* The category of a type stays once it has tickets: what may be done with them hangs on it.
* Names of types need not differ; names of the attributes of one type do, archived ones among them.
* The two attributes that every type has cannot be renamed or archived.
* An item that is taken out of a list stays with the tickets that have it; sent again, it is the same item.
* An attribute that is archived asks for nothing and takes no values.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from interlock.core.attributes.definition import (
    BOOLEAN,
    DATETIME,
    DECIMAL,
    FILES,
    INTEGER,
    LIST,
    STRING,
)
from interlock.core.changes import change
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.threads import ticket_state_store, ticket_type_store
from interlock.core.threads.ticket_state_store import TicketState
from interlock.core.threads.ticket_type_store import (
    CATEGORIES,
    CUSTOMER,
    DESCRIPTION,
    TITLE,
    AttributeDetails,
    ListItem,
    TicketAttribute,
    TicketType,
)
from interlock.kit import clock, ids, limits
from interlock.kit.problems import invalid, missing, not_found
from interlock.storage.database import Tx

KIND = "ticket_type"
ICON = "🎟️"
DATA_TYPES = (STRING, LIST, INTEGER, DECIMAL, BOOLEAN, DATETIME, FILES)


@dataclass(frozen=True, slots=True)
class ShownType:
    """A type with the states that its tickets can be in."""

    type: TicketType
    states: Sequence[TicketState]


# --- reading


async def list_types(tx: Tx, schema: Schema) -> list[ShownType]:
    """Archived ones too, the oldest first. Three statements."""
    states = await ticket_state_store.all_states(tx, schema.workspace.id)
    return [_shown(one, states) for one in await ticket_type_store.all_types(tx, schema.workspace.id)]


def _shown(one: TicketType, states: Sequence[TicketState]) -> ShownType:
    return ShownType(one, [state for state in states if not state.archived and state.belongs_to(one.id)])


async def show(tx: Tx, schema: Schema, id: str) -> ShownType:
    """404 `not_found`."""
    return await _with_states(tx, schema, present(await ticket_type_store.get_type(tx, schema.workspace.id, id)))


async def _with_states(tx: Tx, schema: Schema, one: TicketType) -> ShownType:
    return _shown(one, await ticket_state_store.all_states(tx, schema.workspace.id))


def present(one: TicketType | None) -> TicketType:
    if one is None:
        raise not_found("Ticket type not found")
    return one


async def usable(tx: Tx, schema: Schema, id: str) -> TicketType:
    """A type for a new ticket, which stays as it is until this transaction ends: 404 `not_found`, 400 `archived`."""
    one = present(await ticket_type_store.share_type(tx, schema.workspace.id, id))
    if one.archived:
        raise invalid("The ticket type is archived", "ticket_type_id")
    return one


# --- types


@dataclass(frozen=True, slots=True)
class TypeWrite:
    """What is asked for; None is not said."""

    name: str | None = None
    description: str | None = None
    category: str | None = None
    icon: str | None = None
    is_internal: bool | None = None
    archived: bool | None = None


def _checked(wanted: TypeWrite) -> dict[str, Any]:
    """400 for the first that is wrong: name, description, category, icon."""
    values: dict[str, Any] = {}
    if wanted.name is not None:
        values["name"] = _text(wanted.name, "name", limits.NAME_CHARS, least=1)
    if wanted.description is not None:
        values["description"] = _text(wanted.description, "description", limits.DESCRIPTION_CHARS)
    if wanted.category is not None:
        if wanted.category not in CATEGORIES:
            raise invalid(f"category must be one of {', '.join(CATEGORIES)}", "category")
        values["category"] = wanted.category
    if wanted.icon is not None:
        values["icon"] = _text(wanted.icon, "icon", limits.ICON_CHARS) or ICON
    for name in ("is_internal", "archived"):
        if getattr(wanted, name) is not None:
            values[name] = getattr(wanted, name)
    return values


def _text(raw: str, field: str, most: int, least: int = 0) -> str:
    text = raw.strip()
    if not least <= len(text) <= most:
        bounds = f"{least} to {most}" if least else f"at most {most}"
        raise invalid(f"{field} must have {bounds} characters", field)
    return text


async def create(tx: Tx, schema: Schema, wanted: TypeWrite, through: str) -> ShownType:
    """A type with the two attributes that all have. 400 for what cannot be, then for too many types."""
    if wanted.name is None:
        raise missing("name is required", "name")
    values = _checked(wanted)
    await ensure_current(tx, schema)
    key = schema.workspace.id
    if await ticket_type_store.count_types(tx, key) >= limits.TICKET_TYPES:
        raise invalid(f"A workspace can have at most {limits.TICKET_TYPES} ticket types")
    now, id = clock.seconds(), ids.decimal_id()
    standard: dict[str, Any] = {"description": "", "category": CUSTOMER, "icon": ICON}
    standard |= {"is_internal": False, "archived": False}
    attributes = tuple(
        TicketAttribute(
            ids.decimal_id(), id, name, STRING, place, False, now, now, AttributeDetails(default=True, multiline=long)
        )
        for place, (name, long) in enumerate(((TITLE, False), (DESCRIPTION, True)))
    )
    made = TicketType(id=id, created_at=now, updated_at=now, attributes=attributes, **{**standard, **values})
    await ticket_type_store.insert_type(tx, key, made)
    await _note(tx, schema, made, change.CREATED, through, {}, {name: getattr(made, name) for name in _TOLD})
    return await _with_states(tx, schema, made)


_TOLD = ("name", "description", "category", "icon", "is_internal", "archived")


async def update(tx: Tx, schema: Schema, id: str, wanted: TypeWrite, through: str) -> ShownType:
    """400 for what cannot be, 404 `not_found`, 400 for the category of a type that has tickets."""
    values = _checked(wanted)
    await ensure_current(tx, schema)
    one = present(await ticket_type_store.lock_type(tx, schema.workspace.id, id))
    if values.get("category", one.category) != one.category and await ticket_type_store.has_tickets(
        tx, schema.workspace.id, id
    ):
        raise invalid("The category of a ticket type that has tickets cannot be changed", "category")
    changed = replace(one, **values)
    if changed != one:
        changed = replace(changed, updated_at=max(clock.seconds(), one.updated_at))
        await ticket_type_store.update_type(tx, schema.workspace.id, changed)
        names = [name for name in _TOLD if getattr(one, name) != getattr(changed, name)]
        before, after = ({name: getattr(each, name) for name in names} for each in (one, changed))
        await _note(tx, schema, one, change.UPDATED, through, before, after)
    return await _with_states(tx, schema, changed)


async def _note(
    tx: Tx, schema: Schema, one: TicketType, action: str, through: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    await change.note(tx, change.row(schema.workspace.id, KIND, one.id, action, through, clock.micros(), before, after))


# --- attributes


@dataclass(frozen=True, slots=True)
class AttributeWrite:
    """What is asked for; None is not said. `list_items` is one text, its items between commas."""

    name: str | None = None
    description: str | None = None
    data_type: str | None = None
    flags: dict[str, bool] = field(default_factory=dict)  # required_..., visible_..., multiline, allow_multiple_values
    list_items: str | None = None
    archived: bool | None = None


_ONLY_FOR = {"multiline": (STRING, "string"), "allow_multiple_values": (FILES, "files")}


async def create_attribute(
    tx: Tx, schema: Schema, type_id: str, wanted: AttributeWrite, through: str
) -> TicketAttribute:
    """400 for what cannot be, 404 `not_found` for the type, 400 for too many attributes and for a name it has."""
    for name in ("name", "description", "data_type"):
        if getattr(wanted, name) is None:
            raise missing(f"{name} is required", name)
    assert wanted.data_type is not None
    if wanted.data_type not in DATA_TYPES:
        raise invalid(f"data_type must be one of {', '.join(DATA_TYPES)}", "data_type")
    values = _checked_attribute(wanted, wanted.data_type)
    items = _items(wanted, wanted.data_type, ())
    if wanted.data_type == LIST and not items:
        raise missing("list_items is required for a list attribute", "list_items")
    await ensure_current(tx, schema)
    one = present(await ticket_type_store.lock_type(tx, schema.workspace.id, type_id))
    if len(one.attributes) >= limits.TICKET_TYPE_ATTRIBUTES:
        raise invalid(f"A ticket type can have at most {limits.TICKET_TYPE_ATTRIBUTES} attributes")
    _check_free(one, values["name"], None)
    now = clock.seconds()
    details = AttributeDetails(description=values["description"], list_items=items, **wanted.flags)
    place = max((each.position for each in one.attributes), default=-1) + 1
    made = TicketAttribute(
        ids.decimal_id(), one.id, values["name"], wanted.data_type, place, bool(wanted.archived), now, now, details
    )
    await ticket_type_store.insert_attribute(tx, schema.workspace.id, made)
    after = {"ticket_type_attributes": {made.id: {"name": made.name, "data_type": made.data_type}}}
    await _note(tx, schema, one, change.UPDATED, through, {}, after)
    return made


async def update_attribute(
    tx: Tx, schema: Schema, type_id: str, attribute_id: str, wanted: AttributeWrite, through: str
) -> TicketAttribute:
    """404 `not_found` for the type and for the attribute, then 400 for what cannot be."""
    await ensure_current(tx, schema)
    one = present(await ticket_type_store.lock_type(tx, schema.workspace.id, type_id))
    had = next((each for each in one.attributes if each.id == attribute_id), None)
    if had is None:
        raise not_found("Ticket type attribute not found")
    values = _checked_attribute(wanted, had.data_type)
    if had.details.default and (values.get("name", had.name) != had.name or wanted.archived):
        place = "archived" if wanted.archived else "name"
        raise invalid("The default attributes of a ticket type cannot be renamed or archived", place)
    _check_free(one, values.get("name", had.name), had)
    changes: dict[str, Any] = dict(wanted.flags)
    if "description" in values:
        changes["description"] = values["description"]
    if wanted.list_items is not None:
        changes["list_items"] = _items(wanted, had.data_type, had.details.list_items)
    archived = had.archived if wanted.archived is None else wanted.archived
    details = msgspec.structs.replace(had.details, **changes)
    changed = replace(had, name=values.get("name", had.name), archived=archived, details=details)
    if changed != had:
        changed = replace(changed, updated_at=max(clock.seconds(), had.updated_at))
        await ticket_type_store.update_attribute(tx, schema.workspace.id, changed)
        before, after = ({"ticket_type_attributes": {had.id: _plain(each)}} for each in (had, changed))
        await _note(tx, schema, one, change.UPDATED, through, before, after)
    return changed


def _plain(one: TicketAttribute) -> dict[str, Any]:
    return {"name": one.name, "archived": one.archived, **msgspec.to_builtins(one.details)}


def _check_free(one: TicketType, name: str, itself: TicketAttribute | None) -> None:
    if any(each.name == name for each in one.attributes if each is not itself):
        raise invalid(f"The ticket type has an attribute named '{name}' already", "name")


def _checked_attribute(wanted: AttributeWrite, data_type: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wanted.name is not None:
        values["name"] = _text(wanted.name, "name", limits.NAME_CHARS, least=1)
    if wanted.description is not None:
        values["description"] = _text(wanted.description, "description", limits.DESCRIPTION_CHARS)
    for name, (only, word) in _ONLY_FOR.items():
        if wanted.flags.get(name) and data_type != only:
            raise invalid(f"{name} is only applicable to {word} attributes", name)
    if wanted.list_items is not None and data_type != LIST:
        raise invalid("list_items is only applicable to list attributes", "list_items")
    return values


def _items(wanted: AttributeWrite, data_type: str, had: Sequence[ListItem]) -> tuple[ListItem, ...]:
    """The items that are asked for, in their order, with the ids that they had; then what is archived by it."""
    if data_type != LIST or wanted.list_items is None:
        return ()
    names = list(dict.fromkeys(filter(None, (one.strip() for one in wanted.list_items.split(",")))))
    if not names:
        raise invalid("list_items must have at least one item", "list_items")
    if any(len(one) > limits.STRING_CHARS for one in names):
        raise invalid(f"An item of a list must have at most {limits.STRING_CHARS} characters", "list_items")
    known = {one.name: one.id for one in had}
    items = [ListItem(known.get(name) or str(uuid.uuid4()), name) for name in names]
    items += [ListItem(one.id, one.name, True) for one in had if one.name not in names]
    if len(items) > limits.OPTIONS_MAX:
        raise invalid(f"A list attribute can have at most {limits.OPTIONS_MAX} items", "list_items")
    return tuple(items)

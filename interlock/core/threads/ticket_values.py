"""The values of a ticket type's attributes: read, compared, and put into words.

They are kept in a ticket's `details` under `attribute:<id>`: texts, numbers, booleans and Unix seconds as they are, of
a list the id of the item, files as a list of ids (or of addresses elsewhere). What a value must be like is what the one
gate for values says (`core/attributes/coerce.py`), but for two types: text may be longer than that of a custom
attribute, and a list takes only its items, by id or by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.core.attributes.coerce import coerce
from interlock.core.attributes.definition import FILES, LIST, STRING, TICKET, Attribute
from interlock.core.attributes.policy import Source
from interlock.core.attributes.text import shown, storable
from interlock.core.files import files
from interlock.core.threads.ticket_type_store import (
    DESCRIPTION,
    TITLE,
    ListItem,
    TicketAttribute,
    TicketType,
)
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid

FIELD = "ticket_attributes"


def read_values(one: TicketType, raw: Any, workspace_id: str) -> dict[str, Any]:
    """Every key of `raw` (an object or null) by the id of its attribute; None clears.

    400 `parameter_invalid` for names that the type has not, then for the first value that is wrong.
    """
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise Problem("type_mismatch", f"{FIELD} must be an object", FIELD)
    extra = [name for name in raw if one.attribute(name) is None]
    if extra:
        names = shown(", ".join(extra))
        raise invalid(f"Extra attributes provided that are not found on ticket type: {names}", FIELD)
    values: dict[str, Any] = {}
    for name, value in raw.items():
        attribute = one.attribute(name)
        assert attribute is not None
        values[attribute.id] = _read(attribute, value, workspace_id)
    return values


def _read(attribute: TicketAttribute, raw: Any, workspace_id: str) -> Any:
    if attribute.archived:
        raise _refuse(attribute, "is archived")
    if raw is None or raw == "":
        return None
    if attribute.data_type == STRING:
        return _read_text(attribute, raw)
    if attribute.data_type == LIST:
        return _read_item(attribute, raw)
    if attribute.data_type == FILES:
        raw = _own_ids(raw, workspace_id)
    value = coerce(Attribute(0, TICKET, attribute.name, attribute.data_type), raw, Source.API)
    if isinstance(value, Problem):
        raise invalid(value.message.replace("Custom attribute", "Ticket attribute", 1), f"{FIELD}.{attribute.name}")
    if attribute.data_type == FILES and value and not attribute.details.allow_multiple_values and len(value) > 1:  # type: ignore[arg-type]
        raise _refuse(attribute, "must be one file")
    return value


def _refuse(attribute: TicketAttribute, why: str) -> Problem:
    return invalid(f"Ticket attribute '{attribute.name}' {why}", f"{FIELD}.{attribute.name}")


def _read_text(attribute: TicketAttribute, raw: Any) -> str:
    if not isinstance(raw, str):
        raise _refuse(attribute, "must be a string")
    most = limits.TICKET_TEXT_CHARS if attribute.details.multiline else limits.TICKET_LINE_CHARS
    if len(raw) > most:
        raise _refuse(attribute, f"must be at most {most} characters")
    if not storable(raw):
        raise _refuse(attribute, "must not contain NUL characters or lone surrogates")
    return raw


def _read_item(attribute: TicketAttribute, raw: Any) -> str:
    if isinstance(raw, str):
        items = [one for one in attribute.details.list_items if not one.archived]
        named = [one.id for one in items if one.id == raw] or [one.id for one in items if one.name == raw]
        if named:
            return named[0]
    raise _refuse(attribute, "must be the id of one of its list items")


def _own_ids(raw: Any, workspace_id: str) -> Any:
    """Addresses of files that are here as their ids: what is read may be written back."""
    several = raw if isinstance(raw, list) else [raw]
    return [_own_id(one, workspace_id) for one in several]


def _own_id(raw: Any, workspace_id: str) -> Any:
    address = (raw.get("id") or raw.get("url")) if isinstance(raw, dict) else raw
    if isinstance(address, str) and f"{files.PATH}/{workspace_id}-" in address:
        return files.id_in(address) or raw
    return raw


def file_ids(one: TicketType, values: Mapping[str, Any]) -> dict[str, str]:
    """The ids of files among values by attribute id, each with the name of its attribute: they must be there."""
    found: dict[str, str] = {}
    for attribute in one.attributes:
        value = values.get(attribute.id)
        if attribute.data_type == FILES and value:
            found |= {id: attribute.name for id in value if not is_address(id)}
    return found


def is_address(text: str) -> bool:
    return "://" in text


def no_file(name: str) -> Problem:
    return invalid(f"Ticket attribute '{name}' names a file that does not exist", f"{FIELD}.{name}")


def check_required(one: TicketType, values: Mapping[str, Any]) -> None:
    """400 `parameter_invalid`, in the words of the description, for a new ticket that lacks something."""
    for attribute in one.attributes:
        if attribute.details.required_to_create and not attribute.archived and values.get(attribute.id) is None:
            raise invalid("Missing required ticket attributes", FIELD)


def columns(one: TicketType, details: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that are copies of the two attributes of every type."""
    copies: dict[str, Any] = {}
    for name, column in ((TITLE, "title"), (DESCRIPTION, "description")):
        attribute = one.attribute(name)
        copies[column] = details.get(attribute.key) if attribute is not None else None
    return copies


def carried(old: TicketType, new: TicketType, details: Mapping[str, Any]) -> dict[str, Any]:
    """What a ticket keeps when its type changes, by id of the new type's attributes: those of equal name and type.

    Of a list the item of the same name.
    """
    values: dict[str, Any] = {}
    for attribute in new.attributes:
        had = old.attribute(attribute.name)
        if had is None or had.data_type != attribute.data_type or attribute.archived:
            continue
        value = details.get(had.key)
        if value is not None and attribute.data_type == LIST:
            name = item_name(had.details.list_items, value)
            items = attribute.details.list_items
            value = next((one.id for one in items if one.name == name and not one.archived), None)
        if value is not None:
            values[attribute.id] = value
    return values


def item_name(items: Sequence[ListItem], id: str) -> str:
    """What people see for an item; the id of one that is not known."""
    return next((one.name for one in items if one.id == id), id)


def in_words(attribute: TicketAttribute, value: Any, file_names: Mapping[str, str]) -> tuple[str | None, Any]:
    """A value for the part that tells of it: an id (None: cleared), and what people read."""
    if value is None:
        return None, ""
    if attribute.data_type == LIST:
        return value, item_name(attribute.details.list_items, value)
    if attribute.data_type == FILES:
        return ",".join(value), [file_names.get(one, one) for one in value]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text, text

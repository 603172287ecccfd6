"""Tickets, their types and states as JSON, at the newest version: groups of operations and notifications show them.

What the description does not let be null is left out (`snoozed_until`, what only some parts have) or has its empty
value (0 for no assignee). A list attribute reads as the name of its item, a file as an object with its address.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.attributes.definition import FILES, LIST
from interlock.core.files import files
from interlock.core.files.files import UNKNOWN_TYPE, clean_name
from interlock.core.threads.store import Part
from interlock.core.threads.ticket_show import PREVIOUS_STATE, ShownTicket
from interlock.core.threads.ticket_state import ShownState
from interlock.core.threads.ticket_state_store import TicketState
from interlock.core.threads.ticket_type import ShownType
from interlock.core.threads.ticket_type_store import CATEGORY_OF, ListItem, TicketAttribute, TicketType
from interlock.core.threads.ticket_values import is_address, item_name
from interlock.shapes.attachment import AttachmentJson
from interlock.shapes.contact import CursorPages

# --- tickets


def ticket(shown: ShownTicket, base_url: str) -> dict[str, Any]:
    """`base_url`: scheme and host of this server, for the addresses of files."""
    record, workspace = shown.record, shown.schema.workspace
    fields = record.fields
    answer = {
        "type": "ticket",
        "id": record.id,
        "ticket_id": str(fields["number"]),
        "category": CATEGORY_OF[fields["category"]],
        "ticket_attributes": _values(shown, base_url),
        "ticket_state": state(shown.state) if shown.state is not None else None,
        "ticket_type": ticket_type(shown.type, workspace.app_id) if shown.type is not None else None,
        "contacts": _contacts(shown),
        "admin_assignee_id": fields["admin_assignee_id"] or 0,
        "team_assignee_id": fields["team_assignee_id"] or 0,
        "created_at": fields["created_at"],
        "updated_at": fields["updated_at"],
        "open": fields["open"],
        "linked_objects": _linked_objects(shown),
        "ticket_parts": {
            "type": "ticket_part.list",
            "ticket_parts": [part(one) for one in shown.parts],
            "total_count": shown.part_count,
        },
        "is_shared": fields["is_shared"],
        "previous_ticket_state_id": record.details.get(PREVIOUS_STATE),
    }
    if fields["snoozed_until"] is not None:
        answer["snoozed_until"] = fields["snoozed_until"]
    return answer


def ticket_list(shown: Sequence[ShownTicket], total: int, pages: dict[str, Any], base_url: str) -> dict[str, Any]:
    tickets = [ticket(one, base_url) for one in shown]
    return {"type": "ticket.list", "tickets": tickets, "total_count": total, "pages": pages}


def _contacts(shown: ShownTicket) -> dict[str, Any]:
    listed = [{"type": "contact", "id": one.id, "external_id": one.external_id} for one in shown.contacts]
    return {"type": "contact.list", "contacts": listed}


def _linked_objects(shown: ShownTicket) -> dict[str, Any]:
    data = [
        {"type": one.type, "id": one.id, "category": CATEGORY_OF[one.category] if one.category is not None else None}
        for one in shown.links
    ]
    more = shown.link_count > len(data)
    return {"type": "list", "data": data, "total_count": shown.link_count, "has_more": more}


def _values(shown: ShownTicket, base_url: str) -> dict[str, Any]:
    """By name: what has a value, archived attributes too, and the two that every type has."""
    values: dict[str, Any] = {}
    for attribute in shown.type.attributes if shown.type is not None else ():
        value = shown.record.details.get(attribute.key)
        if value is not None:
            values[attribute.name] = _value(shown, attribute, value, base_url)
        elif attribute.details.default:
            values[attribute.name] = None
    return values


def _value(shown: ShownTicket, attribute: TicketAttribute, value: Any, base_url: str) -> Any:
    if attribute.data_type == LIST:
        return item_name(attribute.details.list_items, value)
    if attribute.data_type == FILES:
        several = [_file(shown, id, base_url) for id in value]
        present = [one for one in several if one is not None]
        if attribute.details.allow_multiple_values:
            return present
        return present[0] if present else None
    return value


def _file(shown: ShownTicket, id: str, base_url: str) -> dict[str, Any] | None:
    """A file that is here, or an address elsewhere; None for a file that is gone."""
    if is_address(id):
        path = urlsplit(id).path
        kind = mimetypes.guess_type(path)[0] or UNKNOWN_TYPE
        return {"type": "upload", "name": clean_name(unquote(path)), "url": id, "content_type": kind}
    file = shown.files.get(id)
    if file is None:
        return None
    return {
        "type": "upload",
        "name": file.name,
        "url": files.address(shown.schema.workspace.id, file, base_url),
        "content_type": file.content_type,
        "filesize": file.size,
    }


# --- parts


def part(one: Part) -> dict[str, Any]:
    """Something that was said or done. What only some parts have is left out of the others."""
    details = one.details
    answer: dict[str, Any] = {
        "type": "ticket_part",
        "id": one.id,
        "part_type": one.part_type,
        "body": one.body,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "assigned_to": details.get("assigned_to"),
        "author": _author(one),
        "attachments": _attachments(one),
        "external_id": details.get("external_id"),
        "redacted": one.redacted,
    }
    for name in ("ticket_state", "previous_ticket_state", "updated_attribute_data"):
        if details.get(name) is not None:
            answer[name] = details[name]
    return answer


def reply(one: Part) -> dict[str, Any]:
    """The answer to a reply: the part that it made, without what only events have."""
    shown = part(one)
    names = ("type", "id", "part_type", "body", "created_at", "updated_at", "author", "attachments", "redacted")
    answer = {name: shown[name] for name in names}
    options = one.details.get("metadata", {}).get("quick_reply_options")
    return {**answer, "reply_options": options} if options else answer


def _author(one: Part) -> dict[str, Any]:
    """A lead is a `user` here: the description knows no other word for a contact."""
    kind = "user" if one.author_type in ("lead", "contact") else one.author_type
    author = {"type": kind, "id": one.author_id, "name": one.details.get("author_name")}
    email = one.details.get("author_email")
    return {**author, "email": email} if email else author


def _attachments(one: Part) -> list[dict[str, Any]]:
    stored = one.details.get("attachments", ())
    return [{name: value for name, value in each.items() if value is not None} for each in stored]


# --- types and states


def ticket_type(one: TicketType, app_id: str, states: Sequence[TicketState] | None = None) -> dict[str, Any]:
    """With its states where they are given: inside a ticket there are none."""
    answer = {
        "type": "ticket_type",
        "id": one.id,
        "category": one.category,
        "name": one.name,
        "description": one.description,
        "icon": one.icon,
        "workspace_id": app_id,
        "ticket_type_attributes": {"type": "list", "data": [attribute(each, app_id) for each in one.attributes]},
        "archived": one.archived,
        "is_internal": one.is_internal,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }
    if states is not None:
        answer["ticket_states"] = {"type": "list", "data": [state(each) for each in states]}
    return answer


def shown_type(shown: ShownType, app_id: str) -> dict[str, Any]:
    return ticket_type(shown.type, app_id, shown.states)


def attribute(one: TicketAttribute, app_id: str) -> dict[str, Any]:
    details = one.details
    return {
        "type": "ticket_type_attribute",
        "id": one.id,
        "workspace_id": app_id,
        "name": one.name,
        "description": details.description,
        "data_type": one.data_type,
        "input_options": _input_options(one),
        "order": one.position,
        "required_to_create": details.required_to_create,
        "required_to_create_for_contacts": details.required_to_create_for_contacts,
        "visible_on_create": details.visible_on_create,
        "visible_to_contacts": details.visible_to_contacts,
        "default": details.default,
        "ticket_type_id": int(one.ticket_type_id),
        "archived": one.archived,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


def _input_options(one: TicketAttribute) -> dict[str, Any]:
    match one.data_type:
        case "string":
            return {"multiline": one.details.multiline}
        case "list":
            return {"list_items": [_item(each) for each in one.details.list_items]}
        case "files":
            return {"allow_multiple_values": one.details.allow_multiple_values}
        case _:
            return {}


def _item(one: ListItem) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "archived": one.archived}


def state(one: TicketState) -> dict[str, Any]:
    return {
        "type": "ticket_state",
        "id": one.id,
        "category": one.category,
        "internal_label": one.internal_label,
        "external_label": one.external_label,
    }


def shown_state(shown: ShownState) -> dict[str, Any]:
    """A state with the types that it belongs to, in short."""
    types = [_short_type(one) for one in shown.types]
    more = {"archived": shown.state.archived, "ticket_types": {"type": "list", "data": types}}
    return {**state(shown.state), **more}


def _short_type(one: TicketType) -> dict[str, Any]:
    return {
        "type": "ticket_type",
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "icon": one.icon,
        "archived": one.archived,
        "is_internal": one.is_internal,
        "category": one.category,
    }


# --- their description

Category = Literal["Customer", "Back-office", "Tracker"]
StateCategory = Literal["submitted", "in_progress", "waiting_on_customer", "resolved"]


class TicketStateJson(msgspec.Struct, kw_only=True):
    """`internal_label` is what teammates read, `external_label` what customers read."""

    type: Literal["ticket_state"]
    id: str
    category: StateCategory
    internal_label: str
    external_label: str


class ShortType(msgspec.Struct):
    type: Literal["ticket_type"]
    id: str
    name: str
    description: str
    icon: str
    archived: bool
    is_internal: bool
    category: Category


class TypesOfState(msgspec.Struct):
    type: Literal["list"]
    data: list[ShortType]


class DetailedState(TicketStateJson, kw_only=True):
    archived: bool
    ticket_types: TypesOfState


class StateList(msgspec.Struct):
    type: Literal["list"]
    data: list[DetailedState]


class AttributeJson(msgspec.Struct):
    """`input_options` has `multiline` of text, `list_items` {id, name, archived} of a list, `allow_multiple_values` of
    files."""

    type: Literal["ticket_type_attribute"]
    id: str
    workspace_id: str
    name: str
    description: str
    data_type: Literal["string", "list", "integer", "decimal", "boolean", "datetime", "files"]
    input_options: dict[str, Any]
    order: int
    required_to_create: bool
    required_to_create_for_contacts: bool
    visible_on_create: bool
    visible_to_contacts: bool
    default: bool
    ticket_type_id: int
    archived: bool
    created_at: int
    updated_at: int


class AttributesOfType(msgspec.Struct):
    type: Literal["list"]
    data: list[AttributeJson]


class StatesOfType(msgspec.Struct):
    type: Literal["list"]
    data: list[TicketStateJson]


class TicketTypeJson(msgspec.Struct):
    type: Literal["ticket_type"]
    id: str
    category: Category
    name: str
    description: str
    icon: str
    workspace_id: str
    ticket_type_attributes: AttributesOfType
    archived: bool
    is_internal: bool
    created_at: int
    updated_at: int
    ticket_states: StatesOfType | UnsetType = UNSET


class TypeList(msgspec.Struct):
    type: Literal["list"]
    data: list[TicketTypeJson]


class AuthorJson(msgspec.Struct):
    type: Literal["admin", "bot", "team", "user"]
    id: str
    name: str | None
    email: str | UnsetType = UNSET


class Reference(msgspec.Struct):
    type: str
    id: str | None


class ReplyJson(msgspec.Struct, kw_only=True):
    """`reply_options` are those that a quick reply offers."""

    type: Literal["ticket_part"]
    id: str
    part_type: str
    body: str | None
    created_at: int
    updated_at: int
    author: AuthorJson
    attachments: list[AttachmentJson]
    redacted: bool
    reply_options: list[dict[str, str]] | UnsetType = UNSET


class TicketPartJson(msgspec.Struct, kw_only=True):
    """Something that was said or done. The last three are there where the part tells of a state or of a value."""

    type: Literal["ticket_part"]
    id: str
    part_type: str
    body: str | None
    created_at: int
    updated_at: int
    assigned_to: Reference | None
    author: AuthorJson
    attachments: list[AttachmentJson]
    external_id: str | None
    redacted: bool
    ticket_state: StateCategory | UnsetType = UNSET
    previous_ticket_state: StateCategory | UnsetType = UNSET
    updated_attribute_data: dict[str, Any] | UnsetType = UNSET


class PartList(msgspec.Struct):
    """At most the 500 newest; `total_count` counts all of them."""

    type: Literal["ticket_part.list"]
    ticket_parts: list[TicketPartJson]
    total_count: int


class ContactReference(msgspec.Struct):
    type: Literal["contact"]
    id: str
    external_id: str | None


class Contacts(msgspec.Struct):
    type: Literal["contact.list"]
    contacts: list[ContactReference]


class LinkedObjectJson(msgspec.Struct):
    type: Literal["ticket", "conversation"]
    id: str
    category: Category | None


class LinkedObjects(msgspec.Struct):
    type: Literal["list"]
    data: list[LinkedObjectJson]
    total_count: int
    has_more: bool


class TicketJson(msgspec.Struct):
    """`id` is what paths take, `ticket_id` the number that people are shown. Times are Unix seconds; `snoozed_until`
    is there while the ticket is snoozed."""

    type: Literal["ticket"]
    id: str
    ticket_id: str
    category: Category
    ticket_attributes: dict[str, Any]
    ticket_state: TicketStateJson | None
    ticket_type: TicketTypeJson | None
    contacts: Contacts
    admin_assignee_id: int
    team_assignee_id: int
    created_at: int
    updated_at: int
    open: bool
    linked_objects: LinkedObjects
    ticket_parts: PartList
    is_shared: bool
    previous_ticket_state_id: str | None
    snoozed_until: int | UnsetType = UNSET


class TicketList(msgspec.Struct):
    type: Literal["ticket.list"]
    tickets: list[TicketJson]
    total_count: int
    pages: CursorPages

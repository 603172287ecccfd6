"""A conversation as JSON, at the newest version: whole, with its parts, and as an item of a list.

Where 2.16 documents a null or an empty value for what a server like this one has not got (topics, service levels,
agents, evaluations), that is what is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.threads import statistics
from interlock.core.threads.conversation_store import ContactName
from interlock.core.threads.show import Shown
from interlock.core.threads.words import CHANNELS
from interlock.kit import html, limits
from interlock.shapes import company as companies
from interlock.shapes import part as parts
from interlock.shapes.contact import CursorPages
from interlock.shapes.custom_attributes import custom_attributes
from interlock.shapes.tag import Tags, tags

CATEGORIES = {"request": "Customer", "task": "Back-office", "tracker": "Tracker"}
_RATING = "conversation_rating."


def conversation(
    shown: Shown, *, plain: bool = False, monitors: bool = False, scorecards: bool = False
) -> dict[str, Any]:
    """`plain`: bodies and the subject without markup. `monitors`, `scorecards`: their results are asked for."""
    record = shown.record
    fields, details = record.fields, record.details
    answer = {
        "type": "conversation",
        "id": record.id,
        "title": fields["title"],
        "created_at": fields["created_at"],
        "updated_at": fields["updated_at"],
        "waiting_since": fields["waiting_since"],
        "snoozed_until": fields["snoozed_until"],
        "open": fields["open"],
        "state": fields["state"],
        "read": fields["read"],
        "priority": fields["priority"],
        "admin_assignee_id": fields["admin_assignee_id"] or 0,
        "team_assignee_id": fields["team_assignee_id"] or 0,
        "company": companies.company(shown.company) if shown.company is not None else None,
        "tags": tags(shown.tags),
        "conversation_rating": rating(shown),
        "source": source(shown, plain),
        "contacts": contacts(shown.contacts),
        "teammates": _teammates(shown.teammates),
        "custom_attributes": (
            custom_attributes(shown.schema, record, shown.references) if record.attributes or shown.references else {}
        ),
        "first_contact_reply": details.get("first_contact_reply"),
        "sla_applied": None,
        "statistics": {"type": "conversation_statistics", **statistics.shown(record)},
        "linked_objects": _linked_objects(shown),
        "ai_agent_participated": False,
        "ai_agent": None,
        "sales_agent_participated": False,
        "sales_agent": None,
        "channel": _channel(fields["channel_initiated"]),
        "external_references": [],
    }
    if shown.parts is not None:
        answer["conversation_parts"] = parts.parts(shown.parts, shown.part_count, plain)
    if monitors:
        answer["monitor_evaluations"] = []
    if scorecards:
        answer["scorecards"] = []
    return answer


def source(shown: Shown, plain: bool = False) -> dict[str, Any]:
    """The message that it began with."""
    fields, details = shown.record.fields, shown.record.details
    body = fields["source_body"]
    author = {
        "type": fields["source_author_type"],
        "id": fields["source_author_id"],
        "name": fields["source_author_name"],
        "email": fields["source_author_email"],
    }
    answer = {
        "type": fields["source_type"],
        "id": fields["source_id"],
        "delivered_as": fields["source_delivered_as"],
        "subject": fields["source_subject"],
        "body": html.to_text(body) if plain else body,
        "author": author,
        "attachments": parts.attachments(details.get("source_attachments", ())),
        "url": fields["source_url"],
        "redacted": bool(details.get("source_redacted")),
    }
    email = details.get("source_email")
    return {**answer, **email} if email else answer


def contacts(names: Sequence[ContactName]) -> dict[str, Any]:
    listed = [{"type": "contact", "id": one.id, "external_id": one.external_id} for one in names]
    return {"type": "contact.list", "contacts": listed}


def customers(names: Sequence[ContactName]) -> list[dict[str, Any]]:
    """The same people, as the answers of attaching and detaching name them."""
    return [{"type": one.role, "id": one.id} for one in names]


def _teammates(ids: Sequence[str]) -> dict[str, Any] | None:
    if not ids:
        return None
    return {"type": "admin.list", "teammates": [{"type": "admin", "id": id} for id in ids]}


def rating(shown: Shown) -> dict[str, Any] | None:
    if f"{_RATING}score" not in shown.record.details:
        return None
    details = {
        name.removeprefix(_RATING): value for name, value in shown.record.details.items() if name.startswith(_RATING)
    }
    answer: dict[str, Any] = {
        "rating": details["score"],
        "remark": details.get("remark", ""),
        "created_at": details["replied_at"],
        "updated_at": details["updated_at"],
    }
    if "contact_id" in details:
        external_id = next((one.external_id for one in shown.contacts if one.id == details["contact_id"]), None)
        answer["contact"] = {"type": "contact", "id": details["contact_id"], "external_id": external_id}
    if "admin_id" in details:
        answer["teammate"] = {"type": "admin", "id": details["admin_id"]}
    return answer


def _linked_objects(shown: Shown) -> dict[str, Any]:
    if not shown.tickets and not shown.conversations:
        return {"type": "list", "data": [], "total_count": 0, "has_more": False}
    linked = [{"type": "ticket", "id": one.id, "category": CATEGORIES[one.category]} for one in shown.tickets]
    linked += [{"type": "conversation", "id": id, "category": None} for id in shown.conversations]
    data = linked[: limits.LINKED_SHOWN]
    return {"type": "list", "data": data, "total_count": len(linked), "has_more": len(linked) > len(data)}


def _channel(channel: str) -> dict[str, Any]:
    known = CHANNELS.get(channel, channel)
    return {"initial": known, "current": known}


def conversation_list(
    shown: Sequence[Shown], total: int, pages: dict[str, Any], *, monitors: bool = False, scorecards: bool = False
) -> dict[str, Any]:
    items = [conversation(one, monitors=monitors, scorecards=scorecards) for one in shown]
    return {"type": "conversation.list", "conversations": items, "total_count": total, "pages": pages}


# --- their description


class ContactReference(msgspec.Struct):
    type: Literal["contact"]
    id: str
    external_id: str | None


class Contacts(msgspec.Struct):
    type: Literal["contact.list"]
    contacts: list[ContactReference]


class Teammates(msgspec.Struct):
    """Those who have said or done something in it."""

    type: Literal["admin.list"]
    teammates: list[parts.Reference]


class SourceAuthor(msgspec.Struct):
    type: str
    id: str | None
    name: str | None
    email: str | None


class Source(msgspec.Struct):
    """The message that the conversation began with; its parts come after it."""

    type: str
    id: str | None
    delivered_as: str
    subject: str
    body: str
    author: SourceAuthor
    attachments: list[parts.AttachmentJson]
    url: str | None
    redacted: bool


class Rating(msgspec.Struct):
    rating: int
    remark: str
    created_at: int
    updated_at: int
    contact: ContactReference | UnsetType = UNSET
    teammate: parts.Reference | UnsetType = UNSET


class FirstReply(msgspec.Struct):
    created_at: int
    type: str
    url: str | None


class TeamTime(msgspec.Struct):
    team_id: int
    team_name: str
    response_time: int


_NUMBERS = (
    *("time_to_assignment", "time_to_admin_reply", "time_to_first_close", "time_to_last_close"),
    *("median_time_to_reply", "first_contact_reply_at", "first_assignment_at", "first_admin_reply_at"),
    *("first_close_at", "last_assignment_at", "last_assignment_admin_reply_at", "last_contact_reply_at"),
    *("last_admin_reply_at", "last_close_at", "handling_time", "adjusted_handling_time"),
)
Statistics = msgspec.defstruct(
    "Statistics",
    [
        ("type", Literal["conversation_statistics"]),
        *((name, int) for name in ("count_reopens", "count_assignments", "count_conversation_parts")),
        ("assigned_team_first_response_time", list[TeamTime]),
        ("assigned_team_first_response_time_in_office_hours", list[TeamTime]),
        *((name, int | UnsetType, UNSET) for name in _NUMBERS),
        ("last_closed_by_id", str | UnsetType, UNSET),
    ],
    module=__name__,
)
Statistics.__doc__ = "Times are Unix seconds, durations seconds. What is not known yet is left out."


class LinkedObject(msgspec.Struct):
    type: Literal["ticket", "conversation"]
    id: str
    category: Literal["Customer", "Back-office", "Tracker"] | None


class LinkedObjects(msgspec.Struct):
    type: Literal["list"]
    data: list[LinkedObject]
    total_count: int
    has_more: bool


class Channel(msgspec.Struct):
    initial: str | None
    current: str | None


class Item(msgspec.Struct, kw_only=True):
    """A conversation in a list: without its parts. Nobody is assigned where an assignee is 0."""

    type: Literal["conversation"]
    id: str
    title: str | None
    created_at: int
    updated_at: int
    waiting_since: int | None
    snoozed_until: int | None
    open: bool
    state: Literal["open", "closed", "snoozed"]
    read: bool
    priority: Literal["none", "low", "medium", "high", "urgent"]
    admin_assignee_id: int
    team_assignee_id: int
    company: companies.Company | None
    tags: Tags
    conversation_rating: Rating | None
    source: Source
    contacts: Contacts
    teammates: Teammates | None
    custom_attributes: dict[str, Any]
    first_contact_reply: FirstReply | None
    sla_applied: dict[str, Any] | None
    statistics: Statistics | None  # type: ignore[valid-type]
    linked_objects: LinkedObjects
    ai_agent_participated: bool
    ai_agent: dict[str, Any] | None
    sales_agent_participated: bool
    sales_agent: dict[str, Any] | None
    channel: Channel | None
    external_references: list[dict[str, Any]]
    monitor_evaluations: list[dict[str, Any]] | UnsetType = UNSET
    scorecards: list[dict[str, Any]] | UnsetType = UNSET


class Conversation(Item, kw_only=True):
    """A conversation with its parts. Nobody is assigned where an assignee is 0."""

    conversation_parts: parts.PartList


class ConversationList(msgspec.Struct):
    type: Literal["conversation.list"]
    conversations: list[Item]
    total_count: int
    pages: CursorPages

"""Conversations as JSON, at the newest version: what comes in, and the answers that are not a conversation.

A conversation itself is in `shapes/conversation.py`, since notifications show it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.files.attachments import Attached
from interlock.core.records.record import Record
from interlock.core.threads.conversation import Changes
from interlock.core.threads.conversation_store import Deleted
from interlock.core.threads.manage import Acting, Assignment
from interlock.core.threads.parts import Reply
from interlock.core.threads.people import Who
from interlock.core.threads.words import CLOSE, OPEN, PRIORITIES, SNOOZE
from interlock.kit import limits
from interlock.kit.problems import invalid, missing
from interlock.shapes import reply
from interlock.shapes.attachment import AttachmentFile
from interlock.shapes.conversation import Conversation
from interlock.shapes.reading import read_time
from interlock.shapes.reply import CONTACT_WORDS, Id, Named, Time, read_spoken, required, text_id, who

# --- requests


class From(msgspec.Struct):
    """Who writes: a contact by its id here. With `contact` a visitor may be named, too, by either of its ids."""

    type: str | None = None
    id: Id = None
    user_id: str | None = None
    email: str | None = None


class CreateBody(msgspec.Struct, rename={"sender": "from"}):
    """The first message of a contact. `created_at` of the past is for bringing old conversations along."""

    sender: From | None = None
    body: str | None = None
    subject: str | None = None
    attachment_urls: list[str] | None = None
    attachment_files: list[AttachmentFile] | None = None
    created_at: Time = None


class ReplyBody(reply.ReplyBody):
    """A reply (`shapes/reply.py`), or what `POST .../parts` takes: older clients send that here."""

    skip_unsnooze: bool | None = None
    assignee_id: Id = None
    snoozed_until: Time = None


class ManageBody(msgspec.Struct):
    """`message_type` is close, open, snoozed (with `snoozed_until`) or assignment (with `assignee_id`, and `type` admin
    or team)."""

    message_type: str | None = None
    type: str | None = None
    admin_id: Id = None
    assignee_id: Id = None
    snoozed_until: Time = None
    body: str | None = None


class UpdateBody(msgspec.Struct):
    """Absent fields stay as they are; null clears. `priority` and `admin_id` are of Preview and of our own path."""

    read: bool | None = None
    title: str | UnsetType | None = UNSET
    company_id: Id | UnsetType = UNSET
    custom_attributes: dict[str, Any] | None = None
    priority: str | None = None
    admin_id: Id = None


class Customer(Named):
    """A contact by one of its ids; `customer` inside it is on whose behalf this is done."""

    customer: Named | None = None


class CustomerBody(msgspec.Struct):
    admin_id: Id = None
    customer: Customer | None = None


class RedactBody(msgspec.Struct):
    """`type` is conversation_part (with `conversation_part_id`) or source (with `source_id`)."""

    type: str | None = None
    conversation_id: Id = None
    conversation_part_id: Id = None
    source_id: Id = None


class MergeBody(msgspec.Struct):
    merge_into_conversation_id: Any = None


class SearchBody(msgspec.Struct):
    """`query` is one filter, or up to 15 of them under AND or OR, in at most two levels."""

    query: Any = None
    sort: Any = None
    pagination: Any = None


# --- reading them


def read_from(sender: From | None) -> Who:
    """Of several things that are wrong the first counts: no `from`, its type, no id."""
    if sender is None:
        raise missing("from not specified", "from")
    if sender.type is not None and sender.type not in CONTACT_WORDS:
        raise invalid("from.type must be user, lead or contact", "from.type")
    who = Who(text_id(sender.id), sender.user_id or None, sender.email or None)
    if who == Who():
        raise missing("from.id not specified", "from.id")
    return who


def read_reply(body: ReplyBody, attached: Attached, skip_unsnooze: bool) -> Reply:
    """400 for what is wrong: `read_spoken`."""
    spoken = read_spoken(body, attached)
    return Reply(
        spoken.kind,
        body.body or "",
        attached,
        spoken.options,
        spoken.created_at,
        bool(body.skip_notifications),
        skip_unsnooze and bool(body.skip_unsnooze),
    )


MANAGING = (CLOSE, OPEN, SNOOZE, "assignment")


def read_manage(body: ManageBody | ReplyBody) -> int | Assignment | None:
    """What the kind of managing needs: the end of a snooze, or to whom. 400 for the first of these that is wrong:
    message_type, admin_id, then what the kind needs."""
    kind = required(body.message_type, "message_type")
    if kind not in MANAGING:
        raise invalid("message_type must be one of: close, open, snoozed, assignment", "message_type")
    required(text_id(body.admin_id), "admin_id")
    if kind == SNOOZE:
        until = required(read_time(body.snoozed_until, "snoozed_until"), "snoozed_until")
        assert isinstance(until, int)
        return until
    if kind == "assignment":
        if body.type is not None and body.type not in ("admin", "team"):
            raise invalid("type must be admin or team", "type")
        assignee_id = required(text_id(body.assignee_id), "assignee_id")
        return Assignment(body.type or "admin", assignee_id, body.body or "")
    return None


def read_changes(body: UpdateBody, with_priority: bool) -> Changes:
    fields: dict[str, Any] = {}
    if body.read is not None:
        fields["read"] = body.read
    if body.title is not UNSET:
        fields["title"] = _title(body.title)
    if body.company_id is not UNSET:
        fields["company_id"] = text_id(body.company_id)  # type: ignore[arg-type]
    if with_priority and body.priority is not None:
        if body.priority not in PRIORITIES:
            raise invalid(f"priority must be one of: {', '.join(PRIORITIES)}", "priority")
        fields["priority"] = body.priority
    return Changes(fields, body.custom_attributes, text_id(body.admin_id) if with_priority else None)


def _title(raw: str | None) -> str | None:
    text = (raw or "").strip()
    if len(text) > limits.TITLE_CHARS:
        raise invalid(f"title must be at most {limits.TITLE_CHARS} characters", "title")
    return text or None


def read_customer(body: CustomerBody) -> tuple[Who, Acting]:
    """Who is to take part, and who says so."""
    customer = required(body.customer, "customer")
    wanted = who(customer)
    if wanted == Who():
        raise missing("intercom_user_id, user_id or email is required", "customer")
    return wanted, read_acting(body)


def read_acting(body: CustomerBody | None) -> Acting:
    if body is None:
        return Acting()
    inside = body.customer.customer if body.customer is not None else None
    named = who(inside) if inside is not None else Who()
    return Acting(text_id(body.admin_id), named if named != Who() else None)


def read_merge(body: MergeBody | None) -> str:
    raw = body.merge_into_conversation_id if body is not None else None
    if type(raw) is not int or raw < 1:
        raise invalid("merge_into_conversation_id must be a valid integer conversation ID")
    return str(raw)


# --- answers


class Message(msgspec.Struct):
    """The message that a conversation began with."""

    type: Literal["user_message"]
    id: str
    created_at: int
    body: str
    message_type: Literal["inapp"]
    conversation_id: str


class DeletedConversation(msgspec.Struct):
    id: str
    object: Literal["conversation"]
    deleted: Literal[True]


class DeletedItem(msgspec.Struct):
    type: Literal["conversation"]
    id: str
    metrics_retained: bool
    deleted_at: int


class LinkedPages(msgspec.Struct):
    """Page-numbered; `next` is the address of the next page, null on the last."""

    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: str | None


class DeletedList(msgspec.Struct):
    type: Literal["conversations.list"]
    conversations: list[DeletedItem]
    total_count: int
    pages: LinkedPages


class CustomerReference(msgspec.Struct):
    type: str
    id: str


class WithCustomers(Conversation, kw_only=True):
    """The conversation, and once more who takes part in it, as older clients read it."""

    customers: list[CustomerReference]


def message(record: Record, body: str) -> dict[str, Any]:
    return {
        "type": "user_message",
        "id": record.fields["source_id"],
        "created_at": record.fields["created_at"],
        "body": body,
        "message_type": "inapp",
        "conversation_id": record.id,
    }


def deleted(record: Record) -> dict[str, Any]:
    return {"id": record.id, "object": CONVERSATION, "deleted": True}


def deleted_list(several: Sequence[Deleted], total: int, pages: Mapping[str, Any]) -> dict[str, Any]:
    items = [
        {
            "type": CONVERSATION,
            "id": one.id,
            "metrics_retained": one.metrics_retained,
            "deleted_at": one.deleted_at,
        }
        for one in several
    ]
    return {"type": "conversations.list", "conversations": items, "total_count": total, "pages": dict(pages)}

"""What Intercom does with conversations only in its inbox or its Messenger: ratings, priorities, side conversations,
pausing. All of this is ours, but for the list of side conversations."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.threads import conversation, handling, manage, side
from interlock.core.threads.side import Message
from interlock.kit import html, limits
from interlock.kit.problems import invalid, missing
from interlock.resources.conversations import wire
from interlock.resources.conversations.operations import READ, TAG, WRITE, keep_files, update_here, write_and_show
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes import conversation as shapes
from interlock.shapes import part as parts
from interlock.shapes.attachment import AttachmentFile
from interlock.shapes.handling_event import HandlingEvents, handling_events
from interlock.shapes.reading import read_subject
from interlock.shapes.reply import required, text_id

_ONE = "/interlock/v1/conversations/{conversation_id}"
_RATINGS = range(1, 6)


# --- the rating of a contact


class RatingBody(msgspec.Struct):
    """`rating` from 1 to 5. Without `contact_id` it is that of the first contact."""

    rating: int | None = None
    remark: str | None = None
    contact_id: str | None = None


async def rate(call: Call) -> Any:
    body: RatingBody = call.body
    rating = required(body.rating, "rating")
    if rating not in _RATINGS:
        raise invalid("rating must be between 1 and 5", "rating")
    remark = html.to_text(body.remark) if body.remark else None
    done = await write_and_show(
        call, conversation.rate, _id(call), rating, remark, body.contact_id or None, call.through
    )
    return shapes.conversation(done)


def _id(call: Call) -> str:
    return call.params["conversation_id"]


# --- pausing and resuming by hand


class HandlingBody(msgspec.Struct):
    type: Literal["paused", "resumed"] | None = None
    admin_id: wire.Id = None
    reason: str | None = None


async def add_handling_event(call: Call) -> Any:
    """A teammate's work stops or goes on. What it does already adds nothing. Answers all events."""
    body: HandlingBody = call.body
    kind = required(body.type, "type")
    admin_id = required(text_id(body.admin_id), "admin_id")
    reason = (body.reason or "").strip()[: limits.STRING_CHARS] or None
    await call.schemas.write(
        call.workspace_id,
        manage.pause_or_resume,
        _id(call),
        admin_id,
        kind == handling.PAUSED,
        reason,
        call.through,
    )
    return handling_events(await call.database.read(handling.events, call.schema, _id(call)))


# --- side conversations


class SideBody(msgspec.Struct):
    """Who says it is a teammate (`admin_id`) or, in a reply, somebody outside (`email`, `name`)."""

    body: str | None = None
    admin_id: wire.Id = None
    email: str | None = None
    name: str | None = None
    subject: str | None = None
    to: list[str] | None = None
    attachment_urls: list[str] | None = None
    attachment_files: list[AttachmentFile] | None = None


class SideSummary(msgspec.Struct):
    """At most the 500 newest parts; `total_count` counts all of them."""

    side_conversation_id: str
    conversation_parts: list[parts.PartJson]
    total_count: int


class SidePages(msgspec.Struct):
    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: str | None


class SideList(msgspec.Struct):
    type: Literal["side_conversation.list"]
    side_conversations: list[SideSummary]
    total_count: int
    pages: SidePages


class SideQuery(msgspec.Struct):
    page: int = 1
    per_page: int = limits.SIDE_PER_PAGE


async def list_side(call: Call) -> Any:
    page = paging.read_page(call)
    per_page = paging.read_per_page(call, limits.SIDE_PER_PAGE, limits.SIDE_PER_PAGE_MAX)
    found, total = await call.database.read(side.page, call.schema, call.params["id"], per_page, (page - 1) * per_page)
    return {
        "type": "side_conversation.list",
        "side_conversations": [_side(one) for one in found],
        "total_count": total,
        "pages": paging.pages_by_number(call, page, per_page, total),
    }


async def start_side(call: Call) -> Any:
    body: SideBody = call.body
    admin_id = required(text_id(body.admin_id), "admin_id")
    said = await _message(call, body, admin_id)
    if len(body.to or ()) > limits.ATTACHMENTS:
        raise invalid(f"to may have at most {limits.ATTACHMENTS} addresses", "to")
    subject = read_subject(body.subject)
    made = await call.schemas.write(
        call.workspace_id, side.start, _id(call), subject, body.to or (), said, call.through
    )
    return _side(made)


async def reply_side(call: Call) -> Any:
    body: SideBody = call.body
    said = await _message(call, body, text_id(body.admin_id))
    return _side(
        await call.schemas.write(
            call.workspace_id, side.reply, _id(call), call.params["side_conversation_id"], said, call.through
        )
    )


async def _message(call: Call, body: SideBody, admin_id: str | None) -> Message:
    attached = await keep_files(call, body)
    if not html.clean(body.body or "") and not attached.shown:
        raise missing("body not specified", "body")
    return Message(body.body or "", admin_id, body.email, body.name, attached)


def _side(one: side.Shown) -> dict[str, Any]:
    return {
        "side_conversation_id": one.side.id,
        "conversation_parts": [parts.part(each) for each in one.parts],
        "total_count": one.total,
    }


OPERATIONS = [
    Operation(
        "GET",
        "/conversations/{id}/side_conversations",
        "listSideConversations",
        list_side,
        "List the side conversations of a conversation, the newest first",
        TAG,
        scope=READ,
        query=SideQuery,
        answer=SideList,
        errors=("parameter_invalid", "not_found"),
    ),
    Operation(
        "PUT",
        _ONE,
        "updateConversationPriority",
        update_here,
        "Update a conversation, its priority included",
        TAG,
        scope=WRITE,
        body=wire.UpdateBody,
        answer=shapes.Conversation,
        errors=("parameter_invalid", "type_mismatch", "not_found", "admin_not_found", "company_not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        f"{_ONE}/rating",
        "rateConversation",
        rate,
        "Rate a conversation for a contact",
        TAG,
        scope=WRITE,
        body=RatingBody,
        answer=shapes.Conversation,
        errors=("parameter_not_found", "parameter_invalid", "not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        f"{_ONE}/handling_events",
        "addHandlingEvent",
        add_handling_event,
        "Pause or resume a teammate's work on a conversation",
        TAG,
        scope=WRITE,
        body=HandlingBody,
        answer=HandlingEvents,
        errors=("parameter_not_found", "parameter_invalid", "not_found", "admin_not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        f"{_ONE}/side_conversations",
        "startSideConversation",
        start_side,
        "Begin a side conversation",
        TAG,
        scope=WRITE,
        body=SideBody,
        multipart=True,
        answer=SideSummary,
        errors=("parameter_not_found", "parameter_invalid", "not_found", "admin_not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        f"{_ONE}/side_conversations/{{side_conversation_id}}/reply",
        "replySideConversation",
        reply_side,
        "Reply in a side conversation",
        TAG,
        scope=WRITE,
        body=SideBody,
        multipart=True,
        answer=SideSummary,
        errors=("parameter_not_found", "parameter_invalid", "not_found", "admin_not_found"),
        surface=INTERLOCK,
    ),
]

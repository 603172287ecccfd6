"""Tickets over REST, and the conversion of a conversation, whose answer is a ticket.

Source: description 2.16, tag "Tickets"; engagement.md 10. What differs by version is the chain's.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from interlock.core.attributes.definition import TICKET
from interlock.core.files.attachments import Attached, keep_attachments, read_attachments
from interlock.core.query.days import DateRules
from interlock.core.query.parse import Search, parse
from interlock.core.schema.schema import Schema
from interlock.core.threads import find, ticket, ticket_becoming, ticket_jobs, ticket_links, ticket_redact, ticket_reply
from interlock.core.threads.show import Shown as ShownConversation
from interlock.core.threads.show import show_one as show_conversation
from interlock.core.threads.ticket_show import ShownTicket, find_page, show, show_one
from interlock.kit.problems import missing
from interlock.resources.tickets import wire
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes import conversation as conversation_shapes
from interlock.shapes import job as job_shapes
from interlock.shapes import ticket as shapes
from interlock.shapes.reply import is_admin, text_id, who
from interlock.storage.database import Tx

TAG = "Tickets"
READ, WRITE = "read_tickets", "write_tickets"
_ONE = "/tickets/{ticket_id}"
_LINKED = f"{_ONE}/linked_conversations"
_Place = tuple[Annotated[int, msgspec.Meta(ge=1, le=paging.PAGE_MAX - 1)], str]


def _id(call: Call) -> str:
    return call.params["ticket_id"]


# --- one ticket


async def create(call: Call) -> Any:
    wanted = wire.read_create(call.body)
    made = await call.schemas.write(call.workspace_id, ticket.create, wanted, call.through)
    return shapes.ticket(made, call.base_url)


async def enqueue(call: Call) -> Any:
    """The same as a job: what can be checked now is refused now."""
    wanted = wire.read_create(call.body)
    job = await call.schemas.write(call.workspace_id, ticket_jobs.enqueue, wanted, call.through)
    return job_shapes.job(job, call.base_url)


async def get(call: Call) -> Any:
    return shapes.ticket(await call.database.read(_get, call.schema, _id(call)), call.base_url)


async def _get(tx: Tx, schema: Schema, id: str) -> ShownTicket:
    return await show_one(tx, schema, await find.ticket(tx, schema, id))


async def update(call: Call) -> Any:
    wanted = wire.read_changes(call.body)
    done = await call.schemas.write(call.workspace_id, ticket.update, _id(call), wanted, call.through)
    return shapes.ticket(done, call.base_url)


async def delete(call: Call) -> Any:
    record = await call.schemas.write(call.workspace_id, ticket.delete, _id(call), call.through)
    return {"id": record.id, "object": TICKET, "deleted": True}


async def change_type(call: Call) -> Any:
    wanted = wire.read_type_change(call.body)
    done = await call.schemas.write(call.workspace_id, ticket_becoming.change_type, _id(call), wanted, call.through)
    return shapes.ticket(done, call.base_url)


async def convert(call: Call) -> Any:
    """POST /conversations/{id}/convert: the conversation is a ticket, too, with the same id."""
    wanted, id = wire.read_conversion(call.body), call.params["conversation_id"]
    done = await call.schemas.write(call.workspace_id, ticket_becoming.convert, id, wanted, call.through)
    return shapes.ticket(done, call.base_url)


# --- replies


async def reply(call: Call) -> Any:
    """Answers the part. What is wrong first counts: the files, then the request as `wire.read_reply` has it, then who
    replies and the ticket."""
    body: wire.ReplyBody = call.body
    attached = await _keep_files(call, body)
    wanted = wire.read_reply(body, attached)
    if is_admin(body):
        unit, admin_id = ticket_reply.reply_of_admin, text_id(body.admin_id)
        part = await call.schemas.write(call.workspace_id, unit, _id(call), admin_id, wanted, call.through)
    else:
        by_contact = ticket_reply.reply_of_contact
        part = await call.schemas.write(call.workspace_id, by_contact, _id(call), who(body), wanted, call.through)
    return shapes.reply(part)


async def _keep_files(call: Call, body: wire.ReplyBody) -> Attached:
    found = read_attachments(body.attachment_urls, body.attachment_files, call.uploads)
    return await keep_attachments(call.blobs, found, call.workspace_id, call.base_url) if found else Attached()


async def redact(call: Call) -> Any:
    """Takes back what a part says, and the copies of a note that was cross-posted. Answers the ticket."""
    part_id = text_id(call.body.ticket_part_id)
    if part_id is None:
        raise missing("ticket_part_id is required", "ticket_part_id")
    arguments = _id(call), part_id, call.through, call.client
    return shapes.ticket(
        await call.schemas.write(call.workspace_id, ticket_redact.redact_part, *arguments), call.base_url
    )


# --- linked conversations


async def link(call: Call) -> Any:
    """Answers the conversation."""
    conversation_id = text_id(call.body.conversation_id) if call.body is not None else None
    arguments = _id(call), conversation_id, call.through
    return conversation_shapes.conversation(await call.schemas.write(call.workspace_id, _link, *arguments))


async def unlink(call: Call) -> Any:
    arguments = _id(call), call.params["id"], call.through
    return conversation_shapes.conversation(await call.schemas.write(call.workspace_id, _unlink, *arguments))


async def _link(tx: Tx, schema: Schema, ticket_id: str, conversation_id: str | None, through: str) -> ShownConversation:
    done = await ticket_links.link(tx, schema, ticket_id, conversation_id, through)
    return await show_conversation(tx, schema, done)


async def _unlink(tx: Tx, schema: Schema, ticket_id: str, conversation_id: str, through: str) -> ShownConversation:
    done = await ticket_links.unlink(tx, schema, ticket_id, conversation_id, through)
    return await show_conversation(tx, schema, done)


# --- search


async def search(call: Call) -> Any:
    """Times compare to the second."""
    wanted = parse(msgspec.structs.asdict(call.body), call.schema, TICKET, DateRules.of_threads())
    number, place = paging.decode_cursor(wanted.starting_after, _Place) if wanted.starting_after else (1, None)
    wanted = Search(wanted.where, wanted.sort, wanted.per_page, place)
    found = await call.database.search(find_page, call.schema, wanted)
    shown = await call.database.read(show, call.schema, found.records)
    total, following = found.total or 0, found.next_cursor
    cursor = paging.encode_cursor((number + 1, following)) if following is not None else None
    pages = paging.pages_by_cursor(wanted.per_page, total, cursor, number)
    return shapes.ticket_list(shown, total, pages, call.base_url)


# --- what is served

_VALUES = ("parameter_not_found", "parameter_invalid")
_NEW = (
    *(*_VALUES, "not_found", "company_not_found", "assignee_not_found", "conversation_not_found"),
    "already_linked_to_tracker",
)


def _write_operation(method: str, path: str, id: str, handler: Any, summary: str, **more: Any) -> Operation:
    more = {"answer": shapes.TicketJson, "shape": "ticket", **more}
    return Operation(method, path, id, handler, summary, TAG, scope=more.pop("scope", WRITE), **more)


OPERATIONS = [
    _write_operation("POST", "/tickets", "createTicket", create, "Create a ticket", body=wire.CreateBody, errors=_NEW),
    _write_operation(
        "POST",
        "/tickets/enqueue",
        "enqueueCreateTicket",
        enqueue,
        "Create a ticket by a job",
        body=wire.CreateBody,
        answer=job_shapes.JobJson,
        shape=None,
        errors=(*_VALUES, "not_found"),
    ),
    Operation(
        "POST",
        "/tickets/search",
        "searchTickets",
        search,
        "Search tickets",
        TAG,
        scope=READ,
        body=wire.SearchBody,
        answer=shapes.TicketList,
        shape="ticket_list",
        errors=(*_VALUES, "invalid_field", "invalid_operator", "invalid_sort_order", "client_error"),
    ),
    Operation(
        "GET",
        _ONE,
        "getTicket",
        get,
        "Get a ticket",
        TAG,
        scope=READ,
        answer=shapes.TicketJson,
        shape="ticket",
        errors=("ticket_not_found",),
    ),
    _write_operation(
        "PUT",
        _ONE,
        "updateTicket",
        update,
        "Update a ticket",
        body=wire.UpdateBody,
        body_required=False,
        accepts="ticket_update",
        errors=(
            *("parameter_invalid", "ticket_state_id_invalid"),
            *("ticket_not_found", "assignee_not_found", "company_not_found"),
        ),
    ),
    _write_operation(
        "DELETE",
        _ONE,
        "deleteTicket",
        delete,
        "Delete a ticket",
        answer=wire.DeletedTicket,
        shape=None,
        errors=("ticket_not_found",),
    ),
    _write_operation(
        "POST",
        f"{_ONE}/reply",
        "replyTicket",
        reply,
        "Reply to a ticket, or note something down in it",
        body=wire.ReplyBody,
        multipart=True,
        answer=shapes.ReplyJson,
        shape=None,
        errors=(*_VALUES, "parameter_mismatch", "request_too_large", "not_found"),
    ),
    _write_operation(
        "POST",
        f"{_ONE}/change_type",
        "changeTicketType",
        change_type,
        "Change the type of a ticket",
        body=wire.ChangeTypeBody,
        body_required=False,
        errors=(*_VALUES, "not_found"),
    ),
    _write_operation(
        "POST",
        _LINKED,
        "linkConversationToTicket",
        link,
        "Link a conversation to a tracker ticket",
        body=wire.LinkBody,
        body_required=False,
        answer=conversation_shapes.Conversation,
        shape="conversation",
        errors=(
            *("parameter_not_found", "invalid_ticket_type", "already_linked_to_tracker"),
            *("linked_conversation_limit_exceeded", "ticket_not_found", "conversation_not_found"),
        ),
    ),
    _write_operation(
        "DELETE",
        _LINKED + "/{id}",
        "unlinkConversationFromTicket",
        unlink,
        "Unlink a conversation from a tracker ticket",
        answer=conversation_shapes.Conversation,
        shape="conversation",
        errors=("invalid_ticket_type", "ticket_not_found", "conversation_not_found"),
    ),
    _write_operation(
        "POST",
        "/conversations/{conversation_id}/convert",
        "convertConversationToTicket",
        convert,
        "Convert a conversation to a ticket",
        body=wire.ConvertBody,
        body_required=False,
        scope="write_conversations",
        errors=(*_VALUES, "ticket_state_id_invalid", "not_found"),
    ),
    _write_operation(
        "POST",
        f"/interlock/v1{_ONE}/redact",
        "redactTicketPart",
        redact,
        "Take back what a part of a ticket says",
        body=wire.RedactBody,
        shape=None,
        errors=(
            *("parameter_not_found", "ticket_not_found"),
            *("conversation_part_or_message_not_found", "conversation_part_not_redactable"),
        ),
        surface=INTERLOCK,
    ),
]

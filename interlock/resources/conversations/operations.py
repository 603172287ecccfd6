"""Conversations over REST. Source: description 2.16, tag "Conversations"; engagement.md 4.

Reading and searching, creating, changing and deleting are here; what is said and done in a conversation is in
`talking.py`, what is ours alone in `extensions.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.files.attachments import Attached, keep_attachments, read_attachments
from interlock.core.query.days import DateRules
from interlock.core.query.fields import fields_of
from interlock.core.query.parse import Search, default_sort, parse
from interlock.core.query.search import find as find_page
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS
from interlock.core.schema.schema import Schema
from interlock.core.threads import conversation, find, handling
from interlock.core.threads.conversation import Beginning
from interlock.core.threads.parts import Said
from interlock.core.threads.show import Shown, show, show_one
from interlock.kit import html, limits
from interlock.kit.problems import Problem, invalid, missing
from interlock.resources.conversations import wire
from interlock.rest import paging
from interlock.rest.auth import allows
from interlock.rest.operation import Call, Operation
from interlock.shapes import conversation as shapes
from interlock.shapes.handling_event import HandlingEvents, handling_events
from interlock.shapes.reading import read_flag, read_subject
from interlock.shapes.reply import read_past
from interlock.storage.database import Tx
from interlock.versions import behaviour

TAG = "Conversations"
READ, WRITE = "read_conversations", "write_conversations"
DELETE_METRICS = "delete_conversations_and_metrics"
ONE = "/conversations/{conversation_id}"
_PlaceInList = tuple[Annotated[int, msgspec.Meta(ge=1, le=paging.PAGE_MAX - 1)], str]


class DisplayQuery(msgspec.Struct):
    """`display_as=plaintext` has bodies without markup."""

    display_as: str | None = None


class ShowQuery(DisplayQuery):
    """`include_translations` is taken and changes nothing: nothing is translated here."""

    include_translations: bool | None = None


class ListQuery(msgspec.Struct):
    per_page: int = limits.CONVERSATIONS_PER_PAGE
    starting_after: str | None = None


class SearchQuery(msgspec.Struct):
    include_monitors: bool = False
    include_scorecards: bool = False


class DeletedQuery(msgspec.Struct):
    """`order` is `asc` or `desc`, by when they were deleted."""

    page: int = 1
    per_page: int = limits.DELETED_PER_PAGE
    order: str = "desc"


class DeleteQuery(msgspec.Struct):
    """`retain_metrics=false` needs the scope `delete_conversations_and_metrics`."""

    retain_metrics: bool = True


Unit = Callable[..., Awaitable[Record | Said]]


async def write_and_show(call: Call, unit: Unit, *arguments: Any) -> Shown:
    """Run a unit that answers a conversation, and show it as it is then."""
    return await call.schemas.write(call.workspace_id, _and_show, unit, *arguments)


async def _and_show(tx: Tx, schema: Schema, unit: Unit, *arguments: Any) -> Shown:
    done = await unit(tx, schema, *arguments)
    if isinstance(done, Said):
        return await show_one(tx, schema, done.record, around=done.around)
    return await show_one(tx, schema, done)


async def keep_files(call: Call, body: Any) -> Attached:
    """The files and addresses of a request, checked and their bytes kept, for the unit that writes their rows."""
    found = read_attachments(body.attachment_urls, body.attachment_files, call.uploads)
    return await keep_attachments(call.blobs, found, call.workspace_id, call.base_url) if found else Attached()


# --- one conversation


async def create(call: Call) -> Any:
    """A contact writes plain text. What is wrong first counts: from, created_at, files, body, subject, then
    who it is."""
    body: wire.CreateBody = call.body
    sender = wire.read_from(body.sender)
    at = read_past(body.created_at, "created_at")
    attached = await keep_files(call, body)
    if not (body.body or "").strip() and not attached.shown:
        raise missing("body not specified", "body")
    wanted = Beginning(html.from_text(body.body or ""), read_subject(body.subject), attached, at)
    record = await call.schemas.write(call.workspace_id, conversation.create_by_contact, sender, wanted, call.through)
    return wire.message(record, body.body or "")


async def get(call: Call) -> Any:
    shown = await call.database.read(_get, call.schema, id_of(call))
    return _displayed(call, shown)


async def _get(tx: Tx, schema: Schema, id: str) -> Shown:
    return await show_one(tx, schema, await find.conversation(tx, schema, id))


async def update(call: Call) -> Any:
    return await _update(call, behaviour.sets_priority(call.version))


async def update_here(call: Call) -> Any:
    """PUT under our own path: with `priority` and `admin_id`, whatever the version."""
    return await _update(call, True)


async def _update(call: Call, with_priority: bool) -> Any:
    body: wire.UpdateBody = call.body if call.body is not None else wire.UpdateBody()
    wanted = wire.read_changes(body, with_priority)
    return _displayed(call, await write_and_show(call, conversation.update, id_of(call), wanted, call.through))


def _displayed(call: Call, shown: Shown) -> Any:
    return shapes.conversation(
        shown,
        plain=call.query.get("display_as") == "plaintext",
        monitors=_flag(call, "include_monitors"),
        scorecards=_flag(call, "include_scorecards"),
    )


def _flag(call: Call, name: str) -> bool:
    return call.query.get(name, "").lower() in ("true", "1")


async def delete(call: Call) -> Any:
    """403 `forbidden` before anything is looked for."""
    retain = read_flag(call.query.get("retain_metrics"), "retain_metrics", True)
    retain = retain or not behaviour.deletes_metrics(call.version)
    if not retain and not allows(call.scopes, DELETE_METRICS):
        raise Problem("forbidden", f"You do not have the required scope ({DELETE_METRICS}) to access this resource")
    gone = await call.schemas.write(call.workspace_id, conversation.delete, id_of(call), retain, call.through)
    return wire.deleted(gone)


def id_of(call: Call) -> str:
    return call.params["conversation_id"]


# --- many


async def list_all(call: Call) -> Any:
    """The newest first by their ids, which never change: pages keep their places while rows are written."""
    per_page = paging.read_per_page(call, limits.CONVERSATIONS_PER_PAGE)
    sort = default_sort(fields_of(call.schema, CONVERSATION))
    return await _page(call, Search(None, sort, per_page, call.query.get("starting_after") or None))


async def search(call: Call) -> Any:
    body = msgspec.structs.asdict(call.body)
    return await _page(call, parse(body, call.schema, CONVERSATION, DateRules.of_threads()))


async def _page(call: Call, wanted: Search) -> Any:
    number, place = _read_cursor(wanted.starting_after)
    wanted = Search(wanted.where, wanted.sort, wanted.per_page, place)
    found = await find_page(call.database, call.schema, CONVERSATION, wanted, CONVERSATIONS)
    shown = await call.database.read(show, call.schema, found.records)
    total, following = found.total or 0, found.next_cursor
    cursor = paging.encode_cursor((number + 1, following)) if following is not None else None
    pages = paging.pages_by_cursor(wanted.per_page, total, cursor, number)
    monitors, scorecards = _flag(call, "include_monitors"), _flag(call, "include_scorecards")
    return shapes.conversation_list(shown, total, pages, monitors=monitors, scorecards=scorecards)


def _read_cursor(text: str | None) -> tuple[int, str | None]:
    """The number of the page that a cursor leads to, which clients are shown, and the place where it begins."""
    return paging.decode_cursor(text, _PlaceInList) if text else (1, None)


async def list_deleted(call: Call) -> Any:
    page, per_page = (
        paging.read_page(call),
        paging.read_per_page(call, limits.DELETED_PER_PAGE, limits.DELETED_PER_PAGE_MAX),
    )
    order = call.query.get("order") or "desc"
    if order not in ("asc", "desc"):
        raise invalid("order must be asc or desc", "order")
    offset = (page - 1) * per_page
    found, total = await call.database.read(conversation.deleted, call.schema, order == "desc", per_page, offset)
    return wire.deleted_list(found, total, paging.pages_by_number(call, page, per_page, total))


async def list_handling_events(call: Call) -> Any:
    return handling_events(await call.database.read(handling.events, call.schema, call.params["id"]))


# --- what is served

_SEARCH = ("invalid_field", "invalid_operator", "invalid_sort_order", "client_error")


OPERATIONS = [
    Operation(
        "GET",
        "/conversations",
        "listConversations",
        list_all,
        "List conversations, the newest first",
        TAG,
        scope=READ,
        query=ListQuery,
        answer=shapes.ConversationList,
        shape="conversation_list",
        errors=("parameter_invalid", "client_error"),
    ),
    Operation(
        "POST",
        "/conversations",
        "createConversation",
        create,
        "Create a conversation as a contact",
        TAG,
        scope=WRITE,
        body=wire.CreateBody,
        multipart=True,
        answer=wire.Message,
        errors=("parameter_not_found", "parameter_invalid", "not_found"),
    ),
    Operation(
        "GET",
        "/conversations/deleted",
        "listDeletedConversationIds",
        list_deleted,
        "List the ids of deleted conversations",
        TAG,
        scope=READ,
        query=DeletedQuery,
        answer=wire.DeletedList,
        errors=("parameter_invalid",),
    ),
    Operation(
        "POST",
        "/conversations/search",
        "searchConversations",
        search,
        "Search conversations",
        TAG,
        scope=READ,
        query=SearchQuery,
        body=wire.SearchBody,
        answer=shapes.ConversationList,
        shape="conversation_list",
        errors=("parameter_invalid", "parameter_not_found", *_SEARCH),
    ),
    Operation(
        "GET",
        ONE,
        "retrieveConversation",
        get,
        "Get a conversation with its parts",
        TAG,
        scope=READ,
        query=ShowQuery,
        answer=shapes.Conversation,
        shape="conversation",
        errors=("not_found",),
    ),
    Operation(
        "PUT",
        ONE,
        "updateConversation",
        update,
        "Update a conversation",
        TAG,
        scope=WRITE,
        query=DisplayQuery,
        body=wire.UpdateBody,
        body_required=False,
        accepts="conversation_update",
        answer=shapes.Conversation,
        shape="conversation",
        errors=("parameter_invalid", "type_mismatch", "not_found", "admin_not_found", "company_not_found"),
    ),
    Operation(
        "DELETE",
        ONE,
        "deleteConversation",
        delete,
        "Delete a conversation for good",
        TAG,
        scope=WRITE,
        query=DeleteQuery,
        answer=wire.DeletedConversation,
        errors=("parameter_invalid", "not_found"),
    ),
    Operation(
        "GET",
        "/conversations/{id}/handling_events",
        "listHandlingEvents",
        list_handling_events,
        "List when teammates paused and resumed their work on a conversation",
        TAG,
        scope=READ,
        answer=HandlingEvents,
        errors=("not_found",),
    ),
]

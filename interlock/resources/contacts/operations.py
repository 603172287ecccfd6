"""Contacts over REST. Source: description 2.16, tag "Contacts"; api_conventions.md 3 and 4; engagement.md 1.

Until 2.15 a merged contact is 404 and not 410 (`versions/behaviour.py`). What else differs by version is the chain's:
merging without a check for duplicates, no `sort`, no `merge_history`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec

from interlock.core.attributes.definition import CONTACT
from interlock.core.changes import change
from interlock.core.outbound import delete as deleting
from interlock.core.people import contact, find, merge
from interlock.core.people.show import Shown, show, show_one
from interlock.core.query.days import DateRules
from interlock.core.query.fields import fields_of
from interlock.core.query.parse import Search, default_sort, parse
from interlock.core.query.search import search as find_page
from interlock.core.records.store import CONTACTS
from interlock.core.schema.schema import Schema
from interlock.core.threads import block as blocking
from interlock.core.threads import merge_people
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid
from interlock.resources.contacts import wire
from interlock.rest import paging
from interlock.rest.operation import Call, Operation
from interlock.shapes import contact as shapes
from interlock.storage.database import Duplicate, Tx
from interlock.versions import behaviour

TAG = "Contacts"
READ, WRITE = "read_users", "write_users"
PER_PAGE = 50
_ONE = "/contacts/{contact_id}"
_PlaceInList = tuple[Annotated[int, msgspec.Meta(ge=1, le=paging.PAGE_MAX - 1)], str]
_PlaceInHistory = tuple[Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAX)], str]


class Including(msgspec.Struct):
    """`include_merge_history=true` puts `merge_history` into each user."""

    include_merge_history: bool = False


class ListQuery(Including):
    per_page: int = PER_PAGE
    starting_after: str | None = None


class HistoryQuery(msgspec.Struct):
    cursor: str | None = None
    per_page: int = PER_PAGE
    order: str = "desc"


# --- one contact


async def create(call: Call) -> Any:
    wanted = wire.read_write(call.body)
    return shapes.contact(await _write(call, contact.create, wanted, call.through, _with_merges(call)))


async def update(call: Call) -> Any:
    wanted = wire.read_write(call.body) if call.body is not None else contact.ContactWrite()
    done = await _write(call, contact.update, _id(call), wanted, call.through, _is_gone(call), _with_merges(call))
    return shapes.contact(done)


async def _write(call: Call, unit: Callable[..., Awaitable[Shown]], *arguments: Any) -> Shown:
    """Run a write. Who is overtaken to an external id or an email runs once more, and then sees by whom."""
    try:
        return await call.schemas.write_values(call.workspace_id, unit, *arguments)
    except Duplicate:
        return await call.schemas.write_values(call.workspace_id, unit, *arguments)


async def get(call: Call) -> Any:
    shown = await call.database.read(_get, call.schema, _id(call), _is_gone(call), _with_merges(call))
    return shapes.contact(shown)


async def _get(tx: Tx, schema: Schema, id: str, merged_is_gone: bool, with_merges: bool) -> Shown:
    return await show_one(tx, schema, await find.contact(tx, schema, id, merged_is_gone), with_merges)


async def get_by_external_id(call: Call) -> Any:
    external_id = call.params["external_id"]
    shown = await call.database.read(_get_user, call.schema, external_id, _is_gone(call), _with_merges(call))
    return shapes.contact(shown)


async def _get_user(tx: Tx, schema: Schema, external_id: str, merged_is_gone: bool, with_merges: bool) -> Shown:
    return await show_one(tx, schema, await find.user(tx, schema, external_id, merged_is_gone), with_merges)


async def delete(call: Call) -> Any:
    gone = await call.schemas.write(call.workspace_id, deleting.delete, _id(call), call.through, _is_gone(call))
    return wire.reference(gone, "deleted", True)


async def archive(call: Call) -> Any:
    return await _set_state(call, change.ARCHIVED, "archived", True)


async def unarchive(call: Call) -> Any:
    return await _set_state(call, change.UNARCHIVED, "archived", False)


async def block(call: Call) -> Any:
    """Their conversations are closed with it."""
    record = await call.schemas.write(call.workspace_id, blocking.block, _id(call), call.through, _is_gone(call))
    return wire.reference(record, "blocked", True)


async def _set_state(call: Call, action: str, word: str, value: bool) -> Any:
    record = await call.schemas.write(
        call.workspace_id, contact.set_state, _id(call), action, call.through, _is_gone(call)
    )
    return wire.reference(record, word, value)


def _id(call: Call) -> str:
    return call.params["contact_id"]


def _is_gone(call: Call) -> bool:
    return behaviour.merged_contact_is_gone(call.version)


def _with_merges(call: Call) -> bool:
    return call.query.get("include_merge_history", "").lower() in ("true", "1")


# --- many


async def list_all(call: Call) -> Any:
    """GET /contacts: those that are neither archived nor merged, the newest first."""
    per_page = paging.read_per_page(call, PER_PAGE)
    sort = default_sort(fields_of(call.schema, CONTACT))
    return await _page(call, Search(None, sort, per_page, call.query.get("starting_after") or None))


async def search(call: Call) -> Any:
    rules = DateRules.of_contacts(call.schema.workspace, behaviour.searches_by_second(call.version))
    return await _page(call, parse(msgspec.structs.asdict(call.body), call.schema, CONTACT, rules))


async def _page(call: Call, wanted: Search) -> Any:
    number, place = _read_cursor(wanted.starting_after)
    wanted = Search(wanted.where, wanted.sort, wanted.per_page, place)
    found = await call.database.search(find_page, call.schema, CONTACT, wanted, CONTACTS)
    shown = await call.database.read(show, call.schema, found.records, _with_merges(call))
    total, following = found.total or 0, found.next_cursor
    cursor = paging.encode_cursor((number + 1, following)) if following is not None else None
    pages = paging.pages_by_cursor(wanted.per_page, total, cursor, number)
    return shapes.contact_list(shown, total, pages)


def _read_cursor(text: str | None) -> tuple[int, str | None]:
    """The number of the page that a cursor leads to, which clients are shown, and the place where it begins."""
    return paging.decode_cursor(text, _PlaceInList) if text else (1, None)


# --- merging


async def merge_contacts(call: Call) -> Any:
    done = await _write(
        call, merge_people.merge, wire.read_merge(call.body), call.through, _is_gone(call), _with_merges(call)
    )
    return shapes.contact(done)


async def merge_history(call: Call) -> Any:
    per_page = paging.read_per_page(call, PER_PAGE)
    order = call.query.get("order") or "desc"
    if order not in ("asc", "desc"):
        raise invalid("order must be asc or desc", "order")
    after = _read_history_cursor(call.query.get("cursor"))
    id = call.params["id"]
    found = await call.database.read(merge.history, call.schema, id, per_page + 1, order == "desc", after)
    shown = found[:per_page]
    more = len(found) > per_page
    cursor = paging.encode_cursor((shown[-1].merged_at, shown[-1].from_id)) if more else None
    return wire.merge_history(shown, cursor)


def _read_history_cursor(text: str | None) -> tuple[int, str] | None:
    if not text:
        return None
    try:
        return paging.decode_cursor(text, _PlaceInHistory)
    except Problem:
        message = "Invalid cursor param. Please try again using a next_cursor value from a paginated response"
        raise Problem("client_error", message, "cursor") from None


# --- what is served

_GONE = ("not_found", "contact_merged")
_VALUES = ("parameter_invalid", "type_mismatch")
_TAKEN = ("conflict", "not_restorable")
_SEARCH = ("invalid_field", "invalid_operator", "invalid_sort_order", "client_error")


def _write_operation(method: str, path: str, id: str, handler: Any, summary: str, **more: Any) -> Operation:
    more |= {"query": Including, "answer": shapes.Contact, "shape": "contact"}
    return Operation(method, path, id, handler, summary, TAG, scope=WRITE, **more)


def _read_operation(path: str, id: str, handler: Any, summary: str, **more: Any) -> Operation:
    return Operation("GET", path, id, handler, summary, TAG, scope=READ, **more)


def _state_operation(method: str, path: str, id: str, handler: Any, summary: str, **more: Any) -> Operation:
    more |= {"answer": wire.ContactReference, "shape": "contact_reference"}
    return Operation(method, path, id, handler, summary, TAG, scope=WRITE, **more)


OPERATIONS = [
    _write_operation(
        "POST",
        "/contacts",
        "CreateContact",
        create,
        "Create a contact",
        body=wire.ContactBody,
        accepts="contact_write",
        errors=("parameter_not_found", *_VALUES, *_TAKEN),
    ),
    _read_operation(
        "/contacts",
        "ListContacts",
        list_all,
        "List contacts, the newest first",
        query=ListQuery,
        answer=shapes.ContactList,
        shape="contact_list",
        errors=("parameter_invalid", "client_error"),
    ),
    Operation(
        "POST",
        "/contacts/search",
        "SearchContacts",
        search,
        "Search contacts",
        TAG,
        scope=READ,
        query=Including,
        body=wire.SearchBody,
        answer=shapes.ContactList,
        shape="contact_list",
        accepts="contact_search",
        errors=(*_VALUES, "parameter_not_found", *_SEARCH),
    ),
    _write_operation(
        "POST",
        "/contacts/merge",
        "MergeContact",
        merge_contacts,
        "Merge a lead into a user",
        body=wire.MergeBody,
        accepts="contact_merge",
        errors=("parameter_not_found", "type_mismatch", "invalid_merge", *_GONE),
    ),
    _read_operation(
        "/contacts/find_by_external_id/{external_id}",
        "ShowContactByExternalId",
        get_by_external_id,
        "Get a user by external id",
        query=Including,
        answer=shapes.Contact,
        shape="contact",
        errors=_GONE,
    ),
    _read_operation(
        _ONE,
        "ShowContact",
        get,
        "Get a contact",
        query=Including,
        answer=shapes.Contact,
        shape="contact",
        errors=_GONE,
    ),
    _write_operation(
        "PUT",
        _ONE,
        "UpdateContact",
        update,
        "Update a contact",
        body=wire.ContactBody,
        body_required=False,
        accepts="contact_write",
        errors=(*_VALUES, *_GONE, *_TAKEN),
    ),
    _state_operation("DELETE", _ONE, "DeleteContact", delete, "Delete a contact", errors=_GONE),
    _state_operation("POST", f"{_ONE}/archive", "ArchiveContact", archive, "Archive a contact", errors=_GONE),
    _state_operation(
        "POST",
        f"{_ONE}/unarchive",
        "UnarchiveContact",
        unarchive,
        "Unarchive a contact",
        errors=(*_GONE, "not_restorable"),
    ),
    _state_operation("POST", f"{_ONE}/block", "BlockContact", block, "Block a contact", errors=_GONE),
    _read_operation(
        "/contacts/{id}/merge_history",
        "ListContactMergeHistory",
        merge_history,
        "List the contacts that were merged into a user",
        query=HistoryQuery,
        answer=wire.MergeHistory,
        shape="merge_history",
        errors=("parameter_invalid", "client_error", "not_found"),
    ),
]

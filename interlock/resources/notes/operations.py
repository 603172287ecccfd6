"""Notes over REST. Source: description 2.16, tag "Notes"; support for pages as older descriptions have them.

Lists are the newest first, 50 on a page. `page` and `per_page` are those of 2.11; from 2.13 on `pages.next` has a
`starting_after`, so a page can be asked for either way.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.people import notes
from interlock.resources.notes import wire
from interlock.rest import paging
from interlock.rest.operation import Call, Operation
from interlock.shapes.note import Note, note

TAG = "Notes"
READ, WRITE = "read_users", "write_users"
PER_PAGE = 50
_OF_CONTACT = "/contacts/{contact_id}/notes"
_OF_COMPANY = "/companies/{company_id}/notes"
_Place = tuple[Annotated[int, msgspec.Meta(ge=1, le=paging.PAGE_MAX - 1)], str]


class ListQuery(msgspec.Struct):
    page: int | None = None
    per_page: int | None = None
    starting_after: str | None = None


async def list_of_contact(call: Call) -> Any:
    return await _list(call, CONTACT, call.params["contact_id"])


async def list_of_company(call: Call) -> Any:
    return await _list(call, COMPANY, call.params["company_id"])


async def _list(call: Call, kind: str, record_id: str) -> Any:
    per_page = paging.read_per_page(call, PER_PAGE)
    cursor = paging.read_cursor(call, _Place)
    if cursor is not None:
        number, place = cursor
    else:
        number = paging.read_page(call)
        place = (number - 1) * per_page
    found, total = await call.database.read(notes.page, call.schema, kind, record_id, per_page, place)
    pages = paging.pages_by_number(call, number, per_page, total, url=False)
    if pages["next"] is not None:
        if found:
            pages["next"]["starting_after"] = paging.encode_cursor((number + 1, found[-1].note.id))
        else:  # they were deleted since the page before
            pages["next"] = None
    return {"type": "list", "data": [note(one) for one in found], "total_count": total, "pages": pages}


async def create_for_contact(call: Call) -> Any:
    return await _create(call, CONTACT, call.params["contact_id"])


async def create_for_company(call: Call) -> Any:
    return await _create(call, COMPANY, call.params["company_id"])


async def _create(call: Call, kind: str, record_id: str) -> Any:
    sent: wire.NoteBody = call.body
    body, admin_id = wire.read_body(sent.body), sent.admin_id
    return note(await call.schemas.write(call.workspace_id, notes.write, kind, record_id, body, admin_id, call.through))


async def get(call: Call) -> Any:
    return note(await call.database.read(notes.get, call.schema, call.params["note_id"]))


_BODY = ("parameter_not_found", "parameter_invalid", "type_mismatch", "not_found")


def _list_operation(path: str, id: str, handler: Any, what: str, **more: Any) -> Operation:
    more |= {"query": ListQuery, "answer": wire.NoteList, "shape": "note_list"}
    return Operation("GET", path, id, handler, f"List the notes on a {what}, the newest first", TAG, scope=READ, **more)


def _create_operation(path: str, id: str, handler: Any, what: str, **more: Any) -> Operation:
    more |= {"body": wire.NoteBody, "answer": Note, "shape": "note"}
    return Operation("POST", path, id, handler, f"Write a note on a {what}", TAG, scope=WRITE, **more)


OPERATIONS = [
    _list_operation(
        _OF_CONTACT,
        "listNotes",
        list_of_contact,
        "contact",
        errors=("parameter_invalid", "client_error", "not_found"),
    ),
    _create_operation(_OF_CONTACT, "createNote", create_for_contact, "contact", errors=_BODY),
    _list_operation(
        _OF_COMPANY,
        "listCompanyNotes",
        list_of_company,
        "company",
        errors=("parameter_invalid", "client_error", "company_not_found"),
    ),
    _create_operation(
        _OF_COMPANY, "createCompanyNote", create_for_company, "company", errors=(*_BODY, "company_not_found")
    ),
    Operation(
        "GET",
        "/notes/{note_id}",
        "retrieveNote",
        get,
        "Get a note",
        TAG,
        scope=READ,
        answer=Note,
        shape="note",
        errors=("not_found",),
    ),
]

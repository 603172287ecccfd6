"""Segments made and looked into. Intercom does this only in its own screens: all of it is ours.

The language of the rules is told in `core/query/rules.py`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.attributes.definition import CONTACT
from interlock.core.people import company
from interlock.core.people.show import show
from interlock.core.query.search import Found
from interlock.core.schema.schema import Segment
from interlock.core.segments import segments
from interlock.kit import limits
from interlock.resources.segments import wire
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes import company as company_shapes
from interlock.shapes import contact as contact_shapes

TAG = "Segments"
READ, WRITE = "read_users", "write_users"
_ALL = "/interlock/v1/segments"
_ONE = _ALL + "/{id}"


class MembersQuery(msgspec.Struct):
    per_page: int = limits.SEARCH_PER_PAGE
    starting_after: str | None = None


# --- definitions


async def list_all(call: Call) -> Any:
    """The oldest first."""
    data = [_definition(call, one) for one in call.schema.segments.values()]
    return {"type": "list", "data": data, "total_count": len(data)}


async def create(call: Call) -> Any:
    made = await call.schemas.define(call.workspace_id, segments.create, wire.wanted(call.body), call.through)
    return wire.definition(made, False)


async def get(call: Call) -> Any:
    return _definition(call, _one(call))


async def update(call: Call) -> Any:
    """What is left out stays as it is."""
    id, wanted = call.params["id"], wire.wanted(call.body)
    changed = await call.schemas.define(call.workspace_id, segments.update, id, wanted, call.through)
    return wire.definition(changed, segments.is_broken(await call.schemas.get(call.workspace_id), changed))


async def delete(call: Call) -> Any:
    gone = await call.schemas.define(call.workspace_id, segments.delete, call.params["id"], call.through)
    return {"type": "segment", "id": gone.id, "deleted": True}


def _one(call: Call) -> Segment:
    return segments.get(call.schema, call.params["id"])


def _definition(call: Call, one: Segment) -> dict[str, Any]:
    return wire.definition(one, segments.is_broken(call.schema, one))


# --- members


async def count(call: Call) -> Any:
    number = await call.database.search(segments.count_members, call.schema, _one(call))
    return {"type": "count", "count": number}


async def members(call: Call) -> Any:
    """A page by cursor, the newest first."""
    one, per_page = _one(call), paging.read_per_page(call, limits.SEARCH_PER_PAGE)
    after = call.query.get("starting_after") or None
    found = await call.database.search(segments.members, call.schema, one, per_page, after)
    return await _members(call, one.kind, found, per_page)


async def preview(call: Call) -> Any:
    """Who would be in a segment with these rules. Nothing is stored."""
    wanted = wire.wanted(call.body)
    found = await call.database.search(segments.preview, call.schema, wanted)
    return await _members(call, wanted.kind or CONTACT, found, limits.SEGMENT_PREVIEW, cursor=False)


async def _members(call: Call, kind: str, found: Found, per_page: int, cursor: bool = True) -> Any:
    if kind == CONTACT:
        people = await call.database.read(show, call.schema, found.records)
        data = [contact_shapes.contact(one) for one in people]
    else:
        companies = await call.database.read(company.show_all, call.schema, found.records)
        data = [company_shapes.company(one) for one in companies]
    total = found.total or 0
    pages = paging.pages_by_cursor(per_page, total, found.next_cursor if cursor else None)
    return {"type": "list", "data": data, "total_count": total, "pages": pages}


def _operation(method: str, path: str, id: str, handler: Any, summary: str, scope: str, **more: Any) -> Operation:
    return Operation(method, path, id, handler, summary, TAG, scope=scope, surface=INTERLOCK, **more)


_INVALID = ("parameter_invalid", "parameter_not_found", "invalid_field", "invalid_operator")

OPERATIONS = [
    _operation(
        "GET",
        _ALL,
        "listSegmentDefinitions",
        list_all,
        "List segments with their rules",
        READ,
        answer=wire.DefinitionList,
    ),
    _operation(
        "POST",
        _ALL,
        "createSegment",
        create,
        "Create a segment",
        WRITE,
        body=wire.SegmentBody,
        answer=wire.Definition,
        errors=_INVALID,
    ),
    _operation(
        "POST",
        f"{_ALL}/preview",
        "previewSegment",
        preview,
        "See who would be in a segment",
        READ,
        body=wire.SegmentBody,
        answer=wire.Members,
        errors=_INVALID,
    ),
    _operation(
        "GET",
        _ONE,
        "getSegmentDefinition",
        get,
        "Get a segment with its rules",
        READ,
        answer=wire.Definition,
        errors=("not_found",),
    ),
    _operation(
        "PUT",
        _ONE,
        "updateSegment",
        update,
        "Update a segment",
        WRITE,
        body=wire.SegmentBody,
        answer=wire.Definition,
        errors=("not_found", *_INVALID),
    ),
    _operation(
        "DELETE",
        _ONE,
        "deleteSegment",
        delete,
        "Delete a segment",
        WRITE,
        answer=wire.Deleted,
        errors=("not_found",),
    ),
    _operation(
        "GET",
        f"{_ONE}/count",
        "countSegmentMembers",
        count,
        "Count the members of a segment",
        READ,
        answer=wire.Count,
        errors=("not_found",),
    ),
    _operation(
        "GET",
        f"{_ONE}/members",
        "listSegmentMembers",
        members,
        "List the members of a segment",
        READ,
        query=MembersQuery,
        answer=wire.Members,
        errors=("not_found", "parameter_invalid", "client_error"),
    ),
]

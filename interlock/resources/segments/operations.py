"""Segments over REST, which Intercom only lets read. Source: description 2.16, tag "Segments"; engagement.md 3.

Lists have the segments of people and those of companies, the oldest first; they are never in pages.
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.people import find
from interlock.core.schema.schema import Schema, Segment
from interlock.core.segments import segments
from interlock.resources.segments import wire
from interlock.rest.operation import Call, Operation
from interlock.shapes import segment as shapes
from interlock.shapes.reading import read_flag
from interlock.storage.database import Tx
from interlock.versions import behaviour

TAG = "Segments"
READ = "read_users"


class CountQuery(msgspec.Struct):
    """`include_count=true` puts the number of members into each segment."""

    include_count: bool = False


async def list_all(call: Call) -> Any:
    found = list(call.schema.segments.values())
    counts = await _counts(call, found)
    return {"type": "segment.list", "segments": [shapes.segment(one, counts.get(one.id)) for one in found]}


async def get(call: Call) -> Any:
    one = segments.get(call.schema, call.params["segment_id"])
    return shapes.segment(one, (await _counts(call, [one])).get(one.id))


async def _counts(call: Call, found: list[Segment]) -> dict[str, int]:
    if not read_flag(call.query.get("include_count"), "include_count"):
        return {}
    return await call.database.search(segments.count_all, call.schema, found)


async def list_of_contact(call: Call) -> Any:
    """Those that the contact is in now. 404 for no contact, 410 for one that was merged away."""
    is_gone = behaviour.merged_contact_is_gone(call.version)
    found = await call.database.read(_of_contact, call.schema, call.params["contact_id"], is_gone)
    return _list(found)


async def list_of_company(call: Call) -> Any:
    return _list(await call.database.read(_of_company, call.schema, call.params["company_id"]))


async def _of_contact(tx: Tx, schema: Schema, id: str, merged_is_gone: bool) -> list[Segment]:
    record = await find.contact(tx, schema, id, merged_is_gone)
    return (await segments.of_records(tx, schema, CONTACT, [record]))[record.id]


async def _of_company(tx: Tx, schema: Schema, id: str) -> list[Segment]:
    record = await find.company(tx, schema, id)
    return (await segments.of_records(tx, schema, COMPANY, [record]))[record.id]


def _list(found: list[Segment]) -> Any:
    return {"type": "list", "data": [shapes.segment(one) for one in found]}


OPERATIONS = [
    Operation(
        "GET",
        "/segments",
        "listSegments",
        list_all,
        "List all segments",
        TAG,
        scope=READ,
        query=CountQuery,
        answer=wire.SegmentList,
        errors=("parameter_invalid",),
    ),
    Operation(
        "GET",
        "/segments/{segment_id}",
        "retrieveSegment",
        get,
        "Retrieve a segment",
        TAG,
        scope=READ,
        query=CountQuery,
        answer=shapes.SegmentJson,
        errors=("not_found", "parameter_invalid"),
    ),
    Operation(
        "GET",
        "/contacts/{contact_id}/segments",
        "listSegmentsForAContact",
        list_of_contact,
        "List the segments that a contact is in",
        TAG,
        scope=READ,
        answer=wire.SegmentsOfRecord,
        errors=("not_found", "contact_merged"),
    ),
    Operation(
        "GET",
        "/companies/{company_id}/segments",
        "ListAttachedSegmentsForCompanies",
        list_of_company,
        "List the segments that a company is in",
        TAG,
        scope=READ,
        answer=wire.SegmentsOfRecord,
        errors=("company_not_found",),
    ),
]

"""Segments: request bodies, and what is answered besides `shapes/segment.py`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.schema.schema import Segment
from interlock.core.segments.segments import Wanted
from interlock.shapes.segment import SegmentJson


class SegmentList(msgspec.Struct):
    type: Literal["segment.list"]
    segments: list[SegmentJson]


class SegmentsOfRecord(msgspec.Struct):
    type: Literal["list"]
    data: list[SegmentJson]


class SegmentBody(msgspec.Struct):
    """`kind`: `contact` (if it is not said) or `company`. `person_type`: `user` (if it is not said), or `contact` for
    leads. `rules` are a group or a single rule; when a segment is changed, what is left out stays as it is."""

    name: str | None = None
    kind: str | None = None
    person_type: str | None = None
    rules: Any = None


class Definition(msgspec.Struct):
    """A segment with its rules. `broken`: they fit the definitions no more, and nobody is in it."""

    type: Literal["segment"]
    id: str
    name: str
    kind: Literal["contact", "company"]
    person_type: Literal["user", "contact"]
    rules: Any
    broken: bool
    created_at: int
    updated_at: int


class DefinitionList(msgspec.Struct):
    type: Literal["list"]
    data: list[Definition]
    total_count: int


class Count(msgspec.Struct):
    type: Literal["count"]
    count: int


class Members(msgspec.Struct):
    """Contacts or companies, as their own lists show them."""

    type: Literal["list"]
    data: list[dict[str, Any]]
    total_count: int
    pages: dict[str, Any]


class Deleted(msgspec.Struct):
    type: Literal["segment"]
    id: str
    deleted: bool


def wanted(body: SegmentBody) -> Wanted:
    return Wanted(body.name, body.kind, body.person_type, body.rules)


def definition(one: Segment, broken: bool) -> dict[str, Any]:
    return {
        "type": "segment",
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "person_type": one.person_type,
        "rules": one.rules,
        "broken": broken,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }

"""A segment as JSON: in lists of segments, and inside companies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.schema.schema import Segment


def segment(one: Segment, count: int | None = None) -> dict[str, Any]:
    """`count` is there where it was asked for."""
    answer = {
        "type": "segment",
        "id": one.id,
        "name": one.name,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "person_type": one.person_type,
    }
    if count is not None:
        answer["count"] = count
    return answer


def segments_of(found: Sequence[Segment]) -> dict[str, Any]:
    """Inside a company."""
    return {"type": "segment.list", "segments": [segment(one) for one in found]}


class SegmentJson(msgspec.Struct):
    """`person_type`: `user`, or `contact` for leads. `count`: of members, with `include_count=true`."""

    type: Literal["segment"]
    id: str
    name: str
    created_at: int
    updated_at: int
    person_type: Literal["user", "contact"]
    count: int | UnsetType = UNSET

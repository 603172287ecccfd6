"""A company as JSON, at the newest version: alone, in lists, and inside a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.people.company import Shown
from interlock.shapes.contact import AddressableItem
from interlock.shapes.custom_attributes import custom_attributes
from interlock.shapes.note import Note, note
from interlock.shapes.segment import SegmentJson, segments_of
from interlock.shapes.tag import names

_OPTIONAL = ("last_request_at", "size", "website", "industry")  # left out when unset: the description has no null here


def company(shown: Shown) -> dict[str, Any]:
    schema, record = shown.schema, shown.record
    fields = record.fields
    answer = {
        "type": "company",
        "id": record.id,
        "company_id": fields["company_id"],
        "app_id": schema.workspace.app_id,
        "name": fields["name"] or "",
        "plan": plan(fields),
        "remote_created_at": fields["created_at"],
        "created_at": fields["created_at"],
        "updated_at": fields["updated_at"],
        "monthly_spend": fields["monthly_spend"],
        "session_count": fields["session_count"],
        "user_count": fields["user_count"],
        "tags": names(shown.tags),
        "segments": segments_of(shown.segments),
        "notes": notes(shown),
        "custom_attributes": custom_attributes(schema, record, shown.references),
    }
    if fields["remote_created_at"] is not None:
        answer["remote_created_at"] = fields["remote_created_at"]
    for name in _OPTIONAL:
        if fields[name] is not None:
            answer[name] = fields[name]
    return answer


def plan(fields: Mapping[str, Any]) -> dict[str, Any]:
    if fields["plan_name"] is None:
        return {}
    return {"type": "plan", "id": str(fields["plan_id"]), "name": fields["plan_name"]}


def notes(shown: Shown) -> dict[str, Any]:
    """As the schema has them (`notes`), and as the examples of Preview: the newest, and where the others are."""
    id, written = shown.record.id, shown.notes
    return {
        "type": "note.list",
        "notes": [note(one) for one in written],
        "data": [{"type": "note", "id": one.note.id, "url": f"/notes/{one.note.id}"} for one in written],
        "url": f"/companies/{id}/notes",
        "total_count": shown.note_count,
        "has_more": shown.note_count > len(written),
    }


# --- their description


class Plan(msgspec.Struct):
    """Empty for a company without a plan."""

    type: Literal["plan"] | UnsetType = UNSET
    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class TagName(msgspec.Struct):
    type: Literal["tag"]
    id: str
    name: str


class TagNames(msgspec.Struct):
    type: Literal["tag.list"]
    tags: list[TagName]


class Notes(msgspec.Struct):
    """The newest ten: whole in `notes`, as references in `data`; all of them are at `url`."""

    type: Literal["note.list"]
    notes: list[Note]
    data: list[AddressableItem]
    url: str
    total_count: int
    has_more: bool


class Segments(msgspec.Struct):
    type: Literal["segment.list"]
    segments: list[SegmentJson]


class Company(msgspec.Struct, kw_only=True):
    """A company. Times are Unix seconds; `remote_created_at` is `created_at` where nobody has said otherwise."""

    type: Literal["company"]
    id: str
    company_id: str
    app_id: str
    name: str
    plan: Plan
    remote_created_at: int
    created_at: int
    updated_at: int
    last_request_at: int | UnsetType = UNSET
    size: int | UnsetType = UNSET
    website: str | UnsetType = UNSET
    industry: str | UnsetType = UNSET
    monthly_spend: int
    session_count: int
    user_count: int
    tags: TagNames
    segments: Segments
    notes: Notes
    custom_attributes: dict[str, Any]

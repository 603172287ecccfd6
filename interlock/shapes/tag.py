"""Tags as JSON: alone, in the list of a workspace, and on what they were applied to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.tags.store import Tag as TagRow
from interlock.core.tags.store import Tagging


class AppliedBy(msgspec.Struct):
    type: Literal["admin"]
    id: str


class Tag(msgspec.Struct):
    """`applied_at` (Unix seconds) and `applied_by` are there where the tag is shown on a record."""

    type: Literal["tag"]
    id: str
    name: str
    applied_at: int | UnsetType = UNSET
    applied_by: AppliedBy | UnsetType | None = UNSET


class TagList(msgspec.Struct):
    type: Literal["list"]
    data: list[Tag]


class Tags(msgspec.Struct):
    """The tags of a record, inside it."""

    type: Literal["tag.list"]
    tags: list[Tag]


def basic(one: TagRow) -> dict[str, Any]:
    return {"type": "tag", "id": one.id, "name": one.name}


def tag(one: Tagging) -> dict[str, Any]:
    """A tag on a record."""
    by = {"type": "admin", "id": str(one.applied_by)} if one.applied_by is not None else None
    return {"type": "tag", "id": one.tag_id, "name": one.name, "applied_at": one.applied_at, "applied_by": by}


def tags(taggings: Sequence[Tagging]) -> dict[str, Any]:
    """What conversations and their parts hold."""
    return {"type": "tag.list", "tags": [tag(one) for one in taggings] if taggings else []}


def names(taggings: Sequence[Tagging]) -> dict[str, Any]:
    """What companies hold: which tags, and no more."""
    return {
        "type": "tag.list",
        "tags": [{"type": "tag", "id": one.tag_id, "name": one.name} for one in taggings],
    }

"""The feed of changes. Intercom has none: all of this is ours.

Every write of every resource and of every custom object is in it once, deletions too, in an order that never changes.
Whoever keeps the last cursor and asks for what comes after it misses nothing and sees nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from interlock.core.attributes.text import shown
from interlock.core.changes import change, feed
from interlock.core.changes.feed import Entry
from interlock.core.schema.schema import Schema
from interlock.kit import limits
from interlock.kit.problems import invalid
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Call, Operation

TAG = "Changes"


class ChangesQuery(msgspec.Struct):
    """`types` are words as in `type` of a change, separated by commas."""

    after: str | None = None
    limit: int = limits.CHANGES_PER_PAGE
    types: str | None = None


class ChangeData(msgspec.Struct):
    """The fields that changed, as they were and as they are; of what was deleted, all that it had."""

    before: dict[str, Any]
    after: dict[str, Any]


class ChangeJson(msgspec.Struct):
    """One change. `type` is a kind of resource, or the identifier of an object type; `at` is in Unix seconds."""

    cursor: str
    type: str
    id: str
    action: str
    at: int
    through: str
    data: ChangeData


class ChangeList(msgspec.Struct):
    """`cursor` is where to go on, also when there is nothing new."""

    type: Literal["change.list"]
    changes: list[ChangeJson]
    has_more: bool
    cursor: str | None


async def list_changes(call: Call) -> Any:
    after = _position(call.query.get("after"))
    limit = paging.whole_number(call, "limit", limits.CHANGES_PER_PAGE, 1, limits.CHANGES_PER_PAGE_MAX)
    kinds = _kinds(call.schema, call.query.get("types"))
    entries, more, last = await call.database.search(feed.listing, call.workspace_id, after, limit, kinds)
    return {
        "type": "change.list",
        "changes": [change_json(call.schema, one) for one in entries],
        "has_more": more,
        "cursor": str(last) if last is not None else None,
    }


def change_json(schema: Schema, one: Entry) -> Mapping[str, Any]:
    return {
        "cursor": str(one.position),
        "type": label(schema, one.kind),
        "id": one.record_id,
        "action": one.action,
        "at": one.at // 1_000_000,
        "through": one.through,
        "data": {"before": one.before, "after": one.after},
    }


def label(schema: Schema, kind: str) -> str:
    """The word for a kind on the wire; of an object type its identifier, archived or not."""
    return schema.types[kind].identifier if kind in schema.types else kind


def _position(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid("after is not a cursor of this feed", "after")
    return int(text)


def _kinds(schema: Schema, text: str | None) -> list[str] | None:
    """400 for a word that is no type: a reader that has misspelt one would wait for ever."""
    if text is None:
        return None
    kinds = []
    for word in (one.strip() for one in text.split(",")):
        if word in change.KINDS:
            kinds.append(word)
        elif word in schema.identifiers:
            kinds.append(schema.identifiers[word].id)
        else:
            raise invalid(
                f"'{shown(word)}' is neither one of {', '.join(change.KINDS)} nor the identifier of an object type",
                "types",
            )
    return kinds


OPERATIONS = [
    Operation(
        "GET",
        "/interlock/v1/changes",
        "listChanges",
        list_changes,
        "List changes after a cursor, the oldest first",
        TAG,
        scope="read_changes",
        query=ChangesQuery,
        answer=ChangeList,
        errors=("parameter_invalid", "change_cursor_expired"),
        surface=INTERLOCK,
    ),
]

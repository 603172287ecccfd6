"""What can happen to a record: the closed list, and how it is written down.

A change is one row in the same transaction as what it tells of: history, outbox and feed are this one table. Its
`position` in the feed is given after commit (`stamp.py`).
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import insert

from interlock.kit import ids
from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes

CREATED, UPDATED, DELETED, ARCHIVED, UNARCHIVED, BLOCKED, MERGED, ATTACHED, DETACHED, MOVED, LINKED = (
    "created",
    "updated",
    "deleted",
    "archived",
    "unarchived",
    "blocked",
    "merged",
    "attached",
    "detached",
    "moved",  # another record has taken a link over
    "linked",  # links were made or cut from the other end
)
TAGGED, UNTAGGED, SUBSCRIBED, UNSUBSCRIBED = "tagged", "untagged", "subscribed", "unsubscribed"
REPLIED, NOTED, ASSIGNED, OPENED, CLOSED, SNOOZED, UNSNOOZED, READ, REDACTED, CONVERTED, RATED = (
    "replied",
    "noted",
    "assigned",
    "opened",
    "closed",
    "snoozed",
    "unsnoozed",
    "read",
    "redacted",
    "converted",
    "rated",
)
ACTIONS = (
    *(CREATED, UPDATED, DELETED, ARCHIVED, UNARCHIVED, BLOCKED, MERGED, ATTACHED, DETACHED, MOVED, LINKED),
    *(TAGGED, UNTAGGED, SUBSCRIBED, UNSUBSCRIBED),
    *(REPLIED, NOTED, ASSIGNED, OPENED, CLOSED, SNOOZED, UNSNOOZED, READ, REDACTED, CONVERTED, RATED),
)
"""What happened to threads says more in `after`: `part_id`, the part that came of it, and `by`, the type of its author
(user, lead, admin, bot). Tagging says `tag_id`, attaching and detaching `contact_id` or `company_id`."""

KINDS = (
    *("contact", "company", "conversation", "ticket", "side_conversation", "visitor", "note", "tag", "segment"),
    *("admin", "team", "away_reason", "subscription_type", "ticket_type", "ticket_state", "data_event", "message"),
    *("attribute", "object_type", "workspace", "webhook", "job", "activity_log", "data_event_type"),
)
"""What changes besides instances, whose kind is the id of their object type."""

_insert = Query(insert(changes))
_encode = msgspec.json.Encoder().encode


def row(
    workspace_id: str,
    kind: str,
    record_id: str,
    action: str,
    through: str,
    at: int,
    before: dict[str, Any],
    after: dict[str, Any],
) -> dict[str, Any]:
    """The values of one change. `at` is in Unix microseconds; `before` and `after` hold the fields that changed."""
    return {
        "workspace_id": workspace_id,
        "id": ids.record_id(),
        "position": None,
        "kind": kind,
        "record_id": record_id,
        "action": action,
        "at": at,
        "through": through,
        "before": _encode(before).decode(),
        "after": _encode(after).decode(),
    }


async def note(tx: Tx, *rows: dict[str, Any]) -> None:
    """Write changes down, in the transaction that makes them."""
    if len(rows) == 1:
        await tx.run(_insert, **rows[0])
    elif rows:
        await tx.many(_insert, rows)

"""What teammates do, in the words of Intercom's activity log: written in the transaction of what was done.

A token belongs to nobody in person, so the owner stands for it, as in `GET /me`, unless the request names a teammate.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, insert, or_, select

from interlock.core.changes import change
from interlock.core.staff.store import get_admin, owner
from interlock.kit import clock, ids
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import activity_logs

KIND = "activity_log"
AWAY_CHANGED = "admin_away_mode_change"
INVITED, JOINED, LEFT = "admin_invite_creation", "app_admin_join", "admin_deletion"
PERMISSION_CHANGED, SEAT_CHANGED, AVATAR_CHANGED = "admin_permission_change", "seat_change", "admin_avatar_change"
TEAM_CREATED, TEAM_DELETED = "app_team_creation", "app_team_deletion"
TEAM_MEMBERS_CHANGED, TEAM_LIMIT_CHANGED = "app_team_membership_modification", "team_assignment_limit_change"
APP_NAME_CHANGED, APP_TIMEZONE_CHANGED = "app_name_change", "app_timezone_change"
WEBHOOK_CREATED, WEBHOOK_DELETED = "app_webhook_creation", "app_webhook_deletion"
PART_DELETED, BULK_DELETED = "conversation_part_deletion", "bulk_delete"
TYPES = (
    *(AWAY_CHANGED, INVITED, JOINED, LEFT, PERMISSION_CHANGED, SEAT_CHANGED, AVATAR_CHANGED),
    *(TEAM_CREATED, TEAM_DELETED, TEAM_MEMBERS_CHANGED, TEAM_LIMIT_CHANGED),
    *(APP_NAME_CHANGED, APP_TIMEZONE_CHANGED, WEBHOOK_CREATED, WEBHOOK_DELETED, PART_DELETED, BULK_DELETED),
)
"""What is written here; Intercom knows more (`versions/activity_types.py`)."""

END_OF_TIME = 2**62


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a teammate did. `ip` is where the request came from, where that is known."""

    id: str
    activity_type: str
    admin_id: int
    description: str
    created_at: int
    email: str
    ip: str | None
    metadata: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries a list is of: `after` and `before` are Unix seconds and belong to it; `types` are its words."""

    after: int
    before: int
    types: Collection[str]


_columns = (
    activity_logs.c.id,
    activity_logs.c.activity_type,
    activity_logs.c.admin_id,
    activity_logs.c.description,
    activity_logs.c.created_at,
    activity_logs.c.details,
)
_wanted = (
    activity_logs.c.workspace_id == bindparam("key"),
    activity_logs.c.created_at >= bindparam("after"),
    activity_logs.c.created_at <= bindparam("before"),
    any_of(activity_logs.c.activity_type, "types"),
)
_older = or_(
    activity_logs.c.created_at < bindparam("last_at"),
    (activity_logs.c.created_at == bindparam("last_at")) & (activity_logs.c.id < bindparam("last_id")),
)
_newest_first = (activity_logs.c.created_at.desc(), activity_logs.c.id.desc())
_page = Query(
    select(*_columns)
    .where(*_wanted, _older)
    .order_by(*_newest_first)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_count = Query(select(func.count()).select_from(activity_logs).where(*_wanted))
_insert = Query(insert(activity_logs))


async def log(
    tx: Tx,
    workspace_id: str,
    activity_type: str,
    admin_id: int | None,
    description: str,
    metadata: dict[str, Any] | None = None,
    ip: str | None = None,
) -> None:
    """Write down what was done, in the transaction that does it.

    `activity_type` is one of `TYPES`. `admin_id` is who did it; None, and whoever does not work here, is the owner.
    `description` goes on after their name: "changed your app name from Shop to Store." `ip` is `Call.client`.
    """
    person = await get_admin(tx, workspace_id, admin_id) if admin_id is not None else None
    person = person or await owner(tx, workspace_id)
    assert person is not None  # a workspace is made with its owner, who cannot leave
    details = {"email": person.email, "ip": ip, "metadata": metadata}
    id, said = ids.record_id(), f"{person.name} {description}"
    performed_by = {"type": "admin", "id": str(person.id), "email": person.email, "ip": ip}
    after = {"activity_type": activity_type, "activity_description": said, "performed_by": performed_by}
    after |= {"metadata": metadata, "created_at": clock.seconds()}
    through = f"admin:{person.id}"
    await change.note(tx, change.row(workspace_id, KIND, id, change.CREATED, through, clock.micros(), {}, after))
    await tx.run(
        _insert,
        workspace_id=workspace_id,
        id=id,
        activity_type=activity_type,
        admin_id=person.id,
        description=said,
        details=msgspec.json.encode(details).decode(),
        created_at=clock.seconds(),
    )


async def page(
    tx: Tx, workspace_id: str, wanted: Wanted, limit: int, offset: int = 0, last: tuple[int, str] | None = None
) -> tuple[list[Entry], int]:
    """The newest first, and how many there are in all.

    A page begins `offset` entries from the first, or after `last`, the time and id of the last entry of another page.
    """
    values = {"key": workspace_id, "after": wanted.after, "before": wanted.before, "types": list(wanted.types)}
    last_at, last_id = last or (END_OF_TIME, "")
    rows = await tx.all(_page, **values, last_at=last_at, last_id=last_id, limit=limit, offset=offset)
    return [_entry(row) for row in rows], await tx.value(_count, **values)


def _entry(row: Row) -> Entry:
    id, activity_type, admin_id, description, created_at, text = row
    details = msgspec.json.decode(text)
    more = (details["email"], details["ip"], details["metadata"])
    return Entry(id, activity_type, admin_id, description, created_at, *more)

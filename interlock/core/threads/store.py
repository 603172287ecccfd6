"""What threads have in common in the database: their parts, and who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import participants, parts

PARTS_SHOWN = 500
"""Of a thread's parts the newest so many are shown (description 2.16, retrieveConversation)."""
CONTACT_MEMBER, ADMIN_MEMBER = "contact", "admin"


@dataclass(slots=True)
class Part:
    """Something that was said or done in a thread.

    `body` is clean HTML. `details` has what nobody searches: `author_name` and `author_email` as they were then,
    `attachments`, `assigned_to` {type, id}, `event_details`, `reply_options`, `metadata`, `state` (of the thread after
    it), `external_id`, `email`.
    """

    id: str
    part_type: str
    author_type: str  # user, lead, admin, bot
    author_id: str
    body: str | None
    created_at: int
    updated_at: int
    redacted: bool = False
    details: dict[str, Any] = field(default_factory=dict)


_part_columns = (
    parts.c.id,
    parts.c.part_type,
    parts.c.author_type,
    parts.c.author_id,
    parts.c.body,
    parts.c.created_at,
    parts.c.updated_at,
    parts.c.redacted,
    parts.c.details,
)
_of_thread = (parts.c.workspace_id == bindparam("key"), parts.c.thread_id == bindparam("thread"))
_insert_part = Query(insert(parts))
_newest = Query(select(*_part_columns).where(*_of_thread).order_by(parts.c.id.desc()).limit(bindparam("limit")))
_count = Query(select(func.count()).select_from(parts).where(*_of_thread))
_part = Query(select(*_part_columns).where(*_of_thread, parts.c.id == bindparam("id")))
_update_part = Query(
    update(parts)
    .where(*_of_thread, parts.c.id == bindparam("id"))
    .values({name: bindparam(name) for name in ("body", "redacted", "updated_at", "details")})
)
_delete_parts = Query(delete(parts).where(*_of_thread))


def _made(row: Row) -> Part:
    id, part_type, author_type, author_id, body, created_at, updated_at, redacted, details = row
    decoded = msgspec.json.decode(details)
    return Part(id, part_type, author_type, author_id, body, created_at, updated_at, bool(redacted), decoded)


async def append(tx: Tx, workspace_id: str, thread_id: str, *added: Part) -> None:
    """Add parts, in the transaction of what they tell of."""
    await append_to_many(tx, workspace_id, [(thread_id, one) for one in added])


async def append_to_many(tx: Tx, workspace_id: str, added: Sequence[tuple[str, Part]]) -> None:
    """Add parts to several threads, each with the id of its thread."""
    rows = [
        {
            "workspace_id": workspace_id,
            "thread_id": thread_id,
            "id": one.id,
            "part_type": one.part_type,
            "author_type": one.author_type,
            "author_id": one.author_id,
            "body": one.body,
            "redacted": one.redacted,
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "details": msgspec.json.encode(one.details).decode(),
        }
        for thread_id, one in added
    ]
    if len(rows) == 1:
        await tx.run(_insert_part, **rows[0])
    elif rows:
        await tx.many(_insert_part, rows)


async def newest(tx: Tx, workspace_id: str, thread_id: str, limit: int = PARTS_SHOWN) -> tuple[list[Part], int]:
    """The newest parts of a thread in the order in which they came, and how many it has in all."""
    rows = await tx.all(_newest, key=workspace_id, thread=thread_id, limit=limit)
    total = len(rows)
    if total == limit:
        total = await tx.value(_count, key=workspace_id, thread=thread_id)
    return [_made(row) for row in reversed(rows)], total


async def get_part(tx: Tx, workspace_id: str, thread_id: str, id: str) -> Part | None:
    row = await tx.one(_part, key=workspace_id, thread=thread_id, id=id)
    return _made(row) if row is not None else None


async def update_part(tx: Tx, workspace_id: str, thread_id: str, part: Part) -> None:
    await tx.run(
        _update_part,
        key=workspace_id,
        thread=thread_id,
        id=part.id,
        body=part.body,
        redacted=part.redacted,
        updated_at=part.updated_at,
        details=msgspec.json.encode(part.details).decode(),
    )


async def delete_parts(tx: Tx, workspace_id: str, thread_id: str) -> None:
    await tx.run(_delete_parts, key=workspace_id, thread=thread_id)


# --- who takes part


@dataclass(frozen=True, slots=True)
class Participant:
    """A contact whom a thread is with, or a teammate who said or did something in it."""

    kind: str
    member_id: str
    created_at: int
    details: dict[str, Any] = field(default_factory=dict)


_members = participants.c
_in_thread = (_members.workspace_id == bindparam("key"), _members.thread_id == bindparam("thread"))
_add = Query(insert_or(participants).on_conflict_do_nothing().returning(_members.member_id))
_add_unseen = Query(insert_or(participants).on_conflict_do_nothing())
_remove = Query(
    delete(participants).where(*_in_thread, _members.kind == bindparam("kind"), _members.member_id == bindparam("id"))
)
_of_threads = Query(
    select(_members.thread_id, _members.kind, _members.member_id, _members.created_at, _members.details)
    .where(_members.workspace_id == bindparam("key"), any_of(_members.thread_id, "threads"))
    .order_by(_members.thread_id, _members.created_at, _members.member_id)
)
_delete_participants = Query(delete(participants).where(*_in_thread))


async def add_participant(tx: Tx, workspace_id: str, thread_id: str, one: Participant) -> bool:
    """Whether it is new."""
    return await tx.one(_add, **_participant(workspace_id, thread_id, one)) is not None


async def add_participants(tx: Tx, workspace_id: str, thread_id: str, several: Sequence[Participant]) -> None:
    """The same for those of whom nobody asks whether they are new."""
    for one in several:
        await tx.run(_add_unseen, **_participant(workspace_id, thread_id, one))


def _participant(workspace_id: str, thread_id: str, one: Participant) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "thread_id": thread_id,
        "kind": one.kind,
        "member_id": one.member_id,
        "created_at": one.created_at,
        "details": msgspec.json.encode(one.details).decode(),
    }


async def remove_participant(tx: Tx, workspace_id: str, thread_id: str, kind: str, member_id: str) -> bool:
    """Whether it was there."""
    return await tx.run(_remove, key=workspace_id, thread=thread_id, kind=kind, id=member_id) > 0


async def participants_of(tx: Tx, workspace_id: str, thread_ids: Sequence[str]) -> dict[str, list[Participant]]:
    """Who takes part in each of several threads, the first first; threads without anybody are there too."""
    found: dict[str, list[Participant]] = {id: [] for id in thread_ids}
    rows = await tx.all(_of_threads, key=workspace_id, threads=list(found)) if found else []
    for thread_id, kind, member_id, created_at, details in rows:
        found[thread_id].append(Participant(kind, member_id, created_at, msgspec.json.decode(details)))
    return found


async def delete_participants(tx: Tx, workspace_id: str, thread_id: str) -> None:
    await tx.run(_delete_participants, key=workspace_id, thread=thread_id)

"""Tags in the database, and what they are on.

A tagging is only made or removed by who holds the lock of its record, so a record that is deleted leaves none behind;
who makes one also shares the lock of its tag, so a tag that is deleted leaves none either. Records are locked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, TICKET
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import taggings, tags

PART = "part"
KINDS = (CONTACT, COMPANY, CONVERSATION, TICKET, PART)


@dataclass(frozen=True, slots=True)
class Tag:
    """A word for records. Its name is unique in the workspace, whatever its case."""

    id: str
    name: str
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Tagging:
    """A tag on a record: since when, and by which teammate."""

    tag_id: str
    name: str
    applied_at: int
    applied_by: int | None


_columns = (tags.c.id, tags.c.name, tags.c.created_at, tags.c.updated_at)
_mine = tags.c.workspace_id == bindparam("key")
_one = (_mine, tags.c.id == bindparam("id"))
_named = (_mine, tags.c.name_key == bindparam("name_key"))
_all = Query(select(*_columns).where(_mine).order_by(tags.c.id))
_get = Query(select(*_columns).where(*_one))
_shared = Query(select(*_columns).where(*_one).with_for_update(read=True, key_share=True))
_locked = Query(select(*_columns).where(*_one).with_for_update())
_shared_by_name = Query(select(*_columns).where(*_named).with_for_update(read=True, key_share=True))
_insert = Query(insert_or(tags).on_conflict_do_nothing().returning(tags.c.id))
_rename = Query(
    update(tags).where(*_one).values({name: bindparam(name) for name in ("name", "name_key", "updated_at")})
)
_delete = Query(delete(tags).where(*_one))

_tagging = taggings.c
_of_kind = (_tagging.workspace_id == bindparam("key"), _tagging.kind == bindparam("kind"))
_is_tag = _tagging.tag_id == bindparam("tag_id")
_the_tag = (tags.c.workspace_id == bindparam("key")) & (tags.c.id == _tagging.tag_id)
_of_records = Query(
    select(_tagging.record_id, _tagging.tag_id, tags.c.name, _tagging.applied_at, _tagging.applied_by)
    .select_from(taggings.join(tags, _the_tag))
    .where(*_of_kind, any_of(_tagging.record_id, "ids"))
    .order_by(_tagging.record_id, _tagging.applied_at, _tagging.tag_id)
)
_one_of = Query(
    select(_tagging.tag_id, tags.c.name, _tagging.applied_at, _tagging.applied_by)
    .select_from(taggings.join(tags, _the_tag))
    .where(*_of_kind, _tagging.record_id == bindparam("id"), _is_tag)
)
_among = Query(select(_tagging.record_id).where(*_of_kind, _is_tag, any_of(_tagging.record_id, "ids")))
_add = Query(insert(taggings))
_remove = Query(delete(taggings).where(*_of_kind, _is_tag, any_of(_tagging.record_id, "ids")))
_remove_of_tag = Query(
    delete(taggings).where(_tagging.workspace_id == bindparam("key"), any_of(_tagging.kind, "kinds"), _is_tag)
)
_count = Query(select(func.count()).select_from(taggings).where(*_of_kind, _is_tag))


def name_key(name: str) -> str:
    """What makes two names the same."""
    return name.lower()


def _tag(row: Row | None) -> Tag | None:
    return Tag(*row) if row is not None else None


# --- tags


async def all_tags(tx: Tx, workspace_id: str) -> list[Tag]:
    """The oldest first."""
    return [Tag(*row) for row in await tx.all(_all, key=workspace_id)]


async def get(tx: Tx, workspace_id: str, id: str) -> Tag | None:
    return _tag(await tx.one(_get, key=workspace_id, id=id))


async def share(tx: Tx, workspace_id: str, id: str) -> Tag | None:
    """A tag that nobody deletes until this transaction ends."""
    return _tag(await tx.one(_shared, key=workspace_id, id=id))


async def lock(tx: Tx, workspace_id: str, id: str) -> Tag | None:
    """A tag that is to be renamed or deleted: whoever is tagging with it is waited for."""
    return _tag(await tx.one(_locked, key=workspace_id, id=id))


async def share_by_name(tx: Tx, workspace_id: str, name: str) -> Tag | None:
    return _tag(await tx.one(_shared_by_name, key=workspace_id, name_key=name_key(name)))


async def insert_new(tx: Tx, workspace_id: str, one: Tag) -> bool:
    """Insert unless the name is taken; whether it did."""
    row = await tx.one(
        _insert,
        workspace_id=workspace_id,
        id=one.id,
        name=one.name,
        name_key=name_key(one.name),
        created_at=one.created_at,
        updated_at=one.updated_at,
    )
    return row is not None


async def rename(tx: Tx, workspace_id: str, id: str, name: str, now: int) -> None:
    """Raises `Duplicate("tags_name_key")` when another tag has the name."""
    await tx.run(_rename, key=workspace_id, id=id, name=name, name_key=name_key(name), updated_at=now)


async def remove_tag(tx: Tx, workspace_id: str, id: str) -> None:
    """A locked tag goes, and comes off everything that it is on."""
    await tx.run(_remove_of_tag, key=workspace_id, kinds=list(KINDS), tag_id=id)
    await tx.run(_delete, key=workspace_id, id=id)


# --- what they are on


async def tags_of(tx: Tx, workspace_id: str, kind: str, ids: Sequence[str]) -> dict[str, list[Tagging]]:
    """The tags of several records of a kind, the one applied first first; records without any are there too."""
    found: dict[str, list[Tagging]] = {id: [] for id in ids}
    for record_id, *values in await tx.all(_of_records, key=workspace_id, kind=kind, ids=list(found)) if found else []:
        found[record_id].append(Tagging(*values))
    return found


async def tagging_of(tx: Tx, workspace_id: str, kind: str, id: str, tag_id: str) -> Tagging | None:
    """One tag on one record, if it is there."""
    row = await tx.one(_one_of, key=workspace_id, kind=kind, id=id, tag_id=tag_id)
    return Tagging(*row) if row is not None else None


async def tagged_among(tx: Tx, workspace_id: str, kind: str, tag_id: str, ids: Sequence[str]) -> set[str]:
    """Which of these records have a tag."""
    if not ids:
        return set()
    return {row[0] for row in await tx.all(_among, key=workspace_id, kind=kind, tag_id=tag_id, ids=list(ids))}


async def add(
    tx: Tx, workspace_id: str, kind: str, tag_id: str, ids: Sequence[str], applied_by: int | None, now: int
) -> None:
    """Put a tag on records that are locked and have not got it yet."""
    same = {"workspace_id": workspace_id, "kind": kind, "tag_id": tag_id, "applied_by": applied_by, "applied_at": now}
    if ids:
        await tx.many(_add, [{**same, "record_id": id} for id in ids])


async def remove(tx: Tx, workspace_id: str, kind: str, tag_id: str, ids: Sequence[str]) -> None:
    if ids:
        await tx.run(_remove, key=workspace_id, kind=kind, tag_id=tag_id, ids=list(ids))


async def count(tx: Tx, workspace_id: str, kind: str, tag_id: str) -> int:
    """How many records of a kind have a tag."""
    return await tx.value(_count, key=workspace_id, kind=kind, tag_id=tag_id)

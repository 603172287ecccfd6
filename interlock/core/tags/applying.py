"""Put a tag on records, and take it off: the same for every kind. The callers hold the locks of the records.

What carries a tag shows it, so its `updated_at` moves: whoever reads changed records by that time sees it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from interlock.core.changes import change
from interlock.core.records.store import store_of
from interlock.core.schema.schema import Schema
from interlock.core.tags import store
from interlock.core.tags.store import Tag, Tagging
from interlock.kit import clock
from interlock.storage.database import Tx


async def put_on(
    tx: Tx, schema: Schema, kind: str, tag: Tag, ids: Sequence[str], admin_id: int | None, through: str, **more: Any
) -> None:
    """What has the tag already stays as it is. `more` goes into the history beside the tag."""
    key = schema.workspace.id
    had = await store.tagged_among(tx, key, kind, tag.id, ids)
    new = [id for id in dict.fromkeys(ids) if id not in had]
    now = clock.seconds()
    await store.add(tx, key, kind, tag.id, new, admin_id, now)
    await _note(tx, schema, kind, change.TAGGED, tag, new, through, more)
    await store_of(kind).touch(tx, key, new, now)


async def take_off(tx: Tx, schema: Schema, kind: str, tag: Tag, ids: Sequence[str], through: str, **more: Any) -> None:
    """What has not got the tag stays as it is."""
    key = schema.workspace.id
    had = await store.tagged_among(tx, key, kind, tag.id, ids)
    gone = [id for id in dict.fromkeys(ids) if id in had]
    await store.remove(tx, key, kind, tag.id, gone)
    await _note(tx, schema, kind, change.UNTAGGED, tag, gone, through, more)
    await store_of(kind).touch(tx, key, gone, clock.seconds())


async def put_on_one(
    tx: Tx, schema: Schema, kind: str, tag: Tag, id: str, admin_id: int | None, through: str, **more: Any
) -> Tagging:
    """The tag as it is on the record afterwards."""
    key = schema.workspace.id
    there = await store.tagging_of(tx, key, kind, id, tag.id)
    if there is not None:
        return there
    now = clock.seconds()
    await store.add(tx, key, kind, tag.id, [id], admin_id, now)
    await _note(tx, schema, kind, change.TAGGED, tag, [id], through, more)
    await store_of(kind).touch(tx, key, [id], now)
    return Tagging(tag.id, tag.name, now, admin_id)


async def take_off_one(
    tx: Tx, schema: Schema, kind: str, tag: Tag, id: str, through: str, **more: Any
) -> Tagging | None:
    """The tag as it was on the record; None when it was not."""
    there = await store.tagging_of(tx, schema.workspace.id, kind, id, tag.id)
    if there is not None:
        await store.remove(tx, schema.workspace.id, kind, tag.id, [id])
        await _note(tx, schema, kind, change.UNTAGGED, tag, [id], through, more)
        await store_of(kind).touch(tx, schema.workspace.id, [id], clock.seconds())
    return there


async def _note(
    tx: Tx, schema: Schema, kind: str, action: str, tag: Tag, ids: Iterable[str], through: str, more: dict[str, Any]
) -> None:
    key, at = schema.workspace.id, clock.micros()
    after = {"tag_id": tag.id, "name": tag.name, **more}
    await change.note(tx, *(change.row(key, kind, id, action, through, at, {}, after) for id in ids))

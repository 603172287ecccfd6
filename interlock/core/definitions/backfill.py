"""Fill the slots of attributes that have come back, and empty those of attributes that were archived.

A walk over all records of one kind, a batch at a time, recomputes their slots; at its end the attributes it was made
for are marked: a filled slot is ready, an emptied one free for another attribute. Where the walk is, only this
process remembers: a new one starts it over, and two at once do the same twice, without harm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from interlock.core.attributes.definition import Attribute
from interlock.core.definitions.editor import Editor
from interlock.core.records.slots import free_slot, slot_values
from interlock.core.records.store import store_of
from interlock.core.schema import store
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import SchemaChanged
from interlock.kit import limits
from interlock.storage.database import Database, Tx


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk over the records of one kind, for the attributes whose slots are to be filled or emptied."""

    workspace_id: str
    kind: str
    attributes: frozenset[tuple[int, str, bool]]  # (id, slot, archived): other work is another walk


_places: WeakKeyDictionary[Database, dict[Walk, str]] = WeakKeyDictionary()
"""The id of the last record that each walk has done."""


async def step(database: Database) -> bool:
    """Do one batch of work; False when there was none to do. For the loops of the worker, and for tests."""
    places = _places.setdefault(database, {})
    walks = await database.read(_pending)
    for gone in places.keys() - set(walks):
        del places[gone]
    if not walks:
        return False
    walk = walks[0]
    last = await database.transact(_batch, walk, places.get(walk, ""))
    if last is not None:
        places[walk] = last
        return True
    places.pop(walk, None)
    try:
        await database.transact(_finish, walk)
    except SchemaChanged:
        return True  # definitions changed in this moment: look again
    return True


async def run(database: Database) -> None:
    """Until nothing is left to do."""
    while await step(database):
        pass


async def _pending(tx: Tx) -> list[Walk]:
    """What is to be done, in a fixed order."""
    walks: dict[tuple[str, str], set[tuple[int, str, bool]]] = {}
    for workspace_id, kind, *attribute in await store.unready_slots(tx):
        walks.setdefault((workspace_id, kind), set()).add((attribute[0], attribute[1], bool(attribute[2])))
    return [Walk(*key, frozenset(found)) for key, found in sorted(walks.items())]


async def _batch(tx: Tx, walk: Walk, after: str) -> str | None:
    """Recompute the slots of the next records; the id of the last one, None at the end.

    The rows are locked before the definitions are read: whoever writes to one of them later sees definitions that
    are at least as new.
    """
    records = store_of(walk.kind)
    found = await records.after(tx, walk.workspace_id, walk.kind, after, limits.BACKFILL_BATCH, lock=True)
    if not found:
        return None
    schema = await store.load(tx, walk.workspace_id)
    if schema is None:
        return None  # the workspace was deleted meanwhile
    definitions = schema.of(walk.kind)
    names = {schema.by_id[id].name for id, _, _ in walk.attributes if id in schema.by_id}
    changed = [(one, slot_values(definitions, one.attributes)) for one in found if not names.isdisjoint(one.attributes)]
    await records.update_many(tx, walk.workspace_id, changed)
    return found[-1].id


async def _finish(tx: Tx, walk: Walk) -> None:
    """Mark what the walk was made for, as far as it is still wanted."""
    schema = await store.load(tx, walk.workspace_id)
    if schema is None:
        return
    editor = await Editor.open(tx, schema)
    for id, slot, archived in sorted(walk.attributes):
        attribute = schema.by_id.get(id)
        if attribute is None or attribute.slot_ready or (attribute.slot, attribute.archived) != (slot, archived):
            continue
        if archived:
            await editor.put_attribute(replace(attribute, slot=None))
            await _pass_on(editor, walk.kind)
        else:
            await editor.put_attribute(replace(attribute, slot_ready=True))


async def _pass_on(editor: Editor, kind: str) -> None:
    """Give slots that are free now to the oldest attributes that have none; a next walk fills them."""
    for attribute in _without_slot(editor.schema, kind):
        slot = free_slot(editor.schema.of(kind).values(), attribute.data_type)
        if slot is not None:
            await editor.put_attribute(replace(attribute, slot=slot, slot_ready=False))


def _without_slot(schema: Schema, kind: str) -> list[Attribute]:
    waiting = [one for one in schema.active(kind) if one.slot is None and one.reference is None]
    return sorted(waiting, key=lambda one: one.id)

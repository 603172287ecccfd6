"""Custom object instances: create, update, find, delete.

`external_id` says which instance is meant, and never changes: the instance's place in a wide workspace follows
from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.many import Writes, coerce_all
from interlock.core.attributes.policy import Source
from interlock.core.changes import change
from interlock.core.definitions.define import define_missing
from interlock.core.objects import store
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import INSTANCES
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.references.follow import write_down
from interlock.core.schema import counts
from interlock.core.schema.schema import ObjectType, Schema
from interlock.core.schema.store import SchemaChanged, ensure_current
from interlock.kit import clock, ids
from interlock.kit.problems import Problem, invalid, not_found
from interlock.storage.database import Tx

NOT_FOUND = "Custom object instance not found"

CREATED, UPDATED, UNCHANGED, SKIPPED = "created", "updated", "unchanged", "skipped"


@dataclass(slots=True)
class Upsert:
    """What is asked for. Absent standard fields and attributes stay as they are.

    `only_update`: 404 instead of a new instance. `if_newer`: skipped unless `external_updated_at` is later than
    the stored one (an instance without one counts as older).
    """

    external_id: str
    standard: Mapping[str, Any] = field(default_factory=dict)  # external_created_at, external_updated_at
    attributes: Any = None  # custom attributes as they came in
    source: Source = Source.API
    only_update: bool = False
    if_newer: bool = False


@dataclass(slots=True)
class Shown:
    """An instance with what its references show, under the definitions that were in force.

    These may be newer than what the caller has: a write starts over under newer ones, and may bring attributes with it.
    """

    schema: Schema
    record: Record
    references: dict[str, links.Linked]
    outcome: str = UNCHANGED  # of an upsert: created, updated, unchanged, skipped


def writable(schema: Schema, identifier: str) -> ObjectType:
    """The type that a write names: 404 when there is none, 400 when it is archived."""
    found = schema.type(identifier)
    if found.archived:
        raise invalid(f"Custom object type `{identifier}` is archived")
    return found


async def upsert(tx: Tx, schema: Schema, identifier: str, wanted: Upsert, through: str) -> Shown:
    """Create the instance or merge into it, with its links and its history, in this transaction."""
    kind = writable(schema, identifier).id
    writes = coerce_all(schema, kind, wanted.attributes, wanted.source)
    record, version = await store.lock(tx, schema, kind, wanted.external_id)
    if record is not None:
        if version != schema.version:
            raise SchemaChanged
        schema = await define_missing(tx, schema, kind, writes, through)
        return await _save(tx, schema, record, wanted, writes, through)
    await ensure_current(tx, schema)
    if wanted.only_update:
        raise not_found(NOT_FOUND)
    await counts.check_instances(tx, schema)
    schema = await define_missing(tx, schema, kind, writes, through)
    made = await _create(tx, schema, kind, wanted, writes, through)
    if made is not None:
        return made
    record, _ = await store.lock(tx, schema, kind, wanted.external_id)  # somebody else was faster
    if record is None:
        raise SchemaChanged  # and has deleted it again: start over
    return await _save(tx, schema, record, wanted, writes, through)


def blank(kind: str, external_id: str) -> Record:
    """A new instance without values."""
    now = clock.seconds()
    fields: dict[str, Any] = dict.fromkeys(INSTANCES.field_names)
    fields |= {"live": 1, "external_id": external_id, "created_at": now, "updated_at": now}
    return Record(kind, ids.record_id(), fields, {})


async def _create(tx: Tx, schema: Schema, kind: str, wanted: Upsert, writes: Writes, through: str) -> Shown | None:
    record = blank(kind, wanted.external_id)
    difference = Difference(after={"external_id": wanted.external_id})
    difference.set_fields(record, dict(wanted.standard))
    difference.set_attributes(record, writes)
    slots = slot_values(schema.of(kind), record.attributes)
    if not await INSTANCES.insert_new(tx, schema.workspace.id, schema.workspace.id, record, slots):
        return None
    shown: dict[str, links.Linked] = {}
    await write_down(tx, schema, record, change.CREATED, writes, difference, through, shown)
    return Shown(schema, record, await _references(tx, schema, record, shown), CREATED)


async def _save(tx: Tx, schema: Schema, record: Record, wanted: Upsert, writes: Writes, through: str) -> Shown:
    if wanted.if_newer and not is_newer(record, wanted):
        return Shown(schema, record, await _references(tx, schema, record), SKIPPED)
    difference = Difference()
    difference.set_fields(record, dict(wanted.standard))
    difference.set_attributes(record, writes)
    return await save(tx, schema, record, writes, difference, through)


def is_newer(record: Record, wanted: Upsert) -> bool:
    """Was what is sent changed at its origin after what is stored?"""
    sent, stored = wanted.standard.get("external_updated_at"), record.fields["external_updated_at"]
    return sent is not None and (stored is None or sent > stored)


async def save(tx: Tx, schema: Schema, record: Record, writes: Writes, difference: Difference, through: str) -> Shown:
    """Store a locked instance that has been changed in memory. Nothing is written when nothing differs."""
    outcome, shown = UNCHANGED, dict[str, links.Linked]()
    if await write_down(tx, schema, record, change.UPDATED, writes, difference, through, shown):
        outcome = UPDATED
        record.fields["updated_at"] = clock.seconds()
        slots = slot_values(schema.of(record.kind), record.attributes)
        await INSTANCES.update(tx, schema.workspace.id, record, slots)
    return Shown(schema, record, await _references(tx, schema, record, shown), outcome)


async def _references(
    tx: Tx, schema: Schema, record: Record, known: Mapping[str, links.Linked] | None = None
) -> dict[str, links.Linked]:
    """What is not known yet is looked up."""
    known = known or {}
    return {**(await links.read(tx, schema, record.kind, [record], known))[record.id], **known}


async def find(tx: Tx, schema: Schema, identifier: str, id: str) -> Shown:
    """By its id or, where no instance of the type has that id, by its external id. 404 `not_found`."""
    kind = schema.type(identifier).id
    found = await store.show(tx, schema, kind, id) if ids.is_record_id(id) else None
    return _found(schema, found or await store.show_external(tx, schema, kind, id))


async def known(tx: Tx, schema: Schema, kind: str, id: str) -> Record | None:
    """The instance with this id or, where no instance of the type has it, with this external id."""
    return await _by_id(tx, schema, kind, id) or await store.by_external_id(tx, schema, kind, id)


async def find_external(tx: Tx, schema: Schema, identifier: str, external_id: str) -> Shown:
    """By its external id alone. 404 `not_found`."""
    kind = schema.type(identifier).id
    return _found(schema, await store.show_external(tx, schema, kind, external_id))


async def _by_id(tx: Tx, schema: Schema, kind: str, id: str) -> Record | None:
    if not ids.is_record_id(id):
        return None
    record = await INSTANCES.get(tx, schema.workspace.id, id)
    return record if record is not None and record.kind == kind else None


def _found(schema: Schema, found: store.Shown | None) -> Shown:
    if found is None:
        raise not_found(NOT_FOUND)
    return Shown(schema, *found)


async def locked(tx: Tx, schema: Schema, identifier: str, id: str) -> Record:
    """By its id or its external id, as `find` does, and locked. 404 `not_found`."""
    kind = schema.type(identifier).id
    record = await INSTANCES.lock(tx, schema.workspace.id, id) if ids.is_record_id(id) else None
    if record is None or record.kind != kind:
        record, _ = await store.lock(tx, schema, kind, id)
    if record is None:
        raise not_found(NOT_FOUND)
    return record


async def delete(
    tx: Tx, schema: Schema, identifier: str, id: str | None, external_id: str | None, through: str
) -> Record:
    """Delete an instance, by exactly one of its ids, with its links. 404 `not_found`."""
    kind = writable(schema, identifier).id
    await ensure_current(tx, schema)
    record = None
    if id is not None and ids.is_record_id(id):
        record = await INSTANCES.lock(tx, schema.workspace.id, id)
    elif external_id is not None:
        record, _ = await store.lock(tx, schema, kind, external_id)
    if record is None or record.kind != kind:
        raise not_found(NOT_FOUND)
    await remove(tx, schema, record, through)
    return record


async def remove(tx: Tx, schema: Schema, record: Record, through: str) -> None:
    """Delete a locked instance; its history keeps what it was."""
    if not await INSTANCES.delete(tx, schema.workspace.id, record.id):
        raise not_found(NOT_FOUND)
    gone = await links.drop_all(tx, schema, record.kind, record.id)
    before = {**record.fields, "custom_attributes": {**record.attributes, **gone}}
    at = clock.micros()
    await change.note(
        tx, change.row(schema.workspace.id, record.kind, record.id, change.DELETED, through, at, before, {})
    )


def require_external_id(external_id: Any) -> str:
    """Upsert needs one: 400 `parameter_not_found` (the founding documents; the schema marks nothing required)."""
    if external_id is None or external_id == "":
        raise Problem("parameter_not_found", "external_id is required", "external_id")
    return external_id

"""Take an instance back to what it was after one of its changes."""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.coerce import NOTHING, coerce
from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.many import Writes
from interlock.core.attributes.policy import Source
from interlock.core.attributes.types.reference import LinkWrite, Target
from interlock.core.changes import history
from interlock.core.changes.change import LINKED, MOVED
from interlock.core.objects import instances
from interlock.core.records.record import Record
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Tx

_STANDARD = ("external_created_at", "external_updated_at")


async def revert(
    tx: Tx, schema: Schema, identifier: str, id: str, change_id: str, through: str
) -> tuple[instances.Shown, list[str]]:
    """The instance as it was right after the change `change_id`, and the names of what could not be brought back.

    Not brought back are attributes that are gone, archived or of another type since, and references of which the
    history holds only a part. Records that were linked then and are deleted now stay unlinked. A revert is itself
    a change, so it can be reverted. 404 for an instance or a change that is not there.
    """
    instances.writable(schema, identifier)
    await ensure_current(tx, schema)
    record = await instances.locked(tx, schema, identifier, id)
    found, later = await history.since(tx, schema.workspace.id, record.kind, record.id, change_id)
    if found is None:
        raise not_found("Change not found")
    standard: dict[str, Any] = {}
    wanted: dict[str, Any] = {}
    single: dict[str, dict[str, bool]] = {}  # links that others made or took, since `wanted` was as it is
    for change in later:  # from the newest back: the oldest is the last to be put in
        before, after = (one.get("custom_attributes", {}) for one in (change.before, change.after))
        if change.action in (MOVED, LINKED):
            for name in {**before, **after}:
                of_name = single.setdefault(name, {})
                of_name |= dict.fromkeys(after.get(name, ()), False) | dict.fromkeys(before.get(name, ()), True)
            continue
        standard |= {name: change.before[name] for name in _STANDARD if name in change.before}
        wanted |= before
        single = {name: ids for name, ids in single.items() if name not in before}
    writes, lost = await _writes(tx, schema, record, wanted, single)
    difference = Difference()
    difference.set_fields(record, standard)
    difference.set_attributes(record, writes)
    return await instances.save(tx, schema, record, writes, difference, through), lost


async def _writes(
    tx: Tx, schema: Schema, record: Record, wanted: dict[str, Any], single: dict[str, dict[str, bool]]
) -> tuple[Writes, list[str]]:
    writes, lost = Writes(), []
    for name in {**wanted, **single}:
        attribute, value = schema.of(record.kind).get(name), wanted.get(name)
        if attribute is None or attribute.archived:
            lost.append(name)
        elif attribute.reference is not None:
            if name in wanted and (not isinstance(value, list) or len(value) >= links.SHOWN_IN_HISTORY):
                lost.append(name)
                continue
            base = value if name in wanted else None
            writes.links[name] = await _links(tx, schema, attribute, base, single.get(name, {}))
        else:
            outcome = coerce(attribute, value, Source.API)
            if outcome is NOTHING or isinstance(outcome, (Problem, LinkWrite)):
                lost.append(name)
            else:
                writes.values[name] = outcome
    return writes, lost


async def _links(
    tx: Tx, schema: Schema, attribute: Attribute, base: list[str] | None, single: dict[str, bool]
) -> LinkWrite:
    """What brings the links back: all of them where the history has them, else the single ones that changed."""
    assert attribute.reference is not None
    ids = dict.fromkeys(base or ()) | dict.fromkeys(id for id, was_there in single.items() if was_there)
    gone = [id for id, was_there in single.items() if not was_there]
    for id in gone:
        ids.pop(id, None)
    targets = [Target(id=one) for one in (ids if attribute.reference.many else list(ids)[-1:])]
    there = await links.resolve(tx, schema, attribute, targets)
    found = tuple(one for one in targets if one in there)
    if base is not None:
        return LinkWrite(replace=found)
    return LinkWrite(add=found, remove=tuple(Target(id=one) for one in gone))

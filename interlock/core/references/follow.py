"""Carry out the link writes of one record, and tell the histories of everybody concerned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.many import Writes
from interlock.core.attributes.types.reference import LinkWrite
from interlock.core.changes import change
from interlock.core.records.record import Record
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.kit import clock
from interlock.storage.database import Tx


async def write_down(
    tx: Tx,
    schema: Schema,
    record: Record,
    action: str,
    writes: Writes,
    difference: Difference,
    through: str,
    shown: dict[str, links.Linked] | None = None,
) -> bool:
    """Links, then one row of history for all that happened; whether anything did. `shown`: see `write_links`."""
    at, is_new = clock.micros(), action == change.CREATED
    notes = await write_links(tx, schema, record, writes.links, difference, through, at, is_new=is_new, shown=shown)
    if difference:
        before, after = {} if is_new else difference.before, difference.after
        row = change.row(schema.workspace.id, record.kind, record.id, action, through, at, before, after)
        await change.note(tx, row, *notes)
    return bool(difference)


async def write_links(
    tx: Tx,
    schema: Schema,
    record: Record,
    wanted: Mapping[str, LinkWrite],
    difference: Difference,
    through: str,
    at: int,
    *,
    is_new: bool = False,
    shown: dict[str, links.Linked] | None = None,
) -> list[dict[str, Any]]:
    """Write the links of a record that is locked; answers the changes of other records that this made.

    Those are records that lost a link to it and, where the links are written from the end that the reference was not
    defined at, those whose own attribute it is.

    What references show afterwards goes into `shown`, where it is known without looking.
    """
    notes: list[dict[str, Any]] = []
    for name, link_write in wanted.items():
        attribute = schema.of(record.kind)[name]
        done = await links.write(tx, schema, attribute, record.id, link_write, is_new=is_new)
        if record.id in done.after:  # it refers to itself: one end changes what another shows, even of a new record
            is_new = False
            if shown is not None:
                shown.clear()
            shown = None
        if shown is not None and done.linked is not None:
            shown[name] = done.linked
        if not done.changed:
            continue
        some = slice(links.SHOWN_IN_HISTORY)
        difference.attribute(name, done.before[some], done.after[some])
        if done.moved:
            difference.after.setdefault("moved", {})[name] = [list(pair) for pair in done.moved[some]]
        for target, holder in done.moved:
            gone = {"custom_attributes": {name: [target]}, "moved_to": record.id}
            notes.append(change.row(schema.workspace.id, record.kind, holder, change.MOVED, through, at, gone, {}))
        notes += _told_to_the_other_end(schema, attribute, record.id, done, through, at)
    return notes


def _told_to_the_other_end(
    schema: Schema, attribute: Attribute, own_id: str, done: links.LinkChange, through: str, at: int
) -> list[dict[str, Any]]:
    """`contact.orders = [...]` changes the `person` of orders: their histories have the single links that changed."""
    end = attribute.reference
    if end is None or end.side == "a" or end.inverse_name is None:
        return []
    had, have, held = set(done.before), set(done.after), dict(done.moved)
    notes = []
    for target in sorted(had ^ have):
        gone = [own_id] if target in had else [held[target]] if target in held else []
        come = [own_id] if target in have else []
        before, after = ({"custom_attributes": {end.inverse_name: ids}} for ids in (gone, come))
        notes.append(change.row(schema.workspace.id, end.to, target, change.LINKED, through, at, before, after))
    return notes

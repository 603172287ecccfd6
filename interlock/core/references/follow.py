"""Carry out the link writes of one record, and tell the histories of everybody concerned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.core.attributes.types.reference import LinkWrite
from interlock.core.changes import change
from interlock.core.records.record import Record
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.storage.database import Tx


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
    """Write the links of a record that is locked; answers the changes of records that lost a link to it.

    What references show afterwards goes into `shown`, where it is known without looking.
    """
    notes: list[dict[str, Any]] = []
    for name, link_write in wanted.items():
        attribute = schema.of(record.kind)[name]
        done = await links.write(tx, schema, attribute, record.id, link_write, is_new=is_new)
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
    return notes

"""Carry out a plan: definitions, stored values and links, in one transaction."""

from __future__ import annotations

from interlock.core.changes import change
from interlock.core.definitions import rewriting
from interlock.core.definitions.document import Document
from interlock.core.definitions.editor import Editor
from interlock.core.definitions.migration import Change, work_out
from interlock.core.definitions.noting import WORKSPACE, note_difference
from interlock.core.definitions.plan import OUT_OF_DATE, Plan, check_hash
from interlock.core.schema.schema import Schema
from interlock.kit import clock
from interlock.kit.problems import Problem
from interlock.storage.database import Tx

SCHEMA = WORKSPACE
"""The kind of the row of history that tells of an apply as a whole, besides those of each definition concerned."""


async def apply(tx: Tx, schema: Schema, document: Document, plan_hash: str, through: str) -> Plan:
    """All of it or nothing; answers what it did and what it cost. Run it by `SchemaCache.define`.

    409 `plan_out_of_date` when the definitions have changed since the plan, or when more would be lost now than the
    plan said. Nobody writes records meanwhile: on PostgreSQL they wait, on SQLite there is one writer anyway.
    """
    allowed = check_hash(schema, document, plan_hash)
    editor = await Editor.open(tx, schema)
    await editor.lock_records()
    work = await work_out(editor, document)
    await rewriting.carry_out(tx, editor.schema, work)
    if work.lost > allowed:
        raise Problem("plan_out_of_date", OUT_OF_DATE)
    if work.changes:
        after = {"changes": [_noted(one) for one in work.changes]}
        id = schema.workspace.id
        await note_difference(tx, schema, editor.schema, through)
        await change.note(tx, change.row(id, SCHEMA, id, change.UPDATED, through, clock.micros(), {}, after))
    return Plan(plan_hash, work.changes)


def _noted(one: Change) -> dict[str, object]:
    """A change as the history has it."""
    names = ("action", "kind", "attribute", "before", "after", "values", "values_lost", "links_dropped")
    return {name: value for name in names if (value := getattr(one, name))}

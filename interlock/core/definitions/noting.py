"""What a change of definitions leaves in the history: one row for each attribute, object type and setting concerned.

The rows are the difference between two schemas, so that nothing which a unit did can be forgotten: of a reference both
ends, of an apply everything. Slots are no part of it, since nobody outside knows of them.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from interlock.core.attributes.definition import CONVERSATION, STANDARD_KINDS, Attribute
from interlock.core.changes import change
from interlock.core.schema.schema import ObjectType, Schema, Workspace
from interlock.kit import clock
from interlock.storage.database import Tx

ATTRIBUTE, OBJECT_TYPE, WORKSPACE = "attribute", "object_type", "workspace"
SYSTEM = "system"
"""Who makes what no caller asked for."""


async def note_difference(tx: Tx, before: Schema, after: Schema, through: str) -> None:
    """Write down what became of the definitions, in the transaction that changed them."""
    rows: list[dict[str, Any]] = []
    at, id = clock.micros(), after.workspace.id

    def compare(kind: str, record_id: str, had: dict[str, Any] | None, has: dict[str, Any]) -> None:
        if had is None:
            rows.append(change.row(id, kind, record_id, change.CREATED, through, at, {}, has))
        elif had != has:
            changed = [name for name in has if had.get(name) != has[name]]
            action = _action(had, has)
            gone, come = ({name: one[name] for name in changed} for one in (had, has))
            rows.append(change.row(id, kind, record_id, action, through, at, gone, come))

    for type_id, one in after.types.items():
        was = before.types.get(type_id)
        compare(OBJECT_TYPE, type_id, _type(was) if was is not None else None, _type(one))
    for number, attribute in after.by_id.items():
        known = before.by_id.get(number)
        if known is not attribute:
            had = _attribute(before, known) if known is not None else None
            compare(ATTRIBUTE, str(number), had, _attribute(after, attribute))
    compare(WORKSPACE, id, _workspace(before.workspace), _workspace(after.workspace))
    await change.note(tx, *rows)


def _action(had: dict[str, Any], has: dict[str, Any]) -> str:
    if had.get("archived") is has.get("archived"):
        return change.UPDATED
    return change.ARCHIVED if has["archived"] else change.UNARCHIVED


def _type(one: ObjectType) -> dict[str, Any]:
    names = ("identifier", "name", "plural_name", "description", "archived")
    return {name: getattr(one, name) for name in names}


def _attribute(schema: Schema, one: Attribute) -> dict[str, Any]:
    names = ("name", "data_type", "description", "messenger_writable", "archived")
    end = one.reference
    state = {"model": _label(schema, one.kind), **{name: getattr(one, name) for name in names}}
    state["options"] = [asdict(option) for option in one.options]
    state["reference"] = {"to": _label(schema, end.to), "many": end.many} if end is not None else None
    if one.kind == CONVERSATION:
        state |= asdict(one.details)
    return state


def _label(schema: Schema, kind: str) -> str:
    return schema.label(kind) if kind in STANDARD_KINDS or kind in schema.types else kind


def _workspace(one: Workspace) -> dict[str, Any]:
    return {"name": one.name, "region": one.region, "timezone": one.timezone,
            "intercom_version": one.intercom_version, **asdict(one.settings)}  # fmt: skip

"""What a workspace chooses: its settings, and the attributes that teammates ask leads for (qualification data)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from interlock.core.attributes.definition import BOOLEAN, COMPANY, CONTACT, DECIMAL, INTEGER, LIST, STRING, Attribute
from interlock.core.attributes.standard import STANDARD, StandardAttribute
from interlock.core.attributes.text import shown
from interlock.core.definitions.editor import Editor
from interlock.core.definitions.noting import SYSTEM, note_difference
from interlock.core.schema.schema import Schema, Workspace, WorkspaceSettings
from interlock.core.staff import activity_log
from interlock.kit.problems import Problem, invalid
from interlock.storage.database import Tx

QUALIFYING_TYPES = (STRING, INTEGER, DECIMAL, BOOLEAN, LIST)
"""Text, Number, True/False, List. Source: attributes.md 14."""

_STANDARD_TYPES = ("string", "integer", "float", "boolean")
_OF_WORKSPACE = frozenset(one.name for one in fields(Workspace)) - {"settings"}


async def change(
    tx: Tx, schema: Schema, values: Mapping[str, Any], ip: str | None = None, through: str = SYSTEM
) -> Workspace:
    """Set fields of the workspace and of its settings by name, which the caller has checked.

    A new name and a new time zone are written into the activity log, with the caller's address.
    """
    editor = await Editor.open(tx, schema)
    workspace = schema.workspace
    own = {name: value for name, value in values.items() if name in _OF_WORKSPACE}
    chosen = {name: value for name, value in values.items() if name not in _OF_WORKSPACE}
    workspace = replace(workspace, **own, settings=replace(workspace.settings, **chosen))
    await editor.put_workspace(workspace)
    await note_difference(tx, schema, editor.schema, through)
    for name, (activity_type, words) in _LOGGED.items():
        before, after = getattr(schema.workspace, name), getattr(workspace, name)
        if before != after:
            metadata = {"before": before, "after": after}
            what = f"changed your {words} from {before} to {after}."
            await activity_log.log(tx, workspace.id, activity_type, None, what, metadata, ip)
    return workspace


_LOGGED = {
    "name": (activity_log.APP_NAME_CHANGED, "app name"),
    "timezone": (activity_log.APP_TIMEZONE_CHANGED, "app time zone"),
}


# --- qualification


@dataclass(frozen=True, slots=True)
class Named:
    """One attribute of people or companies as a caller names it: by id, or by where it is."""

    id: int | None = None
    model: str | None = None
    full_name: str | None = None  # email, custom_attributes.plan


async def set_qualification(
    tx: Tx, schema: Schema, wanted: Sequence[Named], through: str = SYSTEM
) -> WorkspaceSettings:
    """Replace the set, in this order. 400 for what is not there or cannot be asked for."""
    chosen: list[int | str] = []
    for position, one in enumerate(wanted):
        key = _qualifying(schema, one, f"attributes[{position}]")
        if key in chosen:
            raise invalid("An attribute can be asked for only once", f"attributes[{position}]")
        chosen.append(key)
    return (await change(tx, schema, {"qualification": tuple(chosen)}, through=through)).settings


def qualification(schema: Schema) -> list[Attribute | StandardAttribute]:
    """The set, in its order."""
    found: list[Attribute | StandardAttribute] = []
    for key in schema.workspace.settings.qualification:
        one = schema.by_id.get(key) if isinstance(key, int) else _STANDARD.get(key)
        if one is not None:
            found.append(one)
    return found


_STANDARD = {f"{one.model}.{one.full_name}": one for kind in STANDARD.values() for one in kind}


def _qualifying(schema: Schema, wanted: Named, place: str) -> int | str:
    one = _custom(schema, wanted)
    if one is not None:
        if one.kind not in (CONTACT, COMPANY) or one.data_type not in QUALIFYING_TYPES or one.archived:
            raise _unsuitable(one.name, place)
        return one.id
    standard = _STANDARD.get(f"{wanted.model}.{wanted.full_name}")
    if standard is None:
        named = wanted.full_name if wanted.full_name is not None else wanted.id
        raise invalid(f"There is no attribute '{shown(str(named))}' of people or companies", place)
    if standard.data_type not in _STANDARD_TYPES or not standard.api_writable:
        raise _unsuitable(standard.full_name, place)
    return f"{standard.model}.{standard.full_name}"


def _custom(schema: Schema, wanted: Named) -> Attribute | None:
    if wanted.id is not None:
        return schema.by_id.get(wanted.id)
    name = (wanted.full_name or "").removeprefix("custom_attributes.")
    if name == wanted.full_name:
        return None
    return schema.of(wanted.model or "").get(name)


def _unsuitable(name: str, place: str) -> Problem:
    return invalid(
        f"'{name}' cannot be asked for: qualification data is active, writable text, number, true/false or list data "
        "of people and companies",
        place,
    )

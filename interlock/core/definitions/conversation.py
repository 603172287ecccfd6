"""Attributes of conversations, as `/conversations/attributes` makes and changes them: unlike the others they may be
renamed at once, and their options are things of their own.

They are attributes like any other, and stand in the same table: what is made here is in the schema document, and what
a plan makes is seen here. Each unit runs through `SchemaCache.define` and notes what it changed.

What Intercom's description leaves open is decided so:

* Names are unique in a workspace, archived ones included (Intercom allows two of a name and then refuses every write
  to conversations). An archived attribute comes back by `PUT /interlock/v1/attributes/{id}`.
* A new name, and a new label of an option, apply to what is stored: conversations have their values under the new
  name, and show the new label. Their own histories say nothing of it.
* Labels are unique among the options that are not archived. An archived option stays where conversations have it, and
  cannot be chosen any more.
* A reference that points at another type, or from now on at one record, loses the links that do not fit.
* Rules that a request breaks are 422, as the description has it for these operations; the wrong type of JSON is 400.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from interlock.core.attributes.definition import CONVERSATION, LIST, Attribute, Details, Option
from interlock.core.attributes.text import shown
from interlock.core.definitions import define, migration, rewriting
from interlock.core.definitions.editor import Editor
from interlock.core.definitions.noting import note_difference
from interlock.core.definitions.wanted import AttributeChange, WantedAttribute, WantedReference
from interlock.core.schema.schema import Schema
from interlock.core.staff import team_store
from interlock.kit import limits
from interlock.kit.problems import Meaning, Problem, invalid
from interlock.storage.database import Tx

_MISSING = "Conversation attribute not found"
_NO_OPTION = "List option not found"
_NOT_A_LIST = "Options can only be managed on list attributes"
_TOO_FEW = f"A list attribute must have at least {limits.OPTIONS_MIN} active options"


@dataclass(frozen=True, slots=True)
class Pointing:
    """Where a reference points: the identifier of an object type (None: as before), and whether at many."""

    to: str | None
    many: bool


@dataclass(frozen=True, slots=True)
class ConversationChange:
    """What may change by PUT. None leaves as it is."""

    name: str | None = None
    description: str | None = None
    required: bool | None = None
    visible_to_team_ids: tuple[str, ...] | None = None
    multiline: bool | None = None
    reference: Pointing | None = None


def known(schema: Schema, id: int) -> Attribute:
    """An attribute of conversations, archived ones too. 404 `conversation_attribute_not_found`."""
    found = schema.by_id.get(id)
    if found is None or found.kind != CONVERSATION:
        raise Problem("conversation_attribute_not_found", _MISSING)
    return found


def every(schema: Schema, include_archived: bool) -> list[Attribute]:
    """All of them, the newest first, as in the description's example."""
    shown = [one for one in schema.of(CONVERSATION).values() if include_archived or not one.archived]
    return sorted(shown, key=lambda one: one.id, reverse=True)


# --- attributes


async def create(tx: Tx, schema: Schema, wanted: WantedAttribute, through: str) -> Attribute:
    """422 `parameter_invalid`, of several reasons for the first: options, description, too many teams, reference, name,
    a team that is not there."""
    editor = await Editor.open(tx, schema)
    with _unprocessable():
        if wanted.options and wanted.data_type != LIST:
            raise invalid(_NOT_A_LIST, "options")
        if wanted.data_type == LIST and len(wanted.options) < limits.OPTIONS_MIN:
            raise invalid(_TOO_FEW, "options")
        _check_room(len(wanted.options))
        made = await define.add_attribute(editor, CONVERSATION, wanted)
        await _check_teams(tx, schema, (), made.details)
    await note_difference(tx, schema, editor.schema, through)
    return made


async def update(tx: Tx, schema: Schema, id: int, wanted: ConversationChange, through: str) -> Attribute:
    """404; then 422, of several reasons for the first: description, too many teams, a team that is not there,
    reference, name. Teams that it names already may be gone."""
    was = known(schema, id)
    editor = await Editor.open(tx, schema)
    with _unprocessable():
        one, details = was, _details(was.details, wanted)
        if details != was.details or wanted.description not in (None, was.description):
            one = await define.change_attribute(editor, was, AttributeChange(wanted.description, details=details))
            await _check_teams(tx, schema, was.details.visible_to_team_ids, details)
        if wanted.reference is not None:
            one = await _point(editor, one, wanted.reference)
        if wanted.name is not None and wanted.name != one.name:
            await editor.lock_records()
            work = await migration.rename(editor, one, wanted.name)
            await rewriting.carry_out(tx, editor.schema, work)
    await note_difference(tx, schema, editor.schema, through)
    return editor.schema.by_id[id]


def _details(had: Details, wanted: ConversationChange) -> Details:
    teams = wanted.visible_to_team_ids
    return Details(
        had.required if wanted.required is None else wanted.required,
        had.visible_to_team_ids if teams is None else teams,
        had.multiline if wanted.multiline is None else wanted.multiline,
    )


async def _check_teams(tx: Tx, schema: Schema, had: Collection[str], details: Details) -> None:
    new = [id for id in details.visible_to_team_ids if id not in had]
    known = {str(one.id) for one in await team_store.all_teams(tx, schema.workspace.id)} if new else set()
    for id in new:
        if id not in known:
            raise invalid(f"There is no team '{shown(id)}'", "visible_to_team_ids")


async def _point(editor: Editor, one: Attribute, wanted: Pointing) -> Attribute:
    end = one.reference
    if end is None:
        raise invalid("reference can only be set on relationship attributes", "reference")
    to = end.to if wanted.to is None else wanted.to
    if to != end.to and to != editor.schema.label(end.to):
        to = define.target_kind(editor.schema, WantedReference(to, wanted.many))
    else:
        to = end.to
    if (to, wanted.many) == (end.to, end.many):
        return one
    await editor.lock_records()
    work = await migration.point(editor, one, to, wanted.many)
    await rewriting.carry_out(editor.tx, editor.schema, work)
    return editor.schema.by_id[one.id]


async def archive(tx: Tx, schema: Schema, id: int, through: str) -> Attribute:
    """Its values stay, and nobody sees them. One that is archived already stays as it is."""
    was = known(schema, id)
    if was.archived:
        return was
    editor = await Editor.open(tx, schema)
    one = await define.change_attribute(editor, was, AttributeChange(archived=True))
    await note_difference(tx, schema, editor.schema, through)
    return one


# --- options


def check_label(body: dict[str, Any]) -> str:
    """The label of an option: needed, text, and alone in the body."""
    label = body.get("label")
    if label is None or (isinstance(label, str) and not label.strip()):
        raise _refuse("label is required", "label")
    if not isinstance(label, str):
        raise _refuse("label must be a string", "label")
    if body.keys() != {"label"}:
        raise _refuse("only 'label' is accepted")
    with _unprocessable():
        define.check_text(label, "label")
    return label


async def add_option(tx: Tx, schema: Schema, id: int, body: dict[str, Any], through: str) -> Attribute:
    """404, then 422: not a list, the label, too many."""
    was = _list(schema, id)
    label = check_label(body)
    _check_free(was, label, None)
    with _unprocessable():
        _check_room(len(was.options) + 1)
    editor = await Editor.open(tx, schema)
    options = (*was.options, Option(label, id=str(uuid.uuid4())))
    return await _put(editor, schema, was, options, through)


async def change_option(
    tx: Tx, schema: Schema, id: int, option_id: str, body: dict[str, Any], through: str
) -> Attribute:
    """Another label. Of several problems the first counts: no attribute, not a list, no option, the label."""
    was = _list(schema, id)
    option = _option(was, option_id)
    label = check_label(body)
    if label == option.value:
        return was
    if not option.archived:
        _check_free(was, label, option)
    editor = await Editor.open(tx, schema)
    await editor.lock_records()
    one = await _put(editor, schema, was, _with(was, option, replace(option, value=label)), through)
    await rewriting.relabel(tx, editor.schema, one, option.value, label)
    return one


async def archive_option(tx: Tx, schema: Schema, id: int, option_id: str, through: str) -> Attribute:
    """No attribute, not a list, no option, or too few would be left. One that is archived already stays so."""
    was = _list(schema, id)
    option = _option(was, option_id)
    if option.archived:
        return was
    if len(was.choices) <= limits.OPTIONS_MIN:
        raise _refuse(_TOO_FEW)
    editor = await Editor.open(tx, schema)
    await editor.lock_records()  # who has checked a value already is waited for
    return await _put(editor, schema, was, _with(was, option, replace(option, archived=True)), through)


def _list(schema: Schema, id: int) -> Attribute:
    found = known(schema, id)
    if found.data_type != LIST:
        raise _refuse(_NOT_A_LIST)
    return found


def _option(attribute: Attribute, option_id: str) -> Option:
    found = next((one for one in attribute.options if one.id == option_id), None)
    if found is None:
        raise Problem("conversation_attribute_not_found", _NO_OPTION)
    return found


def _check_free(attribute: Attribute, label: str, mine: Option | None) -> None:
    if any(one.value == label and not one.archived and one is not mine for one in attribute.options):
        raise _refuse(f"There is already an option '{label}'", "label")


def _check_room(options: int) -> None:
    if options > limits.OPTIONS_MAX:
        raise invalid(f"A list attribute must have at most {limits.OPTIONS_MAX} options, archived ones too", "options")


def _with(attribute: Attribute, old: Option, new: Option) -> tuple[Option, ...]:
    return tuple(new if one is old else one for one in attribute.options)


async def _put(editor: Editor, before: Schema, was: Attribute, options: tuple[Option, ...], through: str) -> Attribute:
    one = await editor.put_attribute(replace(was, options=options))
    await note_difference(editor.tx, before, editor.schema, through)
    return one


# --- problems


def _refuse(message: str, field: str | None = None) -> Problem:
    return Problem("parameter_invalid", message, field, meaning=Meaning.UNPROCESSABLE)


@contextmanager
def _unprocessable() -> Iterator[None]:
    """What is 400 elsewhere is 422 here; a reference's target goes by the name that it has here."""
    try:
        yield
    except Problem as problem:
        if problem.meaning is Meaning.INVALID:
            field = "reference.object_type_id" if problem.field == "reference.to" else problem.field
            raise Problem("parameter_invalid", problem.message, field, meaning=Meaning.UNPROCESSABLE) from None
        raise

"""Object types and attributes: made, described, archived, brought back. Every caller's one place.

What changes the meaning of stored values (names, types, one or many) is not here but in `plan.py` and `apply.py`.
Each unit runs through `SchemaCache.define`. An attribute that is archived gives up its slot: a job empties the
column first (`backfill.py`); one that comes back is searched in JSON until the job has filled a slot for it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from interlock.core.attributes import many
from interlock.core.attributes.definition import (
    COMPANY,
    CONTACT,
    CONVERSATION,
    LIST,
    REFERENCE,
    STANDARD_KINDS,
    Attribute,
    Details,
    Option,
    ReferenceEnd,
    types_of,
)
from interlock.core.attributes.names import check_new_name
from interlock.core.attributes.text import shown, storable
from interlock.core.definitions import usage
from interlock.core.definitions.editor import Editor
from interlock.core.definitions.noting import SYSTEM, note_difference
from interlock.core.definitions.wanted import (
    AttributeChange,
    TypeChange,
    WantedAttribute,
    WantedReference,
    WantedType,
)
from interlock.core.schema import counts
from interlock.core.schema.schema import ObjectType, Schema
from interlock.kit import ids, limits
from interlock.kit.problems import Problem, invalid, missing
from interlock.storage.database import Tx

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
NOT_ARCHIVABLE = "The Data Attribute you are trying to archive has a dependant object"
NO_ATTRIBUTE = "We couldn't find that data attribute to update"


# --- object types


async def create_type(tx: Tx, schema: Schema, wanted: WantedType, through: str = SYSTEM) -> ObjectType:
    """A type with its attributes. A type that refers to itself may name itself, though it is only being made."""
    editor = await Editor.open(tx, schema)
    made = await add_type(editor, wanted)
    for position, one in enumerate(wanted.attributes):
        with placed(f"attributes[{position}]"):
            await add_attribute(editor, made.id, one)
    await note_difference(tx, schema, editor.schema, through)
    return editor.schema.types[made.id]


async def update_type(tx: Tx, schema: Schema, identifier: str, change: TypeChange, through: str = SYSTEM) -> ObjectType:
    editor = await Editor.open(tx, schema)
    changed = await change_type(editor, schema.type(identifier), change)
    await note_difference(tx, schema, editor.schema, through)
    return changed


async def add_type(editor: Editor, wanted: WantedType) -> ObjectType:
    """The type alone, without its attributes."""
    check_identifier(editor.schema, wanted.identifier)
    counts.check_object_types(editor.schema)
    name = wanted.name or wanted.identifier
    plural = wanted.plural_name or f"{name}s"
    for field, text in (("name", name), ("plural_name", plural), ("description", wanted.description)):
        check_text(text, field)
    now = editor.now
    return await editor.put_type(
        ObjectType(ids.record_id(), wanted.identifier, name, plural, wanted.description, False, now, now)
    )


async def change_type(editor: Editor, one: ObjectType, change: TypeChange) -> ObjectType:
    if change.archived is False and one.archived:
        counts.check_object_types(editor.schema)
    if change.description is not None:
        check_text(change.description, "description")
    description = one.description if change.description is None else change.description
    archived = one.archived if change.archived is None else change.archived
    return await editor.put_type(replace(one, description=description, archived=archived))


def check_identifier(schema: Schema, identifier: str, field: str = "identifier") -> None:
    """Raises 400 unless an object type may be called so: it stands in paths and is the `type` of JSON objects."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise invalid("identifier must be 1 to 64 letters, digits, underscores or hyphens", field)
    if identifier.lower() in STANDARD_KINDS:
        raise invalid(f"'{identifier}' is a kind of its own. Use a different identifier.", field)
    if identifier in schema.identifiers:
        raise invalid(f"There is already an object type '{identifier}'. Use a different identifier.", field)


# --- attributes


async def create_attribute(
    tx: Tx, schema: Schema, kind: str, wanted: WantedAttribute, through: str = SYSTEM
) -> Attribute:
    """An attribute of a kind; of a reference, both ends at once."""
    editor = await Editor.open(tx, schema)
    made = await add_attribute(editor, kind, wanted)
    await note_difference(tx, schema, editor.schema, through)
    return made


async def update_attribute(
    tx: Tx, schema: Schema, id: int, change: AttributeChange, through: str = SYSTEM
) -> Attribute:
    """404 `field_not_found` without such an attribute, 422 `data_invalid` when something depends on it."""
    attribute = schema.by_id.get(id)
    if attribute is None:
        raise Problem("field_not_found", NO_ATTRIBUTE)
    editor = await Editor.open(tx, schema)
    changed = await change_attribute(editor, attribute, change)
    await note_difference(tx, schema, editor.schema, through)
    return changed


async def create_missing(
    tx: Tx,
    schema: Schema,
    kind: str,
    new: Sequence[many.NewAttribute],
    through: str = SYSTEM,
    *,
    fill_up: bool = False,
) -> Schema:
    """Make the attributes that a write brings with it (`Writes.create`), in the transaction of that write.

    Answers the schema to go on with. `fill_up`: beyond the limit nothing is made, instead of a problem (the page
    around the Messenger is not told); a value may then only be stored if its name is in the schema.
    """
    if not new:
        return schema
    editor = await Editor.open(tx, schema)
    for one in new:
        if fill_up and not counts.has_room(editor.schema):
            break
        await add_attribute(editor, kind, WantedAttribute(one.name, one.data_type))
    await note_difference(tx, schema, editor.schema, through)
    return editor.schema


async def define_missing(tx: Tx, schema: Schema, kind: str, writes: many.Writes, through: str = SYSTEM) -> Schema:
    """`create_missing` for all that a write brings with it; its values then have theirs, too."""
    schema = await create_missing(tx, schema, kind, writes.create, through)
    writes.values |= {one.name: one.value for one in writes.create}
    return schema


async def add_attribute(editor: Editor, kind: str, wanted: WantedAttribute) -> Attribute:
    if kind in editor.schema.types and editor.schema.types[kind].archived:
        raise invalid(f"Custom object type `{editor.schema.label(kind)}` is archived")
    check_definition(kind, wanted)
    if wanted.reference is None:
        return await insert_attribute(editor, kind, wanted, None)
    far = target_kind(editor.schema, wanted.reference)
    inverse = wanted.reference.inverse
    id = ids.record_id()
    near_end = ReferenceEnd(id, "a", far, wanted.reference.many)
    made = await insert_attribute(editor, kind, wanted, near_end)
    if inverse is not None:
        with placed("reference.inverse"):
            far_wanted = WantedAttribute(inverse.name, REFERENCE, inverse.description)
            check_text(inverse.description, "description")
            await insert_attribute(editor, far, far_wanted, ReferenceEnd(id, "b", kind, inverse.many))
    return editor.schema.by_id[made.id]


async def insert_attribute(editor: Editor, kind: str, wanted: WantedAttribute, end: ReferenceEnd | None) -> Attribute:
    """One attribute, or one end of a reference, that has passed `check_definition`."""
    problem = check_new_name(editor.schema, kind, wanted.name)
    if problem is not None:
        raise problem
    if kind in (CONTACT, COMPANY):
        counts.check_attributes(editor.schema)
    slot = editor.free_slot(kind, wanted.data_type)
    return await editor.put_attribute(
        Attribute(
            id=ids.number(),
            kind=kind,
            name=wanted.name,
            data_type=wanted.data_type,
            description=wanted.description,
            options=settled_options(kind, (), wanted.options),
            details=wanted.details,
            messenger_writable=wanted.messenger_writable,
            slot=slot,
            slot_ready=slot is not None,  # nobody has a value yet, and the column of a free slot is empty
            reference=end,
            admin_id=await editor.admin_id(),
            created_at=editor.now,
        )
    )


async def change_attribute(editor: Editor, attribute: Attribute, change: AttributeChange) -> Attribute:
    """When several things are wrong, the first of these counts: description, details, options, what depends on it,
    limits."""
    changed = attribute
    if change.description is not None:
        check_text(change.description, "description")
        changed = replace(changed, description=change.description)
    if change.details is not None:
        check_details(attribute.kind, change.details)
        changed = replace(changed, details=change.details)
    if change.messenger_writable is not None:
        changed = replace(changed, messenger_writable=change.messenger_writable)
    if change.options is not None:
        check_options(attribute.data_type, change.options)
        changed = replace(changed, options=settled_options(attribute.kind, attribute.options, change.options))
    if change.archived is True and not attribute.archived:
        changed = await _archived(editor, changed)
    if change.archived is False and attribute.archived:
        changed = _unarchived(editor, changed)
    return await editor.put_attribute(changed)


async def _archived(editor: Editor, attribute: Attribute) -> Attribute:
    """Its slot goes to somebody else, but only once the column is empty.

    Whoever writes under the older definitions still fills the column, so those writes are waited for.
    """
    if usage.is_blocked(editor.schema, attribute):
        raise Problem("data_invalid", NOT_ARCHIVABLE)
    if attribute.slot is not None:
        await editor.lock_records()
    return replace(attribute, archived=True, slot_ready=False)


def _unarchived(editor: Editor, attribute: Attribute) -> Attribute:
    if attribute.kind in (CONTACT, COMPANY):
        counts.check_attributes(editor.schema)
    slot = attribute.slot or editor.free_slot(attribute.kind, attribute.data_type)
    return replace(attribute, archived=False, slot=slot, slot_ready=False)


# --- checks


def check_definition(kind: str, wanted: WantedAttribute) -> None:
    """Raises 400 for what no attribute of the kind can be, whatever else is defined. The name is checked where it is
    used."""
    allowed = types_of(kind)
    if wanted.data_type not in allowed:
        raise invalid(
            f"data_type '{shown(wanted.data_type)}' is not valid. Allowed types: {', '.join(allowed)}", "data_type"
        )
    check_details(kind, wanted.details)
    check_text(wanted.description, "description")
    if wanted.data_type == LIST or wanted.options:
        check_options(wanted.data_type, wanted.options)
    if wanted.data_type == REFERENCE and wanted.reference is None:
        raise missing("A reference attribute needs `reference`: what it refers to", "reference")
    if wanted.data_type != REFERENCE and wanted.reference is not None:
        raise invalid("Only an attribute of data_type 'reference' may have `reference`", "reference")


def check_details(kind: str, details: Details) -> None:
    if kind != CONVERSATION and details != Details():
        raise invalid("required, multiline and visible_to_team_ids are for attributes of conversations")
    if len(details.visible_to_team_ids) > limits.TEAMS_VISIBLE:
        raise invalid(f"visible_to_team_ids must be at most {limits.TEAMS_VISIBLE} ids", "visible_to_team_ids")
    for id in details.visible_to_team_ids:
        check_text(id, "visible_to_team_ids")


def details_changed(had: Details, has: Details) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, as it was and as it is."""
    before, after = asdict(had), asdict(has)
    names = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def settled_options(kind: str, had: Sequence[Option], wanted: Sequence[Option]) -> tuple[Option, ...]:
    """Options as they are kept. Those of conversations keep their ids, and what is wanted no more is archived; one
    that is wanted again comes back."""
    if kind != CONVERSATION:
        return tuple(wanted)
    known = {one.value: one for one in sorted(had, key=lambda one: not one.archived)}  # an active one counts
    kept = tuple(
        replace(known.get(one.value) or _new_option(one.value), description=one.description, archived=False)
        for one in wanted
    )
    ids_kept = {one.id for one in kept}
    return kept + tuple(replace(one, archived=True) for one in had if one.id not in ids_kept)


def _new_option(value: str) -> Option:
    return Option(value, id=str(uuid.uuid4()))


def check_options(data_type: str, options: Sequence[Option], field: str = "options") -> None:
    if data_type != LIST:
        if options:
            raise invalid("Options can only be managed on list attributes", field)
        return
    if len(options) < limits.OPTIONS_MIN:
        raise invalid(f"A list attribute must have at least {limits.OPTIONS_MIN} options", field)
    for option in options:
        if not option.value:
            raise invalid("An option must not be empty", field)
        check_text(option.value, field)
        check_text(option.description, field)
    values = [option.value for option in options]
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise invalid(f"There is more than one option '{shown(twice)}'", field)


def check_text(text: str, field: str) -> None:
    """Names, descriptions and options: at most 255 characters (a description 1,024) that can be stored."""
    most = limits.DESCRIPTION_CHARS if field == "description" else limits.STRING_CHARS
    if len(text) > most:
        raise invalid(f"{field} must be at most {most} characters", field)
    if not storable(text):
        raise invalid(f"{field} must not contain NUL characters or lone surrogates", field)


def target_kind(schema: Schema, reference: WantedReference) -> str:
    """The kind that a reference is to point at. 400 for what is not there, or archived."""
    if reference.to in STANDARD_KINDS:
        return reference.to
    found = schema.identifiers.get(reference.to)
    if found is None:
        raise invalid(
            f"'{shown(reference.to)}' is neither {', '.join(STANDARD_KINDS)} nor the identifier of an object type",
            "reference.to",
        )
    if found.archived:
        raise invalid(f"Custom object type `{found.identifier}` is archived", "reference.to")
    return found.id


@contextmanager
def placed(place: str) -> Iterator[None]:
    """Problems inside name their field as seen from further out."""
    try:
        yield
    except Problem as problem:
        problem.field = f"{place}.{problem.field}" if problem.field else place
        raise

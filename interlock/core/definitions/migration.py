"""The way from what is defined to what a document wants: definitions first, then what that means for records.

`work_out` makes the changes of definitions on an editor, be it a sketch for a plan or the real one, and collects what
is to be done to stored values and links; `rewriting.py` counts that, or does it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from interlock.core.attributes.definition import LIST, REFERENCE, STANDARD_KINDS, Attribute, ReferenceEnd
from interlock.core.attributes.names import check_new_name
from interlock.core.definitions import define, usage
from interlock.core.definitions.document import (
    Document,
    options_document,
    wanted_attribute,
    wanted_details,
    wanted_options,
    wanted_type,
)
from interlock.core.definitions.editor import Editor
from interlock.core.definitions.matching import Item, Matched, TypeItem, match, placing
from interlock.core.definitions.settings import QUALIFYING_TYPES
from interlock.core.definitions.wanted import AttributeChange, TypeChange, WantedReference
from interlock.core.records.slots import SLOTS_FOR
from interlock.kit import ids
from interlock.kit.problems import Problem, invalid


@dataclass(slots=True)
class Change:
    """One change, and what it costs. `before` and `after` say what was and what will be, as a document has it.

    `values` is how many stored values are kept under the new name or type, `values_lost` how many fit no more.
    """

    action: str
    kind: str  # contact, company or the identifier of a type, as it will be
    attribute: str | None = None
    before: Any = None
    after: Any = None
    values: int = 0
    values_lost: int = 0
    links_dropped: int = 0
    used_by: list[usage.Use] = field(default_factory=list)


@dataclass(slots=True)
class Move:
    """What becomes of the values under one key: another key, another type (`None`: the same), or nothing at all."""

    name: str
    definition: Attribute
    was_type: str
    changes: list[Change]
    converts: bool = False

    @property
    def drops(self) -> bool:
        return self.converts and REFERENCE in (self.was_type, self.definition.data_type)


@dataclass(slots=True)
class Trim:
    """Ends of one reference at which a record keeps only its newest link; `all`: no link stays."""

    changes: dict[str, Change] = field(default_factory=dict)  # by side, a or b
    drops: Change | None = None


@dataclass(slots=True)
class Work:
    """All changes in their order, and what they mean for records: moves by kind and old key, trims by reference."""

    changes: list[Change] = field(default_factory=list)
    moves: dict[str, dict[str, Move]] = field(default_factory=dict)
    trims: dict[str, Trim] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        return sum(one.values_lost + one.links_dropped for one in self.changes)


async def work_out(editor: Editor, document: Document) -> Work:
    """Raises 400 that names the place in the document, 422 `data_invalid` where something in use would be archived."""
    migration = _Migration(editor, match(editor.schema, document))
    await migration.types()
    await migration.archive()
    for item in migration.matched.items.values():
        with placing(item.place):
            await migration.settle(item)
    for item in migration.matched.items.values():
        if item.to is not None:
            with placing(item.place):
                await migration.refer(item)
    return migration.work


async def rename(editor: Editor, one: Attribute, name: str) -> Work:
    """One attribute under another name, outside of a document. Raises 400 for a name that it cannot have."""
    migration = _Migration(editor, Matched())
    await migration.rename(one, name)
    return migration.work


async def point(editor: Editor, one: Attribute, to: str, many: bool) -> Work:
    """Where one reference points (a kind) and how many records it may have, outside of a document.

    What pointed back from the old kind is archived with it.
    """
    migration = _Migration(editor, Matched())
    end = one.reference
    assert end is not None
    if end.to == to:
        migration.allow(one, replace(end, many=many))
        await editor.put_attribute(replace(one, reference=replace(end, many=many)))
        return migration.work
    if end.inverse_name is not None:
        far = editor.schema.of(end.to)[end.inverse_name]
        await define.change_attribute(editor, far, AttributeChange(archived=True))
    new = ReferenceEnd(ids.record_id(), "a", to, many)
    await migration.repoint(editor.schema.by_id[one.id], new)
    return migration.work


class _Migration:
    def __init__(self, editor: Editor, matched: Matched) -> None:
        self.editor = editor
        self.matched = matched
        self.work = Work()
        self.kinds: dict[str, str] = {}  # ids of types that were made, by their kind until then
        self.referred: set[tuple[str, str]] = set()  # ends that are done

    def note(
        self, action: str, kind: str, attribute: str | None = None, before: Any = None, after: Any = None
    ) -> Change:
        change = Change(action, self.editor.schema.label(kind), attribute, before, after)
        self.work.changes.append(change)
        return change

    def kind(self, kind: str) -> str:
        return self.kinds.get(kind, kind)

    def now(self, item: Item) -> Attribute | None:
        """The saved attribute of an item, as it has become."""
        return self.editor.schema.by_id[item.saved.id] if item.saved is not None else None

    # --- types

    async def types(self) -> None:
        for gone in self.matched.gone_types:
            self.note("archive_type", gone.id)
            await define.change_type(self.editor, gone, TypeChange(archived=True))
        for item in self.matched.types:
            with placing(item.place):
                await (self._add_type(item) if item.saved is None else self._change_type(item, item.saved.id))

    async def _add_type(self, item: TypeItem) -> None:
        made = await define.add_type(self.editor, replace(wanted_type(item.document), attributes=()))
        self.kinds[item.kind] = made.id
        self.note("add_type", made.id, after={"name": made.name, "plural_name": made.plural_name})

    async def _change_type(self, item: TypeItem, id: str) -> None:
        document, one = item.document, self.editor.schema.types[id]
        if one.archived:
            one = await define.change_type(self.editor, one, TypeChange(archived=False))
            self.note("unarchive_type", id)
        if document.identifier != one.identifier:
            define.check_identifier(self.editor.schema, document.identifier)
            before = one.identifier
            one = await self.editor.put_type(replace(one, identifier=document.identifier))
            self.note("rename_type", id, None, before, one.identifier)
        for name in ("name", "plural_name", "description"):
            wanted, before = getattr(document, name), getattr(one, name)
            if wanted is not None and wanted != before:
                define.check_text(wanted, name)
                one = await self.editor.put_type(replace(one, **{name: wanted}))
                self.note("describe_type", id, None, {name: before}, {name: wanted})

    # --- attributes

    async def archive(self) -> None:
        """First of all, so that what comes has room under the limits."""
        for gone in self.matched.gone:
            label = self.editor.schema.label(gone.kind)
            change = self.note("archive_attribute", gone.kind, gone.name)
            change.used_by = usage.uses(self.editor.schema, gone)
            if any(use.blocks for use in change.used_by):
                raise _in_use(f"{label}.{gone.name} cannot be archived", change.used_by)
            one = self.editor.schema.by_id[gone.id]
            await define.change_attribute(self.editor, one, AttributeChange(archived=True))

    async def settle(self, item: Item) -> None:
        """All of an attribute but where a reference points and how many it may have."""
        one, document = self.now(item), item.document
        if one is None:
            if item.to is None:
                made = await define.add_attribute(self.editor, self.kind(item.kind), wanted_attribute(document))
                self.note("add_attribute", made.kind, made.name, after={"data_type": made.data_type})
            return
        if one.archived:
            one = await define.change_attribute(self.editor, one, AttributeChange(archived=False))
            self.note("unarchive_attribute", one.kind, one.name)
        if document.name != one.name:
            one = await self.rename(one, document.name)
        if document.data_type != one.data_type and document.data_type != REFERENCE:
            one = await self._convert(item, one)
        options = wanted_options(document.options)
        if options is not None and options != one.choices:
            before = options_document(one.choices)
            one = await define.change_attribute(self.editor, one, AttributeChange(options=options))
            self.note("change_options", one.kind, one.name, before, options_document(options))
        if document.description not in (None, one.description):
            one = await define.change_attribute(self.editor, one, AttributeChange(document.description))
            self.note("describe_attribute", one.kind, one.name)
        details = wanted_details(document, one.details)
        if details != one.details:
            before, after = define.details_changed(one.details, details)
            one = await define.change_attribute(self.editor, one, AttributeChange(details=details))
            self.note("change_details", one.kind, one.name, before, after)
        if document.messenger_writable not in (None, one.messenger_writable) and one.kind in STANDARD_KINDS:
            change = AttributeChange(messenger_writable=document.messenger_writable)
            one = await define.change_attribute(self.editor, one, change)
            self.note("protect_attribute", one.kind, one.name, None, {"messenger_writable": one.messenger_writable})

    async def rename(self, one: Attribute, name: str) -> Attribute:
        problem = check_new_name(self.editor.schema, one.kind, name)
        if problem is not None:
            raise problem
        before = one.name
        one = await self.editor.put_attribute(replace(one, name=name))
        change = self.note("rename_attribute", one.kind, name, before, name)
        change.used_by = usage.uses(self.editor.schema, one)
        if one.reference is None:
            self._move(one, before, change)
        return one

    async def _convert(self, item: Item, one: Attribute) -> Attribute:
        """To a type of values. Where values of the old type do not pass the gate of the new one, they are lost."""
        change = self._note_conversion(one, item.document.data_type)
        options = wanted_options(item.document.options) or ()
        if item.document.data_type == LIST:
            define.check_options(LIST, options)
        was = one
        slot = one.slot if one.slot in SLOTS_FOR[item.document.data_type] else None
        slot = slot or self.editor.free_slot(one.kind, item.document.data_type)
        one = await self.editor.put_attribute(
            replace(
                one,
                data_type=item.document.data_type,
                options=define.settled_options(one.kind, (), options) if item.document.data_type == LIST else (),
                reference=None,
                slot=slot,
                slot_ready=slot is not None,  # every record that has a value is written anew
            )
        )
        if was.reference is not None:
            self._trim(was.reference.id).drops = change
        else:
            self._move(one, was.name, change, was.data_type)
        return one

    def _note_conversion(self, one: Attribute, data_type: str) -> Change:
        change = self.note("convert_attribute", one.kind, one.name, one.data_type, data_type)
        change.used_by = usage.uses(self.editor.schema, one)
        if data_type not in QUALIFYING_TYPES and any(use.by == usage.QUALIFICATION for use in change.used_by):
            raise _in_use(f"'{one.name}' cannot become {data_type}", change.used_by)
        return change

    def _move(self, one: Attribute, key: str, change: Change, was_type: str | None = None) -> None:
        """Of an attribute that is renamed and then converted, the values stand under the older name."""
        moves = self.work.moves.setdefault(one.kind, {})
        key = next((old for old, move in moves.items() if move.name == key), key)
        move = moves.setdefault(key, Move(one.name, one, was_type or one.data_type, []))
        move.changes.append(change)
        move.definition, move.converts = one, move.converts or was_type is not None

    def _trim(self, reference_id: str) -> Trim:
        return self.work.trims.setdefault(reference_id, Trim())

    # --- references

    async def refer(self, item: Item) -> None:
        """Make a reference, or bring it to what is wanted: both of its ends, whichever comes first."""
        far = self.matched.items[item.partner] if item.partner is not None else None
        if item.key in self.referred:
            return
        self.referred |= {item.key, far.key if far is not None else item.key}
        near_end = self._saved_end(item)
        far_end = self._saved_end(far) if far is not None else None
        if near_end is not None and far_end is not None and near_end.id != far_end.id:
            raise invalid("its two ends are different references, which cannot become one", "reference.inverse")
        if far is not None and (near_end is None) != (far_end is None):
            self._check_free(near_end or far_end)
        is_new = near_end is None and far_end is None
        id = ids.record_id() if is_new else (near_end or far_end).id  # type: ignore[union-attr]
        side = near_end.side if near_end is not None else _opposite(far_end.side) if far_end is not None else "a"
        await self._end(item, ReferenceEnd(id, side, self.kind(item.to or ""), _many(item)), is_new)
        if far is not None:
            with placing("reference.inverse"):
                far_side = _opposite(side)
                await self._end(far, ReferenceEnd(id, far_side, self.kind(far.to or ""), _many(far)), is_new)

    def _saved_end(self, item: Item) -> ReferenceEnd | None:
        """The end that is saved, if it points where it should."""
        end = item.saved.reference if item.saved is not None else None
        return end if end is not None and end.to == self.kind(item.to or "") else None

    def _check_free(self, end: ReferenceEnd | None) -> None:
        """A second inverse cannot be made, not even beside one that is archived."""
        if end is not None and end.inverse_name is not None:
            label = f"{self.editor.schema.label(end.to)}.{end.inverse_name}"
            raise invalid(f"its other end is {label}: name that one, or rename it with `was`", "reference.inverse")

    async def _end(self, item: Item, end: ReferenceEnd, is_new: bool) -> None:
        """One end. Where links may be there already, and it may have one only, the newest stays."""
        one = self.now(item)
        if one is None:
            define.target_kind(self.editor.schema, WantedReference(self.editor.schema.label(end.to)))
            wanted = replace(wanted_attribute(item.document), reference=None)
            define.check_text(wanted.description, "description")
            one = await define.insert_attribute(self.editor, self.kind(item.kind), wanted, end)
            change = self.note("add_attribute", one.kind, one.name, after=self._shown(end))
            narrows = not end.many
        elif self._saved_end(item) is None:
            change = await self.repoint(one, end)
            narrows = not end.many
        else:
            assert one.reference is not None
            if item.many in (None, one.reference.many):
                return
            self.allow(one, end)
            await self.editor.put_attribute(replace(one, reference=replace(one.reference, many=end.many)))
            return
        if narrows and not is_new:
            self._trim(end.id).changes[end.side] = change

    def allow(self, one: Attribute, end: ReferenceEnd) -> None:
        """Another number of records: where it is one from now on, the newest link stays."""
        assert one.reference is not None
        if one.reference.many == end.many:
            return
        change = self.note("change_reference", one.kind, one.name, {"many": one.reference.many}, {"many": end.many})
        change.used_by = usage.uses(self.editor.schema, one)
        if not end.many:
            self._trim(end.id).changes[end.side] = change

    async def repoint(self, one: Attribute, end: ReferenceEnd) -> Change:
        """Values become a reference, or a reference points elsewhere: whatever was there is lost."""
        before = one.data_type if one.reference is None else self._shown(one.reference)
        change = self._note_conversion(one, REFERENCE)
        change.before, change.after = before, self._shown(end)
        if one.reference is not None:
            change.action = "retarget_reference"
            self._trim(one.reference.id).drops = change
        empty = {"options": (), "slot": None, "slot_ready": False}
        made = await self.editor.put_attribute(replace(one, data_type=REFERENCE, reference=end, **empty))
        if one.reference is None:
            self._move(made, one.name, change, one.data_type)
        return change

    def _shown(self, end: ReferenceEnd) -> dict[str, Any]:
        return {"data_type": REFERENCE, "to": self.editor.schema.label(end.to), "many": end.many}


def _opposite(side: str) -> str:
    return "b" if side == "a" else "a"


def _many(item: Item) -> bool:
    return item.many_at_first if item.many is None else item.many


def _in_use(what: str, uses: list[usage.Use]) -> Problem:
    return Problem("data_invalid", f"{what}: it is used by {', '.join(use.name for use in uses if use.blocks)}")

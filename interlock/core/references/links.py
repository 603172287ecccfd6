"""References: links between records, one or many on each side.

Both ends see the same links, so what is linked on one side shows on the other. What no source states is decided
in `docs/decisions/0004-references.md`; in short: an array replaces; a reference-one that is linked anew moves; a
target that may be held by one record only is taken from whoever held it, and both histories say so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, TICKET, Attribute, ReferenceEnd
from interlock.core.attributes.types.reference import LinkWrite, Target
from interlock.core.records.record import Record
from interlock.core.records.store import RecordStore, store_of
from interlock.core.references import store
from interlock.core.schema.schema import Schema
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid
from interlock.storage.database import Tx

_WORDS = {CONTACT: "Contact", COMPANY: "Company", CONVERSATION: "Conversation", TICKET: "Ticket"}
SHOWN_IN_HISTORY = 100  # ids of one side of one change: a history row stays small


@dataclass(slots=True)
class Linked:
    """What one reference attribute of one record shows: the newest records, and how many there are in all."""

    records: list[Record] = field(default_factory=list)
    total: int = 0

    @property
    def has_more(self) -> bool:
        return self.total > len(self.records)


@dataclass(slots=True)
class LinkChange:
    """What a write did to one reference attribute. `moved` has (target id, who had it before).

    `linked` is what the attribute shows now, where that is known without looking.
    """

    before: list[str]
    after: list[str]
    moved: list[tuple[str, str]]
    linked: Linked | None = None

    @property
    def changed(self) -> bool:
        return self.before != self.after


# --- writing


async def write(
    tx: Tx, schema: Schema, attribute: Attribute, own_id: str, wanted: LinkWrite, *, is_new: bool = False
) -> LinkChange:
    """Set, add or remove links of one record, which the caller holds locked, or has just made.

    Raises 400 `parameter_invalid` for a target that does not exist in this workspace.
    """
    end = attribute.reference
    assert end is not None
    if _hidden(schema, end.to):
        return _refuse_hidden(schema, attribute, wanted)
    key, side = schema.workspace.id, end.side
    current = [] if is_new else await store.others(tx, key, end.id, side, own_id)
    found = await _resolve(tx, schema, attribute, wanted.replace if wanted.replace is not None else wanted.add)
    targets = list(found)
    removed = await _resolve(tx, schema, attribute, wanted.remove, must_exist=False) if wanted.remove else ()
    if wanted.replace is not None or (targets and not end.many):
        after = targets
    else:
        kept = dict.fromkeys(current)
        for one in removed:
            kept.pop(one, None)
        after = list(kept | dict.fromkeys(targets))
    if not end.many and len(after) > 1:
        raise _one_only(attribute)
    had, have = set(current), set(after)
    dropped, new = had - have, [one for one in after if one not in had]
    if dropped:
        await store.remove(tx, key, end.id, side, own_id, dropped)
    moved = await _take_over(tx, key, attribute, new) if new and not end.inverse_many else []
    rows = [store.row(key, key, end.id, side, own_id, other) for other in reversed(new)]
    await store.add(tx, rows)
    known = not end.many and have == found.keys() and own_id not in have  # what it is itself is still to be written
    linked = Linked(list(found.values()), len(found)) if known else None
    return LinkChange(sorted(had), sorted(have), moved, linked)


def is_hidden(schema: Schema, attribute: Attribute) -> bool:
    """Does the reference point at an archived type?"""
    return attribute.reference is not None and _hidden(schema, attribute.reference.to)


def _hidden(schema: Schema, kind: str) -> bool:
    """An archived type keeps its links, and shows none."""
    return kind in schema.types and schema.types[kind].archived


def _refuse_hidden(schema: Schema, attribute: Attribute, wanted: LinkWrite) -> LinkChange:
    """What was read, an empty list, may be written back and changes nothing: links that nobody sees stay."""
    for target in (*(wanted.replace or ()), *wanted.add, *wanted.remove):
        raise missing(schema, attribute, target)
    return LinkChange([], [], [])


def _one_only(attribute: Attribute) -> Problem:
    return invalid(f"'{attribute.name}' can reference only one record", attribute.full_name)


async def _take_over(tx: Tx, key: str, attribute: Attribute, targets: Sequence[str]) -> list[tuple[str, str]]:
    """Targets that may be held once only leave whoever holds them."""
    end = attribute.reference
    assert end is not None
    held = await store.holders(tx, key, end.id, end.side, targets)
    for target, holder in held:
        await store.remove(tx, key, end.id, end.side, holder, [target])
    return held


async def _resolve(
    tx: Tx, schema: Schema, attribute: Attribute, targets: Sequence[Target], must_exist: bool = True
) -> dict[str, Record]:
    """Glimpses of targets by their ids, in their order and each once."""
    if not targets:
        return {}
    known = await resolve(tx, schema, attribute, targets)
    found: dict[str, Record] = {}
    for one in targets:
        if one in known:
            found[known[one].id] = known[one]
        elif must_exist:
            raise missing(schema, attribute, one)
    return found


async def resolve(tx: Tx, schema: Schema, attribute: Attribute, targets: Sequence[Target]) -> dict[Target, Record]:
    """A glimpse of each target that exists in this workspace; they are locked against being deleted."""
    end = attribute.reference
    assert end is not None
    if _hidden(schema, end.to):
        return {}
    wanted_ids = [one.id for one in targets if one.id is not None]
    wanted_external = [one.external_id for one in targets if one.external_id is not None]
    finder = store.Finder.of(store_of(end.to), not end.inverse_many)
    by_id = await finder.by_id(tx, schema.workspace.id, end.to, wanted_ids)
    by_external_id = await finder.by_external_id(tx, schema.workspace.id, end.to, wanted_external)
    found: dict[Target, Record] = {}
    for one in targets:
        record = by_id.get(one.id) if one.id is not None else by_external_id.get(one.external_id or "")
        if record is not None:
            found[one] = record
    return found


def missing(schema: Schema, attribute: Attribute, target: Target) -> Problem:
    """400 for a target that does not exist here; another workspace's looks the same. Nor is one of an archived type."""
    assert attribute.reference is not None
    if _hidden(schema, attribute.reference.to):
        identifier = schema.label(attribute.reference.to)
        return invalid(f"Custom object type `{identifier}` is archived", attribute.full_name)
    word = _WORDS.get(attribute.reference.to) or schema.label(attribute.reference.to)
    named = f"id '{target.id[:100]}'" if target.id is not None else f"external_id '{(target.external_id or '')[:100]}'"
    return invalid(f"{word} with {named} not found", attribute.full_name)


# --- reading


async def read(
    tx: Tx, schema: Schema, kind: str, records: Sequence[Record], known: Collection[str] = ()
) -> dict[str, dict[str, Linked]]:
    """What the reference attributes of records show, by record id and attribute name.

    A record with very many links costs no more than one with a hundred, but for the count. Attributes whose names are
    `known` are left out.
    """
    shown: dict[str, dict[str, Linked]] = {record.id: {} for record in records}
    for attribute in schema.references(kind):
        if records and attribute.name not in known:
            of_each = await _linked(tx, schema, attribute, [record.id for record in records])
            for id, linked in of_each.items():
                shown[id][attribute.name] = linked
    return shown


async def _linked(tx: Tx, schema: Schema, attribute: Attribute, own_ids: Sequence[str]) -> dict[str, Linked]:
    end = attribute.reference
    assert end is not None
    found = {id: Linked() for id in own_ids}
    if _hidden(schema, end.to):
        return found
    table_store = store_of(end.to)
    key, queries = schema.workspace.id, store.ENDS[end.side]
    one_query, several_query = queries.joined(table_store)
    if end.many and len(own_ids) > 1:
        counts = await tx.all(queries.counts, key=key, reference_id=end.id, own_ids=list(own_ids))
        for id, total in counts:
            found[id].total = total
        light = [id for id in own_ids if 0 < found[id].total <= limits.REFERENCE_SHOWN]
        heavy = [id for id in own_ids if found[id].total > limits.REFERENCE_SHOWN]
    else:
        light, heavy = ([], list(own_ids)) if end.many else (list(own_ids), [])
    if light:
        rows = await tx.all(several_query, key=key, reference_id=end.id, own_ids=light)
        for row in rows:
            found[row[0]].records.append(store.glimpse(table_store, row[1:], end.to))
    for id in heavy:
        rows = await tx.all(one_query, key=key, reference_id=end.id, own_id=id, limit=limits.REFERENCE_SHOWN + 1)
        found[id].records = [store.glimpse(table_store, row[1:], end.to) for row in rows[: limits.REFERENCE_SHOWN]]
        if len(rows) > limits.REFERENCE_SHOWN and not found[id].total:
            found[id].total = await tx.value(queries.count, key=key, reference_id=end.id, own_id=id)
    for linked in found.values():
        linked.total = max(linked.total, len(linked.records))
    return found


@dataclass(frozen=True, slots=True)
class Inside:
    """The references of a kind, to be read in one statement with the records themselves (`store.inside`)."""

    names: tuple[str, ...]  # all of them
    read: tuple[tuple[Attribute, RecordStore], ...]  # those that can show anything
    ends: tuple[tuple[str, RecordStore], ...]  # of these
    values: Mapping[str, str]  # parameters of the statement

    @property
    def shape(self) -> tuple[tuple[str, str], ...]:
        """Equal ones make the same SQL."""
        return tuple((side, one.table.name) for side, one in self.ends)


def inside(schema: Schema, kind: str) -> Inside:
    attributes = schema.references(kind)
    read: list[tuple[Attribute, RecordStore]] = []
    for one in attributes:
        assert one.reference is not None
        if not _hidden(schema, one.reference.to):
            read.append((one, store_of(one.reference.to)))
    ends = tuple((one.reference.side, target) for one, target in read if one.reference)
    values = {f"inside_{position}": one.reference.id for position, (one, _) in enumerate(read) if one.reference}
    return Inside(tuple(one.name for one in attributes), tuple(read), ends, values)


async def unpack(
    tx: Tx, schema: Schema, asked: Inside, own_id: str, columns: Sequence[str | None]
) -> dict[str, Linked]:
    """What the columns of `store.inside` tell of one record, by attribute name."""
    found = {name: Linked() for name in asked.names}
    for (attribute, target), text in zip(asked.read, columns, strict=True):
        end, linked = attribute.reference, found[attribute.name]
        assert end is not None
        rows = msgspec.json.decode(text) if text else ()
        linked.records = [store.glimpse(target, row, end.to) for row in rows[: limits.REFERENCE_SHOWN]]
        linked.total = len(rows)
        if linked.has_more:
            count = store.ENDS[end.side].count
            linked.total = await tx.value(count, key=schema.workspace.id, reference_id=end.id, own_id=own_id)
    return found


# --- when records go


async def drop_all(tx: Tx, schema: Schema, kind: str, own_id: str) -> dict[str, Any]:
    """A record is deleted: its links go, archived references' too. Answers what they were, for the history."""
    gone: dict[str, Any] = {}
    for attribute in _every_end(schema, kind):
        end = attribute.reference
        assert end is not None
        others = await store.others(tx, schema.workspace.id, end.id, end.side, own_id)
        if others:
            await store.remove_all(tx, schema.workspace.id, end.id, end.side, own_id)
            gone[attribute.name] = others[:SHOWN_IN_HISTORY]
    return gone


def _every_end(schema: Schema, kind: str) -> list[Attribute]:
    """The reference attributes of a kind, and the far ends of references to it that have no inverse here."""
    mine = [one for one in schema.of(kind).values() if one.reference is not None]
    named = {(one.reference.id, one.reference.side) for one in mine if one.reference}
    for attribute in schema.by_id.values():
        end = attribute.reference
        if end is None or end.to != kind:
            continue
        far = (end.id, "b" if end.side == "a" else "a")
        if far not in named:
            named.add(far)
            mine.append(_unnamed_inverse(attribute))
    return mine


def _unnamed_inverse(attribute: Attribute) -> Attribute:
    end = attribute.reference
    assert end is not None
    far = ReferenceEnd(end.id, "b" if end.side == "a" else "a", attribute.kind, True, attribute.name, end.many)
    return replace(attribute, kind=end.to, name=f"{attribute.name} (inverse)", reference=far)


async def merge(tx: Tx, schema: Schema, kind: str, from_id: str, into_id: str) -> None:
    """Links of a merged record move to the one that stays; where it may have one only and has it, its own stays."""
    key = schema.workspace.id
    for attribute in _every_end(schema, kind):
        end = attribute.reference
        assert end is not None
        mine = set(await store.others(tx, key, end.id, end.side, into_id))
        if mine and not end.many:
            await store.remove_all(tx, key, end.id, end.side, from_id)
            continue
        if mine:
            twice = mine.intersection(await store.others(tx, key, end.id, end.side, from_id))
            await store.remove(tx, key, end.id, end.side, from_id, twice)
        await store.move(tx, key, end.id, end.side, from_id, into_id)

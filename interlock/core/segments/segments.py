"""Segments: people or companies that satisfy rules, at any moment.

What a segment is belongs to the definitions of a workspace (`Schema.segments`): each process has them in memory, and
a change of one is a change of the schema. Nobody is *in* a segment by a row somewhere: membership follows from the
rules (`core/query/rules.py`) whenever it is asked for, in SQL for everybody, in memory for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.changes import change
from interlock.core.query.around_store import load
from interlock.core.query.fields import fields_of
from interlock.core.query.filter import nothing
from interlock.core.query.match import matches
from interlock.core.query.parse import Search, default_sort
from interlock.core.query.predicate import Predicate
from interlock.core.query.rules import ROLES, read_rules, segment_predicate, with_role
from interlock.core.query.search import Found, count, numbered, search
from interlock.core.records.record import Record
from interlock.core.records.store import store_of
from interlock.core.schema import store
from interlock.core.schema.schema import Schema, Segment
from interlock.kit import clock, ids, limits
from interlock.kit.problems import invalid, missing, not_found
from interlock.storage.database import Tx

KINDS = (CONTACT, COMPANY)
SEGMENT = "segment"
USER = "user"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A segment as somebody asks for it. None: as it is, or, of a new one, what is usual."""

    name: str | None = None
    kind: str | None = None
    person_type: str | None = None
    rules: Any = None


# --- definitions


async def create(tx: Tx, schema: Schema, wanted: Wanted, through: str) -> Segment:
    """400 with the field named; names need not be different. In order: name, kind, person_type, rules, the limit."""
    await store.lock_for_change(tx, schema)
    if wanted.name is None:
        raise missing("name is required", "name")
    name = _name(wanted.name)
    kind = _kind(wanted.kind)
    person_type = _person_type(wanted.person_type, kind)
    _check_rules(schema, wanted.rules, kind)
    if len(schema.segments) >= limits.SEGMENTS:
        raise invalid(f"A workspace may have at most {limits.SEGMENTS} segments")
    now = clock.seconds()
    made = Segment(ids.record_id(), kind, person_type, name, wanted.rules, now, now)
    await store.insert_segment(tx, schema.workspace.id, made)
    await _note(tx, schema, made.id, change.CREATED, through, {}, _told(made))
    return made


async def update(tx: Tx, schema: Schema, id: str, wanted: Wanted, through: str) -> Segment:
    """404 `not_found`; 400 as in `create`. A segment stays one of people or of companies."""
    await store.lock_for_change(tx, schema)
    old = get(schema, id)
    name = old.name if wanted.name is None else _name(wanted.name)
    if wanted.kind is not None and wanted.kind != old.kind:
        raise invalid("The kind of a segment cannot be changed", "kind")
    person_type = old.person_type if wanted.person_type is None else _person_type(wanted.person_type, old.kind)
    if wanted.rules is not None:
        _check_rules(schema, wanted.rules, old.kind)
    rules = old.rules if wanted.rules is None else wanted.rules
    new = replace(old, name=name, person_type=person_type, rules=rules)
    before, after = _told(old), _told(new)
    changed = [key for key in after if after[key] != before[key]]
    if not changed:
        return old
    new = replace(new, updated_at=clock.seconds())
    await store.update_segment(tx, schema.workspace.id, new)
    was, now = {key: before[key] for key in changed}, {key: after[key] for key in changed}
    await _note(tx, schema, id, change.UPDATED, through, was, now)
    return new


async def delete(tx: Tx, schema: Schema, id: str, through: str) -> Segment:
    """404 `not_found`."""
    await store.lock_for_change(tx, schema)
    gone = get(schema, id)
    await store.delete_segment(tx, schema.workspace.id, id)
    await _note(tx, schema, id, change.DELETED, through, _told(gone), {})
    return gone


def get(schema: Schema, id: str) -> Segment:
    found = schema.segments.get(id)
    if found is None:
        raise not_found()
    return found


def _told(one: Segment) -> dict[str, Any]:
    return {"name": one.name, "kind": one.kind, "person_type": one.person_type, "rules": one.rules}


async def _note(
    tx: Tx, schema: Schema, id: str, action: str, through: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    row = change.row(schema.workspace.id, SEGMENT, id, action, through, clock.micros(), before, after)
    await change.note(tx, row)


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > limits.NAME_CHARS or "\0" in name or not name.isprintable():
        raise invalid(f"name must be 1 to {limits.NAME_CHARS} characters of text", "name")
    return name


def _kind(kind: str | None) -> str:
    if kind is not None and kind not in KINDS:
        raise invalid(f"kind must be one of: {', '.join(KINDS)}", "kind")
    return kind or CONTACT


def _person_type(person_type: str | None, kind: str) -> str:
    if person_type is not None and person_type not in ROLES:
        raise invalid(f"person_type must be one of: {', '.join(ROLES)}", "person_type")
    if person_type is not None and person_type != USER and kind != CONTACT:
        raise invalid("Only a segment of people may be one of leads", "person_type")
    return person_type or USER


def _check_rules(schema: Schema, rules: Any, kind: str) -> None:
    if rules is None:
        raise missing("rules are required", "rules")
    read_rules(rules, schema, kind, clock.seconds())


# --- who is in it


def is_broken(schema: Schema, one: Segment) -> bool:
    """Do its rules speak of what is not there any more? Nobody is in it then."""
    return segment_predicate(schema, one, clock.seconds()) is None


async def count_members(tx: Tx, schema: Schema, one: Segment) -> int:
    where = segment_predicate(schema, one, clock.seconds())
    return 0 if where is None else await count(tx, schema, one.kind, where, store_of(one.kind))


async def count_all(tx: Tx, schema: Schema, segments: Sequence[Segment]) -> dict[str, int]:
    """One statement for each segment."""
    return {one.id: await count_members(tx, schema, one) for one in segments}


async def members(tx: Tx, schema: Schema, one: Segment, per_page: int, starting_after: str | None) -> Found:
    """A page of them, the newest first, and how many there are."""
    where = segment_predicate(schema, one, clock.seconds())
    return await _page(tx, schema, one.kind, where, per_page, starting_after)


async def preview(tx: Tx, schema: Schema, wanted: Wanted) -> Found:
    """Who would be in a segment: how many, and the newest few. Nothing is stored."""
    kind = _kind(wanted.kind)
    person_type = _person_type(wanted.person_type, kind)
    if wanted.rules is None:
        raise missing("rules are required", "rules")
    where = with_role(schema, kind, person_type, read_rules(wanted.rules, schema, kind, clock.seconds()))
    return await _page(tx, schema, kind, where, limits.SEGMENT_PREVIEW, None)


async def _page(
    tx: Tx, schema: Schema, kind: str, where: Predicate | None, per_page: int, starting_after: str | None
) -> Found:
    fields = fields_of(schema, kind)
    wanted = Search(where or nothing(fields["id"]), default_sort(fields), per_page, starting_after)
    return await search(tx, schema, kind, wanted, store_of(kind))


async def of_records(tx: Tx, schema: Schema, kind: str, records: Sequence[Record]) -> dict[str, list[Segment]]:
    """The segments that each of several records of a kind is in now, the oldest segment first.

    In memory, after a number of statements that depends on what the rules speak of, and not on how many records or
    segments there are. Whoever is not shown in lists (archived people, companies without people) is in no segment, so
    that this agrees with the members of each.
    """
    found: dict[str, list[Segment]] = {one.id: [] for one in records}
    now = clock.seconds()
    read = [(one, segment_predicate(schema, one, now)) for one in schema.segments.values() if one.kind == kind]
    rules = [(one, where) for one, where in read if where is not None]
    if not rules:
        return found
    shown = [one for one in records if one.fields["live"]]
    for known in await load(tx, schema.workspace.id, shown, [where for _, where in rules]):
        found[known.record.id] = [one for one, where in rules if matches(where, known)]
    return found


async def page_of_companies(
    tx: Tx, schema: Schema, segment_id: str, limit: int, offset: int
) -> tuple[list[Record], int]:
    """A page by number of the companies in a segment, the newest first; of a segment that there is not, nobody."""
    one = schema.segments.get(segment_id)
    where = segment_predicate(schema, one, clock.seconds()) if one is not None and one.kind == COMPANY else None
    if where is None:
        return [], 0
    return await numbered(tx, schema, COMPANY, where, store_of(COMPANY), limit, offset)

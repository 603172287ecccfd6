"""Many instances in one transaction: up to a thousand upserts and deletions, with a result for each row.

Rows are taken in their order. A run of upserts of different instances is done at once: one look for what exists,
one for the targets of each reference, then the new rows by copy and the changed ones in one go. What can be wrong
with a row is found before anything is written, so a bad row never leaves half of itself behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.many import Writes, coerce_all
from interlock.core.attributes.types.reference import LinkWrite, Target
from interlock.core.changes import change
from interlock.core.definitions.define import define_missing
from interlock.core.objects import instances, store
from interlock.core.objects.instances import CREATED, SKIPPED, UNCHANGED, UPDATED, Upsert
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import INSTANCES
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.references import store as link_store
from interlock.core.references.follow import write_links
from interlock.core.schema import counts
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.kit import clock
from interlock.kit.problems import Problem, not_found
from interlock.storage import tables
from interlock.storage.database import Tx

DELETED = "deleted"


@dataclass(slots=True)
class Row:
    """One row of a bulk: an upsert, or the deletion of an external id. `problem`: it was wrong from the start."""

    index: int
    external_id: str
    upsert: Upsert | None = None  # None: delete
    problem: Problem | None = None


@dataclass(slots=True)
class Result:
    index: int
    external_id: str
    outcome: str | None = None
    id: str | None = None
    problem: Problem | None = None


@dataclass(slots=True)
class _Work:
    """One upsert on its way: what it wants, and what it has come to."""

    row: Row
    writes: Writes
    record: Record | None = None
    new: bool = False
    difference: Difference = field(default_factory=Difference)
    outcome: str = UNCHANGED


async def bulk(
    tx: Tx, schema: Schema, identifier: str, rows: Sequence[Row], atomic: bool, through: str
) -> list[Result]:
    """Carry out the rows. With `atomic`, the first row that is wrong stops everything and nothing is stored."""
    kind = instances.writable(schema, identifier).id
    await ensure_current(tx, schema)
    results: dict[int, Result] = {}
    for run in _runs(rows, _to_itself(schema, kind)):
        if run[0].problem is not None:
            results[run[0].index] = Result(run[0].index, run[0].external_id, problem=run[0].problem)
        elif run[0].upsert is None:
            for row in run:
                results[row.index] = await _delete(tx, schema, kind, row, through)
        else:
            schema, done = await _upsert_run(tx, schema, kind, run, through)
            results |= {result.index: result for result in done}
        if atomic:
            _stop_at_problem(results, run)
    return [results[row.index] for row in rows]


def _to_itself(schema: Schema, kind: str) -> frozenset[str]:
    """The references of a kind to itself: a row that writes one may mean an instance of a row before it."""
    return frozenset(one.name for one in schema.references(kind) if one.reference and one.reference.to == kind)


def _runs(rows: Sequence[Row], to_itself: frozenset[str]) -> Iterator[list[Row]]:
    """Rows that can be done at once: the same action, no instance twice, none that may be meant by a later one."""
    run: list[Row] = []
    seen: set[str] = set()
    for row in rows:
        same = run and (row.upsert is None) == (run[0].upsert is None) and run[0].problem is None
        if run and (not same or row.problem is not None or row.external_id in seen or _names_any(row, to_itself)):
            yield run
            run, seen = [], set()
        run.append(row)
        seen.add(row.external_id)
    if run:
        yield run


def _names_any(row: Row, names: frozenset[str]) -> bool:
    sent = row.upsert.attributes if row.upsert is not None else None
    return isinstance(sent, dict) and not names.isdisjoint(sent)


def _stop_at_problem(results: dict[int, Result], run: Sequence[Row]) -> None:
    for row in run:
        problem = results[row.index].problem
        if problem is not None:
            place = f"rows[{row.index}]" + (f".{problem.field}" if problem.field else "")
            raise Problem(problem.code, f"Row {row.index}: {problem.message}", place, meaning=problem.meaning)


async def _delete(tx: Tx, schema: Schema, kind: str, row: Row, through: str) -> Result:
    record, _ = await store.lock(tx, schema, kind, row.external_id)
    if record is None:
        return Result(row.index, row.external_id, problem=not_found(instances.NOT_FOUND))
    await instances.remove(tx, schema, record, through)
    return Result(row.index, row.external_id, DELETED, record.id)


# --- a run of upserts


async def _upsert_run(
    tx: Tx, schema: Schema, kind: str, run: Sequence[Row], through: str
) -> tuple[Schema, list[Result]]:
    """The results, and the definitions to go on with: rows may bring attributes with them."""
    results: list[Result] = []
    work: list[_Work] = []
    for row in run:
        assert row.upsert is not None
        try:
            writes = coerce_all(schema, kind, row.upsert.attributes, row.upsert.source)
            schema = await define_missing(tx, schema, kind, writes, through)
            work.append(_Work(row, writes))
        except Problem as problem:
            results.append(Result(row.index, row.external_id, problem=problem))
    existing = await store.lock_many(tx, schema, kind, [one.row.external_id for one in work])
    work = [one for one in work if _find(one, existing, results)]
    targets = await _resolve(tx, schema, kind, work, results)
    failed = {result.index for result in results}
    work = [one for one in work if one.row.index not in failed]
    work = await _within_limit(tx, schema, work, results)
    for one in work:
        _apply(schema, kind, one)
    await _save(tx, schema, kind, work, targets, through)
    results += [_result(one) for one in work]
    return schema, results


def _find(one: _Work, existing: dict[str, Record], results: list[Result]) -> bool:
    """Give an upsert its stored instance; whether it is to go on."""
    wanted = one.row.upsert
    assert wanted is not None
    one.record = existing.get(one.row.external_id)
    if one.record is None and wanted.only_update:
        results.append(Result(one.row.index, one.row.external_id, problem=not_found(instances.NOT_FOUND)))
        return False
    if one.record is not None and wanted.if_newer and not instances.is_newer(one.record, wanted):
        results.append(Result(one.row.index, one.row.external_id, SKIPPED, one.record.id))
        return False
    return True


async def _within_limit(tx: Tx, schema: Schema, work: list[_Work], results: list[Result]) -> list[_Work]:
    """Without the new instances for which there is no room any more."""
    new = [one for one in work if one.record is None]
    left = await counts.instances_left(tx, schema) if new else None
    if left is None or len(new) <= left:
        return work
    for one in new[left:]:
        results.append(Result(one.row.index, one.row.external_id, problem=counts.too_many_instances(schema)))
    refused = {one.row.index for one in new[left:]}
    return [one for one in work if one.row.index not in refused]


def _apply(schema: Schema, kind: str, one: _Work) -> None:
    """Change the record in memory."""
    wanted = one.row.upsert
    assert wanted is not None
    if one.record is None:
        one.record, one.new, one.outcome = instances.blank(kind, wanted.external_id), True, CREATED
        one.difference.after["external_id"] = wanted.external_id
    one.difference.set_fields(one.record, dict(wanted.standard))
    one.difference.set_attributes(one.record, one.writes)


def _result(one: _Work) -> Result:
    assert one.record is not None
    return Result(one.row.index, one.row.external_id, one.outcome, one.record.id)


Targets = dict[tuple[str, Target], str]
"""The id of each target, by attribute name and target."""


async def _resolve(tx: Tx, schema: Schema, kind: str, work: Sequence[_Work], results: list[Result]) -> Targets:
    """Look up what all rows point at, once for each attribute; rows with a target that is not there are wrong."""
    found: Targets = {}
    for attribute in schema.references(kind):
        mine = [(one, one.writes.links[attribute.name]) for one in work if attribute.name in one.writes.links]
        wanted = list(dict.fromkeys(target for _, write in mine for target in _meant(schema, attribute, write)))
        if not wanted:
            continue
        known = await links.resolve(tx, schema, attribute, wanted)
        found |= {(attribute.name, target): record.id for target, record in known.items()}
        for one, write in mine:
            gone = [target for target in _meant(schema, attribute, write) if target not in known]
            if gone:
                problem = links.missing(schema, attribute, gone[0])
                results.append(Result(one.row.index, one.row.external_id, problem=problem))
    return found


def _meant(schema: Schema, attribute: Attribute, write: LinkWrite) -> tuple[Target, ...]:
    """The targets that must be there. Of an archived type none is, and what is to be removed is refused as well."""
    removed = write.remove if links.is_hidden(schema, attribute) else ()
    return (*_linked(write), *removed)


def _linked(write: LinkWrite) -> tuple[Target, ...]:
    return (*(write.replace or ()), *write.add)


async def _save(tx: Tx, schema: Schema, kind: str, work: Sequence[_Work], targets: Targets, through: str) -> None:
    key, at, now = schema.workspace.id, clock.micros(), clock.seconds()
    definitions = schema.of(kind)
    created = [one for one in work if one.new]
    link_rows: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    slow = await _plan_links(tx, schema, kind, work, targets, link_rows)
    rows = []
    for one in created:
        assert one.record is not None
        values = INSTANCES.values(key, one.record, slot_values(definitions, one.record.attributes))
        rows.append({**values, "workspace_id": key})
    if rows:
        await tx.copy(tables.instances, rows)
    if link_rows:
        await tx.copy(tables.links, link_rows)
    for one, name, write in slow:
        assert one.record is not None
        notes += await write_links(tx, schema, one.record, {name: write}, one.difference, through, at)
    changed: list[tuple[Record, dict[str, Any]]] = []
    for one in work:
        assert one.record is not None
        if not one.difference:
            continue
        if not one.new:
            one.outcome = UPDATED
            one.record.fields["updated_at"] = now
            changed.append((one.record, slot_values(definitions, one.record.attributes)))
        action = change.CREATED if one.new else change.UPDATED
        before, after = {} if one.new else one.difference.before, one.difference.after
        notes.append(change.row(key, kind, one.record.id, action, through, at, before, after))
    await INSTANCES.update_many(tx, key, changed)
    if notes:
        await tx.copy(tables.changes, notes)


async def _plan_links(
    tx: Tx, schema: Schema, kind: str, work: Sequence[_Work], targets: Targets, rows: list[dict[str, Any]]
) -> list[tuple[_Work, str, LinkWrite]]:
    """Rows for the plain case, a new instance that takes nothing from another; the rest one by one.

    Stored instances whose links are already as wanted, the usual case of a repeated import, cost one look for all.
    """
    slow: list[tuple[_Work, str, LinkWrite]] = []
    for attribute in schema.references(kind):
        end = attribute.reference
        assert end is not None
        mine = [(one, one.writes.links[attribute.name]) for one in work if attribute.name in one.writes.links]
        stored = [one.record.id for one, _ in mine if not one.new and one.record is not None]
        current = await _current(tx, schema.workspace.id, attribute, stored)
        times = Counter(targets[attribute.name, target] for _, write in mine for target in _linked(write))
        for one, write in mine:
            assert one.record is not None
            wanted = [targets[attribute.name, target] for target in _linked(write)]
            is_contested = not end.inverse_many and any(times[id] > 1 for id in wanted)  # another row may take it
            if one.new and end.inverse_many and end.side == "a":
                key = schema.workspace.id
                unique = list(dict.fromkeys(wanted))
                rows += [link_store.row(key, key, end.id, end.side, one.record.id, id) for id in reversed(unique)]
                if unique:
                    one.difference.attribute(attribute.name, [], sorted(unique)[: links.SHOWN_IN_HISTORY])
            elif one.new or write.replace is None or is_contested or set(wanted) != current.get(one.record.id, set()):
                slow.append((one, attribute.name, write))
    return slow


async def _current(tx: Tx, key: str, attribute: Attribute, own_ids: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    if own_ids:
        end = attribute.reference
        assert end is not None
        for own, other in await link_store.pairs(tx, key, end.id, end.side, own_ids):
            found.setdefault(own, set()).add(other)
    return found

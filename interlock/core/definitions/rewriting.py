"""What a change of definitions means for what is stored: counted for a plan, carried out by an apply.

Both walk over the records in batches, so that memory does not grow with them; the same function says what becomes of
a value, so that a plan counts what an apply does. Only where both ends of one reference become "one" at once are the
ids of the records that keep a link held in memory.
"""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import DECIMAL, Attribute
from interlock.core.attributes.types import READERS
from interlock.core.definitions.migration import Move, Trim, Work
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import store_of
from interlock.core.references import store as links
from interlock.core.schema.schema import Schema
from interlock.kit import limits
from interlock.kit.problems import Problem
from interlock.storage.database import Tx

_LAST = "~"  # after every id


async def count(tx: Tx, workspace_id: str, work: Work) -> None:
    """Fill in what each change costs, looking at every stored value concerned."""
    for kind, moves in work.moves.items():
        last = ""
        while batch := await _after(tx, workspace_id, kind, last):
            for record in batch:
                _moved(moves, record.attributes)
            last = batch[-1].id
    for reference_id, trim in work.trims.items():
        await _trim(tx, workspace_id, reference_id, trim, carry_out=False)


async def carry_out(tx: Tx, schema: Schema, work: Work) -> None:
    """Do it, under definitions that are the new ones already, and fill in what it cost.

    Nobody else may write meanwhile (`lock_records`). The records' `updated_at` stays, and their histories say
    nothing: nobody changed *them*. That the definitions changed is a row of its own.
    """
    for kind, moves in work.moves.items():
        await _rewrite(tx, schema, kind, moves)
    for reference_id, trim in work.trims.items():
        await _trim(tx, schema.workspace.id, reference_id, trim, carry_out=True)


async def _rewrite(tx: Tx, schema: Schema, kind: str, moves: dict[str, Move]) -> None:
    store, definitions = store_of(kind), schema.of(kind)
    last = ""
    while batch := await _after(tx, schema.workspace.id, kind, last):
        changed: list[tuple[Record, dict[str, Any]]] = []
        for record in batch:
            if not moves.keys().isdisjoint(record.attributes):
                record.attributes = _moved(moves, record.attributes)
                changed.append((record, slot_values(definitions, record.attributes)))
        await store.update_many(tx, schema.workspace.id, changed)
        last = batch[-1].id


async def _after(tx: Tx, workspace_id: str, kind: str, last: str) -> list[Record]:
    return await store_of(kind).after(tx, workspace_id, kind, last, limits.BACKFILL_BATCH)


async def relabel(tx: Tx, schema: Schema, attribute: Attribute, before: str, after: str) -> None:
    """An option of a list is called something else: whoever has it has it under its new name.

    As in `carry_out`, nobody else may write meanwhile, and the records' own histories say nothing.
    """
    store, definitions = store_of(attribute.kind), schema.of(attribute.kind)
    last = ""
    while batch := await _after(tx, schema.workspace.id, attribute.kind, last):
        changed: list[tuple[Record, dict[str, Any]]] = []
        for record in batch:
            if record.attributes.get(attribute.name) == before:
                record.attributes[attribute.name] = after
                changed.append((record, slot_values(definitions, record.attributes)))
        await store.update_many(tx, schema.workspace.id, changed)
        last = batch[-1].id


# --- values


def _moved(moves: dict[str, Move], attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of one record under the new names and types, counted on the changes that did it."""
    moved: dict[str, Any] = {}
    for key, value in attributes.items():
        move = moves.get(key)
        if move is None:
            moved[key] = value
            continue
        kept = _converted(move, value) if move.converts else value
        for change in move.changes:
            if kept is None and change is move.changes[-1]:
                change.values_lost += 1
            elif kept is not None:
                change.values += 1
        if kept is not None:
            moved[move.name] = kept
    return moved


def _converted(move: Move, value: Any) -> Any:
    """What the gate makes of a value that comes from a lenient source; None where it refuses."""
    if move.drops:
        return None
    if move.was_type == DECIMAL:
        value = float(value)  # PostgreSQL gives back 1e20 as a whole number
    outcome = READERS[move.definition.data_type](value, False, move.definition)
    return None if isinstance(outcome, Problem) else outcome


# --- links


async def _trim(tx: Tx, key: str, reference_id: str, trim: Trim, *, carry_out: bool) -> None:
    """Keep the newest links that fit; the first change concerned tells how many go."""
    if trim.drops is not None:
        trim.drops.links_dropped = await links.count(tx, key, reference_id)
        if carry_out:
            await links.drop(tx, key, reference_id)
        return
    change = next(iter(trim.changes.values()))
    if len(trim.changes) == 1:
        side = next(iter(trim.changes))
        dropping = links.drop_surplus if carry_out else links.count_surplus
        change.links_dropped = await dropping(tx, key, reference_id, side)
    else:
        change.links_dropped = await _trim_both(tx, key, reference_id, carry_out)


async def _trim_both(tx: Tx, key: str, reference_id: str, carry_out: bool) -> int:
    """One-to-one: from the newest link on, each is kept whose two records have none yet."""
    taken_a: set[str] = set()
    taken_b: set[str] = set()
    dropped, last = 0, _LAST
    while page := await links.before(tx, key, reference_id, last, limits.BACKFILL_BATCH):
        gone = []
        for id, a_id, b_id in page:
            if a_id in taken_a or b_id in taken_b:
                gone.append(id)
            else:
                taken_a.add(a_id)
                taken_b.add(b_id)
        if carry_out:
            await links.drop(tx, key, reference_id, gone)
        dropped += len(gone)
        last = page[-1][0]
    return dropped

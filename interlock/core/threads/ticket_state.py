"""Ticket states: read through Intercom's API, made and changed through ours.

Decided here, since no source says it:

* A new state is for every ticket type unless types are named; no type at all (an empty list) is refused.
* The four that a workspace starts with may be renamed, but neither archived nor kept from a type: tickets of every
  type can always be in one state of each category.
* An archived state is for no more tickets; those that are in it stay in it.
* The category of a state never changes: tickets have a copy of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock.core.changes import change
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.threads import ticket_state_store, ticket_type_store
from interlock.core.threads.ticket_state_store import CATEGORIES, SUBMITTED, TicketState
from interlock.core.threads.ticket_type_store import TicketType
from interlock.kit import clock, ids, limits
from interlock.kit.problems import Problem, invalid, missing, not_found
from interlock.storage.database import Tx

KIND = "ticket_state"


@dataclass(frozen=True, slots=True)
class StateWrite:
    """What is asked for; None is not said. `ticket_type_ids` False: for every type."""

    category: str | None = None
    internal_label: str | None = None
    external_label: str | None = None
    ticket_type_ids: Sequence[str] | bool | None = None
    archived: bool | None = None


@dataclass(frozen=True, slots=True)
class ShownState:
    """A state, and the types whose tickets can be in it."""

    state: TicketState
    types: Sequence[TicketType]


async def list_states(tx: Tx, schema: Schema) -> list[ShownState]:
    """Archived ones too. Three statements."""
    types = await ticket_type_store.all_types(tx, schema.workspace.id)
    return [_shown(one, types) for one in await ticket_state_store.all_states(tx, schema.workspace.id)]


def _shown(state: TicketState, types: Sequence[TicketType]) -> ShownState:
    return ShownState(state, [one for one in types if state.belongs_to(one.id)])


async def show_state(tx: Tx, schema: Schema, id: str) -> ShownState:
    """404 `not_found`."""
    state = await ticket_state_store.get_state(tx, schema.workspace.id, id)
    if state is None:
        raise not_found("Ticket state not found")
    return _shown(state, await ticket_type_store.all_types(tx, schema.workspace.id))


async def create(tx: Tx, schema: Schema, wanted: StateWrite, through: str) -> ShownState:
    """400 for labels and categories that cannot be, for too many states, then for types that are not there."""
    if wanted.category is None:
        raise missing("category is required", "category")
    if wanted.category not in CATEGORIES:
        raise invalid(f"category must be one of {', '.join(CATEGORIES)}", "category")
    internal = _label(wanted.internal_label, "internal_label")
    external = _label(wanted.external_label, "external_label") if wanted.external_label is not None else internal
    await ensure_current(tx, schema)
    key = schema.workspace.id
    if len(await ticket_state_store.all_states(tx, key)) >= limits.TICKET_STATES:
        raise invalid(f"A workspace can have at most {limits.TICKET_STATES} ticket states")
    types = await ticket_type_store.all_types(tx, key)
    only = _only(wanted.ticket_type_ids, types)
    now = clock.seconds()
    state = TicketState(ids.decimal_id(), wanted.category, internal, external, bool(wanted.archived), now, now, only)
    await ticket_state_store.insert_state(tx, key, state)
    await _note(tx, schema, state, change.CREATED, through, {}, _plain(state))
    return _shown(state, types)


async def update(tx: Tx, schema: Schema, id: str, wanted: StateWrite, through: str) -> ShownState:
    """404 `not_found`, then 400 as in `create`, and for what a state of the start may not become."""
    await ensure_current(tx, schema)
    key = schema.workspace.id
    state = await ticket_state_store.lock_state(tx, key, id)
    if state is None:
        raise not_found("Ticket state not found")
    if wanted.category is not None and wanted.category != state.category:
        raise invalid("The category of a ticket state cannot be changed", "category")
    changes: dict[str, Any] = {}
    for name in ("internal_label", "external_label"):
        if getattr(wanted, name) is not None:
            changes[name] = _label(getattr(wanted, name), name)
    types = await ticket_type_store.all_types(tx, key)
    if wanted.ticket_type_ids is not None:
        changes["ticket_type_ids"] = _only(wanted.ticket_type_ids, types)
    if wanted.archived is not None:
        changes["archived"] = wanted.archived
    if state.default and (changes.get("archived") or changes.get("ticket_type_ids") is not None):
        field = "archived" if changes.get("archived") else "ticket_type_ids"
        raise invalid("A default ticket state belongs to every ticket type and cannot be archived", field)
    changed = replace(state, **changes)
    if changed != state:
        changed = replace(changed, updated_at=max(clock.seconds(), state.updated_at))
        await ticket_state_store.update_state(tx, key, changed)
        before, after = _plain(state), _plain(changed)
        differing = [name for name in after if before[name] != after[name]]
        told = [{name: one[name] for name in differing} for one in (before, after)]
        await _note(tx, schema, changed, change.UPDATED, through, *told)
    return _shown(changed, types)


def _label(raw: str | None, field: str) -> str:
    if raw is None:
        raise missing(f"{field} is required", field)
    text = raw.strip()
    if not text or len(text) > limits.STRING_CHARS:
        raise invalid(f"{field} must have 1 to {limits.STRING_CHARS} characters", field)
    return text


def _only(wanted: Sequence[str] | bool | None, types: Sequence[TicketType]) -> tuple[str, ...] | None:
    if wanted is None or isinstance(wanted, bool):
        return None
    if not wanted:
        raise invalid("ticket_type_ids must name a ticket type; null is for every type", "ticket_type_ids")
    known = {one.id for one in types}
    for place, id in enumerate(wanted):
        if id not in known:
            raise invalid(f"Ticket type '{id[:100]}' not found", f"ticket_type_ids.{place}")
    return tuple(sorted(set(wanted)))


def _plain(state: TicketState) -> dict[str, Any]:
    names = ("category", "internal_label", "external_label", "archived")
    only = list(state.ticket_type_ids) if state.ticket_type_ids is not None else None
    return {**{name: getattr(state, name) for name in names}, "ticket_type_ids": only}


async def _note(
    tx: Tx,
    schema: Schema,
    state: TicketState,
    action: str,
    through: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    await change.note(
        tx, change.row(schema.workspace.id, KIND, state.id, action, through, clock.micros(), before, after)
    )


# --- which state a ticket may be in


def no_state() -> Problem:
    text = "Ticket state id is not valid or is not associated with the ticket type"
    return Problem("ticket_state_id_invalid", text, "ticket_state_id")


async def state_for(tx: Tx, schema: Schema, state_id: str, ticket_type: TicketType) -> TicketState | None:
    """A state that tickets of the type can be in; None for any other id.

    A category stands for the oldest of its states: versions before 2.13 know no others.
    """
    if state_id in CATEGORIES:
        return await _oldest(tx, schema, ticket_type, state_id)
    state = await ticket_state_store.get_state(tx, schema.workspace.id, state_id)
    return state if state is not None and not state.archived and state.belongs_to(ticket_type.id) else None


async def first_state(tx: Tx, schema: Schema, ticket_type: TicketType) -> TicketState:
    """What new tickets of a type are in: the oldest submitted one."""
    state = await _oldest(tx, schema, ticket_type, SUBMITTED)
    if state is None:  # the workspace was made without defaults
        raise invalid("The workspace has no ticket state that new tickets could be in")
    return state


async def _oldest(tx: Tx, schema: Schema, ticket_type: TicketType, category: str) -> TicketState | None:
    states = await ticket_state_store.all_states(tx, schema.workspace.id)
    fitting = (one for one in states if one.category == category and one.belongs_to(ticket_type.id))
    return next((one for one in fitting if not one.archived), None)

"""A conversation and the ticket that it was converted to are one matter with two faces: what both have stays the same.

They have one id, one list of parts and the same people. Whether they are open, until when they are snoozed, who has
them and for which company is written to both, in the transaction that changes either: whichever was changed is followed
by the other. Locks are taken in the order of all threads, the conversation first.

A state of the ticket (`ticket_state`) is the ticket's own: resolving it closes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interlock.core.attributes.definition import TICKET
from interlock.core.changes import change
from interlock.core.jobs import store as jobs
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import TICKETS
from interlock.core.records.writing import Difference
from interlock.core.schema.schema import Schema
from interlock.core.threads import author as authors
from interlock.core.threads.words import CLOSED, OPEN, SNOOZED, UNSNOOZE_TICKET
from interlock.kit import clock
from interlock.storage.database import Tx

if TYPE_CHECKING:
    from interlock.core.threads.turn import Turn

ASSIGNEES = ("admin_assignee_id", "team_assignee_id")
SHARED = ("open", "snoozed_until", "company_id", *ASSIGNEES)


def follow_ticket(turn: Turn, ticket: Record) -> None:
    """The conversation becomes what its ticket has become, by its own rules. In memory: the caller saves `turn`."""
    fields, mine = ticket.fields, turn.record.fields
    nobody = authors.bot(turn.schema.workspace.app_id)
    if not fields["open"]:
        if turn.state != CLOSED:
            turn.close(None)
    elif fields["snoozed_until"] is not None:
        if (turn.state, mine["snoozed_until"]) != (SNOOZED, fields["snoozed_until"]):
            turn.snooze(nobody, fields["snoozed_until"])
    elif turn.state != OPEN:
        turn.open(None)
    for kind in ("admin", "team"):
        name = f"{kind}_assignee_id"
        if mine[name] != fields[name]:
            turn.assign(kind, fields[name])
    turn.set(company_id=fields["company_id"])


async def follow_conversation(tx: Tx, turn: Turn, actions: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The ticket becomes what its conversation has become. What is to be written down: a row for each action.

    A ticket that has been deleted meanwhile has left nothing to follow with.
    """
    key, record = turn.schema.workspace.id, turn.record
    ticket = await TICKETS.lock(tx, key, record.id, TICKET)
    if ticket is None:
        return []
    timer = ticket.fields["snoozed_until"]
    difference = Difference()
    difference.set_fields(ticket, {name: record.fields[name] for name in SHARED})
    ticket.fields["updated_at"] = record.fields["updated_at"]
    await TICKETS.update(tx, key, ticket, slot_values(turn.schema.of(TICKET), ticket.attributes))
    if ticket.fields["snoozed_until"] != timer:
        await set_timer(tx, turn.schema, ticket)
    at, rows = clock.micros(), []
    for number, (action, after) in enumerate(actions, 1):
        main = number == len(actions)
        before = difference.before if main else {}
        told = {**(difference.after if main else {}), **after}
        rows.append(change.row(key, TICKET, record.id, action, turn.through, at, before, told))
    return rows


async def set_timer(tx: Tx, schema: Schema, ticket: Record) -> None:
    """The timer that a ticket's `snoozed_until` asks for: moved, or taken away."""
    until = ticket.fields["snoozed_until"]
    if until is None:
        await jobs.cancel(tx, schema.workspace.id, UNSNOOZE_TICKET, ticket.id)
        return
    payload = {"ticket_id": ticket.id}
    wake_at = until * 1_000_000
    await jobs.enqueue(tx, schema.workspace.id, UNSNOOZE_TICKET, payload, wake_at=wake_at, key=ticket.id)

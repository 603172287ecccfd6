"""What becomes a ticket, or another kind of ticket: conversations are converted, tickets change their type.

Decided here, since no source says it:

* A converted conversation goes on: the ticket has its id, its parts, its people, its assignees and its snooze. It is
  converted once, and again only when the ticket has been deleted.
* Neither asks for required attributes: nobody may be there who could fill them in.
* Values that the new type has no place for are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from interlock.core.changes import change
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import TICKETS
from interlock.core.schema.schema import Schema
from interlock.core.threads import (
    find,
    store,
    ticket,
    ticket_state,
    ticket_type,
    ticket_type_store,
    ticket_values,
)
from interlock.core.threads.author import bot
from interlock.core.threads.pair import set_timer
from interlock.core.threads.store import CONTACT_MEMBER
from interlock.core.threads.ticket_show import CONVERTED, ShownTicket, show_one
from interlock.core.threads.ticket_turn import TicketTurn, begin
from interlock.core.threads.ticket_type_store import CUSTOMER, TicketType
from interlock.core.threads.turn import Turn
from interlock.kit import clock
from interlock.kit.problems import invalid, missing, not_found
from interlock.storage.database import Tx

# --- conversations


@dataclass(frozen=True, slots=True)
class Conversion:
    ticket_type_id: str
    state_id: str | None = None
    attributes: Any = None


async def convert(tx: Tx, schema: Schema, id: str, wanted: Conversion, through: str) -> ShownTicket:
    """Of several problems the first counts: 404 `not_found` for the conversation, 404 for the type, 400 for one that
    is not for customers, for a conversation that is a ticket already, for the attributes, for the state."""
    one = ticket_type.present(await ticket_type_store.share_type(tx, schema.workspace.id, wanted.ticket_type_id))
    record = await find.lock_conversation(tx, schema, id)
    if one.category != CUSTOMER:
        raise invalid("Ticket type is not a customer ticket type", "ticket_type_id")
    if one.archived:
        raise invalid("The ticket type is archived", "ticket_type_id")
    if record.fields["ticket_id"] is not None:
        raise invalid("The conversation has been converted to a ticket already")
    values = ticket_values.read_values(one, wanted.attributes, schema.workspace.id)
    await ticket.check_files(tx, schema, one, values)
    if wanted.state_id is None:
        state = await ticket_state.first_state(tx, schema, one)
    else:
        found = await ticket_state.state_for(tx, schema, wanted.state_id, one)
        if found is None:
            raise ticket_state.no_state()
        state = found
    made = await ticket.new_record(tx, schema, one, values, state, id)
    _take_over(made, record)
    await TICKETS.insert(tx, schema.workspace.id, schema.workspace.id, made, slot_values({}, {}))
    await set_timer(tx, schema, made)
    conversation = Turn(schema, record, through, clock.seconds())
    conversation.set(ticket_id=id)
    turn = TicketTurn(schema, made, through, conversation.at, conversation)
    ticket.say_first(turn)
    await turn.append(tx, change.CONVERTED)
    members = (await store.participants_of(tx, schema.workspace.id, [id]))[id]
    contact_ids = [each.member_id for each in members if each.kind == CONTACT_MEMBER]
    await change.note(tx, ticket.created_row(turn, contact_ids, False))
    return await show_one(tx, schema, made)


def _take_over(made: Record, conversation: Record) -> None:
    names = ("admin_assignee_id", "team_assignee_id", "company_id", "open", "snoozed_until", "created_at")
    made.fields |= {name: conversation.fields[name] for name in names}
    made.details[CONVERTED] = True


# --- types


@dataclass(frozen=True, slots=True)
class TypeChange:
    ticket_type_id: str | None = None
    state_id: str | None = None
    attributes: Any = None


async def change_type(tx: Tx, schema: Schema, id: str, wanted: TypeChange, through: str) -> ShownTicket:
    """Of several problems the first counts: 400 for a missing type, for a missing state, 404 `not_found` for the
    ticket, 400 for the same type, 404 for an unknown type, 400 for an archived one, for one of another category, for
    a state that does not belong to it, for attributes that it has not, for values that cannot be."""
    if not wanted.ticket_type_id:
        raise missing("ticket_type_id is a required parameter", "ticket_type_id")
    if not wanted.state_id:
        raise missing("ticket_state_id is a required parameter", "ticket_state_id")
    key = schema.workspace.id
    one = await ticket_type_store.share_type(tx, key, wanted.ticket_type_id)
    turn = await begin(tx, schema, id, through, not_found())
    record = turn.record
    if record.fields["ticket_type_id"] == wanted.ticket_type_id:
        raise invalid("Cannot change to the same ticket type", "ticket_type_id")
    one = ticket_type.present(one)
    old = ticket_type.present(await ticket_type_store.get_type(tx, key, record.fields["ticket_type_id"]))
    if one.archived:
        raise invalid("The ticket type is archived", "ticket_type_id")
    if one.category != old.category:
        raise invalid("Cannot change to a ticket type of another category", "ticket_type_id")
    state = await ticket_state.state_for(tx, schema, wanted.state_id, one)
    if state is None:
        raise invalid("Ticket custom state doesn't belong to the new ticket type", "ticket_state_id")
    values = ticket_values.read_values(one, wanted.attributes, key)
    file_names = await ticket.check_files(tx, schema, one, values)
    _move(turn, old, one)
    by = bot(schema.workspace.app_id)
    ticket.change_attributes(turn, one, values, by, file_names)
    ticket.change_state(turn, state, by)
    await turn.save(tx)
    return await show_one(tx, schema, record)


def _move(turn: TicketTurn, old: TicketType, new: TicketType) -> None:
    """The values go where the new type has a place for them."""
    record = turn.record
    kept = {name: value for name, value in record.details.items() if not name.startswith("attribute:")}
    carried = ticket_values.carried(old, new, record.details)
    record.details = {**kept, **{each.key: carried[each.id] for each in new.attributes if each.id in carried}}
    difference = turn.set(ticket_type_id=new.id, **ticket_values.columns(new, record.details))
    turn.tell(change.UPDATED, None, difference, by="bot")

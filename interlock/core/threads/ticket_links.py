"""What tickets are about: the conversations of a tracker, the conversation that a back-office ticket was made for.

Valid links (description 2.16, createTicket): conversation and back-office ticket, customer ticket and back-office
ticket that is not shared, conversation and tracker, customer ticket and tracker. A customer ticket that was a
conversation is linked as the conversation. Afterwards only trackers are linked and unlinked.
"""

from __future__ import annotations

from dataclasses import dataclass

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.changes import change
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS, TICKETS
from interlock.core.schema.schema import Schema
from interlock.core.threads import ticket_store
from interlock.core.threads.ticket_turn import TicketTurn, begin
from interlock.core.threads.ticket_type_store import CUSTOMER, SEARCHED_AS, TRACKER, TicketType
from interlock.kit import clock, limits
from interlock.kit.problems import Problem, invalid, missing
from interlock.storage.database import Tx

_TRACKS, _CUSTOMERS = SEARCHED_AS[TRACKER], SEARCHED_AS[CUSTOMER]


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be linked: a conversation or a customer ticket, locked."""

    type: str
    record: Record


def no_conversation(text: str = "Conversation not found") -> Problem:
    return Problem("conversation_not_found", text)


# --- with a new ticket


async def lock_target(tx: Tx, schema: Schema, one: TicketType, id: str) -> Target:
    """What a new ticket of a type is to be linked to: 400 for a customer ticket, which is linked to nothing itself;
    404 `conversation_not_found`, 400 `already_linked_to_tracker`."""
    field = "conversation_to_link_id"
    if one.category == CUSTOMER:
        raise invalid("A customer ticket cannot be linked to a conversation: convert the conversation", field)
    target = await _lock(tx, schema, id)
    if target is None:
        raise no_conversation()
    if one.category == TRACKER:
        await _check_no_tracker(tx, schema, id)
    return target


async def _lock(tx: Tx, schema: Schema, id: str) -> Target | None:
    record = await CONVERSATIONS.lock(tx, schema.workspace.id, id, CONVERSATION)
    if record is not None:
        return Target(CONVERSATION, record) if record.fields["live"] else None
    record = await TICKETS.lock(tx, schema.workspace.id, id, TICKET)
    return Target(TICKET, record) if record is not None and record.fields["category"] == _CUSTOMERS else None


async def _check_no_tracker(tx: Tx, schema: Schema, id: str) -> None:
    linked = await ticket_store.linked_tickets_of(tx, schema.workspace.id, id)
    if any(category == _TRACKS for _, category in linked):
        raise Problem("already_linked_to_tracker", "A conversation can only have one tracker ticket")


async def link_target(tx: Tx, schema: Schema, ticket: Record, target: Target, through: str) -> None:
    """Both are locked, or new."""
    now = clock.seconds()
    await ticket_store.link(tx, schema.workspace.id, ticket.id, target.type, target.record.id, now)
    await _tell_target(tx, schema, target, ticket.id, None, through)


async def _tell_target(
    tx: Tx, schema: Schema, target: Target, linked: str | None, unlinked: str | None, through: str
) -> None:
    """What is linked to a conversation is a part of what it shows."""
    key, now = schema.workspace.id, clock.micros()
    records = CONVERSATIONS if target.type == CONVERSATION else TICKETS
    at = max(now // 1_000_000, target.record.fields["updated_at"])
    await records.touch(tx, key, [target.record.id], at)
    target.record.fields["updated_at"] = at
    before, after = ({"linked_ticket_id": one} if one is not None else {} for one in (unlinked, linked))
    await change.note(tx, change.row(key, target.type, target.record.id, change.LINKED, through, now, before, after))


# --- trackers


async def link(tx: Tx, schema: Schema, ticket_id: str, conversation_id: str | None, through: str) -> Record:
    """A tracker is about this conversation, too. The conversation.

    Of several problems the first counts: 400 `parameter_not_found` without an id, 404 `ticket_not_found`, 400
    `invalid_ticket_type`, 404 `conversation_not_found`, 400 `already_linked_to_tracker` (also to this one), 400
    `linked_conversation_limit_exceeded`.
    """
    if not conversation_id:
        raise missing("conversation_id not specified", "conversation_id")
    conversation = await CONVERSATIONS.lock(tx, schema.workspace.id, conversation_id, CONVERSATION)
    turn = await _begin(tx, schema, ticket_id, "linking", through)
    if conversation is None or not conversation.fields["live"]:
        raise no_conversation()
    await _check_no_tracker(tx, schema, conversation_id)
    if await ticket_store.count_links(tx, schema.workspace.id, ticket_id) >= limits.TRACKER_LINKS:
        text = "Ticket has reached the maximum number of conversations that can be linked"
        raise Problem("linked_conversation_limit_exceeded", text)
    await link_target(tx, schema, turn.record, Target(CONVERSATION, conversation), through)
    turn.tell(change.LINKED, conversation_id=conversation_id)
    await turn.save(tx)
    return conversation


async def unlink(tx: Tx, schema: Schema, ticket_id: str, conversation_id: str, through: str) -> Record:
    """Not any more. 404 `ticket_not_found`, 400 `invalid_ticket_type`, 404 `conversation_not_found` for what is not
    linked."""
    conversation = await CONVERSATIONS.lock(tx, schema.workspace.id, conversation_id, CONVERSATION)
    turn = await _begin(tx, schema, ticket_id, "unlinking", through)
    gone = conversation is not None and await ticket_store.unlink(tx, schema.workspace.id, ticket_id, conversation_id)
    if conversation is None or not gone:
        raise no_conversation("Conversation is not linked to this ticket")
    await _tell_target(tx, schema, Target(CONVERSATION, conversation), None, ticket_id, through)
    turn.tell(change.LINKED, unlinked_conversation_id=conversation_id)
    await turn.save(tx)
    return conversation


async def _begin(tx: Tx, schema: Schema, ticket_id: str, doing: str, through: str) -> TicketTurn:
    turn = await begin(tx, schema, ticket_id, through)
    if turn.record.fields["category"] != _TRACKS:
        raise Problem("invalid_ticket_type", f"Only tracker tickets support {doing} conversations")
    return turn

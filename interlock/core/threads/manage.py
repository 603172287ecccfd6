"""Managing: closing, opening, snoozing and assigning a conversation, and who takes part in it.

What each does to the state is in `turn.py`. Decided here, since no source says it:

* Closing what is closed and opening what is open changes nothing; what is said along with it is a comment then.
* Somebody can be assigned anew, which is a part and is counted. Unassigning what nobody has changes nothing.
* A snooze ends in the future. What is snoozed already is snoozed until the new time.
"""

from __future__ import annotations

from dataclasses import dataclass

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.changes import change
from interlock.core.people.find import no_contact
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.threads import author as authors
from interlock.core.threads import conversation_store, find, people, store
from interlock.core.threads.author import Author
from interlock.core.threads.people import CONTACTED_AT, Who
from interlock.core.threads.store import CONTACT_MEMBER, Participant
from interlock.core.threads.turn import Turn
from interlock.core.threads.words import (
    ASSIGN_AND_REOPEN,
    ASSIGNMENT,
    CLOSE,
    CLOSED,
    COMMENT,
    OPEN,
    PARTICIPANT_ADDED,
    PARTICIPANT_REMOVED,
    REOPEN,
    SNOOZE,
)
from interlock.kit import clock, html, limits
from interlock.kit.problems import Meaning, Problem, invalid
from interlock.storage.database import Tx

# --- state


async def close(tx: Tx, schema: Schema, id: str, admin_id: str | int | None, body: str, through: str) -> Record:
    """404 `not_found`, then 404 `admin_not_found`; so for all of these."""
    contacts = await people.lock_contacts_of(tx, schema, id) if body else []
    turn, by = await _begin(tx, schema, id, admin_id, through)
    text = html.clean(body) or None
    if turn.state == CLOSED and text is None:
        return turn.record
    if text is not None:
        turn.reply_of_admin(by, skip_unsnooze=True)
        turn.rows += await people.touch(tx, schema, contacts, CONTACTED_AT, turn.at, through)
    if turn.state == CLOSED:
        turn.say(by, COMMENT, text)
        turn.tell(change.REPLIED)
    else:
        turn.close(by)
        turn.say(by, CLOSE, text)
        turn.tell(change.CLOSED)
    await turn.save(tx)
    return turn.record


async def reopen(tx: Tx, schema: Schema, id: str, admin_id: str | int | None, through: str) -> Record:
    turn, by = await _begin(tx, schema, id, admin_id, through)
    if turn.state == OPEN:
        return turn.record
    action = change.OPENED if turn.state == CLOSED else change.UNSNOOZED
    turn.open(by)
    turn.say(by, REOPEN, None)
    turn.tell(action)
    await turn.save(tx)
    return turn.record


async def snooze(tx: Tx, schema: Schema, id: str, admin_id: str | int | None, until: int, through: str) -> Record:
    """And 400 `parameter_invalid` for a time that has passed."""
    turn, by = await _begin(tx, schema, id, admin_id, through)
    if until <= turn.at:
        raise invalid("snoozed_until must be in the future", "snoozed_until")
    turn.snooze(by, until)
    turn.say(by, SNOOZE, None)
    turn.tell(change.SNOOZED)
    await turn.save(tx)
    return turn.record


@dataclass(frozen=True, slots=True)
class Assignment:
    """To whom: an admin or a team (`kind`) by id, or 0 for nobody."""

    kind: str  # admin, team
    assignee_id: str | int
    body: str = ""


async def assign(
    tx: Tx, schema: Schema, id: str, admin_id: str | int | None, wanted: Assignment, through: str
) -> Record:
    """And 404 `admin_not_found` or `team_not_found` for the assignee. What is said is for teammates only."""
    turn, by = await _begin(tx, schema, id, admin_id, through)
    assignee_id, name = await people.assignee(tx, schema, wanted.kind, wanted.assignee_id)
    had = turn.record.fields[f"{wanted.kind}_assignee_id"]
    text = html.clean(wanted.body) or None
    if assignee_id is None and had is None and text is None:
        return turn.record
    reopens = turn.assign(wanted.kind, assignee_id, name)
    assigned_to = {"type": wanted.kind, "id": str(assignee_id)} if assignee_id is not None else None
    turn.say(by, ASSIGN_AND_REOPEN if reopens else ASSIGNMENT, text, assigned_to=assigned_to)
    turn.tell(change.ASSIGNED)
    await turn.save(tx)
    return turn.record


async def pause_or_resume(
    tx: Tx, schema: Schema, id: str, admin_id: str | int, paused: bool, reason: str | None, through: str
) -> Record:
    """A teammate's work on it stops, or goes on."""
    turn, by = await _begin(tx, schema, id, admin_id, through)
    if paused:
        turn.pause_by_hand(by, reason)
    else:
        turn.resume_by_hand(by, reason)
    if turn.handling:
        turn.tell(change.UPDATED, handling=turn.handling[-1].part_type, by=by.type)
        await turn.save(tx)
    return turn.record


async def _begin(tx: Tx, schema: Schema, id: str, admin_id: str | int | None, through: str) -> tuple[Turn, Author]:
    record = await find.lock_conversation(tx, schema, id)
    by = await people.acting(tx, schema, admin_id)
    return Turn(schema, record, through, clock.seconds()), by


async def close_all_of_contact(tx: Tx, schema: Schema, contact_id: str, through: str) -> list[str]:
    """Close whatever of a contact's is not closed, unless it is with somebody else, too. Their ids.

    The caller holds the contact's lock.
    """
    key = schema.workspace.id
    ids = await conversation_store.not_closed_of_contact(tx, key, contact_id)
    members = await store.participants_of(tx, key, ids)
    alone = [id for id in ids if sum(one.kind == CONTACT_MEMBER for one in members[id]) == 1]
    locked = await CONVERSATIONS.lock_many(tx, key, alone, CONVERSATION)
    await ensure_current(tx, schema)
    by = authors.bot(schema.workspace.app_id)
    for record in locked.values():
        turn = Turn(schema, record, through, clock.seconds())
        turn.close(by)
        turn.say(by, CLOSE, None)
        turn.tell(change.CLOSED)
        await turn.save(tx)
    return list(locked)


# --- who takes part


@dataclass(frozen=True, slots=True)
class Acting:
    """Who attaches or detaches: a teammate or, on behalf of whom, a contact; else the workspace itself."""

    admin_id: str | int | None = None
    contact: Who | None = None


async def attach(tx: Tx, schema: Schema, id: str, who: Who, acting: Acting, through: str) -> Record:
    """A contact takes part from now on; an address of nobody becomes a lead.

    Of several problems the first counts: 404 `not_found` for the conversation, 404 `admin_not_found` or 404
    `not_found` (User Not Found) for who acts, then for the contact; 400 `parameter_invalid` for an address that is
    none, and where too many take part already.
    """
    await find.conversation(tx, schema, id)
    by = await _actor(tx, schema, acting)
    contact = await people.contact_or_new_lead(tx, schema, who, through)
    record = await find.lock_conversation(tx, schema, id)
    await _check_room(tx, schema, id, contact.id)
    turn = Turn(schema, record, through, clock.seconds())
    member = Participant(CONTACT_MEMBER, contact.id, turn.at)
    if await store.add_participant(tx, schema.workspace.id, id, member):
        turn.say(by, PARTICIPANT_ADDED, None, participant={"type": "contact", "id": contact.id})
        turn.tell(change.ATTACHED, contact_id=contact.id)
        await turn.save(tx)
    return record


async def _check_room(tx: Tx, schema: Schema, id: str, contact_id: str) -> None:
    """Is there room for one more? The conversation is locked, so that two do not both take the last place."""
    members = (await store.participants_of(tx, schema.workspace.id, [id]))[id]
    contacts = [one.member_id for one in members if one.kind == CONTACT_MEMBER]
    if len(contacts) >= limits.CONVERSATION_CONTACTS and contact_id not in contacts:
        raise invalid(f"A conversation may have at most {limits.CONVERSATION_CONTACTS} contacts", "customer")


async def detach(tx: Tx, schema: Schema, id: str, contact_id: str, acting: Acting, through: str) -> Record:
    """404 `not_found` for the conversation, then for who acts, then (User Not Found) for a contact who takes no
    part; 422 `parameter_invalid` for the last one."""
    await find.conversation(tx, schema, id)
    by = await _actor(tx, schema, acting)
    record = await find.lock_conversation(tx, schema, id)
    members = (await store.participants_of(tx, schema.workspace.id, [id]))[id]
    contacts = [one.member_id for one in members if one.kind == CONTACT_MEMBER]
    if contact_id not in contacts:
        raise no_contact()
    if len(contacts) == 1:
        message = "Removing the last customer is not allowed"
        raise Problem("parameter_invalid", message, meaning=Meaning.UNPROCESSABLE)
    await store.remove_participant(tx, schema.workspace.id, id, CONTACT_MEMBER, contact_id)
    turn = Turn(schema, record, through, clock.seconds())
    turn.say(by, PARTICIPANT_REMOVED, None, participant={"type": "contact", "id": contact_id})
    turn.tell(change.DETACHED, contact_id=contact_id)
    await turn.save(tx)
    return record


async def _actor(tx: Tx, schema: Schema, acting: Acting) -> Author:
    if acting.admin_id is None and acting.contact is not None:
        contact = await people.find_contact(tx, schema, acting.contact)
        if contact is None:
            raise no_contact()
        return authors.of_contact(contact)
    return await people.acting(tx, schema, acting.admin_id)

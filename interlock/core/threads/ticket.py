"""Tickets: how they are made, what may be changed of them, and how they end.

Decided here, since no source says it:

* A new ticket is in the oldest `submitted` state of its type, and open. Its state and whether it is open are two
  things: resolving does not close.
* Tickets of customer types are shared with the customer, others are not, until `is_shared` says so.
* A ticket is assigned to a teammate and to a team independently; 0 takes it away from both.
* A company may be named by the id that it has here, or by the customer's own.
* A ticket may be snoozed until a time that has passed: it wakes at once. Snoozing opens a closed ticket.
* What is the same already changes nothing, adds no part and leaves `updated_at` as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import COMPANY, TICKET
from interlock.core.changes import change
from interlock.core.files import files as kept_files
from interlock.core.files import store as file_store
from interlock.core.jobs import store as jobs
from interlock.core.people import company_store
from interlock.core.people.find import no_company
from interlock.core.records import satellite_store
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import COMPANIES, TICKETS
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.staff import find as find_staff
from interlock.core.threads import (
    people,
    store,
    ticket_links,
    ticket_state,
    ticket_store,
    ticket_type,
    ticket_type_store,
    ticket_values,
)
from interlock.core.threads.author import Author, bot, of_admin
from interlock.core.threads.people import Who
from interlock.core.threads.store import CONTACT_MEMBER, Participant
from interlock.core.threads.ticket_show import PREVIOUS_STATE, ShownTicket, show_one
from interlock.core.threads.ticket_state_store import SUBMITTED, TicketState
from interlock.core.threads.ticket_turn import (
    ATTRIBUTE_UPDATED,
    STATE_UPDATED,
    TicketTurn,
    begin,
)
from interlock.core.threads.ticket_type_store import CUSTOMER, SEARCHED_AS, TicketType
from interlock.core.threads.words import ASSIGNMENT, CLOSE, REOPEN, SNOOZE, UNSNOOZE_TICKET
from interlock.core.webhooks import redaction
from interlock.kit import clock, ids
from interlock.kit.problems import Problem
from interlock.storage.database import Tx

# --- creating


@dataclass(frozen=True, slots=True)
class TicketWrite:
    """A ticket that is asked for. Ids as they came in."""

    ticket_type_id: str
    contact: Who
    attributes: Any = None
    company_id: str | None = None
    created_at: int | None = None
    admin_assignee_id: str | None = None
    team_assignee_id: str | None = None
    conversation_to_link_id: str | None = None
    skip_notifications: bool = False


async def create(tx: Tx, schema: Schema, wanted: TicketWrite, through: str) -> ShownTicket:
    """A new ticket. Of several problems the first counts: those of `check`, then 404 for the contact (an address of
    nobody makes a lead), the company, the assignees, and what is wrong with the conversation to be linked."""
    await ensure_current(tx, schema)
    one, values = await check(tx, schema, wanted)
    contact = await people.contact_or_new_lead(tx, schema, wanted.contact, through)
    company_id = await find_company(tx, schema, wanted.company_id)
    admin_id, team_id = await _assignees(tx, schema, wanted)
    target = None
    if wanted.conversation_to_link_id is not None:
        target = await ticket_links.lock_target(tx, schema, one, wanted.conversation_to_link_id)
    record = await new_record(tx, schema, one, values, await ticket_state.first_state(tx, schema, one))
    if wanted.created_at is not None:
        record.fields["created_at"] = wanted.created_at
    record.fields |= {"company_id": company_id, "admin_assignee_id": admin_id, "team_assignee_id": team_id}
    at = record.fields["created_at"]
    await TICKETS.insert(tx, schema.workspace.id, schema.workspace.id, record, slot_values({}, {}))
    await store.add_participant(tx, schema.workspace.id, record.id, Participant(CONTACT_MEMBER, contact.id, at))
    turn = TicketTurn(schema, record, through, at)
    say_first(turn)
    for kind, id in (("admin", admin_id), ("team", team_id)):
        if id is not None:
            turn.say(bot(schema.workspace.app_id), ASSIGNMENT, assigned_to={"type": kind, "id": str(id)})
    await turn.append(tx)
    if target is not None:
        await ticket_links.link_target(tx, schema, record, target, through)
    await change.note(tx, created_row(turn, [contact.id], wanted.skip_notifications))
    return await show_one(tx, schema, record)


async def check(tx: Tx, schema: Schema, wanted: TicketWrite) -> tuple[TicketType, dict[str, Any]]:
    """The type, and the values by id of attribute: 404 for the type, 400 for an archived one, for values that cannot
    be, and for what is required and missing."""
    one = await ticket_type.usable(tx, schema, wanted.ticket_type_id)
    values = ticket_values.read_values(one, wanted.attributes, schema.workspace.id)
    ticket_values.check_required(one, values)
    await check_files(tx, schema, one, values)
    return one, values


async def check_files(tx: Tx, schema: Schema, one: TicketType, values: Mapping[str, Any]) -> dict[str, str]:
    """The names of the files among values by their ids. 400 for one that is not there."""
    wanted = ticket_values.file_ids(one, values)
    found = await file_store.get_files(tx, schema.workspace.id, wanted)
    for id, name in wanted.items():
        if id not in found:
            raise ticket_values.no_file(name)
    return {id: file.name for id, file in found.items()}


async def find_company(tx: Tx, schema: Schema, id: str | None) -> str | None:
    if id is None or id == "":
        return None
    company = await COMPANIES.get(tx, schema.workspace.id, id, COMPANY)
    company = company or await company_store.by_company_id(tx, schema, id)
    if company is None:
        raise no_company()
    return company.id


async def _assignees(tx: Tx, schema: Schema, wanted: TicketWrite) -> tuple[int | None, int | None]:
    admin_id = team_id = None
    if wanted.admin_assignee_id not in (None, "", "0"):
        admin = await find_staff.admin_to_assign(tx, schema.workspace.id, wanted.admin_assignee_id)
        if admin is None:
            raise _no_assignee("assignment.admin_assignee_id")
        admin_id = admin.id
    if wanted.team_assignee_id not in (None, "", "0"):
        team = await _team(tx, schema, wanted.team_assignee_id)
        if team is None:
            raise _no_assignee("assignment.team_assignee_id")
        team_id = team
    return admin_id, team_id


async def _team(tx: Tx, schema: Schema, raw: str | int | None) -> int | None:
    team = await find_staff.team_to_assign(tx, schema.workspace.id, raw)
    return team.id if team is not None else None


def _no_assignee(field: str) -> Problem:
    return Problem("assignee_not_found", "Assignee not found", field)


async def new_record(
    tx: Tx, schema: Schema, one: TicketType, values: Mapping[str, Any], state: TicketState, id: str | None = None
) -> Record:
    """A ticket in memory, with its number. It is inserted by the caller."""
    now = clock.seconds()
    details = {each.key: values[each.id] for each in one.attributes if values.get(each.id) is not None}
    fields: dict[str, Any] = dict.fromkeys(TICKETS.field_names)
    fields |= {
        "live": 1,
        "number": await ticket_store.next_number(tx, schema.workspace.id),
        "ticket_type_id": one.id,
        "category": SEARCHED_AS[one.category],
        "state_id": state.id,
        "state": state.category,
        "open": True,
        "is_shared": one.category == CUSTOMER,
        "created_at": now,
        "updated_at": now,
        **ticket_values.columns(one, details),
    }
    return Record(TICKET, id or ids.decimal_id(), fields, {}, details)


def say_first(turn: TicketTurn) -> None:
    """The part that every ticket begins with."""
    state = turn.record.fields["state"]
    author = bot(turn.schema.workspace.app_id)
    turn.say(author, STATE_UPDATED, ticket_state=state, previous_ticket_state=SUBMITTED)


_TOLD = (
    *("number", "ticket_type_id", "category", "state_id", "state", "open", "is_shared"),
    *("admin_assignee_id", "team_assignee_id", "company_id", "created_at"),
)


def created_row(turn: TicketTurn, contact_ids: Sequence[str], skip_notifications: bool) -> dict[str, Any]:
    record = turn.record
    after: dict[str, Any] = {name: record.fields[name] for name in _TOLD}
    after |= {"contact_ids": list(contact_ids), "part_id": turn.parts[0].id, "by": turn.parts[0].author_type}
    if skip_notifications:
        after["skip_notifications"] = True
    key = turn.schema.workspace.id
    return change.row(key, TICKET, record.id, change.CREATED, turn.through, clock.micros(), {}, after)


# --- changing


@dataclass(frozen=True, slots=True)
class TicketChanges:
    """What is to be different. `fields` may have open, is_shared, snoozed_until, company_id: None clears."""

    attributes: Any = None
    state_id: str | None = None
    admin_id: str | int | None = None
    assignee_id: str | int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    skip_notifications: bool = False


@dataclass(slots=True)
class _Checked:
    """What was asked for, found."""

    type: TicketType
    values: dict[str, Any]
    file_names: dict[str, str]
    state: TicketState | None
    by: Author
    assignee: tuple[str, int | None] | None  # "admin", "team", or "" for nobody


async def update(tx: Tx, schema: Schema, id: str, wanted: TicketChanges, through: str) -> ShownTicket:
    """Of several problems the first counts: 404 `ticket_not_found`, 400 for attributes, 400
    `ticket_state_id_invalid`, 404 `assignee_not_found` for who acts and for the assignee, 404 `company_not_found`."""
    turn = await begin(tx, schema, id, through)
    checked = await _check(tx, schema, turn.record, wanted)
    fields = dict(wanted.fields)
    if "company_id" in fields:
        fields["company_id"] = await find_company(tx, schema, fields["company_id"])
    more = {"skip_notifications": True} if wanted.skip_notifications else {}
    change_attributes(turn, checked.type, checked.values, checked.by, checked.file_names, **more)
    if checked.state is not None:
        change_state(turn, checked.state, checked.by, **more)
    plain = turn.set(**{name: fields[name] for name in ("is_shared", "company_id") if name in fields})
    if plain:
        turn.tell(change.UPDATED, None, plain, by=checked.by.type, **more)
    _assign(turn, checked)
    _open_or_snooze(turn, checked.by, fields)
    await turn.save(tx)
    return await show_one(tx, schema, turn.record)


async def _check(tx: Tx, schema: Schema, record: Record, wanted: TicketChanges) -> _Checked:
    key = schema.workspace.id
    one = ticket_type.present(await ticket_type_store.get_type(tx, key, record.fields["ticket_type_id"]))
    values = ticket_values.read_values(one, wanted.attributes, key)
    file_names = await check_files(tx, schema, one, values)
    state = None
    if wanted.state_id is not None and wanted.state_id != record.fields["state_id"]:
        state = await ticket_state.state_for(tx, schema, wanted.state_id, one)
        if state is None:
            raise ticket_state.no_state()
    by = bot(schema.workspace.app_id)
    if wanted.admin_id is not None:
        admin = await find_staff.admin(tx, key, wanted.admin_id)
        if admin is None:
            raise _no_assignee("admin_id")
        by = of_admin(admin)
    assignee = await _find_assignee(tx, schema, wanted.assignee_id)
    return _Checked(one, values, file_names, state, by, assignee)


async def _find_assignee(tx: Tx, schema: Schema, raw: str | int | None) -> tuple[str, int | None] | None:
    """A teammate or a team by id: their ids are of one kind of number. 404 `assignee_not_found`."""
    if raw is None or raw == "":
        return None
    if str(raw) == "0":
        return "", None
    admin = await find_staff.admin_to_assign(tx, schema.workspace.id, raw)
    if admin is not None:
        return "admin", admin.id
    team = await _team(tx, schema, raw)
    if team is None:
        raise _no_assignee("assignee_id")
    return "team", team


def change_attributes(
    turn: TicketTurn,
    one: TicketType,
    values: Mapping[str, Any],
    by: Author,
    file_names: Mapping[str, str],
    **more: Any,
) -> None:
    """A part for each value that differs, and one line of history for all."""
    difference = Difference()
    names_before: dict[str, Any] = {}
    names_after: dict[str, Any] = {}
    part = None
    for attribute in one.attributes:
        if attribute.id not in values:
            continue
        old, new = turn.record.details.get(attribute.key), values[attribute.id]
        if old == new and type(old) is type(new):
            continue
        difference.set_details(turn.record, {attribute.key: new})
        names_before[attribute.name], names_after[attribute.name] = old, new
        id, label = ticket_values.in_words(attribute, new, file_names)
        told = {
            "attribute": {"type": "attribute", "id": attribute.id, "label": attribute.name},
            "value": {"type": "value", "id": id, "label": label},
        }
        part = turn.say(by, ATTRIBUTE_UPDATED, updated_attribute_data=told)
    if part is not None:
        turn.set(**ticket_values.columns(one, turn.record.details))
        told_of = Difference({"ticket_attributes": names_before}, {"ticket_attributes": names_after})
        turn.tell(change.UPDATED, part, told_of, **more)


def change_state(turn: TicketTurn, state: TicketState, by: Author, **more: Any) -> None:
    record = turn.record
    was_id, was = record.fields["state_id"], record.fields["state"]
    if was_id == state.id:
        return
    turn.set(state_id=state.id, state=state.category)
    record.details[PREVIOUS_STATE] = was_id
    part = turn.say(by, STATE_UPDATED, ticket_state=state.category, previous_ticket_state=was)
    told = {
        "ticket_state": {"from": was, "to": state.category},
        "ticket_state_id": {"from": was_id, "to": state.id},
    }
    turn.tell(change.UPDATED, part, None, **told, **more)


def _assign(turn: TicketTurn, checked: _Checked) -> None:
    if checked.assignee is None:
        return
    kind, id = checked.assignee
    wanted: dict[str, Any] = {f"{kind}_assignee_id": id} if kind else dict.fromkeys(_ASSIGNEES)
    difference = turn.set(**wanted)
    if difference:
        assigned_to = {"type": kind, "id": str(id)} if kind else None
        turn.tell(change.ASSIGNED, turn.say(checked.by, ASSIGNMENT, assigned_to=assigned_to), difference)


_ASSIGNEES = ("admin_assignee_id", "team_assignee_id")


def _open_or_snooze(turn: TicketTurn, by: Author, fields: Mapping[str, Any]) -> None:
    """Closing wins over snoozing, and ends it; snoozing wins over opening."""
    until = fields.get("snoozed_until")
    if fields.get("open") is False:
        difference = turn.set(open=False, snoozed_until=None)
        if difference:
            turn.tell(change.CLOSED, turn.say(by, CLOSE), difference)
    elif until is not None:
        difference = turn.set(open=True, snoozed_until=until)
        if difference:
            turn.tell(change.SNOOZED, turn.say(by, SNOOZE), difference)
    elif fields.get("open") or ("snoozed_until" in fields and turn.record.fields["snoozed_until"] is not None):
        turn.wake(by, REOPEN)


# --- ending


async def delete(tx: Tx, schema: Schema, id: str, through: str) -> Record:
    """For good: 404 `ticket_not_found`. The conversation that it was keeps what was said in both."""
    turn = await begin(tx, schema, id, through)
    key, record = schema.workspace.id, turn.record
    await TICKETS.lock_alone(tx, key, [id])
    gone = await links.drop_all(tx, schema, TICKET, id)
    await satellite_store.drop(tx, key, TICKET, id)
    await jobs.cancel(tx, key, UNSNOOZE_TICKET, id)
    if turn.conversation is not None:
        await ticket_store.unlink_all_of(tx, key, id)
        await _free_conversation(tx, schema, turn)
    else:
        await ticket_store.unlink_all(tx, key, id)
        await kept_files.forget(tx, key, kept_files.ids_in(await ticket_store.attachments_of(tx, key, id)))
        await store.delete_parts(tx, key, id)
        await store.delete_participants(tx, key, id)
    await TICKETS.delete(tx, key, id)
    await redaction.redact(tx, schema, TICKET, [id])
    kept = {name: value for name, value in record.fields.items() if name not in ("title", "description")}
    before = {**kept, "custom_attributes": {**record.attributes, **gone}}
    await change.note(tx, change.row(key, TICKET, id, change.DELETED, through, clock.micros(), before, {}))
    return record


async def _free_conversation(tx: Tx, schema: Schema, turn: TicketTurn) -> None:
    """It is a conversation and no more."""
    assert turn.conversation is not None
    turn.conversation.set(ticket_id=None)
    turn.conversation.tell(change.UPDATED)
    await turn.conversation.save(tx)

"""Tickets as JSON, at the newest version: what comes in, and the answers that are not a ticket.

A ticket itself is in `shapes/ticket.py`, since notifications show it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.files.attachments import Attached
from interlock.core.threads.people import Who
from interlock.core.threads.ticket import TicketChanges, TicketWrite
from interlock.core.threads.ticket_becoming import Conversion, TypeChange
from interlock.core.threads.ticket_reply import TicketReply
from interlock.kit.problems import invalid, missing
from interlock.shapes import reply
from interlock.shapes.reading import read_time
from interlock.shapes.reply import Id, Time, read_past, read_spoken, text_id

# --- requests


class ContactId(msgspec.Struct):
    """A contact by one of its ids; an address of nobody makes a lead."""

    id: Id = None
    external_id: Id = None
    email: str | None = None


class AssignmentBody(msgspec.Struct):
    admin_assignee_id: Id = None
    team_assignee_id: Id = None


class CreateBody(msgspec.Struct):
    """`contacts` has exactly one for now. `ticket_attributes` by name; of a list the id of the item (or its name), of
    files their ids."""

    ticket_type_id: Id = None
    contacts: list[ContactId] | None = None
    conversation_to_link_id: Id = None
    company_id: Id = None
    created_at: Time = None
    ticket_attributes: dict[str, Any] | None = None
    assignment: AssignmentBody | None = None
    skip_notifications: bool | None = None


class UpdateBody(msgspec.Struct):
    """Absent fields stay as they are. `assignee_id` 0 takes the ticket away from everybody; null for `company_id` is
    no company, and for `snoozed_until` wakes the ticket."""

    ticket_attributes: dict[str, Any] | None = None
    ticket_state_id: Id = None
    company_id: Id | UnsetType = UNSET
    open: bool | None = None
    is_shared: bool | None = None
    snoozed_until: Time | UnsetType = UNSET
    admin_id: Id = None
    assignee_id: Id = None
    skip_notifications: bool | None = None


class ChangeTypeBody(msgspec.Struct):
    ticket_type_id: Id = None
    ticket_state_id: Id = None
    ticket_attributes: dict[str, Any] | None = None


class ConvertBody(msgspec.Struct):
    """Without a `ticket_state_id` the ticket is as new ones of its type are."""

    ticket_type_id: Id = None
    ticket_state_id: Id = None
    attributes: dict[str, Any] | None = None


class LinkBody(msgspec.Struct):
    conversation_id: Id = None


class RedactBody(msgspec.Struct):
    """`ticket_part_id` is the part to be taken back."""

    ticket_part_id: Id = None


class ReplyBody(reply.ReplyBody):
    """A reply (`shapes/reply.py`). `cross_post` puts a note into the linked conversations, too."""

    cross_post: bool | None = None


class SearchBody(msgspec.Struct):
    """`query` is one filter, or up to 15 of them under AND or OR, in at most two levels."""

    query: Any = None
    sort: Any = None
    pagination: Any = None


# --- reading them


def read_create(body: CreateBody) -> TicketWrite:
    """Of several things that are wrong the first counts: ticket_type_id, contacts, created_at."""
    type_id = text_id(body.ticket_type_id)
    if type_id is None:
        raise missing("ticket_type_id is required", "ticket_type_id")
    assignment = body.assignment or AssignmentBody()
    return TicketWrite(
        ticket_type_id=type_id,
        contact=_read_contact(body.contacts),
        attributes=body.ticket_attributes,
        company_id=text_id(body.company_id),
        created_at=read_past(body.created_at, "created_at"),
        admin_assignee_id=text_id(assignment.admin_assignee_id),
        team_assignee_id=text_id(assignment.team_assignee_id),
        conversation_to_link_id=text_id(body.conversation_to_link_id),
        skip_notifications=bool(body.skip_notifications),
    )


def _read_contact(contacts: Sequence[ContactId] | None) -> Who:
    if not contacts:
        raise missing("contacts is required", "contacts")
    if len(contacts) > 1:
        raise invalid("contacts must have exactly one contact", "contacts")
    one = contacts[0]
    given = [name for name in ("id", "external_id", "email") if text_id(getattr(one, name)) is not None]
    if not given:
        raise missing("A contact must have an id, an external_id or an email", "contacts.0")
    if len(given) > 1:
        raise invalid("A contact must have one of id, external_id and email", "contacts.0")
    return Who(text_id(one.id), text_id(one.external_id), one.email or None)


def read_changes(body: UpdateBody | None) -> TicketChanges:
    body = body or UpdateBody()
    fields: dict[str, Any] = {}
    for name in ("open", "is_shared"):
        if getattr(body, name) is not None:
            fields[name] = getattr(body, name)
    if body.snoozed_until is not UNSET:
        fields["snoozed_until"] = read_time(body.snoozed_until, "snoozed_until")
        if fields["snoozed_until"] is not None and fields["snoozed_until"] < 0:
            raise invalid("snoozed_until must not be before 1970", "snoozed_until")
    if body.company_id is not UNSET:
        fields["company_id"] = text_id(body.company_id)
    return TicketChanges(
        attributes=body.ticket_attributes,
        state_id=text_id(body.ticket_state_id),
        admin_id=text_id(body.admin_id),
        assignee_id=text_id(body.assignee_id),
        fields=fields,
        skip_notifications=bool(body.skip_notifications),
    )


def read_type_change(body: ChangeTypeBody | None) -> TypeChange:
    body = body or ChangeTypeBody()
    return TypeChange(text_id(body.ticket_type_id), text_id(body.ticket_state_id), body.ticket_attributes)


def read_conversion(body: ConvertBody | None) -> Conversion:
    body = body or ConvertBody()
    type_id = text_id(body.ticket_type_id)
    if type_id is None:
        raise missing("ticket_type_id is required", "ticket_type_id")
    return Conversion(type_id, text_id(body.ticket_state_id), body.attributes)


def read_reply(body: ReplyBody, attached: Attached) -> TicketReply:
    """400 for what is wrong: `read_spoken`."""
    spoken = read_spoken(body, attached)
    return TicketReply(
        spoken.kind,
        body.body or "",
        attached,
        spoken.options,
        spoken.created_at,
        bool(body.skip_notifications),
        bool(body.cross_post),
    )


# --- answers


class DeletedTicket(msgspec.Struct):
    id: str
    object: Literal["ticket"]
    deleted: Literal[True]

"""Topics: the words under which webhooks hear of what happened. Source: api_conventions.md 8.

One change may have several topics (a contact whose e-mail changes: `contact.email.updated` and `contact.user.updated`),
or none. A topic of people may hold `{role}`, user or lead; whoever renders the person knows which.

Decided here, since no source says it: blocking a contact is an update; a custom object that gets or loses links is
updated; an e-mail opt-out is `contact.unsubscribed`, saying no to one subscription type is `granular.unsubscribe`.
Nobody logs in yet, so `admin.logged_in` and `admin.logged_out` may be asked for and are never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from interlock.core.changes import change
from interlock.core.changes.feed import Entry
from interlock.core.jobs.store import STUCK
from interlock.core.schema.schema import Schema

ROLES = ("user", "lead")
PING = "ping"
INSTANCE = "custom_object_instance"

_ADMIN = "added_to_workspace away_mode_updated activity_log_event.created removed_from_workspace logged_in logged_out"
_COMPANY = "created updated deleted contact.attached contact.detached"
_CONTACT = (
    "archived deleted email.updated lead.added_email lead.created lead.signed_up lead.tag.created lead.tag.deleted "
    "lead.updated merged subscribed unarchive unsubscribed user.created user.tag.created user.tag.deleted user.updated"
)
_CONVERSATION = (
    "admin.assigned admin.closed admin.noted admin.open.assigned admin.opened admin.replied admin.single.created "
    "admin.snoozed admin.unsnoozed operator.replied deleted priority.updated rating.added read user.created "
    "user.replied contact.attached contact.detached"
)
_TICKET = (
    "created state.updated note.created admin.assigned team.assigned contact.attached contact.detached "
    "attribute.updated admin.replied contact.replied closed rating.provided"
)


def _all(prefix: str, names: str) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" for name in names.split())


TOPICS: tuple[str, ...] = tuple(
    sorted(
        (
            *_all("admin", _ADMIN),
            *_all("company", _COMPANY),
            *_all("contact", _CONTACT),
            *_all("conversation", _CONVERSATION),
            *_all("conversation_part", "redacted tag.created"),
            "event.created",
            "job.completed",
            *_all("granular", "subscribe unsubscribe"),
            *_all("ticket", _TICKET),
            "visitor.signed_up",
            *_all(INSTANCE, "created updated deleted"),
            PING,
        )
    )
)
"""What may be asked for. `ping` comes to every webhook, asked for or not."""


def topics_of(schema: Schema, one: Entry) -> list[str]:
    """The topics of a change, the most general last."""
    if one.kind in schema.types:
        return [f"{INSTANCE}.{_LIFE[one.action]}"] if one.action in _LIFE else []
    find = _OF_KIND.get(one.kind)
    return list(dict.fromkeys(find(one))) if find is not None else []


def wanted(found: Iterable[str], asked: frozenset[str]) -> list[str]:
    """Of the topics of a change those that a webhook may have asked for, before the role is known."""
    return [topic for topic in found if any(topic.format(role=role) in asked for role in ROLES)]


_LIFE = {
    change.CREATED: "created",
    change.UPDATED: "updated",
    change.LINKED: "updated",
    change.MOVED: "updated",
    change.DELETED: "deleted",
}


def _of_contact(one: Entry) -> Iterable[str]:
    before, after = one.before, one.after
    match one.action:
        case change.CREATED:
            yield "contact.{role}.created"
        case change.UPDATED | change.LINKED | change.MOVED | change.BLOCKED:
            if after.get("email"):
                yield "contact.email.updated" if before.get("email") else "contact.lead.added_email"
            if before.get("role") == "lead" and after.get("role") == "user":
                yield "contact.lead.signed_up"
            if "unsubscribed_from_emails" in after:
                yield "contact.unsubscribed" if after["unsubscribed_from_emails"] else "contact.subscribed"
            yield "contact.{role}.updated"
        case change.ARCHIVED:
            yield "contact.archived"
        case change.UNARCHIVED:
            yield "contact.unarchive"
        case change.DELETED:
            yield "contact.deleted"
        case change.MERGED if after.get("merged_into"):
            yield "contact.merged"
        case change.TAGGED:
            yield "contact.{role}.tag.created"
        case change.UNTAGGED:
            yield "contact.{role}.tag.deleted"
        case change.SUBSCRIBED:
            yield "granular.subscribe"
        case change.UNSUBSCRIBED:
            yield "granular.unsubscribe"


def _of_company(one: Entry) -> Iterable[str]:
    if one.action in _LIFE:
        yield f"company.{_LIFE[one.action]}"
    elif one.action in (change.ATTACHED, change.DETACHED):
        yield f"company.contact.{one.action}"


def _of_conversation(one: Entry) -> Iterable[str]:
    after, by = one.after, one.after.get("by")
    is_contact = by in ROLES
    match one.action:
        case change.CREATED:
            yield "conversation.user.created" if is_contact else "conversation.admin.single.created"
        case change.REPLIED:
            if is_contact:
                yield "conversation.user.replied"
            else:
                yield "conversation.admin.replied" if by == "admin" else "conversation.operator.replied"
        case change.NOTED:
            yield "conversation.admin.noted"
        case change.ASSIGNED:
            yield "conversation.admin.open.assigned" if after.get("state") == "open" else "conversation.admin.assigned"
        case change.OPENED | change.CLOSED | change.SNOOZED | change.UNSNOOZED:
            yield f"conversation.admin.{one.action}"
        case change.READ:
            yield "conversation.read"
        case change.RATED:
            yield "conversation.rating.added"
        case change.DELETED:
            yield "conversation.deleted"
        case change.ATTACHED | change.DETACHED:
            yield f"conversation.contact.{one.action}"
        case change.REDACTED:
            yield "conversation_part.redacted"
        case change.TAGGED:
            yield "conversation_part.tag.created"
    if "priority" in after and one.action != change.CREATED:
        yield "conversation.priority.updated"


def _of_ticket(one: Entry) -> Iterable[str]:
    after, by = one.after, one.after.get("by")
    match one.action:
        case change.CREATED:
            yield "ticket.created"
        case change.CONVERTED:
            yield "ticket.created"
        case change.NOTED:
            yield "ticket.note.created"
        case change.REPLIED:
            yield "ticket.contact.replied" if by in ROLES else "ticket.admin.replied"
        case change.ASSIGNED:
            if "team_assignee_id" in after:
                yield "ticket.team.assigned"
            if "admin_assignee_id" in after or "team_assignee_id" not in after:
                yield "ticket.admin.assigned"
        case change.ATTACHED | change.DETACHED:
            yield f"ticket.contact.{one.action}"
        case change.CLOSED:
            yield "ticket.closed"
        case change.RATED:
            yield "ticket.rating.provided"
    if one.action != change.CREATED:
        if any(name in after for name in ("ticket_state_id", "state_id", "ticket_state")):
            yield "ticket.state.updated"
        if "custom_attributes" in after or "ticket_attributes" in after:
            yield "ticket.attribute.updated"


def _of_admin(one: Entry) -> Iterable[str]:
    if one.action == change.CREATED:
        yield "admin.added_to_workspace"
    elif one.action == change.DELETED:
        yield "admin.removed_from_workspace"
    elif any(name.startswith("away_") for name in one.after):
        yield "admin.away_mode_updated"


def _of_log(one: Entry) -> Iterable[str]:
    if one.action == change.CREATED:
        yield "admin.activity_log_event.created"


def _of_event(one: Entry) -> Iterable[str]:
    if one.action == change.CREATED:
        yield "event.created"


def _of_visitor(one: Entry) -> Iterable[str]:
    if one.action == change.CONVERTED and one.after.get("role") == "user":
        yield "visitor.signed_up"


def _of_job(one: Entry) -> Iterable[str]:
    if one.before.get("state") != STUCK:  # dropping what is stuck is no second end
        yield "job.completed"


_OF_KIND: dict[str, Callable[[Entry], Iterable[str]]] = {
    "contact": _of_contact,
    "company": _of_company,
    "conversation": _of_conversation,
    "ticket": _of_ticket,
    "admin": _of_admin,
    "activity_log": _of_log,
    "data_event": _of_event,
    "visitor": _of_visitor,
    "job": _of_job,
}

"""Messages as JSON, at the newest version."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.outbound import store
from interlock.core.outbound.store import EMAIL, FAILED, IN_APP, Mail, Seen
from interlock.core.records.record import Record
from interlock.core.threads.conversation import Beginning
from interlock.core.threads.message import BCC, CC, PERSONAL, PLAIN, TO, Outgoing, Sent
from interlock.core.threads.people import Who
from interlock.kit import html, limits
from interlock.kit.problems import Meaning, Problem, invalid, missing
from interlock.shapes.reading import read_external_id, read_subject, read_time

_TYPES = {"inapp": IN_APP, "in_app": IN_APP, "conversation": IN_APP, "email": EMAIL}
_NO_CARRIER = ("whatsapp", "sms")
_SHOWN = {IN_APP: "inapp", EMAIL: "email"}
_READ = "read"
_STATUSES = {store.WAITING: "sent"}

# --- requests


class Sender(msgspec.Struct):
    """A teammate (`admin`), or the contact (`user`, `lead`, `contact`) who writes."""

    type: str
    id: str | int


class RecipientBody(msgspec.Struct):
    """A contact by `id`, by `user_id` (the customer's own) or by `email`."""

    type: str | None = None
    id: str | int | None = None
    user_id: str | int | None = None
    email: str | None = None


Recipients = RecipientBody | list[RecipientBody]


class MessageBody(msgspec.Struct, rename={"sender": "from"}):
    """A message of a teammate to people, or of a contact. Without `from`, the owner of the workspace sends it."""

    sender: Sender | None = None
    message_type: str | None = None
    subject: str | None = None
    body: str | None = None
    template: str | None = None
    to: Recipients | None = None
    cc: Recipients | None = None
    bcc: Recipients | None = None
    created_at: int | float | str | None = None
    create_conversation_without_contact_reply: bool | None = None
    referer: str | None = None


def is_from_contact(body: MessageBody) -> bool:
    """400 for a sender of a type that there is not."""
    if body.sender is None or body.sender.type == "admin":
        return False
    if body.sender.type not in ("user", "lead", "contact"):
        raise invalid("from.type must be admin, user, lead or contact", "from.type")
    return True


def read_from_contact(body: MessageBody) -> tuple[Who, Beginning]:
    assert body.sender is not None
    _check_body(body)
    created_at = read_time(body.created_at, "created_at")
    url = body.referer if body.referer and len(body.referer) <= limits.URL_CHARS else None
    beginning = Beginning(body=body.body or "", created_at=created_at, url=url)
    return Who(intercom_user_id=str(body.sender.id)), beginning


def read_outgoing(body: MessageBody) -> Outgoing:
    """A teammate's message. Raises the first that is wrong, in the order that `operations.create` tells of."""
    given = body.message_type if body.message_type is not None else "inapp"
    if given in _NO_CARRIER:
        text = f"Messages of type {given} cannot be sent: this installation has no carrier for them"
        raise Problem("parameter_invalid", text, "message_type", meaning=Meaning.UNPROCESSABLE)
    if given not in _TYPES:
        raise invalid("message_type must be in_app or email", "message_type")
    message_type = _TYPES[given]
    _check_body(body)
    subject = read_subject(body.subject)
    if message_type == EMAIL and not subject:
        text = "No subject supplied for email message"
        raise Problem("parameter_not_found", text, "subject", meaning=Meaning.UNPROCESSABLE)
    template = body.template or PLAIN
    if template not in (PLAIN, PERSONAL):
        raise invalid("template must be plain or personal", "template")
    return Outgoing(
        message_type=message_type,
        body=body.body or "",
        recipients=_recipients(body),
        subject=subject,
        template=template,
        admin_id=body.sender.id if body.sender is not None else None,
        created_at=read_time(body.created_at, "created_at"),
        opens_conversation=bool(body.create_conversation_without_contact_reply),
    )


def _check_body(body: MessageBody) -> None:
    if not html.clean(body.body or ""):
        raise invalid("Body is required", "body")


def _recipients(body: MessageBody) -> list[tuple[str, Who]]:
    found: list[tuple[str, Who]] = []
    for role in (TO, CC, BCC):
        given: Any = getattr(body, role)
        several = given if isinstance(given, list) else [given] if given is not None else []
        if role == TO and not several:
            raise missing("to not specified", TO)
        for number, one in enumerate(several):
            path = f"{role}.{number}" if isinstance(given, list) else role
            found.append((role, _who(one, path)))
    if len(found) > limits.RECIPIENTS:
        raise invalid(f"A message may have at most {limits.RECIPIENTS} recipients", TO)
    return found


def _who(one: RecipientBody, path: str) -> Who:
    if one.id:
        return Who(intercom_user_id=str(one.id))
    if user_id := read_external_id(one.user_id, f"{path}.user_id"):
        return Who(user_id=user_id)
    if one.email:
        return Who(email=one.email)
    raise missing(f"{path}.id not specified", f"{path}.id")


# --- answers


def sent_by_admin(sent: Sent) -> dict[str, Any]:
    """`conversation_id` only where there is a conversation; otherwise there will be one with the first answer."""
    message, owner = sent.message, sent.admin
    answer: dict[str, Any] = {
        "type": "admin_message",
        "id": message.id,
        "created_at": message.created_at,
        "subject": message.subject,
        "body": message.body,
        "message_type": _SHOWN[message.message_type],
        "owner": {
            "type": "admin",
            "id": str(owner.id),
            "name": owner.name,
            "email": owner.email,
            "away_mode_enabled": owner.details.get("away_mode_enabled", False),
            "away_mode_reassign": owner.details.get("away_mode_reassign", False),
        },
    }
    if sent.conversation_id is not None:
        answer["conversation_id"] = sent.conversation_id
    return answer


def sent_by_contact(conversation: Record) -> dict[str, Any]:
    fields = conversation.fields
    return {
        "type": "user_message",
        "id": fields["source_id"],
        "created_at": fields["created_at"],
        "body": fields["source_body"],
        "message_type": "inapp",
        "conversation_id": conversation.id,
    }


def event(seen: Seen) -> dict[str, Any]:
    """What became of one copy. The two names of WhatsApp hold our mail's id (or the copy's own) and our template."""
    one = seen.receipt
    status = _READ if seen.was_read and one.status != FAILED else _STATUSES.get(one.status, one.status)
    answer: dict[str, Any] = {
        "id": one.id,
        "conversation_id": one.conversation_id or "",
        "contact_id": one.contact_id,
        "status": status,
        "type": "broadcast_outbound",
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "whatsapp_message_id": one.details.get("mail_id") or one.id,
        "template_name": seen.template,
    }
    if "problem" in one.details:
        answer["problem"] = one.details["problem"]
    return answer


def mail(one: Mail) -> dict[str, Any]:
    return {
        "type": "mail",
        "id": one.id,
        "recipient": one.recipient,
        "subject": one.subject,
        "state": one.state,
        "through": one.through,
        "problem": one.problem,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
    }


# --- their description


class Owner(msgspec.Struct):
    type: Literal["admin"]
    id: str
    name: str
    email: str
    away_mode_enabled: bool
    away_mode_reassign: bool


class MessageJson(msgspec.Struct):
    """A message. `conversation_id` is there when it has begun a conversation; `owner` sent it."""

    type: Literal["admin_message", "user_message"]
    id: str
    created_at: int
    body: str
    message_type: Literal["email", "inapp"]
    subject: str | UnsetType = UNSET
    owner: Owner | UnsetType = UNSET
    conversation_id: str | UnsetType = UNSET


class StatusQuery(msgspec.Struct):
    ruleset_id: str
    per_page: int | None = None
    starting_after: str | None = None


class EventJson(msgspec.Struct):
    """What became of the copy of one contact. `problem` says why it failed."""

    id: str
    conversation_id: str
    contact_id: str
    status: Literal["sent", "delivered", "read", "failed"]
    type: Literal["broadcast_outbound"]
    created_at: int
    updated_at: int
    whatsapp_message_id: str
    template_name: str
    problem: str | UnsetType = UNSET


class StatusPages(msgspec.Struct):
    type: Literal["pages"]
    per_page: int
    total_pages: int
    next: dict[str, str] | None


class StatusList(msgspec.Struct):
    type: Literal["list"]
    ruleset_id: str
    pages: StatusPages
    total_count: int
    events: list[EventJson]


class MailQuery(msgspec.Struct):
    state: Literal["waiting", "sent", "failed"] | None = None
    per_page: int | None = None
    starting_after: str | None = None


class MailJson(msgspec.Struct):
    """A mail. `through` is `smtp` or `outbox` once it is sent; `problem` is what the last attempt failed of."""

    type: Literal["mail"]
    id: str
    recipient: str
    subject: str
    state: Literal["waiting", "sent", "failed"]
    through: str | None
    problem: str | None
    created_at: int
    finished_at: int | None


class MailList(msgspec.Struct):
    type: Literal["list"]
    data: list[MailJson]
    total_count: int
    pages: dict[str, Any]

"""What a reply to a conversation and one to a ticket have in common: what comes in, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from interlock.core.files.attachments import Attached
from interlock.core.threads.people import Who
from interlock.core.threads.words import COMMENT, NOTE, QUICK_REPLY
from interlock.kit import clock, html, limits
from interlock.kit.problems import invalid, missing
from interlock.shapes.attachment import AttachmentFile
from interlock.shapes.reading import read_time

Id = str | int | None
Time = int | float | str | None
CONTACT_WORDS = ("user", "lead", "contact")
ADMIN_WORDS = ("admin",)


class ReplyOption(msgspec.Struct):
    text: str | None = None
    uuid: str | None = None


class Named(msgspec.Struct):
    """A contact by one of its ids."""

    intercom_user_id: Id = None
    user_id: Id = None
    email: str | None = None


class ReplyBody(Named):
    """A reply of a contact (`intercom_user_id`, `user_id` or `email`) or of a teammate (`admin_id`).

    `message_type` is comment or quick_reply or, of a teammate, note. A comment and a note need a `body` or a file, a
    quick reply needs `reply_options`.
    """

    message_type: str | None = None
    type: str | None = None
    body: str | None = None
    admin_id: Id = None
    created_at: Time = None
    attachment_urls: list[str] | None = None
    attachment_files: list[AttachmentFile] | None = None
    reply_options: list[ReplyOption] | None = None
    skip_notifications: bool | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reply that can be said. Of a contact a quick reply is a `comment`."""

    by_admin: bool
    kind: str
    options: Sequence[dict[str, str]]
    created_at: int | None


def text_id(raw: Any) -> str | None:
    """An id as text; "" and what was not sent count as none."""
    return None if raw is None or raw is msgspec.UNSET or raw == "" else str(raw)


def required(raw: Any, field: str) -> Any:
    if raw is None or raw == "":
        raise missing(f"{field} not specified", field)
    return raw


def read_past(raw: Time, field: str) -> int | None:
    """A time that has been: what was said cannot have been said tomorrow. Clocks differ by a minute."""
    at = read_time(raw, field)
    if at is not None and at > clock.seconds() + 60:
        raise invalid(f"{field} must not be in the future", field)
    if at is not None and at < 0:
        raise invalid(f"{field} must not be before 1970", field)
    return at


def who(named: Named) -> Who:
    return Who(text_id(named.intercom_user_id), text_id(named.user_id), named.email or None)


def is_admin(body: ReplyBody) -> bool:
    """Does a teammate reply? 400 for another type than these two; without one, `admin_id` tells."""
    if body.type is None:
        return body.admin_id is not None
    if body.type not in (*CONTACT_WORDS, *ADMIN_WORDS):
        raise invalid("type must be admin or user", "type")
    return body.type in ADMIN_WORDS


def read_spoken(body: ReplyBody, attached: Attached) -> Spoken:
    """Of several things that are wrong the first counts: type, message_type, who, body, reply_options, created_at."""
    by_admin = is_admin(body)
    kinds = (COMMENT, NOTE, QUICK_REPLY) if by_admin else (COMMENT, QUICK_REPLY)
    kind = required(body.message_type, "message_type")
    if kind not in kinds:
        raise invalid(f"message_type must be one of: {', '.join(kinds)}", "message_type")
    if by_admin:
        required(text_id(body.admin_id), "admin_id")
    elif who(body) == Who():
        raise missing("intercom_user_id, user_id or email is required", "intercom_user_id")
    options: list[dict[str, str]] = []
    if kind == QUICK_REPLY:
        options = _options(body.reply_options)
    elif not attached.shown and not html.clean(body.body or ""):
        raise missing("body not specified", "body")
    return Spoken(by_admin, kind if by_admin else COMMENT, options, read_past(body.created_at, "created_at"))


def _options(given: Sequence[ReplyOption] | None) -> list[dict[str, str]]:
    if not given:
        raise missing("reply_options not specified", "reply_options")
    if len(given) > limits.QUICK_REPLIES:
        raise invalid(f"reply_options may have at most {limits.QUICK_REPLIES} entries", "reply_options")
    return [
        {
            "text": required(one.text, f"reply_options.{number}.text"),
            "uuid": required(one.uuid, f"reply_options.{number}.uuid"),
        }
        for number, one in enumerate(given)
    ]

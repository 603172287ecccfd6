"""The standard fields of a contact: what may be written, and what a value must be like.

Nothing of this needs a database. What depends on other records (is the owner a teammate, is the email free) is in
`contact.py`. Sources: attributes.md 8, description 2.16; decided here, since no source says it:

* text is trimmed, and "" is none; a name, phone or email has at most 255 characters, the address of a picture 2,048;
* an email is `something@domain.tld` without spaces; it keeps its letters' case and is compared without;
* a phone is free text: people write it in many ways;
* `role` is `user` or `lead`; a user never becomes a lead again;
* `email_verified` is kept until the email changes; null says nothing;
* a `language_override` that is not two letters is stored as none, as Preview's description says of unknown ones;
* null for `unsubscribed_from_emails` is false, its value at the start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.core.records.record import Record
from interlock.kit import limits
from interlock.kit.problems import invalid

USER, LEAD = "user", "lead"
ROLES = (USER, LEAD)
AVATAR_CHARS = 2048

_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_LANGUAGE = re.compile(r"[A-Za-z]{2}", re.ASCII)
_PLAIN = ("external_id", "owner_id", "signed_up_at", "last_seen_at")


@dataclass(frozen=True, slots=True)
class Standard:
    """Standard fields to write: those with a column, and those in `details`. Absent ones stay, None clears."""

    fields: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


def check(values: Mapping[str, Any]) -> Standard:
    """Standard fields as a source has them, by the names of the API, with times and ids read already.

    Raises 400 `parameter_invalid` for the first that is wrong, in the order of the lines below.
    """
    fields: dict[str, Any] = {name: values[name] for name in _PLAIN if name in values}
    details: dict[str, Any] = {}
    if values.get("role") is not None:
        fields["role"] = _role(values["role"])
    for name in ("name", "phone"):
        if name in values:
            fields[name] = _text(name, values[name], limits.STRING_CHARS)
    if "email" in values:
        fields["email"] = _email(values["email"])
    if values.get("email_verified") is not None:
        if fields.get("email") is None:
            raise invalid("email_verified must be supplied together with an email", "email_verified")
        details["email_verified"] = values["email_verified"]
    if "avatar" in values:
        details["avatar_url"] = _text("avatar", values["avatar"], AVATAR_CHARS)
    if "unsubscribed_from_emails" in values:
        fields["unsubscribed_from_emails"] = bool(values["unsubscribed_from_emails"])
    if "language_override" in values:
        details["language_override"] = _language(values["language_override"])
    return Standard(fields, details)


def _role(raw: str) -> str:
    if raw not in ROLES:
        raise invalid("role must be 'user' or 'lead'", "role")
    return raw


def _text(name: str, raw: str | None, most: int) -> str | None:
    text = (raw or "").strip()
    if len(text) > most:
        raise invalid(f"{name} must be at most {most} characters", name)
    return text or None


def _email(raw: str | None) -> str | None:
    text = _text("email", raw, limits.STRING_CHARS)
    if text is not None and not _EMAIL.fullmatch(text):
        raise invalid("email is not a valid email address", "email")
    return text


def _language(raw: str | None) -> str | None:
    text = (raw or "").strip()
    return text.lower() if _LANGUAGE.fullmatch(text) else None


def settle(record: Record) -> None:
    """The columns that follow from others: look-up keys, and whether lists and search show the contact."""
    fields = record.fields
    fields["email_key"] = fields["email"].lower() if fields["email"] else None
    fields["user_email"] = fields["email_key"] if fields["role"] == USER else None
    fields["live"] = int(not (fields["archived"] or fields["blocked"] or fields["merged_into"]))

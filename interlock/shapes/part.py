"""Parts of conversations as JSON: what was said or done, by whom, with which files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from interlock.core.threads.store import Part
from interlock.kit import html
from interlock.shapes.attachment import AttachmentJson


def part(one: Part, plain: bool = False) -> dict[str, Any]:
    """`plain`: the body without markup."""
    details = one.details
    body = html.to_text(one.body) if plain and one.body is not None else one.body
    return {
        "type": "conversation_part",
        "id": one.id,
        "part_type": one.part_type,
        "body": body,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "notified_at": one.created_at,
        "assigned_to": details.get("assigned_to"),
        "author": author(one.author_type, one.author_id, details.get("author_name"), details.get("author_email")),
        "attachments": attachments(details.get("attachments", ())),
        "external_id": details.get("external_id"),
        "redacted": one.redacted,
        "metadata": details.get("metadata", {}),
        "email_message_metadata": details.get("email"),
        "state": details.get("state", "open"),
        "tags": [],
        "event_details": details.get("event_details", {}),
        "app_package_code": None,
    }


def parts(several: Sequence[Part], total: int, plain: bool = False) -> dict[str, Any]:
    shown = [part(one, plain) for one in several]
    return {"type": "conversation_part.list", "conversation_parts": shown, "total_count": total}


def author(type: str, id: str, name: str | None, email: str | None) -> dict[str, Any]:
    """Who has said something. Without an address it is "", since the description has no null here."""
    return {"type": type, "id": id, "name": name, "email": email or ""}


def attachments(stored: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Files as they are kept with a part; what is not known of one is left out."""
    return [{name: value for name, value in one.items() if value is not None} for one in stored] if stored else []


# --- their description


class Reference(msgspec.Struct):
    type: str
    id: str | None


class AuthorJson(msgspec.Struct):
    """`type` is user, lead, admin, bot or team; the name and the address are those of that time."""

    type: str
    id: str
    name: str | None
    email: str


class PartJson(msgspec.Struct):
    """Something that was said or done. `state` is that of the conversation afterwards. Times are Unix seconds."""

    type: str
    id: str
    part_type: str
    body: str | None
    created_at: int
    updated_at: int
    notified_at: int
    assigned_to: Reference | None
    author: AuthorJson
    attachments: list[AttachmentJson]
    external_id: str | None
    redacted: bool
    metadata: dict[str, Any]
    email_message_metadata: dict[str, Any] | None
    state: str
    tags: list[dict[str, Any]]
    event_details: dict[str, Any]
    app_package_code: str | None


class PartList(msgspec.Struct):
    """At most the 500 newest; `total_count` counts all of them."""

    type: str
    conversation_parts: list[PartJson]
    total_count: int

"""Visitors as JSON, at the newest version.

The description spells the time of the last request `las_request_at` and its examples `last_request_at`: both are sent,
the first only when there is such a time, since it must not be null.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.attributes.definition import CONTACT
from interlock.core.people.visitors import DETAILS
from interlock.core.records.record import Record
from interlock.core.schema.schema import Schema


def visitor(schema: Schema, record: Record) -> dict[str, Any]:
    fields, details = record.fields, record.details
    owner, seen = fields["owner_id"], fields["last_request_at"]
    definitions = schema.of(CONTACT)
    shown = {
        "type": "visitor",
        "id": record.id,
        "user_id": fields["user_id"],
        "anonymous": True,
        "email": fields["email"] or "",
        "phone": fields["phone"],
        "name": fields["name"],
        "pseudonym": details.get("pseudonym"),
        "avatar": {"type": "avatar", "image_url": details.get("avatar_url")},
        "app_id": schema.workspace.app_id,
        "companies": {"type": "company.list", "companies": []},
        "location_data": details.get("location_data") or {},
        "last_request_at": seen,
        "created_at": fields["created_at"],
        "remote_created_at": fields["created_at"],
        "signed_up_at": fields["created_at"],
        "updated_at": fields["updated_at"],
        "session_count": details.get("session_count") or 0,
        "social_profiles": {"type": "social_profile.list", "social_profiles": []},
        "owner_id": str(owner) if owner is not None else None,
        "unsubscribed_from_emails": False,
        "marked_email_as_spam": False,
        "has_hard_bounced": False,
        "tags": {"type": "tag.list", "tags": []},
        "segments": {"type": "segment.list", "segments": []},
        "custom_attributes": {
            name: value
            for name, value in record.attributes.items()
            if name in definitions and not definitions[name].archived
        },
        **{name: details.get(name) for name in DETAILS},
        "do_not_track": details.get("do_not_track"),
    }
    if seen is not None:
        shown["las_request_at"] = seen
    return shown


# --- its description


class VisitorAvatar(msgspec.Struct):
    type: Literal["avatar"]
    image_url: str | None


class VisitorCompanies(msgspec.Struct):
    type: Literal["company.list"]
    companies: list[dict[str, Any]]


class VisitorProfiles(msgspec.Struct):
    type: Literal["social_profile.list"]
    social_profiles: list[str]


class VisitorTags(msgspec.Struct):
    type: Literal["tag.list"]
    tags: list[dict[str, Any]]


class VisitorSegments(msgspec.Struct):
    type: Literal["segment.list"]
    segments: list[str]


class Visitor(msgspec.Struct):
    """Somebody without a name. Companies, tags and segments are those of contacts: a visitor has none."""

    type: Literal["visitor"]
    id: str
    user_id: str
    anonymous: bool
    email: str
    phone: str | None
    name: str | None
    pseudonym: str | None
    avatar: VisitorAvatar
    app_id: str
    companies: VisitorCompanies
    location_data: dict[str, str]
    last_request_at: int | None
    created_at: int
    remote_created_at: int
    signed_up_at: int
    updated_at: int
    session_count: int
    social_profiles: VisitorProfiles
    owner_id: str | None
    unsubscribed_from_emails: bool
    marked_email_as_spam: bool
    has_hard_bounced: bool
    tags: VisitorTags
    segments: VisitorSegments
    custom_attributes: dict[str, Any]
    referrer: str | None
    utm_campaign: str | None
    utm_content: str | None
    utm_medium: str | None
    utm_source: str | None
    utm_term: str | None
    do_not_track: bool | None
    las_request_at: int | msgspec.UnsetType = msgspec.UNSET

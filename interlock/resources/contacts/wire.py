"""Contacts as JSON, at the newest version: what comes in, and the answers that are not a contact.

A contact itself is in `shapes/contact.py`, since other groups list contacts too.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.attributes.definition import CONTACT
from interlock.core.people import contact_fields
from interlock.core.people.contact import ContactWrite
from interlock.core.people.contact_store import Merge
from interlock.core.people.merge import Merging
from interlock.core.records.record import Record
from interlock.kit.problems import invalid
from interlock.shapes.contact import MergeItem, merge
from interlock.shapes.reading import read_external_id, read_time

Text = str | None | UnsetType
Time = int | float | str | None | UnsetType

# --- requests


class Avatar(msgspec.Struct):
    image_url: str | None = None


class ContactBody(msgspec.Struct):
    """A contact to create or update. Absent fields stay as they are; null and "" clear.

    A new contact needs an `email`, an `external_id` or a `role`. Times are Unix seconds or ISO 8601.
    `email_verified` goes with an `email` in the same request.
    """

    role: str | None = None
    external_id: str | int | UnsetType | None = UNSET
    email: Text = UNSET
    email_verified: bool | None = None
    phone: Text = UNSET
    name: Text = UNSET
    avatar: str | Avatar | UnsetType | None = UNSET
    signed_up_at: Time = UNSET
    last_seen_at: Time = UNSET
    owner_id: str | int | UnsetType | None = UNSET
    unsubscribed_from_emails: bool | UnsetType | None = UNSET
    language_override: Text = UNSET
    custom_attributes: dict[str, Any] | None = None


class MergeBody(msgspec.Struct, rename={"from_id": "from", "into_id": "into"}):
    """A lead (`from`) and the user that it goes into (`into`), by their ids."""

    from_id: str
    into_id: str
    skip_duplicate_validation: bool | None = None


class SearchBody(msgspec.Struct):
    """`query` is one filter, or up to 15 of them under AND or OR, in at most two levels."""

    query: Any = None
    sort: Any = None
    pagination: Any = None


def read_write(body: ContactBody) -> ContactWrite:
    """The request as the domain takes it. Raises 400 for the first field that is wrong."""
    values: dict[str, Any] = {}
    for name in body.__struct_fields__:
        raw = getattr(body, name)
        if raw is not UNSET:
            values[name] = _READ[name](raw, name) if name in _READ else raw
    attributes = values.pop("custom_attributes")
    return ContactWrite(contact_fields.check(values), attributes)


def _avatar(raw: str | Avatar | None, name: str) -> str | None:
    return raw.image_url if isinstance(raw, Avatar) else raw


def _owner(raw: str | int | None, name: str) -> int | None:
    """An id of a teammate, as text or as a number."""
    if raw is None or raw == "":
        return None
    text = str(raw)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid(f"Admin with id '{text[:100]}' not found", name)
    return int(text)


_READ = {
    "external_id": read_external_id,
    "avatar": _avatar,
    "signed_up_at": read_time,
    "last_seen_at": read_time,
    "owner_id": _owner,
}


def read_merge(body: MergeBody) -> Merging:
    return Merging(body.from_id, body.into_id, bool(body.skip_duplicate_validation))


# --- answers


def reference(record: Record, state: str, value: bool) -> dict[str, Any]:
    """The answer of delete, archive, unarchive and block."""
    return {"type": CONTACT, "id": record.id, "external_id": record.fields["external_id"], state: value}


def merge_history(merges: list[Merge], next_cursor: str | None) -> dict[str, Any]:
    """`next_cursor` is absent on the last page, as the reference says."""
    answer: dict[str, Any] = {"type": "list", "data": [merge(one) for one in merges], "has_more": False}
    if next_cursor is not None:
        answer |= {"next_cursor": next_cursor, "has_more": True}
    return answer


# --- their description


class MergeHistory(msgspec.Struct):
    type: Literal["list"]
    data: list[MergeItem]
    has_more: bool
    next_cursor: str | UnsetType = UNSET


class ContactReference(msgspec.Struct):
    """A contact after something was done with it: one of the last three is there."""

    type: Literal["contact"]
    id: str
    external_id: str | None
    deleted: bool | UnsetType = UNSET
    archived: bool | UnsetType = UNSET
    blocked: bool | UnsetType = UNSET

"""Contacts as JSON, at the newest version: alone, and in lists of several resource groups.

Where nothing is known a field is null, except where Intercom's schema forbids it: `email` and `email_domain` are ""
then, as the email of a visitor is in Intercom's own examples. So every key is always there, clients that test for
truth need no change, and what was read may be written back ("" clears).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.people.beside_store import NOTES, OPTED_IN, OPTED_OUT, TAGS
from interlock.core.people.contact_store import Merge
from interlock.core.people.show import Shown
from interlock.core.records.record import Record
from interlock.shapes.custom_attributes import custom_attributes


def _picker(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Picks these of a contact's details. Most contacts have none."""
    nothing = dict.fromkeys(names)

    def pick(details: dict[str, Any]) -> dict[str, Any]:
        return {name: details.get(name) for name in names} if details else nothing

    return pick


_FIRST_DETAILS = ("language_override", "browser", "browser_version", "browser_language", "os")
_DEVICES = (
    *(f"android_{name}" for name in ("app_name", "app_version", "device", "os_version", "sdk_version", "last_seen_at")),
    *(f"ios_{name}" for name in ("app_name", "app_version", "device", "os_version", "sdk_version", "last_seen_at")),
)
_LAST_DETAILS = ("utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "referrer")
_pick_first, _pick_devices, _pick_last = _picker(*_FIRST_DETAILS), _picker(*_DEVICES), _picker(*_LAST_DETAILS)
_pick_place = _picker("country", "region", "city", "country_code", "continent_code")


def contact(shown: Shown) -> dict[str, Any]:
    schema, record = shown.schema, shown.record
    fields, details = record.fields, record.details
    email = fields["email"] or ""
    url = f"/contacts/{record.id}"
    answer = {
        "type": "contact",
        "id": record.id,
        "workspace_id": schema.workspace.app_id,
        "external_id": fields["external_id"],
        "role": fields["role"],
        "email": email,
        "email_domain": email.partition("@")[2],
        "phone": fields["phone"],
        "name": fields["name"],
        "avatar": _avatar_of(details.get("avatar_url")),
        "owner_id": _id_text(fields["owner_id"]),
        "social_profiles": {"type": "list", "data": []},
        "has_hard_bounced": fields["has_hard_bounced"],
        "marked_email_as_spam": fields["marked_email_as_spam"],
        "unsubscribed_from_emails": fields["unsubscribed_from_emails"],
        "created_at": fields["created_at"],
        "updated_at": fields["updated_at"],
        "signed_up_at": fields["signed_up_at"],
        "last_seen_at": fields["last_seen_at"],
        "last_replied_at": fields["last_replied_at"],
        "last_contacted_at": fields["last_contacted_at"],
        "last_email_opened_at": fields["last_email_opened_at"],
        "last_email_clicked_at": fields["last_email_clicked_at"],
        **_pick_first(details),
        "location": {"type": "location", **_pick_place(details)},
        **_pick_devices(details),
        "custom_attributes": custom_attributes(schema, record, shown.references),
        "tags": _beside(shown, TAGS, "tag", f"{url}/tags"),
        "notes": _beside(shown, NOTES, "note", f"{url}/notes"),
        "companies": _addressable(f"{url}/companies", [_company(one) for one in shown.companies], shown.company_count),
        "opted_out_subscription_types": _beside(shown, OPTED_OUT, "subscription", f"{url}/subscriptions"),
        "opted_in_subscription_types": _beside(shown, OPTED_IN, "subscription", f"{url}/subscriptions"),
        **_pick_last(details),
        "enabled_push_messaging": None,
    }
    if shown.merges is not None:
        answer["merge_history"] = [merge(one) for one in shown.merges]
    return answer


def _avatar_of(url: str | None) -> dict[str, Any] | None:
    return {"type": "avatar", "image_url": url} if url else None


def _id_text(id: int | None) -> str | None:
    return str(id) if id is not None else None


def _company(record: Record) -> dict[str, Any]:
    return {"type": "company", "id": record.id, "url": f"/companies/{record.id}"}


_PLACES = {"tag": "/tags", "note": "/notes", "subscription": "/subscription_types"}


def _beside(shown: Shown, name: str, type: str, url: str) -> dict[str, Any]:
    if name not in shown.beside:
        return _addressable(url)
    ids, total = shown.beside[name]
    place = _PLACES[type]
    return _addressable(url, [{"type": type, "id": id, "url": f"{place}/{id}"} for id in ids], total)


def _addressable(url: str, data: list[dict[str, Any]] | None = None, total: int = 0) -> dict[str, Any]:
    """A list inside a contact: its first entries, and where the others are."""
    data = data or []
    return {"type": "list", "data": data, "url": url, "total_count": total, "has_more": total > len(data)}


def contact_list(shown: list[Shown], total: int, pages: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "list",
        "data": [contact(one) for one in shown],
        "total_count": total,
        "pages": pages,
    }


def merge(one: Merge) -> dict[str, Any]:
    return {
        "type": "merge_history",
        "source_contact_id": one.from_id,
        "source_contact_role": one.details["role"],
        "merged_at": one.merged_at,
    }


# --- their description


class AddressableItem(msgspec.Struct):
    type: str
    id: str
    url: str


class AddressableList(msgspec.Struct):
    """At most ten entries; the others are at `url`."""

    type: Literal["list"]
    data: list[AddressableItem]
    url: str
    total_count: int
    has_more: bool


class SocialProfiles(msgspec.Struct):
    type: Literal["list"]
    data: list[dict[str, Any]]


class ContactAvatar(msgspec.Struct):
    type: Literal["avatar"]
    image_url: str | None


class Location(msgspec.Struct):
    """Where the contact's address on the network is. Not writable."""

    type: Literal["location"]
    country: str | None
    region: str | None
    city: str | None
    country_code: str | None
    continent_code: str | None


class MergeItem(msgspec.Struct):
    type: Literal["merge_history"]
    source_contact_id: str
    source_contact_role: Literal["user", "lead"]
    merged_at: int


_NULLABLE_TEXTS = (*_FIRST_DETAILS, *(one for one in _DEVICES if not one.endswith("_at")), *_LAST_DETAILS)
_TIMES = (
    *("signed_up_at", "last_seen_at", "last_replied_at", "last_contacted_at", "last_email_opened_at"),
    *("last_email_clicked_at", "android_last_seen_at", "ios_last_seen_at"),
)

Contact = msgspec.defstruct(
    "Contact",
    [
        ("type", Literal["contact"]),
        *((name, str) for name in ("id", "workspace_id", "role", "email", "email_domain")),
        *((name, str | None) for name in ("external_id", "phone", "name", "owner_id")),
        ("avatar", ContactAvatar | None),
        *((name, bool) for name in ("has_hard_bounced", "marked_email_as_spam", "unsubscribed_from_emails")),
        *((name, int) for name in ("created_at", "updated_at")),
        *((name, int | None) for name in _TIMES),
        *((name, str | None) for name in _NULLABLE_TEXTS),
        ("location", Location),
        ("social_profiles", SocialProfiles),
        ("custom_attributes", dict[str, Any]),
        *((name, AddressableList) for name in ("tags", "notes", "companies")),
        *((name, AddressableList) for name in ("opted_in_subscription_types", "opted_out_subscription_types")),
        ("enabled_push_messaging", bool | None),
        ("merge_history", list[MergeItem] | UnsetType, UNSET),
    ],
    module=__name__,
)
Contact.__doc__ = 'A user or a lead. Times are Unix seconds; what is not known is null, and the email then is "".'


class NextPage(msgspec.Struct):
    page: int
    per_page: int
    starting_after: str


class CursorPages(msgspec.Struct):
    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: NextPage | UnsetType = UNSET


class ContactList(msgspec.Struct):
    type: Literal["list"]
    data: list[Contact]  # type: ignore[valid-type]
    total_count: int
    pages: CursorPages

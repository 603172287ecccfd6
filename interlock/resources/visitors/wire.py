"""Visitors as JSON, at the newest version: what comes in."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.attributes.text import storable
from interlock.core.people import contact_fields
from interlock.core.people.visitors import DETAILS, Conversion, Ids, VisitorWrite
from interlock.kit import limits
from interlock.kit.problems import invalid, missing
from interlock.shapes.reading import read_external_id, read_time

Text = str | None | UnsetType


class UpdateBody(msgspec.Struct):
    """Which visitor, by `id` or by `user_id`, and what is to change. Absent fields stay; null and "" clear."""

    id: str | None = None
    user_id: str | int | None = None
    name: Text = UNSET
    custom_attributes: dict[str, Any] | None = None


class Place(msgspec.Struct, omit_defaults=True):
    """Where a visitor's address on the network is."""

    city_name: str | None = None
    continent_code: str | None = None
    country_code: str | None = None
    country_name: str | None = None
    postal_code: str | None = None
    region_name: str | None = None
    timezone: str | None = None


class CreateBody(msgspec.Struct):
    """A new visitor, as the Messenger would make it. Without `user_id` it gets one."""

    user_id: str | int | None = None
    name: Text = UNSET
    email: Text = UNSET
    phone: Text = UNSET
    last_request_at: int | float | str | None = None
    referrer: str | None = None
    utm_campaign: str | None = None
    utm_content: str | None = None
    utm_medium: str | None = None
    utm_source: str | None = None
    utm_term: str | None = None
    do_not_track: bool | None = None
    location_data: Place | None = None
    custom_attributes: dict[str, Any] | None = None


class IdsBody(msgspec.Struct):
    id: str | None = None
    user_id: str | int | None = None
    email: str | None = None


class ConvertBody(msgspec.Struct):
    """`type` is `user` or `lead`; `visitor` says who is converted; `user` has the identifiers that stay."""

    type: str | None = None
    user: IdsBody | None = None
    visitor: IdsBody | None = None


def read_update(body: UpdateBody) -> tuple[Ids, VisitorWrite]:
    known = Ids(body.id or None, read_external_id(body.user_id, "user_id"))
    fields = {"name": body.name} if body.name is not UNSET else {}
    return known, VisitorWrite(contact_fields.check(fields).fields, {}, body.custom_attributes)


def read_create(body: CreateBody) -> tuple[str | None, VisitorWrite]:
    """400 for the first that is wrong: the ids and the texts in the order of their fields."""
    user_id = read_external_id(body.user_id, "user_id")
    sent = {name: getattr(body, name) for name in ("name", "email", "phone") if getattr(body, name) is not UNSET}
    fields = dict(contact_fields.check(sent).fields)
    if body.last_request_at is not None:
        fields["last_request_at"] = read_time(body.last_request_at, "last_request_at")
    details: dict[str, Any] = {name: _text(getattr(body, name), name) for name in DETAILS if getattr(body, name)}
    if body.do_not_track is not None:
        details["do_not_track"] = body.do_not_track
    if body.location_data is not None:
        place = msgspec.structs.asdict(body.location_data)
        details["location_data"] = {
            name: _text(value, f"location_data.{name}") for name, value in place.items() if value
        }
    return user_id, VisitorWrite(fields, details, body.custom_attributes)


def _text(raw: str, name: str) -> str:
    if len(raw) > limits.URL_CHARS or not storable(raw):
        raise invalid(f"{name} must be at most {limits.URL_CHARS} characters", name)
    return raw


def read_convert(body: ConvertBody) -> Conversion:
    """Of several problems the first counts: the type, the visitor, the user."""
    if body.type is None:
        raise missing("type not specified", "type")
    if body.type not in contact_fields.ROLES:
        raise invalid("type must be 'user' or 'lead'", "type")
    visitor, person = _ids(body.visitor, "visitor"), _ids(body.user, "user")
    if not visitor:
        raise missing("An id, a user_id or an email of the visitor is required", "visitor")
    if not person and body.type == contact_fields.USER:
        raise missing("An id, a user_id or an email of the user is required", "user")
    return Conversion(visitor, person, body.type)


def _ids(body: IdsBody | None, field: str) -> Ids:
    if body is None:
        return Ids()
    email = contact_fields.check({"email": body.email}).fields["email"]
    return Ids(body.id or None, read_external_id(body.user_id, f"{field}.user_id"), email)

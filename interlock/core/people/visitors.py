"""Visitors: people of whom nothing is known but the id in their cookie, and what they become.

Source: description 2.16 tag "Visitors". Decided here, since it says no more:

* Custom attributes of visitors are those of contacts, and pass the same gate. References are refused: a visitor is not
  yet a person that others could point at.
* A converted visitor is gone: 404. Its row stays without what it said, so that its cookie's id leads to the contact and
  is not given out again (409), until the contact is deleted: the row goes with it, and the cookie is a stranger's.
* Converted to a user: who has the `id`, the `user_id` or the `email` of `user` gets what they lack, and stays what they
  are, but that a lead becomes a user. Without such a person the visitor becomes one with these identifiers; an `id`
  alone must be somebody's (404), since ids are made here.
* Converted to a lead: into the lead or user of that `id`, if one is given; else a new lead with the visitor's email, or
  that of `user`. A lead's external id is made by the server as ever.
* Of an existing person nothing is overwritten. An email that a user has already is not taken along.
* Of several problems the first counts: no visitor (404), nobody of the given id (404, 410), then what `contact.py`
  says.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.coerce import coerce
from interlock.core.attributes.definition import CONTACT
from interlock.core.attributes.many import Writes, coerce_all
from interlock.core.attributes.policy import Source
from interlock.core.changes import change
from interlock.core.definitions.define import define_missing
from interlock.core.people import contact, contact_fields, contact_store, find, visitor_store
from interlock.core.people.contact_fields import LEAD, USER, Standard
from interlock.core.people.show import Shown
from interlock.core.people.visitor_store import KIND
from interlock.core.records.record import Record
from interlock.core.records.store import CONTACTS
from interlock.core.records.writing import Difference
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.kit import clock, ids
from interlock.kit.problems import Problem, invalid, missing, not_found
from interlock.storage.database import Tx

_FIELDS = ("name", "email", "phone", "owner_id")
DETAILS = ("referrer", "utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term")
_MOVED_DETAILS = (*DETAILS, "browser", "browser_version", "browser_language", "os", "language_override", "avatar_url")
_PLACE = {
    "country": "country_name",
    "region": "region_name",
    "city": "city_name",
    "country_code": "country_code",
    "continent_code": "continent_code",
}


@dataclass(frozen=True, slots=True)
class Ids:
    """What a caller knows a visitor or a person by: one of them, the first that is there counts."""

    id: str | None = None
    user_id: str | None = None
    email: str | None = None

    def __bool__(self) -> bool:
        return bool(self.id or self.user_id or self.email)


@dataclass(frozen=True, slots=True)
class VisitorWrite:
    """Fields and details to write, by name, and custom attributes as they came in. Absent ones stay, None clears."""

    fields: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    attributes: Any = None
    source: Source = Source.API


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a visitor is to become: `role`, and whose identifiers it takes."""

    visitor: Ids
    person: Ids
    role: str


# --- finding


async def get(tx: Tx, schema: Schema, known: Ids) -> Record:
    """A visitor that has not been converted. 404 `not_found`."""
    found = await _find(tx, schema, known)
    if found is None or not found.fields["live"]:
        raise no_visitor()
    return found


async def _find(tx: Tx, schema: Schema, known: Ids) -> Record | None:
    """Converted ones too, where they are known by an id."""
    if known.id:
        return await visitor_store.get(tx, schema, known.id)
    if known.user_id:
        return await visitor_store.by_user_id(tx, schema, known.user_id)
    return await visitor_store.by_email(tx, schema, known.email) if known.email else None


def no_visitor() -> Problem:
    return not_found("Visitor Not Found")


# --- making and changing


async def create(tx: Tx, schema: Schema, user_id: str | None, wanted: VisitorWrite, through: str) -> Record:
    """A new visitor, by the id that its cookie has (made here if there is none). 409 `conflict` where it is known."""
    writes = _coerced(schema, wanted)
    await ensure_current(tx, schema)
    schema = await define_missing(tx, schema, CONTACT, writes, through)
    now = clock.seconds()
    fields = dict.fromkeys(visitor_store.VISITORS.field_names)
    fields |= {"live": 1, "user_id": user_id or str(uuid.uuid4()), "created_at": now, "updated_at": now}
    record, difference = Record(KIND, ids.record_id(), fields, {}), Difference(after={"user_id": fields["user_id"]})
    _change(record, wanted, writes, difference)
    if not await visitor_store.insert(tx, schema, record):
        raise Problem("conflict", "A visitor with this user_id exists already, or has become a contact", "user_id")
    await _note(tx, schema, record, change.CREATED, through, {}, difference.after)
    return record


async def update(tx: Tx, schema: Schema, known: Ids, wanted: VisitorWrite, through: str) -> Record:
    """400 for the values, then 404 `not_found`. A write that changes nothing leaves `updated_at` as it is."""
    if not (known.id or known.user_id):
        raise missing("An id or a user_id is required", "id")
    writes = _coerced(schema, wanted)
    record = await _lock(tx, schema, (await get(tx, schema, known)).id)
    await ensure_current(tx, schema)
    schema = await define_missing(tx, schema, CONTACT, writes, through)
    difference = Difference()
    _change(record, wanted, writes, difference)
    if difference:
        record.fields["updated_at"] = clock.seconds()
        await visitor_store.update(tx, schema, record)
        await _note(tx, schema, record, change.UPDATED, through, difference.before, difference.after)
    return record


async def _lock(tx: Tx, schema: Schema, id: str) -> Record:
    record = await visitor_store.lock(tx, schema, id)
    if record is None or not record.fields["live"]:
        raise no_visitor()
    return record


def _coerced(schema: Schema, wanted: VisitorWrite) -> Writes:
    writes = coerce_all(schema, CONTACT, wanted.attributes, wanted.source)
    for name in writes.links:
        raise invalid(
            f"Custom attribute '{name}' is a reference, which visitors cannot have", f"custom_attributes.{name}"
        )
    return writes


def _change(record: Record, wanted: VisitorWrite, writes: Writes, difference: Difference) -> None:
    difference.set_fields(record, wanted.fields)
    difference.set_details(record, wanted.details)
    difference.set_attributes(record, writes)


async def _note(
    tx: Tx, schema: Schema, record: Record, action: str, through: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    row = change.row(schema.workspace.id, KIND, record.id, action, through, clock.micros(), before, after)
    await change.note(tx, row)


# --- converting


async def convert(tx: Tx, schema: Schema, wanted: Conversion, through: str, merged_is_gone: bool = True) -> Shown:
    """A visitor becomes a user or a lead, or is merged into the one that is there."""
    seen = await get(tx, schema, wanted.visitor)
    target = await _target(tx, schema, wanted, merged_is_gone)
    if target is not None:  # people are locked before anything of theirs
        await CONTACTS.lock(tx, schema.workspace.id, target.id, CONTACT)
    visitor = await _lock(tx, schema, seen.id)
    if target is not None:
        done = await _merge(tx, schema, visitor, target.id, wanted, through, merged_is_gone)
    else:
        done = await _become(tx, schema, visitor, wanted, through)
    await _retire(tx, schema, visitor, done.record, through)
    return done


async def to_lead(tx: Tx, schema: Schema, visitor: Record, through: str) -> Record:
    """The lead that a visitor becomes when it speaks up. Whoever is too late gets the contact that it is by now."""
    record = await visitor_store.lock(tx, schema, visitor.id)
    if record is None:
        raise no_visitor()
    if record.fields["converted_to"] is not None:
        return await find.contact(tx, schema, record.fields["converted_to"])
    done = await _become(tx, schema, record, Conversion(Ids(id=record.id), Ids(), LEAD), through)
    await _retire(tx, schema, record, done.record, through)
    return done.record


async def _target(tx: Tx, schema: Schema, wanted: Conversion, merged_is_gone: bool) -> Record | None:
    """Who is there already."""
    person = wanted.person
    if person.id:
        return await find.contact(tx, schema, person.id, merged_is_gone)
    found = None
    if person.user_id:
        found = await contact_store.by_external_id(tx, schema, person.user_id)
    if found is None and person.email and wanted.role == USER:
        found = await contact_store.by_user_email(tx, schema, person.email.strip().lower())
    return await find.present(tx, schema, found, merged_is_gone) if found is not None else None


async def _become(tx: Tx, schema: Schema, visitor: Record, wanted: Conversion, through: str) -> Shown:
    """A new contact, with what the visitor was and the identifiers that it is given."""
    values: dict[str, Any] = {name: visitor.fields[name] for name in _FIELDS if visitor.fields[name] is not None}
    values["role"] = wanted.role
    if wanted.person.email:
        values["email"] = wanted.person.email
    elif wanted.role == USER and not await _email_is_free(tx, schema, values.get("email")):
        del values["email"]
    if wanted.person.user_id and wanted.role == USER:
        values["external_id"] = wanted.person.user_id
    standard = contact_fields.check(values)
    fields = {**standard.fields, "signed_up_at": visitor.fields["created_at"]}
    fields["last_seen_at"] = visitor.fields["last_request_at"]
    details = {**standard.details, **_details(visitor, {})}
    attributes = _attributes(schema, visitor, {})
    made = contact.ContactWrite(Standard(fields, details), attributes)
    return await contact.create(tx, schema, made, through)


async def _email_is_free(tx: Tx, schema: Schema, email: str | None) -> bool:
    return email is None or await contact_store.by_user_email(tx, schema, email.lower()) is None


async def _merge(
    tx: Tx, schema: Schema, visitor: Record, id: str, wanted: Conversion, through: str, merged_is_gone: bool
) -> Shown:
    """What the person lacks, it takes from the visitor."""
    target = await find.contact(tx, schema, id, merged_is_gone)
    mine = target.fields
    fields: dict[str, Any] = {
        name: visitor.fields[name] for name in _FIELDS if mine[name] is None and visitor.fields[name] is not None
    }
    role = USER if USER in (wanted.role, mine["role"]) else LEAD
    if role != mine["role"]:
        fields["role"] = role
    if wanted.person.email and mine["email"] is None:
        fields["email"] = wanted.person.email
    if wanted.person.user_id and role == USER and mine["external_id"] is None:
        fields["external_id"] = wanted.person.user_id
    if role == USER and "email" in fields and not await _email_is_free(tx, schema, fields["email"].strip()):
        del fields["email"]
    standard = contact_fields.check(fields)
    details = {**standard.details, **_details(visitor, target.details)}
    attributes = _attributes(schema, visitor, target.attributes)
    write = contact.ContactWrite(Standard(standard.fields, details), attributes)
    return await contact.update(tx, schema, id, write, through, merged_is_gone)


def _details(visitor: Record, had: dict[str, Any]) -> dict[str, Any]:
    """Details that are not there yet. The place is taken as a whole or not at all."""
    details = {name: visitor.details[name] for name in _MOVED_DETAILS if name in visitor.details and name not in had}
    place = visitor.details.get("location_data") or {}
    if not any(name in had for name in _PLACE):
        details |= {name: place[theirs] for name, theirs in _PLACE.items() if place.get(theirs)}
    return details


def _attributes(schema: Schema, visitor: Record, had: dict[str, Any]) -> dict[str, Any]:
    """Custom values that are not there yet. Definitions may have changed since: what no longer fits stays behind."""
    kept = {}
    for name, value in visitor.attributes.items():
        attribute = schema.of(CONTACT).get(name)
        if attribute is None or attribute.archived or attribute.reference is not None or name in had:
            continue
        outcome = coerce(attribute, value, Source.CSV)
        if isinstance(outcome, str | int | float | bool):
            kept[name] = outcome
    return kept


async def _retire(tx: Tx, schema: Schema, visitor: Record, into: Record, through: str) -> None:
    """The visitor is gone, and says nothing any more."""
    gone = dict.fromkeys(_FIELDS)
    visitor.fields |= {**gone, "live": 0, "converted_to": into.id, "updated_at": clock.seconds()}
    visitor.attributes, visitor.details = {}, {}
    await visitor_store.update(tx, schema, visitor)
    after = {"contact_id": into.id, "role": into.fields["role"]}
    await _note(tx, schema, visitor, change.CONVERTED, through, {"user_id": visitor.fields["user_id"]}, after)

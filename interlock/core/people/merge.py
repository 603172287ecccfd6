"""Merging a lead into a user, and the history of it.

The user stays, with its id and everything it has. Decided here, since no source says it:

* What the user lacks it takes from the lead: name, phone, email (unless another user has it), owner, sign-up date,
  picture, language, and each custom attribute. Browser, place, phones and campaign are taken as a whole or not at
  all, so that one person's browser never has another's version.
* Of the last_* times the later one counts. Whoever unsubscribed stays unsubscribed, from everything or from a
  subscription type.
* Tags, notes, events, consent and conversations become the user's; what the user has already stays as it is there.
* Links and companies move to the user; where a reference holds one record only, the user's own stays.
* The lead stays in the database, found by its id and its external id as gone. Its email is free again.
* Phones match by their digits, emails without regard to case.
"""

from __future__ import annotations

from dataclasses import dataclass

from interlock.core.activity import store as activity
from interlock.core.attributes.definition import CONTACT
from interlock.core.attributes.many import Writes
from interlock.core.changes import change
from interlock.core.consent import store as consent
from interlock.core.people import contact_store, find, memberships
from interlock.core.people.contact import save
from interlock.core.people.contact_fields import LEAD, USER
from interlock.core.people.contact_store import Merge
from interlock.core.people.show import Shown, show_one
from interlock.core.records import satellite_store
from interlock.core.records.record import Record
from interlock.core.records.store import CONTACTS
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.kit import clock
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Tx

_NOT_DUPLICATES = (
    "Contacts can only be merged when they are duplicates (matching email or phone). "
    "Pass skip_duplicate_validation=true to override this check."
)
_TAKEN = ("name", "phone", "owner_id", "signed_up_at")
_LATER = ("last_seen_at", "last_replied_at", "last_contacted_at", "last_email_opened_at", "last_email_clicked_at")
_TOGETHER = ("browser", "os", "ios_", "android_", "utm_", "referrer", "avatar_url", "language_override")
_PLACE = ("country", "region", "city", "country_code", "continent_code")


@dataclass(frozen=True, slots=True)
class Merging:
    """Which contact goes into which. `any_pair`: also when they share neither email nor phone."""

    from_id: str
    into_id: str
    any_pair: bool = False


async def merge(
    tx: Tx, schema: Schema, wanted: Merging, through: str, merged_is_gone: bool = True, with_merges: bool = False
) -> Shown:
    """Merge. 404 `not_found` and 410 `contact_merged` for either, the source first; 400 `invalid_merge` then."""
    await ensure_current(tx, schema)
    pair = await CONTACTS.lock_alone(tx, schema.workspace.id, [wanted.from_id, wanted.into_id], CONTACT)
    source = await find.present(tx, schema, pair.get(wanted.from_id), merged_is_gone)
    target = await find.present(tx, schema, pair.get(wanted.into_id), merged_is_gone)
    _check_pair(source, target, wanted.any_pair)
    free_email = await _may_take_email(tx, schema, source, target)
    done = Merge(target.id, source.id, clock.seconds(), _kept(source, through))
    difference = _combine(source, target, free_email)
    difference.after["merged_from"] = {"type": CONTACT, "id": source.id}
    await memberships.move_contact(tx, schema, source.id, target.id)
    await consent.keep_refusals(tx, schema.workspace.id, source.id, target.id)
    await activity.merge(tx, schema.workspace.id, source.id, target.id)
    await satellite_store.move(tx, schema.workspace.id, CONTACT, source.id, target.id)
    await _retire(tx, schema, source, target, through)
    await save(tx, schema, target, change.MERGED, Writes(), difference, through)
    await links.merge(tx, schema, CONTACT, source.id, target.id)
    await contact_store.insert_merge(tx, schema, done)
    return await show_one(tx, schema, target, with_merges)


def _check_pair(source: Record, target: Record, any_pair: bool) -> None:
    if source.id == target.id:
        raise Problem("invalid_merge", "A contact cannot be merged into itself", "into")
    if source.fields["role"] != LEAD:
        raise Problem("invalid_merge", "Only a lead can be merged away: from must be a lead", "from")
    if target.fields["role"] != USER:
        raise Problem("invalid_merge", "A lead can only be merged into a user: into must be a user", "into")
    if not any_pair and not _duplicates(source, target):
        raise Problem("invalid_merge", _NOT_DUPLICATES)


def _duplicates(one: Record, other: Record) -> bool:
    email, phone = one.fields["email_key"], _digits(one)
    return bool((email and email == other.fields["email_key"]) or (phone and phone == _digits(other)))


def _digits(record: Record) -> str:
    return "".join(letter for letter in record.fields["phone"] or "" if letter.isdigit())


async def _may_take_email(tx: Tx, schema: Schema, source: Record, target: Record) -> bool:
    email = source.fields["email_key"]
    if email is None or target.fields["email"] is not None:
        return False
    return await contact_store.by_user_email(tx, schema, email) is None


def _kept(source: Record, through: str) -> dict[str, str | None]:
    """What the history of merges keeps of a lead."""
    return {name: source.fields[name] for name in ("role", "external_id", "email")} | {"through": through}


def _combine(source: Record, target: Record, take_email: bool) -> Difference:
    """The target with what it lacks, in memory."""
    difference = Difference()
    mine, theirs = target.fields, source.fields
    fields = {name: theirs[name] for name in _TAKEN if mine[name] is None}
    details = {name: value for name, value in source.details.items() if _takes(target, name)}
    if take_email:
        fields["email"] = theirs["email"]
        details["email_verified"] = source.details.get("email_verified")
    fields |= {name: max(mine[name] or 0, theirs[name] or 0) or None for name in _LATER}
    if theirs["unsubscribed_from_emails"]:
        fields["unsubscribed_from_emails"] = True
    difference.set_fields(target, fields)
    difference.set_details(target, details)
    attributes = {name: value for name, value in source.attributes.items() if name not in target.attributes}
    difference.set_attributes(target, Writes(values=attributes))
    return difference


def _takes(target: Record, name: str) -> bool:
    """Does the target lack a detail, and everything that goes with it?"""
    if name in _PLACE:
        return not any(one in target.details for one in _PLACE)
    lead = next((one for one in _TOGETHER if name.startswith(one)), None)
    return lead is not None and not any(one.startswith(lead) for one in target.details)


async def _retire(tx: Tx, schema: Schema, source: Record, target: Record, through: str) -> None:
    """The lead leaves lists and search, and lets go of its email."""
    difference = Difference()
    difference.set_fields(source, {"merged_into": target.id, "email": None})
    await save(tx, schema, source, change.MERGED, Writes(), difference, through)


async def history(
    tx: Tx, schema: Schema, id: str, limit: int, descending: bool, after: tuple[int, str] | None
) -> list[Merge]:
    """What was merged into a user; 404 `not_found` for leads and merged contacts, too (description 2.16)."""
    record = await CONTACTS.get(tx, schema.workspace.id, id, CONTACT)
    if record is None or record.fields["role"] != USER:
        raise not_found("Contact not found")
    return await contact_store.merge_page(tx, schema, id, limit, descending, after)

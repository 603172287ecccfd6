"""Contacts: create, update, archive, block, delete. Merging is in `merge.py`, what values must be like in
`contact_fields.py`.

Which problem wins: the values of the request in the order of `contact_fields.check`, then custom attributes, then
whether the contact is there, then what its role allows, then the owner, then who else has the external id or the
email, and last the targets of references.

Decided here, since no source says it:

* Without a `role` a new contact is a user.
* A lead's `external_id` is made here, a UUID, and cannot be set or cleared: so it was in Intercom's API of leads, and
  it is by this id that a merged lead is found to be gone. A lead that becomes a user keeps it unless another is sent.
* An external id belongs to one contact, whatever its role; an email to one user, while any number of leads share it
  with each other and with a user. Archived and blocked contacts keep theirs.
* An owner that is not a teammate of the workspace is 400, not 404: it is the request that is wrong, not its path.
* Archived and blocked contacts are in no list and no search; by their id they are found, and may be updated.
* Blocking cannot be undone through the API; a blocked contact may be deleted.
* Deleting a contact deletes what was merged into it, too: it is the same person.
* A write that changes nothing writes nothing, and leaves `updated_at` as it is.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import CONTACT
from interlock.core.attributes.many import Writes, coerce_all
from interlock.core.attributes.policy import Source
from interlock.core.changes import change
from interlock.core.definitions.define import define_missing
from interlock.core.people import contact_store, find, memberships
from interlock.core.people.contact_fields import LEAD, USER, Standard, settle
from interlock.core.people.show import Shown, show_one
from interlock.core.records import satellite_store
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import CONTACTS
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.references.follow import write_down
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import SchemaChanged, ensure_current
from interlock.core.staff.store import get_admin
from interlock.core.webhooks import redaction
from interlock.kit import clock, ids
from interlock.kit.problems import Problem, invalid, missing
from interlock.storage.database import Tx

_UNSUBSCRIBED = "unsubscribed_from_emails"
_FLAGS = (_UNSUBSCRIBED, "has_hard_bounced", "marked_email_as_spam", "archived", "blocked")


@dataclass(frozen=True, slots=True)
class ContactWrite:
    """What is asked for. Absent standard fields and custom attributes stay as they are, None clears."""

    standard: Standard = field(default_factory=Standard)
    attributes: Any = None  # custom attributes as they came in
    source: Source = Source.API


# --- create and update


async def create(tx: Tx, schema: Schema, wanted: ContactWrite, through: str, with_merges: bool = False) -> Shown:
    """A new contact. 409 `conflict` when somebody has the external id or the email, 400 `not_restorable` when that is
    a blocked contact."""
    fields = dict(wanted.standard.fields)
    if not (fields.get("email") or fields.get("external_id") or "role" in fields):
        raise missing("An email, an external_id or a role is required", "email")
    writes = coerce_all(schema, CONTACT, wanted.attributes, wanted.source)
    await ensure_current(tx, schema)
    schema = await define_missing(tx, schema, CONTACT, writes, through)
    record, difference = _new(fields, wanted.standard.details)
    difference.set_attributes(record, writes)
    await _check_owner(tx, schema, difference)
    key, slots = schema.workspace.id, slot_values(schema.of(CONTACT), record.attributes)
    if not await CONTACTS.insert_new(tx, key, key, record, slots):
        await _check_free(tx, schema, record, None, None)
        raise SchemaChanged  # whoever had it is gone again: start over
    await write_down(tx, schema, record, change.CREATED, writes, difference, through)
    if writes.links:
        return await show_one(tx, schema, record, with_merges)
    nothing = {one.name: links.Linked() for one in schema.references(CONTACT)}
    return Shown(schema, record, nothing, merges=[] if with_merges and record.fields["role"] == USER else None)


def _new(values: dict[str, Any], details: dict[str, Any]) -> tuple[Record, Difference]:
    now = clock.seconds()
    fields: dict[str, Any] = dict.fromkeys(CONTACTS.field_names)
    fields |= dict.fromkeys(_FLAGS, False) | {"created_at": now, "updated_at": now}
    if values.setdefault("role", USER) == LEAD:
        if values.get("external_id") is not None:
            raise _lead_has_its_own()
        values["external_id"] = str(uuid.uuid4())
    record, difference = Record(CONTACT, ids.record_id(), fields, {}), Difference()
    difference.set_fields(record, values)
    difference.set_details(record, details)
    settle(record)
    return record, difference


def _lead_has_its_own() -> Problem:
    return invalid("The external_id of a lead cannot be set: it is made by the server", "external_id")


async def update(
    tx: Tx,
    schema: Schema,
    id: str,
    wanted: ContactWrite,
    through: str,
    merged_is_gone: bool = True,
    with_merges: bool = False,
) -> Shown:
    """Merge into a contact: 404 `not_found`, 410 `contact_merged`, and the refusals of `create`."""
    writes = coerce_all(schema, CONTACT, wanted.attributes, wanted.source)
    record = await _lock(tx, schema, id, merged_is_gone)
    schema = await define_missing(tx, schema, CONTACT, writes, through)
    had = record.fields["external_id"], record.fields["user_email"]
    difference = Difference()
    _change(record, wanted.standard, difference)
    difference.set_attributes(record, writes)
    await _check_owner(tx, schema, difference)
    await _check_free(tx, schema, record, *had)
    await save(tx, schema, record, change.UPDATED, writes, difference, through)
    return await show_one(tx, schema, record, with_merges)


async def _lock(tx: Tx, schema: Schema, id: str, merged_is_gone: bool) -> Record:
    record, version = await contact_store.lock(tx, schema, id)
    record = await find.present(tx, schema, record, merged_is_gone)
    if version != schema.version:
        raise SchemaChanged
    return record


def _change(record: Record, standard: Standard, difference: Difference) -> None:
    """Write standard fields into a contact in memory, as far as its role allows."""
    fields, details = dict(standard.fields), standard.details
    role = fields.get("role", record.fields["role"])
    if role == LEAD:
        if record.fields["role"] == USER:
            raise invalid("A user cannot become a lead", "role")
        sent = fields.pop("external_id", None)
        if sent is not None and sent != record.fields["external_id"]:
            raise _lead_has_its_own()
    if "email" in fields and fields["email"] != record.fields["email"]:
        details = {"email_verified": None, **details}
    difference.set_fields(record, fields)
    difference.set_details(record, details)
    settle(record)


async def _check_owner(tx: Tx, schema: Schema, difference: Difference) -> None:
    owner = difference.after.get("owner_id")
    if owner is not None and await get_admin(tx, schema.workspace.id, owner) is None:
        raise invalid(f"Admin with id '{owner}' not found", "owner_id")


async def _check_free(
    tx: Tx, schema: Schema, record: Record, had_external_id: str | None, had_email: str | None
) -> None:
    """Nobody else may have the external id or, of a user, the email. The unique indexes hold it in a race."""
    external_id, email = record.fields["external_id"], record.fields["user_email"]
    if external_id is not None and external_id != had_external_id:
        other = await contact_store.by_external_id(tx, schema, external_id)
        if other is not None and other.id != record.id:
            raise await _taken(tx, schema, other, "external_id")
    if email is not None and email != had_email:
        other = await contact_store.by_user_email(tx, schema, email)
        if other is not None and other.id != record.id:
            raise await _taken(tx, schema, other, "email")


async def _taken(tx: Tx, schema: Schema, other: Record, field: str) -> Problem:
    """Sources for the texts: api_conventions.md 5 and Intercom's pull request 543; error codes for `not_restorable`."""
    if other.fields["blocked"]:
        return Problem("not_restorable", "A contact matching those details has been blocked", field)
    kind = "An archived" if other.fields["archived"] else "A"
    id = await find.canonical(tx, schema, other) if other.fields["merged_into"] else other.id
    return Problem("conflict", f"{kind} contact matching those details already exists with id={id}", field)


async def save(
    tx: Tx, schema: Schema, record: Record, action: str, writes: Writes, difference: Difference, through: str
) -> None:
    """Store a locked contact that has been changed in memory, with its history. Nothing where nothing differs."""
    await write_down(tx, schema, record, action, writes, difference, through)
    if difference:
        await _note_subscription(tx, schema, record.id, difference, through)
        record.fields["updated_at"] = clock.seconds()
        settle(record)
        slots = slot_values(schema.of(CONTACT), record.attributes)
        await CONTACTS.update(tx, schema.workspace.id, record, slots)


async def _note_subscription(tx: Tx, schema: Schema, id: str, difference: Difference, through: str) -> None:
    """Emails as a whole were refused, or taken again: a change of its own, which webhooks have a topic for."""
    if _UNSUBSCRIBED in difference.after:
        before, after = ({_UNSUBSCRIBED: one[_UNSUBSCRIBED]} for one in (difference.before, difference.after))
        action = change.UNSUBSCRIBED if after[_UNSUBSCRIBED] else change.SUBSCRIBED
        row = change.row(schema.workspace.id, CONTACT, id, action, through, clock.micros(), before, after)
        await change.note(tx, row)


# --- archive, block, delete

_STATES = {
    change.ARCHIVED: {"archived": True},
    change.UNARCHIVED: {"archived": False},
    change.BLOCKED: {"blocked": True},
}


async def set_state(tx: Tx, schema: Schema, id: str, action: str, through: str, merged_is_gone: bool = True) -> Record:
    """Archive, unarchive or block. A blocked contact cannot be brought back: 400 `not_restorable`."""
    record = await _lock(tx, schema, id, merged_is_gone)
    if action == change.UNARCHIVED and record.fields["blocked"]:
        raise Problem("not_restorable", "A blocked contact cannot be unarchived")
    was_live = record.fields["live"]
    difference = Difference()
    difference.set_fields(record, _STATES[action])
    await save(tx, schema, record, action, Writes(), difference, through)
    if was_live and not record.fields["live"]:
        await memberships.hide_contact(tx, schema, id)
    elif record.fields["live"] and not was_live:
        await memberships.show_contact(tx, schema, id)
    return record


async def delete(tx: Tx, schema: Schema, id: str, through: str, merged_is_gone: bool = True) -> Record:
    """Delete a contact with its links, its memberships, what is kept beside it, and whatever was merged into it.

    Its history stays, and what it has said in conversations, under the name that it had then.
    """
    record = await _lock(tx, schema, id, merged_is_gone)
    await CONTACTS.lock_alone(tx, schema.workspace.id, [id])
    await _remove(tx, schema, record, through)
    merges = (await contact_store.merges_into(tx, schema, [id]))[id]
    sources = await CONTACTS.lock_alone(tx, schema.workspace.id, [one.from_id for one in merges], CONTACT)
    for source in sources.values():
        await _remove(tx, schema, source, through)
    await contact_store.forget_merges(tx, schema, id)
    await redaction.redact(tx, schema, CONTACT, [id, *sources])
    return record


async def _remove(tx: Tx, schema: Schema, record: Record, through: str) -> None:
    gone = await links.drop_all(tx, schema, CONTACT, record.id)
    if record.fields["merged_into"] is None:  # else its memberships have moved
        await memberships.drop_contact(tx, schema, record.id)
    await satellite_store.drop(tx, schema.workspace.id, CONTACT, record.id)
    await CONTACTS.delete(tx, schema.workspace.id, record.id)
    before = {**record.fields, **record.details, "custom_attributes": {**record.attributes, **gone}}
    at = clock.micros()
    await change.note(tx, change.row(schema.workspace.id, CONTACT, record.id, change.DELETED, through, at, before, {}))

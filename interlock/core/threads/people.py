"""The people that a request about a conversation names: contacts by one of three ids, teammates, teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interlock.core.attributes.definition import CONTACT
from interlock.core.changes import change
from interlock.core.people import contact as people
from interlock.core.people import contact_fields, contact_store, visitor_store, visitors
from interlock.core.people.contact import ContactWrite
from interlock.core.people.contact_fields import LEAD
from interlock.core.people.find import no_contact
from interlock.core.records.record import Record
from interlock.core.records.store import CONTACTS
from interlock.core.records.writing import Difference
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.staff import find as find_staff
from interlock.core.staff.store import Admin
from interlock.core.threads import author, conversation_store
from interlock.core.threads.author import Author
from interlock.kit import clock
from interlock.kit.problems import Problem
from interlock.storage.database import Tx

REPLIED_AT, CONTACTED_AT = "last_replied_at", "last_contacted_at"


@dataclass(frozen=True, slots=True)
class Who:
    """A contact by one of its ids. Of several the first counts, in this order."""

    intercom_user_id: str | None = None
    user_id: str | None = None  # the customer's own id
    email: str | None = None


# --- contacts


async def find_contact(tx: Tx, schema: Schema, who: Who) -> Record | None:
    """The contact, not locked. Merged and blocked ones are not found: nobody can be spoken to through them."""
    if who.intercom_user_id is not None:
        record = await CONTACTS.get(tx, schema.workspace.id, who.intercom_user_id, CONTACT)
    elif who.user_id is not None:
        record = await contact_store.by_external_id(tx, schema, who.user_id)
    elif who.email is not None:
        record = await conversation_store.contact_with_email(tx, schema.workspace.id, who.email)
    else:
        record = None
    return record if record is not None and _speaks(record) else None


async def lock_contact(tx: Tx, schema: Schema, who: Who) -> Record:
    """The contact, locked, and the definitions are the newest. 404 `not_found` (User Not Found)."""
    id = who.intercom_user_id
    if id is None:
        found = await find_contact(tx, schema, who)
        id = found.id if found is not None else None
    record = await CONTACTS.lock_current(tx, schema, id, CONTACT) if id is not None else None
    if record is None or not _speaks(record):
        raise no_contact()
    return record


async def lock_speaker(tx: Tx, schema: Schema, who: Who, through: str) -> Record:
    """Who begins a conversation, locked. 404 `not_found` (User Not Found).

    An id of nobody may be a visitor's, by either of its ids: it becomes a lead by speaking.
    """
    try:
        return await lock_contact(tx, schema, who)
    except Problem:
        await ensure_current(tx, schema)
        visitor = await _visitor(tx, schema, who)
        if visitor is None:
            raise
    id = visitor.fields["converted_to"] or (await visitors.to_lead(tx, schema, visitor, through)).id
    known = await CONTACTS.get(tx, schema.workspace.id, id, CONTACT)
    if known is not None and known.fields["merged_into"] is not None:  # the lead that it was has become a user's
        id = known.fields["merged_into"]
    return await lock_contact(tx, schema, Who(id))


async def _visitor(tx: Tx, schema: Schema, who: Who) -> Record | None:
    if who.intercom_user_id is not None:
        found = await visitor_store.get(tx, schema, who.intercom_user_id)
        return found or await visitor_store.by_user_id(tx, schema, who.intercom_user_id)
    return await visitor_store.by_user_id(tx, schema, who.user_id) if who.user_id is not None else None


def _speaks(record: Record) -> bool:
    return record.fields["merged_into"] is None and not record.fields["blocked"]


async def contact_or_new_lead(tx: Tx, schema: Schema, who: Who, through: str) -> Record:
    """The contact, locked; for an address of nobody a lead is made. 404 `not_found` for other unknown ids."""
    if who.intercom_user_id is None and who.user_id is None and who.email is not None:
        found = await find_contact(tx, schema, who)
        if found is None:
            standard = contact_fields.check({"email": who.email, "role": LEAD})
            return (await people.create(tx, schema, ContactWrite(standard), through)).record
    return await lock_contact(tx, schema, who)


async def lock_contacts_of(tx: Tx, schema: Schema, thread_id: str) -> list[Record]:
    """The contacts that a thread is with, locked before the thread itself is.

    Who was waited for may have been merged away meanwhile. That merge is committed: who took over takes part by now.
    """
    found = await conversation_store.lock_contacts_of(tx, schema.workspace.id, thread_id)
    if any(one.fields["merged_into"] is not None for one in found):
        found = await conversation_store.lock_contacts_of(tx, schema.workspace.id, thread_id)
    return [one for one in found if one.fields["merged_into"] is None]


async def touch(
    tx: Tx, schema: Schema, contacts: Sequence[Record], field: str, at: int, through: str
) -> list[dict[str, object]]:
    """Locked contacts have written (`REPLIED_AT`) or been written to (`CONTACTED_AT`); the changes to be noted.

    The times only go forward: who writes history later does not undo what has happened since.
    """
    rows = []
    for contact in contacts:
        if (contact.fields[field] or 0) >= at:
            continue
        difference = Difference()
        difference.set_fields(contact, {field: at})
        contact.fields["updated_at"] = clock.seconds()
        now = {field: at, "updated_at": contact.fields["updated_at"]}
        await CONTACTS.update_some(tx, schema.workspace.id, contact.id, now)
        rows.append(
            change.row(
                schema.workspace.id,
                CONTACT,
                contact.id,
                change.UPDATED,
                through,
                clock.micros(),
                difference.before,
                difference.after,
            )
        )
    return rows


# --- teammates


async def admin(tx: Tx, schema: Schema, id: str | int | None) -> Admin:
    """A teammate of the workspace. 404 `admin_not_found`."""
    found = await find_staff.admin(tx, schema.workspace.id, id)
    if found is None:
        raise Problem("admin_not_found", "Admin not found")
    return found


async def acting(tx: Tx, schema: Schema, admin_id: str | int | None) -> Author:
    """Who acts: a teammate (404 `admin_not_found`) or, where nobody is named, the workspace itself."""
    if admin_id is None:
        return author.bot(schema.workspace.app_id)
    return author.of_admin(await admin(tx, schema, admin_id))


async def assignee(tx: Tx, schema: Schema, kind: str, id: str | int) -> tuple[int | None, str]:
    """An admin or a team (`kind`) to assign to, by id, and the name; 0 is nobody.

    404 `admin_not_found`, `team_not_found`.
    """
    text = str(id)
    if text == "0":
        return None, ""
    if kind == "admin":
        one = await find_staff.admin_to_assign(tx, schema.workspace.id, id)
        if one is None:
            raise Problem("admin_not_found", "Admin not found")
        return one.id, one.name
    team = await find_staff.team_to_assign(tx, schema.workspace.id, id)
    if team is None:
        raise Problem("team_not_found", "Team not found")
    return team.id, team.name

"""Which people belong to which companies, and how many a company has.

A person counts as long as they are *live*, neither archived nor merged away, and whatever their role: the standard
attribute `user_count` is called "People". Archiving keeps the memberships, and so unarchiving brings them back.

Locks are taken in one order: the contact, then companies by id. A membership is only made or removed by who holds
its company, and the count changes in the same transaction; so counts are right and nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.changes import change
from interlock.core.people import company, company_store, find
from interlock.core.people import membership_store as store
from interlock.core.people.company import Shown
from interlock.core.records.record import Record
from interlock.core.records.store import CONTACTS
from interlock.core.schema.schema import Schema
from interlock.kit import clock, limits
from interlock.kit.problems import Problem
from interlock.storage.database import Tx

# --- one membership


async def attach(tx: Tx, schema: Schema, contact_id: str, company_id: str, through: str) -> Shown:
    """Make a contact belong to a company; to be in it already is fine.

    Of several problems the first counts: 404 `not_found` for the contact, 404 `company_not_found`, 400
    `contact_company_limit_exceeded`.
    """
    contact = await _lock_contact(tx, schema, contact_id)
    record = await company.lock(tx, schema, company_id)
    if await store.add(tx, schema, contact_id, company_id, clock.seconds()):
        await _check_limit(tx, schema, contact_id)
        await _count(tx, schema, record, contact.fields["live"])
        await _note(tx, schema, change.ATTACHED, contact_id, company_id, through)
    return await company.show(tx, schema, record)


async def detach(tx: Tx, schema: Schema, contact_id: str, company_id: str, through: str) -> Shown:
    """Take a contact out of a company. 404 `company_not_found` also for a company that the contact is not in."""
    contact = await _lock_contact(tx, schema, contact_id)
    record = await company.lock(tx, schema, company_id)
    if not await store.remove(tx, schema, contact_id, company_id):
        raise find.no_company()
    await _count(tx, schema, record, -contact.fields["live"])
    await _note(tx, schema, change.DETACHED, contact_id, company_id, through)
    return await company.show(tx, schema, record)


async def _lock_contact(tx: Tx, schema: Schema, contact_id: str) -> Record:
    """The contact, locked. One that was merged away is 404 here too: these operations document no 410."""
    record = await CONTACTS.lock(tx, schema.workspace.id, contact_id, CONTACT)
    return await find.present(tx, schema, record, merged_is_gone=False)


async def _check_limit(tx: Tx, schema: Schema, contact_id: str) -> None:
    most = limits.CONTACT_COMPANIES
    if await store.count(tx, schema, contact_id) > most:
        raise Problem(
            "contact_company_limit_exceeded", f"Contact has reached the maximum of {most} company associations"
        )


async def _count(tx: Tx, schema: Schema, record: Record, by: int) -> None:
    """Count one person more or less, in the database and in the record at hand."""
    await company_store.count_people(tx, schema, [record.id], by)
    record.fields["user_count"] += by
    record.fields["live"] = int(record.fields["user_count"] > 0)


async def _note(tx: Tx, schema: Schema, action: str, contact_id: str, company_id: str, through: str) -> None:
    """Both histories say it."""
    workspace_id, at = schema.workspace.id, clock.micros()
    side = "after" if action == change.ATTACHED else "before"
    values = {"before": {}, "after": {}}
    of_company = values | {side: {"contact_id": contact_id}}
    of_contact = values | {side: {"company_id": company_id}}
    await change.note(
        tx,
        change.row(workspace_id, COMPANY, company_id, action, through, at, **of_company),
        change.row(workspace_id, CONTACT, contact_id, action, through, at, **of_contact),
    )


# --- a contact goes, comes back, or becomes another. The caller holds the contact's lock and writes its history.


async def drop_contact(tx: Tx, schema: Schema, contact_id: str) -> None:
    """The contact is about to be deleted (its row must still be there): its companies lose it."""
    found = await _locked_companies(tx, schema, contact_id)
    await store.remove_of_contact(tx, schema, contact_id, found)
    await company_store.count_people(tx, schema, found, -await _weight(tx, schema, contact_id))


async def hide_contact(tx: Tx, schema: Schema, contact_id: str) -> None:
    """The contact has been live and is archived: it stays a member, and does not count."""
    await company_store.count_people(tx, schema, await _locked_companies(tx, schema, contact_id), -1)


async def show_contact(tx: Tx, schema: Schema, contact_id: str) -> None:
    """The contact was archived and is live again: it counts again."""
    await company_store.count_people(tx, schema, await _locked_companies(tx, schema, contact_id), 1)


async def move_contact(tx: Tx, schema: Schema, from_id: str, into_id: str) -> None:
    """One contact is about to be merged into another (neither row has changed yet): its memberships move.

    The second one may come over the limit of companies: nothing is lost by merging.
    """
    theirs = await _locked_companies(tx, schema, from_id)
    mine = set(await store.company_ids(tx, schema, into_id))
    weight_from, weight_into = await _weight(tx, schema, from_id), await _weight(tx, schema, into_id)
    new = [one for one in theirs if one not in mine]
    shared = [one for one in theirs if one in mine]
    await store.copy(tx, schema, from_id, into_id, new)
    await store.remove_of_contact(tx, schema, from_id, theirs)
    await company_store.count_people(tx, schema, new, weight_into - weight_from)
    await company_store.count_people(tx, schema, shared, -weight_from)


async def _locked_companies(tx: Tx, schema: Schema, contact_id: str) -> list[str]:
    """Locked first, read after: a company that is deleted while we wait for its lock is not in the answer."""
    found = await store.company_ids(tx, schema, contact_id)
    if not found:
        return []
    await company_store.lock_ids(tx, schema, found)
    return await store.company_ids(tx, schema, contact_id)


async def _weight(tx: Tx, schema: Schema, contact_id: str) -> int:
    """1 for a contact that counts. The row must be there still, as it was: what it counted for is taken back."""
    record = await CONTACTS.get(tx, schema.workspace.id, contact_id, CONTACT)
    assert record is not None, "memberships go before the contact does"
    assert record.fields["merged_into"] is None, "memberships move before the contact is marked as merged"
    return record.fields["live"]


# --- reading


async def companies_of(
    tx: Tx, schema: Schema, contact_ids: Sequence[str], limit: int = limits.NESTED_SHOWN
) -> dict[str, tuple[list[Record], int]]:
    """For each contact its first companies, the one attached last first, and how many it has."""
    found = await store.first_of_each(tx, schema, contact_ids, limit) if contact_ids else {}
    return {id: found.get(id, ([], 0)) for id in contact_ids}


async def companies_page(tx: Tx, schema: Schema, contact_id: str, limit: int, offset: int) -> tuple[list[Shown], int]:
    """A page of the companies of one contact, and how many it has. 404 `not_found` for the contact."""
    await find.contact(tx, schema, contact_id, merged_is_gone=False)
    records = await store.companies_page(tx, schema, contact_id, limit, offset)
    return await company.show_all(tx, schema, records), await store.count(tx, schema, contact_id)


async def contacts_page(tx: Tx, schema: Schema, company_id: str, limit: int, offset: int) -> tuple[list[Record], int]:
    """A page of the people of a company, the newest first, and how many it has. 404 `company_not_found`."""
    record = await find.company(tx, schema, company_id)
    return await store.contacts_page(tx, schema, company_id, limit, offset), record.fields["user_count"]

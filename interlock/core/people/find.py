"""Find people and companies by the ids that callers have."""

from __future__ import annotations

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.people import contact_store
from interlock.core.people.contact_fields import USER
from interlock.core.records.record import Record
from interlock.core.records.store import COMPANIES, CONTACTS
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Tx

_MERGE_HOPS = 3  # a chain of merges is followed so far for the `Link` of a 410


async def contact(tx: Tx, schema: Schema, id: str, merged_is_gone: bool = True) -> Record:
    """A contact by its id, archived ones too.

    404 `not_found`; for one that was merged away 410 `contact_merged` with a `Link`, or 404 as well where older
    callers know no better (`merged_is_gone`).
    """
    record = await CONTACTS.get(tx, schema.workspace.id, id, CONTACT)
    return await present(tx, schema, record, merged_is_gone)


async def user(tx: Tx, schema: Schema, external_id: str, merged_is_gone: bool = True) -> Record:
    """A user by the customer's own id, archived ones too. Leads are not found so, but a merged one is gone (410)."""
    record = await contact_store.by_external_id(tx, schema, external_id)
    record = await present(tx, schema, record, merged_is_gone)
    if record.fields["role"] != USER:
        raise no_contact()
    return record


async def present(tx: Tx, schema: Schema, record: Record | None, merged_is_gone: bool = True) -> Record:
    """The contact, unless it is none or was merged into another."""
    if record is None:
        raise no_contact()
    if record.fields["merged_into"] is not None:
        raise await merged(tx, schema, record) if merged_is_gone else no_contact()
    return record


def no_contact() -> Problem:
    return not_found("User Not Found")


async def canonical(tx: Tx, schema: Schema, record: Record) -> str:
    """The id of the contact that stays after all the merges of this one."""
    into = record.fields["merged_into"]
    for _ in range(_MERGE_HOPS - 1):
        further = await contact_store.merged_into(tx, schema, into)
        if further is None:
            break
        into = further
    return into


async def merged(tx: Tx, schema: Schema, record: Record) -> Problem:
    """410 for a contact that was merged away, with the way to the one that stays (description 2.16, ShowContact)."""
    return Problem(
        "contact_merged",
        "This contact has been merged. See the 'Link' header for the canonical contact.",
        headers={"Link": f'</contacts/{await canonical(tx, schema, record)}>; rel="canonical"'},
    )


async def company(tx: Tx, schema: Schema, id: str) -> Record:
    """A company by its id. 404 `company_not_found`."""
    record = await COMPANIES.get(tx, schema.workspace.id, id, COMPANY)
    if record is None:
        raise no_company()
    return record


def no_company() -> Problem:
    return Problem("company_not_found", "Company Not Found")

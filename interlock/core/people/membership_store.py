"""Who belongs to which company, in the database.

A row is only inserted or deleted by who holds the lock of its company, so that the company's count is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.records.record import Record
from interlock.core.records.store import COMPANIES, CONTACTS
from interlock.core.schema.schema import Schema
from interlock.storage.database import Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import companies, contacts, memberships

_key = memberships.c.workspace_id == bindparam("key")
_of_contact = (_key, memberships.c.contact_id == bindparam("contact_id"))
_of_company = (_key, memberships.c.company_id == bindparam("company_id"))
_its_company = (companies.c.workspace_id == bindparam("key")) & (companies.c.id == memberships.c.company_id)
_its_contact = (contacts.c.workspace_id == bindparam("key")) & (contacts.c.id == memberships.c.contact_id)
_attached_last = (memberships.c.created_at.desc(), memberships.c.company_id.desc())

_add = Query(insert(memberships).on_conflict_do_nothing().returning(memberships.c.company_id))
_remove = Query(delete(memberships).where(*_of_contact, memberships.c.company_id == bindparam("company_id")))
_remove_of_contact = Query(delete(memberships).where(*_of_contact, any_of(memberships.c.company_id, "company_ids")))
_remove_of_company = Query(delete(memberships).where(*_of_company))
_copy = Query(
    insert(memberships)
    .from_select(
        ["workspace_id", "contact_id", "company_id", "created_at"],
        select(
            memberships.c.workspace_id,
            bindparam("into_id", type_=memberships.c.contact_id.type),
            memberships.c.company_id,
            memberships.c.created_at,
        ).where(*_of_contact, any_of(memberships.c.company_id, "company_ids")),
    )
    .on_conflict_do_nothing()
)
_company_ids = Query(select(memberships.c.company_id).where(*_of_contact).order_by(memberships.c.company_id))
_contact_ids = Query(
    select(memberships.c.contact_id).where(*_of_company).order_by(memberships.c.contact_id).limit(bindparam("limit"))
)
_count = Query(select(func.count()).select_from(memberships).where(*_of_contact))

_companies_page = Query(
    select(*COMPANIES.columns)
    .select_from(memberships.join(companies, _its_company))
    .where(*_of_contact)
    .order_by(*_attached_last)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_contacts_page = Query(
    select(*CONTACTS.columns)
    .select_from(memberships.join(contacts, _its_contact))
    .where(*_of_company, contacts.c.live == 1)
    .order_by(memberships.c.contact_id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_numbered = (
    select(
        memberships.c.contact_id,
        memberships.c.company_id,
        func.row_number().over(partition_by=memberships.c.contact_id, order_by=_attached_last).label("place"),
        func.count().over(partition_by=memberships.c.contact_id).label("total"),
    )
    .where(_key, any_of(memberships.c.contact_id, "contact_ids"))
    .subquery("numbered")
)
_first_of_each = Query(
    select(_numbered.c.contact_id, _numbered.c.total, *COMPANIES.columns)
    .select_from(
        _numbered.join(
            companies, (companies.c.workspace_id == bindparam("key")) & (companies.c.id == _numbered.c.company_id)
        )
    )
    .where(_numbered.c.place <= bindparam("limit"))
    .order_by(_numbered.c.contact_id, _numbered.c.place)
)


# --- writing


async def add(tx: Tx, schema: Schema, contact_id: str, company_id: str, now: int) -> bool:
    """Whether it was new."""
    key = schema.workspace.id
    row = await tx.one(_add, workspace_id=key, contact_id=contact_id, company_id=company_id, created_at=now)
    return row is not None


async def remove(tx: Tx, schema: Schema, contact_id: str, company_id: str) -> bool:
    """Whether there was one."""
    return await tx.run(_remove, key=schema.workspace.id, contact_id=contact_id, company_id=company_id) > 0


async def remove_of_contact(tx: Tx, schema: Schema, contact_id: str, company_ids: Sequence[str]) -> None:
    await tx.run(_remove_of_contact, key=schema.workspace.id, contact_id=contact_id, company_ids=list(company_ids))


async def remove_of_company(tx: Tx, schema: Schema, company_id: str) -> None:
    await tx.run(_remove_of_company, key=schema.workspace.id, company_id=company_id)


async def copy(tx: Tx, schema: Schema, from_id: str, into_id: str, company_ids: Sequence[str]) -> None:
    """Give one contact the memberships of another, as old as they are there."""
    key = schema.workspace.id
    await tx.run(_copy, key=key, contact_id=from_id, into_id=into_id, company_ids=list(company_ids))


# --- reading


async def company_ids(tx: Tx, schema: Schema, contact_id: str) -> list[str]:
    return [row[0] for row in await tx.all(_company_ids, key=schema.workspace.id, contact_id=contact_id)]


async def contact_ids(tx: Tx, schema: Schema, company_id: str, limit: int) -> list[str]:
    rows = await tx.all(_contact_ids, key=schema.workspace.id, company_id=company_id, limit=limit)
    return [row[0] for row in rows]


async def count(tx: Tx, schema: Schema, contact_id: str) -> int:
    """In how many companies a contact is."""
    return await tx.value(_count, key=schema.workspace.id, contact_id=contact_id)


async def companies_page(tx: Tx, schema: Schema, contact_id: str, limit: int, offset: int) -> list[Record]:
    """The companies of a contact, the one attached last first."""
    rows = await tx.all(_companies_page, key=schema.workspace.id, contact_id=contact_id, limit=limit, offset=offset)
    return [COMPANIES.record(row, COMPANY) for row in rows]


async def contacts_page(tx: Tx, schema: Schema, company_id: str, limit: int, offset: int) -> list[Record]:
    """The people who count as a company's, the newest first."""
    rows = await tx.all(_contacts_page, key=schema.workspace.id, company_id=company_id, limit=limit, offset=offset)
    return [CONTACTS.record(row, CONTACT) for row in rows]


async def first_of_each(
    tx: Tx, schema: Schema, contact_ids: Sequence[str], limit: int
) -> dict[str, tuple[list[Record], int]]:
    """The first companies of several contacts at once, and how many each has; contacts without any are left out."""
    found: dict[str, tuple[list[Record], int]] = {}
    for contact_id, total, *row in await tx.all(
        _first_of_each, key=schema.workspace.id, contact_ids=list(contact_ids), limit=limit
    ):
        found.setdefault(contact_id, ([], total))[0].append(COMPANIES.record(row, COMPANY))
    return found

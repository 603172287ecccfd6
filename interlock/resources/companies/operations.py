"""Companies over REST, and the companies of a contact.

Source: description 2.16 tag "Companies"; reference/engagement.md 2, reference/api_conventions.md 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from interlock.core.people import company, memberships
from interlock.core.people.company import Shown
from interlock.core.people.company_store import ASCENDING, DESCENDING
from interlock.core.people.show import Shown as ShownContact
from interlock.core.people.show import show
from interlock.core.schema.schema import Schema
from interlock.kit.problems import invalid, missing
from interlock.resources.companies import wire
from interlock.rest import paging
from interlock.rest.operation import Call, Operation
from interlock.shapes import company as shapes
from interlock.shapes.contact import contact_list
from interlock.shapes.reading import read_external_id
from interlock.storage.database import Tx

TAG = "Companies"
READ, WRITE = "read_users", "write_users"
_ONE = "/companies/{company_id}"
_OF_CONTACT = "/contacts/{contact_id}/companies"
_PER_PAGE = 15  # of lists of companies; the prose of the description says 20, its parameter and its example 15
_PER_PAGE_INSIDE = 50  # of the people of a company and the companies of a contact
_NONE = ("company_not_found",)


class PageQuery(msgspec.Struct):
    page: int | None = None
    per_page: int | None = None


class RetrieveQuery(PageQuery):
    """Of several filters one is used, in this order: `company_id`, `name`, then the other two."""

    company_id: str | None = None
    name: str | None = None
    tag_id: str | None = None
    segment_id: str | None = None


class ListQuery(PageQuery):
    """`order` is `asc` or `desc`, by `last_request_at`."""

    order: str | None = None


class ScrollQuery(msgspec.Struct):
    scroll_param: str | None = None


# --- lists


async def retrieve(call: Call) -> Any:
    """GET: a list in every case, since the description has no other answer.

    For `company_id` and `name` its text promises a single company: the list of it then carries the company's own
    fields as well, so that a client finds what it looks for either way.
    """
    page, per_page, offset = _page(call, _PER_PAGE)
    company_id, name = call.query.get("company_id"), call.query.get("name")
    if company_id:
        one = await call.database.read(company.get_by_company_id, call.schema, company_id)
        shown, total = ([one] if page == 1 else []), 1
    elif name:
        shown, total = await call.database.read(company.named, call.schema, name, per_page, offset)
    elif tag_id := call.query.get("tag_id"):
        shown, total = await call.database.search(company.tagged, call.schema, tag_id, per_page, offset)
    elif segment_id := call.query.get("segment_id"):
        shown, total = await call.database.search(company.in_segment, call.schema, segment_id, per_page, offset)
    else:
        shown, total = await call.database.read(company.page, call.schema, None, per_page, offset)
    answer = _list(call, page, per_page, shown, total)
    return {**answer["data"][0], **answer} if (company_id or name) and shown else answer


async def list_all(call: Call) -> Any:
    """POST /list: by `last_request_at`, the one seen last first."""
    page, per_page, offset = _page(call, _PER_PAGE)
    order = call.query.get("order") or DESCENDING
    if order not in (ASCENDING, DESCENDING):
        raise invalid("order must be asc or desc", "order")
    shown, total = await call.database.read(company.page, call.schema, order, per_page, offset)
    return _list(call, page, per_page, shown, total)


async def scroll(call: Call) -> Any:
    """All companies that have people, a hundred at a time."""
    name = call.query.get("scroll_param")
    if name:
        shown, name = await call.schemas.write(call.workspace_id, company.go_on_scrolling, name)
    else:
        shown, name = await call.schemas.write(call.workspace_id, company.open_scroll)
    data = _companies(shown)
    # The official SDKs ask on while there is a scroll_param, and would run into the 404 of a finished scroll.
    following = name if data else ""
    return {"type": "list", "data": data, "scroll_param": following, "pages": None, "total_count": None}


def _page(call: Call, default: int) -> tuple[int, int, int]:
    """The page that is asked for, how long it is, and how many come before it."""
    page, per_page = paging.read_page(call), paging.read_per_page(call, default)
    return page, per_page, (page - 1) * per_page


def _list(call: Call, page: int, per_page: int, shown: Sequence[Shown], total: int) -> dict[str, Any]:
    return {
        "type": "list",
        "data": _companies(shown),
        "total_count": total,
        "pages": paging.pages_by_number(call, page, per_page, total, url=False),
    }


def _companies(shown: Sequence[Shown]) -> list[dict[str, Any]]:
    return [shapes.company(one) for one in shown]


# --- one company


async def create_or_update(call: Call) -> Any:
    """POST: create or merge into the company with this `company_id`; 200 both times."""
    body: wire.CompanyBody = call.body if call.body is not None else wire.CompanyBody()
    company_id = read_external_id(body.company_id, "company_id")
    if company_id is None:
        raise missing("company_id not specified", "company_id")
    wanted = wire.read_write(body)
    done = await call.schemas.write_values(call.workspace_id, company.upsert, company_id, wanted, call.through)
    return shapes.company(done)


async def get(call: Call) -> Any:
    return shapes.company(await call.database.read(company.get, call.schema, call.params["company_id"]))


async def update(call: Call) -> Any:
    """PUT by the id that the company has here."""
    body: wire.CompanyBody = call.body if call.body is not None else wire.CompanyBody()
    company_id = read_external_id(body.company_id, "company_id")
    wanted = wire.read_write(body)
    id = call.params["company_id"]
    done = await call.schemas.write_values(call.workspace_id, company.update, id, company_id, wanted, call.through)
    return shapes.company(done)


async def delete(call: Call) -> Any:
    record = await call.schemas.write(call.workspace_id, company.delete, call.params["company_id"], call.through)
    return wire.deleted(record)


# --- people


async def list_people(call: Call) -> Any:
    """The contacts of a company, the newest first."""
    page, per_page, offset = _page(call, _PER_PAGE_INSIDE)
    id = call.params["company_id"]
    shown, total = await call.database.read(_people, call.schema, id, per_page, offset)
    return contact_list(shown, total, paging.pages_by_number(call, page, per_page, total, url=False))


async def _people(tx: Tx, schema: Schema, id: str, limit: int, offset: int) -> tuple[list[ShownContact], int]:
    records, total = await memberships.contacts_page(tx, schema, id, limit, offset)
    return await show(tx, schema, records), total


async def attach(call: Call) -> Any:
    """POST: the contact belongs to the company with this `id` from now on. Answers the company."""
    body: wire.AttachBody | None = call.body
    company_id = read_external_id(body.id, "id") if body is not None else None
    if company_id is None:
        raise missing("company not specified", "id")
    contact_id = call.params["contact_id"]
    done = await call.schemas.write(call.workspace_id, memberships.attach, contact_id, company_id, call.through)
    return shapes.company(done)


async def detach(call: Call) -> Any:
    contact_id, company_id = call.params["contact_id"], call.params["company_id"]
    done = await call.schemas.write(call.workspace_id, memberships.detach, contact_id, company_id, call.through)
    return shapes.company(done)


async def list_of_contact(call: Call) -> Any:
    """The companies of a contact, under both names that clients read them by."""
    page, per_page, offset = _page(call, _PER_PAGE_INSIDE)
    contact_id = call.params["contact_id"]
    shown, total = await call.database.read(memberships.companies_page, call.schema, contact_id, per_page, offset)
    data = _companies(shown)
    pages = paging.pages_by_number(call, page, per_page, total)
    return {"type": "list", "data": data, "companies": data, "total_count": total, "pages": pages}


OPERATIONS = [
    Operation(
        "GET",
        "/companies",
        "retrieveCompany",
        retrieve,
        "Retrieve companies",
        TAG,
        scope=READ,
        query=RetrieveQuery,
        answer=wire.CompanyList,
        shape="company_list",
        errors=("company_not_found", "bad_request"),
    ),
    Operation(
        "POST",
        "/companies",
        "createOrUpdateCompany",
        create_or_update,
        "Create or update a company",
        TAG,
        scope=WRITE,
        body=wire.CompanyBody,
        body_required=False,
        answer=shapes.Company,
        shape="company",
        accepts="company_write",
        errors=("bad_request", "parameter_not_found", "parameter_invalid"),
    ),
    Operation(
        "POST",
        "/companies/list",
        "listAllCompanies",
        list_all,
        "List all companies",
        TAG,
        scope=READ,
        query=ListQuery,
        answer=wire.CompanyList,
        shape="company_list",
        errors=("bad_request",),
    ),
    Operation(
        "GET",
        "/companies/scroll",
        "scrollOverAllCompanies",
        scroll,
        "Scroll over all companies",
        TAG,
        scope=READ,
        query=ScrollQuery,
        answer=wire.CompanyScroll,
        shape="company_scroll",
        errors=("scroll_exists", "not_found"),
    ),
    Operation(
        "GET",
        _ONE,
        "RetrieveACompanyById",
        get,
        "Retrieve a company by id",
        TAG,
        scope=READ,
        answer=shapes.Company,
        shape="company",
        errors=_NONE,
    ),
    Operation(
        "PUT",
        _ONE,
        "UpdateCompany",
        update,
        "Update a company",
        TAG,
        scope=WRITE,
        body=wire.CompanyBody,
        body_required=False,
        answer=shapes.Company,
        shape="company",
        accepts="company_write",
        errors=("bad_request", "parameter_invalid", *_NONE),
    ),
    Operation(
        "DELETE",
        _ONE,
        "deleteCompany",
        delete,
        "Delete a company",
        TAG,
        scope=WRITE,
        answer=wire.DeletedCompany,
        errors=_NONE,
    ),
    Operation(
        "GET",
        _ONE + "/contacts",
        "ListAttachedContacts",
        list_people,
        "List the contacts of a company",
        TAG,
        scope=READ,
        query=PageQuery,
        answer=wire.CompanyContacts,
        shape="contact_list",
        errors=_NONE,
    ),
    Operation(
        "POST",
        _OF_CONTACT,
        "attachContactToACompany",
        attach,
        "Attach a contact to a company",
        TAG,
        scope=WRITE,
        body=wire.AttachBody,
        body_required=False,
        answer=shapes.Company,
        shape="company",
        errors=("parameter_not_found", "contact_company_limit_exceeded", "not_found", *_NONE),
    ),
    Operation(
        "DELETE",
        _OF_CONTACT + "/{company_id}",
        "detachContactFromACompany",
        detach,
        "Detach a contact from a company",
        TAG,
        scope=WRITE,
        answer=shapes.Company,
        shape="company",
        errors=("not_found", *_NONE),
    ),
    Operation(
        "GET",
        _OF_CONTACT,
        "listCompaniesForAContact",
        list_of_contact,
        "List the companies of a contact",
        TAG,
        scope=READ,
        query=PageQuery,
        answer=wire.ContactCompanies,
        shape="contact_companies",
        errors=("not_found",),
    ),
]

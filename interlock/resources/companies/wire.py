"""Companies as JSON, at the newest version."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.people.company import Write
from interlock.core.records.record import Record
from interlock.kit.problems import Problem
from interlock.shapes.company import Company
from interlock.shapes.contact import Contact
from interlock.shapes.reading import read_time


class CompanyBody(msgspec.Struct, forbid_unknown_fields=True):
    """Absent fields stay as they are; null and "" clear. Any other key than these is 400 `bad_request`.

    The last ones are what a company shows and nobody can set: accepted, so that what was read can be sent back, and
    ignored.
    """

    company_id: str | int | None = None
    name: str | UnsetType | None = UNSET
    plan: str | dict[str, Any] | UnsetType | None = UNSET
    size: int | UnsetType | None = UNSET
    website: str | UnsetType | None = UNSET
    industry: str | UnsetType | None = UNSET
    monthly_spend: int | float | UnsetType | None = UNSET
    remote_created_at: int | float | str | UnsetType | None = UNSET
    update_last_request_at: bool | None = None
    custom_attributes: dict[str, Any] | None = None
    id: Any = None
    type: Any = None
    app_id: Any = None
    created_at: Any = None
    updated_at: Any = None
    last_request_at: Any = None
    session_count: Any = None
    user_count: Any = None
    tags: Any = None
    segments: Any = None
    notes: Any = None


class AttachBody(msgspec.Struct):
    """`id` is the one that the company has here."""

    id: str | int | None = None


class NextPage(msgspec.Struct):
    page: int
    per_page: int


class Pages(msgspec.Struct):
    """Page-numbered; `next` is null on the last page."""

    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: NextPage | None


class LinkedPages(msgspec.Struct):
    """Page-numbered; `next` is the address of the next page, null on the last."""

    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: str | None


class CompanyList(msgspec.Struct):
    """Asked for by `company_id` or `name`, the list has the fields of the first company beside it."""

    type: Literal["list"]
    data: list[Company]
    total_count: int
    pages: Pages


class CompanyScroll(msgspec.Struct):
    """Ask again with `scroll_param` until `data` is empty."""

    type: Literal["list"]
    data: list[Company]
    scroll_param: str
    pages: None = None
    total_count: None = None


class ContactCompanies(msgspec.Struct):
    """`companies` and `data` are the same list, since clients read either."""

    type: Literal["list"]
    data: list[Company]
    companies: list[Company]
    total_count: int
    pages: LinkedPages


class CompanyContacts(msgspec.Struct):
    type: Literal["list"]
    data: list[Contact]  # type: ignore[valid-type]
    total_count: int
    pages: Pages


class DeletedCompany(msgspec.Struct):
    id: str
    object: Literal["company"]
    deleted: Literal[True]


# --- reading


def read_write(body: CompanyBody) -> Write:
    """The request as the domain takes it. A plan may come as its name, or as the object that it is read as."""
    standard: dict[str, Any] = {}
    for name in ("name", "size", "website", "industry", "monthly_spend"):
        if (raw := getattr(body, name)) is not UNSET:
            standard[name] = raw
    if body.plan is not UNSET:
        standard["plan"] = _plan_name(body.plan)
    if body.remote_created_at is not UNSET:
        standard["remote_created_at"] = read_time(body.remote_created_at, "remote_created_at")
    return Write(standard, body.custom_attributes, requested=bool(body.update_last_request_at))


def _plan_name(raw: str | dict[str, Any] | None) -> str | None:
    name = raw.get("name") if isinstance(raw, dict) else raw
    if name is not None and not isinstance(name, str):
        raise Problem("type_mismatch", "plan must be a string", "plan")
    return name


# --- showing


def deleted(record: Record) -> dict[str, Any]:
    return {"id": record.id, "object": "company", "deleted": True}

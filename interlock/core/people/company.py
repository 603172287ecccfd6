"""Companies: create, update, find, list, scroll, delete.

`company_id`, the customer's own id, says which company is meant, and never changes. A company is in lists only
while somebody belongs to it (`memberships.py`); asked for by an id or by its name it is always found.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import COMPANY
from interlock.core.attributes.many import Writes, coerce_all
from interlock.core.attributes.policy import Source
from interlock.core.changes import change
from interlock.core.definitions.define import define_missing
from interlock.core.notes.store import Signed, newest_of_each
from interlock.core.people import company_store as store
from interlock.core.people import find, membership_store
from interlock.core.people.company_fields import check, plan_id
from interlock.core.records import satellite_store
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import COMPANIES
from interlock.core.records.writing import Difference
from interlock.core.references import links
from interlock.core.references.follow import write_down
from interlock.core.schema.schema import Schema, Segment
from interlock.core.schema.store import SchemaChanged, ensure_current
from interlock.core.segments.segments import of_records, page_of_companies
from interlock.core.tags.store import Tagging, tags_of
from interlock.kit import clock, ids, limits
from interlock.kit.problems import Problem, invalid, not_found
from interlock.storage.database import Tx

_FIRST = ""  # sorts before every id: where a scroll begins


@dataclass(slots=True)
class Write:
    """What is asked for. Absent standard fields and attributes stay as they are.

    `standard` may have name, plan, size, website, industry, monthly_spend and remote_created_at, with times read.
    `requested`: somebody of the company is using the product right now.
    """

    standard: Mapping[str, Any] = field(default_factory=dict)
    attributes: Any = None  # custom attributes as they came in
    requested: bool = False
    source: Source = Source.API


@dataclass(slots=True)
class Shown:
    """A company with what its reference attributes show, under the definitions that were in force."""

    schema: Schema
    record: Record
    references: dict[str, links.Linked]
    tags: Sequence[Tagging] = ()
    notes: Sequence[Signed] = ()  # the newest few
    note_count: int = 0
    segments: Sequence[Segment] = ()


# --- writing


async def upsert(tx: Tx, schema: Schema, company_id: str, wanted: Write, through: str) -> Shown:
    """Create the company or merge into it, with its links and its history, in this transaction."""
    record, version = await store.lock_by_company_id(tx, schema, company_id)
    if record is None:
        await ensure_current(tx, schema)
        made = await _create(tx, schema, company_id, wanted, through)
        if made is not None:
            return made
        record, version = await store.lock_by_company_id(tx, schema, company_id)  # somebody else was faster
    if record is None or version != schema.version:  # gone again meanwhile, or under newer definitions: start over
        raise SchemaChanged
    return await _save(tx, schema, record, wanted, through)


async def update(tx: Tx, schema: Schema, id: str, company_id: str | None, wanted: Write, through: str) -> Shown:
    """Merge into the company with this id. 404 `company_not_found`; 400 for another `company_id` than it has."""
    record = await lock(tx, schema, id)
    if company_id is not None and company_id != record.fields["company_id"]:
        raise invalid("company_id cannot be changed", "company_id")
    return await _save(tx, schema, record, wanted, through)


async def lock(tx: Tx, schema: Schema, id: str) -> Record:
    """A company that nobody else changes until this transaction ends. 404 `company_not_found`."""
    record, version = await store.lock_by_id(tx, schema, id)
    if record is None:
        raise find.no_company()
    if version != schema.version:
        raise SchemaChanged
    return record


async def _create(tx: Tx, schema: Schema, company_id: str, wanted: Write, through: str) -> Shown | None:
    """None when a company with this `company_id` has been made since we looked."""
    schema, writes = await _coerced(tx, schema, wanted, through)
    now = clock.seconds()
    fields: dict[str, Any] = dict.fromkeys(COMPANIES.field_names)
    fields |= {"live": 0, "user_count": 0, "session_count": 0, "monthly_spend": 0}
    fields |= {"company_id": company_id, "created_at": now, "updated_at": now}
    record = Record(COMPANY, ids.record_id(), fields, {})
    difference = Difference(after={"company_id": company_id})
    _apply(schema, record, wanted, writes, difference)
    slots = slot_values(schema.of(COMPANY), record.attributes)
    if not await COMPANIES.insert_new(tx, schema.workspace.id, schema.workspace.id, record, slots):
        return None
    await write_down(tx, schema, record, change.CREATED, writes, difference, through)
    return await show(tx, schema, record)


async def _save(tx: Tx, schema: Schema, record: Record, wanted: Write, through: str) -> Shown:
    """Merge into a locked company. Nothing is written when nothing differs."""
    schema, writes = await _coerced(tx, schema, wanted, through)
    difference = Difference()
    _apply(schema, record, wanted, writes, difference)
    await write_down(tx, schema, record, change.UPDATED, writes, difference, through)
    if difference:
        record.fields["updated_at"] = clock.seconds()
        await COMPANIES.update(tx, schema.workspace.id, record, slot_values(schema.of(COMPANY), record.attributes))
    return await show(tx, schema, record)


async def _coerced(tx: Tx, schema: Schema, wanted: Write, through: str) -> tuple[Schema, Writes]:
    """Custom attributes through the gate. Where a workspace lets unknown names make attributes, they are made here."""
    writes = coerce_all(schema, COMPANY, wanted.attributes, wanted.source)
    return await define_missing(tx, schema, COMPANY, writes, through), writes


def _apply(schema: Schema, record: Record, wanted: Write, writes: Writes, difference: Difference) -> None:
    standard = check(wanted.standard)
    if "plan_name" in standard:
        standard["plan_id"] = plan_id(schema.workspace.id, standard["plan_name"])
    if wanted.requested:
        standard["last_request_at"] = clock.seconds()
    difference.set_fields(record, standard)
    difference.set_attributes(record, writes)


async def delete(tx: Tx, schema: Schema, id: str, through: str) -> Record:
    """Delete a company with its links, tags and notes; its people stay, without it. 404 `company_not_found`.

    The history says who the people were, the first hundred of them; theirs does not mention it, so that deleting a
    company of fifty thousand people is still one small transaction.
    """
    record = await lock(tx, schema, id)
    people = await membership_store.contact_ids(tx, schema, id, links.SHOWN_IN_HISTORY)
    if not await COMPANIES.delete(tx, schema.workspace.id, id):
        raise find.no_company()
    await membership_store.remove_of_company(tx, schema, id)
    await satellite_store.drop(tx, schema.workspace.id, COMPANY, id)
    gone = await links.drop_all(tx, schema, COMPANY, id)
    before = {**record.fields, "custom_attributes": {**record.attributes, **gone}, "contact_ids": people}
    at = clock.micros()
    await change.note(tx, change.row(schema.workspace.id, COMPANY, id, change.DELETED, through, at, before, {}))
    return record


# --- reading


async def show(tx: Tx, schema: Schema, record: Record) -> Shown:
    return (await show_all(tx, schema, [record]))[0]


async def show_all(tx: Tx, schema: Schema, records: Sequence[Record]) -> list[Shown]:
    """In the order of `records`. At most three statements, one or two for each reference attribute of companies, and
    those that the rules of the segments of companies need (`of_records`)."""
    if not records:
        return []
    key, ids = schema.workspace.id, [one.id for one in records]
    references = await links.read(tx, schema, COMPANY, records)
    tags = await tags_of(tx, key, COMPANY, ids)
    notes = await newest_of_each(tx, key, COMPANY, ids, limits.NESTED_SHOWN)
    segments = await of_records(tx, schema, COMPANY, records)
    return [Shown(schema, one, references[one.id], tags[one.id], *notes[one.id], segments[one.id]) for one in records]


async def get(tx: Tx, schema: Schema, id: str) -> Shown:
    """By the id that it has here. 404 `company_not_found`."""
    return await show(tx, schema, await find.company(tx, schema, id))


async def get_by_company_id(tx: Tx, schema: Schema, company_id: str) -> Shown:
    """By the customer's own id. 404 `company_not_found`."""
    record = await store.by_company_id(tx, schema, company_id)
    if record is None:
        raise find.no_company()
    return await show(tx, schema, record)


async def named(tx: Tx, schema: Schema, name: str, limit: int, offset: int) -> tuple[list[Shown], int]:
    """A page of the companies of exactly this name, and how many there are. 404 `company_not_found` without any."""
    records, total = await store.by_name(tx, schema, name, limit, offset)
    if not total:
        raise find.no_company()
    return await show_all(tx, schema, records), total


async def tagged(tx: Tx, schema: Schema, tag_id: str, limit: int, offset: int) -> tuple[list[Shown], int]:
    """A page of the companies with people that have a tag, the newest first, and how many those are.

    Of a tag that is not there nobody has it: an empty list.
    """
    records, total = await store.by_tag(tx, schema, tag_id, limit, offset)
    return await show_all(tx, schema, records), total


async def in_segment(tx: Tx, schema: Schema, segment_id: str, limit: int, offset: int) -> tuple[list[Shown], int]:
    """The same of a segment of companies."""
    records, total = await page_of_companies(tx, schema, segment_id, limit, offset)
    return await show_all(tx, schema, records), total


async def page(tx: Tx, schema: Schema, order: str | None, limit: int, offset: int) -> tuple[list[Shown], int]:
    """A page of the companies that have people, and how many those are.

    `order` (asc, desc) is by `last_request_at`; without it the newest companies come first. Pages go as far as
    `limits.COMPANY_PAGE_REACH`: 400 `bad_request` for one that would begin beyond it, if there is anything there.
    """
    total = await store.live_count(tx, schema)
    reach = limits.COMPANY_PAGE_REACH
    if offset >= reach and total > offset:
        raise Problem(
            "bad_request", f"Pages stop at {reach} companies. Use GET /companies/scroll to get them all.", "page"
        )
    limit = min(limit, max(reach - offset, 0))
    if offset >= total:
        records = []
    elif order is None:
        records = await store.newest(tx, schema, limit, offset)
    else:
        records = await store.requested(tx, schema, order, limit, offset)
    return await show_all(tx, schema, records), total


# --- the scroll


async def open_scroll(tx: Tx, schema: Schema) -> tuple[list[Shown], str]:
    """The first companies, and the name of the scroll. 400 `scroll_exists` while another one is open.

    A workspace has one scroll at a time. It ends with an empty page, or when it has not been used for a minute.
    """
    now, scroll = clock.seconds(), str(uuid.uuid4())
    if not await store.open_scroll(tx, schema, scroll, _FIRST, now, now - limits.SCROLL_IDLE):
        raise Problem("scroll_exists", "Another scroll is open: use it to its end, or wait a minute", "scroll_param")
    return await _scrolled(tx, schema, scroll, _FIRST, now), scroll


async def go_on_scrolling(tx: Tx, schema: Schema, scroll: str) -> tuple[list[Shown], str]:
    """The next companies by id. 404 `not_found` for a scroll that is finished, too old, or none of this workspace."""
    row = await store.lock_scroll(tx, schema, scroll)
    now = clock.seconds()
    if row is None or row[1] < now - limits.SCROLL_IDLE:
        raise not_found("This scroll has ended. Begin a new one without scroll_param.")
    return await _scrolled(tx, schema, scroll, row[0], now), scroll


async def _scrolled(tx: Tx, schema: Schema, scroll: str, after: str, now: int) -> list[Shown]:
    records = await store.after(tx, schema, after, limits.SCROLL_PAGE)
    if records:
        await store.move_scroll(tx, schema, scroll, records[-1].id, now)
    else:
        await store.close_scroll(tx, schema, scroll)
    return await show_all(tx, schema, records)

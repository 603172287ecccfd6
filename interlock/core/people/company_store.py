"""Companies in the database, beside what every record has (`core/records/store.py`); and the open scroll.

`live` is 1 exactly while a company has people: only such companies are in lists and in the scroll.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, case, delete, func, literal, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from interlock.core.attributes.definition import COMPANY
from interlock.core.records.record import Record
from interlock.core.records.store import COMPANIES
from interlock.core.schema.schema import Schema
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import Text, companies, company_scrolls, taggings, workspaces

ASCENDING, DESCENDING = "asc", "desc"

_columns = COMPANIES.columns
_key = companies.c.workspace_id == bindparam("key")
_live = (_key, companies.c.live == literal_column("1"))
_version = (
    select(workspaces.c.schema_version).where(workspaces.c.id == bindparam("key")).scalar_subquery().label("version")
)

_by_company_id = Query(select(*_columns).where(_key, companies.c.company_id == bindparam("company_id")))
_ids_by_company_id = Query(
    select(companies.c.company_id, companies.c.id).where(_key, any_of(companies.c.company_id, "company_ids"))
)
_locked = select(_version, *_columns).where(_key).with_for_update(key_share=True, of=companies)
_locked_by_company_id = Query(_locked.where(companies.c.company_id == bindparam("company_id")))
_locked_by_id = Query(_locked.where(companies.c.id == bindparam("id")))
_lock_ids = Query(
    select(companies.c.id)
    .where(_key, any_of(companies.c.id, "ids"))
    .order_by(companies.c.id)
    .with_for_update(key_share=True)
)

_page = select(*_columns).limit(bindparam("limit")).offset(bindparam("offset"))
_newest = Query(_page.where(*_live).order_by(companies.c.id.desc()))
_requested = {
    ASCENDING: Query(
        _page.where(*_live).order_by(companies.c.last_request_at.asc().nulls_first(), companies.c.id.asc())
    ),
    DESCENDING: Query(
        _page.where(*_live).order_by(companies.c.last_request_at.desc().nulls_last(), companies.c.id.desc())
    ),
}
_live_count = Query(select(func.count()).select_from(companies).where(*_live))
_named = (_key, companies.c.name == bindparam("name"))
_by_name = Query(_page.where(*_named).order_by(companies.c.id.desc()))
_named_count = Query(select(func.count()).select_from(companies).where(*_named))
_has_tag = (
    taggings.c.workspace_id == bindparam("key"),
    taggings.c.kind == literal(COMPANY, Text),
    taggings.c.tag_id == bindparam("tag_id"),
)
_with_tag = taggings.join(companies, _key & (companies.c.id == taggings.c.record_id))
_by_tag = Query(_page.select_from(_with_tag).where(*_has_tag, *_live).order_by(taggings.c.record_id.desc()))
_tag_count = Query(select(func.count()).select_from(_with_tag).where(*_has_tag, *_live))
_after = Query(
    select(*_columns)
    .where(*_live, companies.c.id > bindparam("after"))
    .order_by(companies.c.id)
    .limit(bindparam("limit"))
)

_counted = companies.c.user_count + bindparam("by")
_count_people = Query(
    update(companies)
    .where(_key, any_of(companies.c.id, "ids"))
    .values(
        user_count=_counted, live=case((_counted > literal_column("0"), literal_column("1")), else_=literal_column("0"))
    )
)

_new_scroll = insert(company_scrolls)
_open_scroll = Query(
    _new_scroll.on_conflict_do_update(
        index_elements=["workspace_id"],
        set_={name: _new_scroll.excluded[name] for name in ("id", "position", "used_at")},
        where=company_scrolls.c.used_at < bindparam("idle_since"),
    ).returning(company_scrolls.c.id)
)
_scroll = (company_scrolls.c.workspace_id == bindparam("key"), company_scrolls.c.id == bindparam("id"))
_locked_scroll = Query(select(company_scrolls.c.position, company_scrolls.c.used_at).where(*_scroll).with_for_update())
_move_scroll = Query(
    update(company_scrolls).where(*_scroll).values(position=bindparam("position"), used_at=bindparam("used_at"))
)
_close_scroll = Query(delete(company_scrolls).where(*_scroll))


# --- one company


async def by_company_id(tx: Tx, schema: Schema, company_id: str) -> Record | None:
    """By the customer's own id."""
    row = await tx.one(_by_company_id, key=schema.workspace.id, company_id=company_id)
    return COMPANIES.record(row, COMPANY) if row is not None else None


async def ids_by_company_id(tx: Tx, schema: Schema, company_ids: Sequence[str]) -> dict[str, str]:
    """The ids that companies have here, by the customer's own ids; unknown ones are left out."""
    if not company_ids:
        return {}
    rows = await tx.all(_ids_by_company_id, key=schema.workspace.id, company_ids=list(company_ids))
    return {row[0]: row[1] for row in rows}


async def lock_by_company_id(tx: Tx, schema: Schema, company_id: str) -> tuple[Record | None, int | None]:
    """The company, locked, with the version of the definitions that is in force: one round trip for both."""
    return _with_version(await tx.one(_locked_by_company_id, key=schema.workspace.id, company_id=company_id))


async def lock_by_id(tx: Tx, schema: Schema, id: str) -> tuple[Record | None, int | None]:
    """The same by the id that it has here."""
    return _with_version(await tx.one(_locked_by_id, key=schema.workspace.id, id=id))


def _with_version(row: Row | None) -> tuple[Record | None, int | None]:
    return (COMPANIES.record(row[1:], COMPANY), row[0]) if row is not None else (None, None)


# --- how many people


async def lock_ids(tx: Tx, schema: Schema, ids: Sequence[str]) -> None:
    """Lock companies, in the order of their ids."""
    await tx.all(_lock_ids, key=schema.workspace.id, ids=list(ids))


async def count_people(tx: Tx, schema: Schema, ids: Sequence[str], by: int) -> None:
    """Add to the number of people of companies that are locked; with nobody left they leave the lists."""
    if ids and by:
        await tx.run(_count_people, key=schema.workspace.id, ids=list(ids), by=by)


# --- lists


async def newest(tx: Tx, schema: Schema, limit: int, offset: int) -> list[Record]:
    """A page of the companies that have people, the newest first."""
    return _records(await tx.all(_newest, key=schema.workspace.id, limit=limit, offset=offset))


async def requested(tx: Tx, schema: Schema, order: str, limit: int, offset: int) -> list[Record]:
    """The same by `last_request_at`; companies that were never seen count as seen before all others."""
    return _records(await tx.all(_requested[order], key=schema.workspace.id, limit=limit, offset=offset))


async def live_count(tx: Tx, schema: Schema) -> int:
    return await tx.value(_live_count, key=schema.workspace.id)


async def by_name(tx: Tx, schema: Schema, name: str, limit: int, offset: int) -> tuple[list[Record], int]:
    """Companies of exactly this name, with people or not, the newest first; and how many there are."""
    rows = await tx.all(_by_name, key=schema.workspace.id, name=name, limit=limit, offset=offset)
    return _records(rows), await tx.value(_named_count, key=schema.workspace.id, name=name)


async def by_tag(tx: Tx, schema: Schema, tag_id: str, limit: int, offset: int) -> tuple[list[Record], int]:
    """Companies with people that have a tag, the newest first; and how many there are."""
    key = schema.workspace.id
    rows = await tx.all(_by_tag, key=key, tag_id=tag_id, limit=limit, offset=offset)
    return _records(rows), await tx.value(_tag_count, key=key, tag_id=tag_id)


async def after(tx: Tx, schema: Schema, id: str, limit: int) -> list[Record]:
    """The next companies that have people, by id."""
    return _records(await tx.all(_after, key=schema.workspace.id, after=id, limit=limit))


def _records(rows: Sequence[Row]) -> list[Record]:
    return [COMPANIES.record(row, COMPANY) for row in rows]


# --- the scroll


async def open_scroll(tx: Tx, schema: Schema, id: str, position: str, now: int, idle_since: int) -> bool:
    """Make the workspace's scroll, unless one is open that was used after `idle_since`; whether it did."""
    key = schema.workspace.id
    row = await tx.one(_open_scroll, workspace_id=key, id=id, position=position, used_at=now, idle_since=idle_since)
    return row is not None


async def lock_scroll(tx: Tx, schema: Schema, id: str) -> Row | None:
    """(position, used_at) of a scroll that nobody else moves meanwhile."""
    return await tx.one(_locked_scroll, key=schema.workspace.id, id=id)


async def move_scroll(tx: Tx, schema: Schema, id: str, position: str, now: int) -> None:
    await tx.run(_move_scroll, key=schema.workspace.id, id=id, position=position, used_at=now)


async def close_scroll(tx: Tx, schema: Schema, id: str) -> None:
    await tx.run(_close_scroll, key=schema.workspace.id, id=id)

"""People in the database, beside what every record has (`core/records/store.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, delete, insert, select, tuple_

from interlock.core.attributes.definition import CONTACT
from interlock.core.records.record import Record
from interlock.core.records.store import CONTACTS
from interlock.core.schema.schema import Schema
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import contact_merges, contacts, workspaces

_mine = contacts.c.workspace_id == bindparam("key")
_columns = CONTACTS.columns
_version = (
    select(workspaces.c.schema_version).where(workspaces.c.id == bindparam("key")).scalar_subquery().label("version")
)
_locked = Query(
    select(_version, *_columns)
    .where(_mine, contacts.c.id == bindparam("id"))
    .with_for_update(key_share=True, of=contacts)
)
_by_external_id = Query(select(*_columns).where(_mine, contacts.c.external_id == bindparam("external_id")))
_by_user_email = Query(select(*_columns).where(_mine, contacts.c.user_email == bindparam("user_email")))
_merged_into = Query(select(contacts.c.merged_into).where(_mine, contacts.c.id == bindparam("id")))


async def lock(tx: Tx, schema: Schema, id: str) -> tuple[Record | None, int | None]:
    """A contact, locked, with the version of the definitions that is in force: one round trip for both."""
    row = await tx.one(_locked, key=schema.workspace.id, id=id)
    return (CONTACTS.record(row[1:], CONTACT), row[0]) if row is not None else (None, None)


async def by_external_id(tx: Tx, schema: Schema, external_id: str) -> Record | None:
    """Whoever has it: users and leads, archived, blocked and merged ones too."""
    row = await tx.one(_by_external_id, key=schema.workspace.id, external_id=external_id)
    return CONTACTS.record(row, CONTACT) if row is not None else None


async def by_user_email(tx: Tx, schema: Schema, user_email: str) -> Record | None:
    """The one user with this address (in lower case), archived and blocked ones too."""
    row = await tx.one(_by_user_email, key=schema.workspace.id, user_email=user_email)
    return CONTACTS.record(row, CONTACT) if row is not None else None


async def merged_into(tx: Tx, schema: Schema, id: str) -> str | None:
    return await tx.value(_merged_into, key=schema.workspace.id, id=id)


# --- merges


@dataclass(frozen=True, slots=True)
class Merge:
    """One contact that was merged into another."""

    into_id: str
    from_id: str
    merged_at: int
    details: dict[str, Any]  # what the merged one was: role, external_id, email, and through what it was merged


_merges = contact_merges.c
_merge_columns = (_merges.into_id, _merges.from_id, _merges.merged_at, _merges.details)
_insert_merge = Query(insert(contact_merges))
_of_several = Query(
    select(*_merge_columns)
    .where(_merges.workspace_id == bindparam("key"), any_of(_merges.into_id, "into_ids"))
    .order_by(_merges.into_id, _merges.merged_at.desc(), _merges.from_id.desc())
)
_delete_merges = Query(
    delete(contact_merges).where(_merges.workspace_id == bindparam("key"), _merges.into_id == bindparam("into_id"))
)


def _history_page(descending: bool, after: bool) -> Query:
    place = tuple_(_merges.merged_at, _merges.from_id)
    where = [_merges.workspace_id == bindparam("key"), _merges.into_id == bindparam("into_id")]
    if after:
        ended = tuple_(bindparam("merged_at", type_=BigInteger()), bindparam("from_id", type_=Text()))
        where.append(place < ended if descending else place > ended)
    order = [one.desc() if descending else one.asc() for one in (_merges.merged_at, _merges.from_id)]
    return Query(select(*_merge_columns).where(*where).order_by(*order).limit(bindparam("limit")))


_history = {
    (descending, after): _history_page(descending, after) for descending in (False, True) for after in (False, True)
}


def _merge(row: Row) -> Merge:
    return Merge(row[0], row[1], row[2], msgspec.json.decode(row[3]))


async def insert_merge(tx: Tx, schema: Schema, one: Merge) -> None:
    await tx.run(
        _insert_merge,
        workspace_id=schema.workspace.id,
        into_id=one.into_id,
        from_id=one.from_id,
        merged_at=one.merged_at,
        details=msgspec.json.encode(one.details).decode(),
    )


async def merges_into(tx: Tx, schema: Schema, into_ids: Iterable[str]) -> dict[str, list[Merge]]:
    """What was merged into each of several contacts, the newest first; the ids without any are there too."""
    found: dict[str, list[Merge]] = {id: [] for id in into_ids}
    rows = await tx.all(_of_several, key=schema.workspace.id, into_ids=list(found)) if found else []
    for one in map(_merge, rows):
        found[one.into_id].append(one)
    return found


async def merge_page(
    tx: Tx, schema: Schema, into_id: str, limit: int, descending: bool, after: tuple[int, str] | None
) -> list[Merge]:
    """A page of what was merged into one contact; `after` is the time and the source of the last one shown."""
    values: dict[str, Any] = {"key": schema.workspace.id, "into_id": into_id, "limit": limit}
    if after is not None:
        values["merged_at"], values["from_id"] = after
    return [_merge(row) for row in await tx.all(_history[descending, after is not None], **values)]


async def forget_merges(tx: Tx, schema: Schema, into_id: str) -> None:
    await tx.run(_delete_merges, key=schema.workspace.id, into_id=into_id)

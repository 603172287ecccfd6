"""Notes in the database: what teammates wrote about a contact or a company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select

from interlock.core.staff.store import Admin, admins_by_id
from interlock.storage.database import Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import notes


@dataclass(frozen=True, slots=True)
class Note:
    """`kind` is contact or company, `record_id` which one. `body` is clean HTML."""

    id: str
    kind: str
    record_id: str
    author_id: int | None
    body: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Signed:
    """A note with its author, who may have left since."""

    note: Note
    author: Admin | None


_notes = notes.c
_columns = (_notes.id, _notes.kind, _notes.record_id, _notes.author_id, _notes.body, _notes.created_at)
_mine = _notes.workspace_id == bindparam("key")
_of_record = (_mine, _notes.kind == bindparam("kind"), _notes.record_id == bindparam("record_id"))
_insert = Query(insert(notes))
_get = Query(select(*_columns).where(_mine, _notes.id == bindparam("id")))
_newest = select(*_columns).where(*_of_record).order_by(_notes.id.desc()).limit(bindparam("limit"))
_page = Query(_newest.offset(bindparam("offset")))
_before = Query(_newest.where(_notes.id < bindparam("before")))
_count = Query(select(func.count()).select_from(notes).where(*_of_record))
_numbered = (
    select(
        *_columns,
        func.row_number().over(partition_by=_notes.record_id, order_by=_notes.id.desc()).label("place"),
        func.count().over(partition_by=_notes.record_id).label("total"),
    )
    .where(_mine, _notes.kind == bindparam("kind"), any_of(_notes.record_id, "record_ids"))
    .subquery("numbered")
)
_first_of_each = Query(
    select(_numbered.c.total, *(_numbered.c[column.name] for column in _columns))
    .where(_numbered.c.place <= bindparam("limit"))
    .order_by(_numbered.c.record_id, _numbered.c.place)
)


async def insert_note(tx: Tx, workspace_id: str, one: Note) -> None:
    await tx.run(
        _insert,
        workspace_id=workspace_id,
        id=one.id,
        kind=one.kind,
        record_id=one.record_id,
        author_id=one.author_id,
        body=one.body,
        created_at=one.created_at,
    )


async def get(tx: Tx, workspace_id: str, id: str) -> Note | None:
    row = await tx.one(_get, key=workspace_id, id=id)
    return Note(*row) if row is not None else None


async def page(tx: Tx, workspace_id: str, kind: str, record_id: str, limit: int, offset: int) -> list[Note]:
    """The notes of a record, the newest first."""
    rows = await tx.all(_page, key=workspace_id, kind=kind, record_id=record_id, limit=limit, offset=offset)
    return [Note(*row) for row in rows]


async def before(tx: Tx, workspace_id: str, kind: str, record_id: str, limit: int, id: str) -> list[Note]:
    """Those that are older than one of them."""
    rows = await tx.all(_before, key=workspace_id, kind=kind, record_id=record_id, limit=limit, before=id)
    return [Note(*row) for row in rows]


async def count(tx: Tx, workspace_id: str, kind: str, record_id: str) -> int:
    return await tx.value(_count, key=workspace_id, kind=kind, record_id=record_id)


async def newest_of_each(
    tx: Tx, workspace_id: str, kind: str, record_ids: Sequence[str], limit: int
) -> dict[str, tuple[list[Signed], int]]:
    """The newest notes of several records at once, and how many each has; records without any are there too.

    Two statements, and one where nobody has written anything.
    """
    found: dict[str, tuple[list[Note], int]] = {id: ([], 0) for id in record_ids}
    rows = await tx.all(_first_of_each, key=workspace_id, kind=kind, record_ids=list(found), limit=limit)
    for total, *values in rows:
        one = Note(*values)
        found[one.record_id] = ([*found[one.record_id][0], one], total)
    authors = await _authors(tx, workspace_id, [one for written, _ in found.values() for one in written])
    return {id: (_signed(written, authors), total) for id, (written, total) in found.items()}


async def signed(tx: Tx, workspace_id: str, written: Sequence[Note]) -> list[Signed]:
    """Notes with their authors, in one statement."""
    return _signed(written, await _authors(tx, workspace_id, written))


async def _authors(tx: Tx, workspace_id: str, written: Sequence[Note]) -> dict[int, Admin]:
    ids = {one.author_id for one in written if one.author_id is not None}
    return await admins_by_id(tx, workspace_id, sorted(ids))


def _signed(written: Sequence[Note], authors: dict[int, Admin]) -> list[Signed]:
    return [Signed(one, authors.get(one.author_id) if one.author_id is not None else None) for one in written]

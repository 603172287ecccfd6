"""Files in the database: what they are called and what is in them; their bytes are blobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, select

from interlock.storage.database import Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import files, workspaces


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody sent. Who knows its `id` may read it."""

    id: str  # 32 random hex digits
    name: str
    content_type: str
    size: int
    content_hash: str
    created_at: int


_columns = (files.c.id, files.c.name, files.c.content_type, files.c.size, files.c.content_hash, files.c.created_at)
_mine = files.c.workspace_id == bindparam("key")
_insert = Query(insert(files))
_get = Query(select(*_columns).where(_mine, files.c.id == bindparam("id")))
_several = Query(select(*_columns).where(_mine, any_of(files.c.id, "ids")))
_hashes = Query(select(files.c.content_hash).where(_mine, any_of(files.c.id, "ids")))
_delete = Query(delete(files).where(_mine, any_of(files.c.id, "ids")))
_needed = Query(
    select(files.c.id)
    .select_from(workspaces.join(files, files.c.workspace_id == workspaces.c.id))
    .where(files.c.content_hash == bindparam("content_hash"))
    .limit(1)
)


async def insert_files(tx: Tx, workspace_id: str, added: Sequence[File]) -> None:
    rows = [{"workspace_id": workspace_id, **{name: getattr(one, name) for name in File.__slots__}} for one in added]
    if rows:
        await tx.many(_insert, rows)


async def get_file(tx: Tx, workspace_id: str, id: str) -> File | None:
    row = await tx.one(_get, key=workspace_id, id=id)
    return File(*row) if row is not None else None


async def get_files(tx: Tx, workspace_id: str, ids: Iterable[str]) -> dict[str, File]:
    """Those of several that there are, by their ids."""
    wanted = sorted(set(ids))
    rows = await tx.all(_several, key=workspace_id, ids=wanted) if wanted else []
    return {row[0]: File(*row) for row in rows}


async def delete_files(tx: Tx, workspace_id: str, ids: Sequence[str]) -> list[str]:
    """The hashes of what they had in them."""
    rows = await tx.all(_hashes, key=workspace_id, ids=list(ids))
    await tx.run(_delete, key=workspace_id, ids=list(ids))
    return sorted({row[0] for row in rows})


async def is_needed(tx: Tx, content_hash: str) -> bool:
    """Has any file of any workspace these bytes?"""
    return await tx.one(_needed, content_hash=content_hash) is not None

"""Everything that a workspace holds, to see that something has stored nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import metadata

KEPT_BY_THE_SERVER = ("counts", "company_scrolls")


async def rows_of(database: Database, workspace_id: str, *without: str) -> dict[str, list[Any]]:
    """The rows of a workspace by table, but for what the server keeps for itself."""

    async def read(tx: Tx) -> dict[str, list[Any]]:
        found = {}
        for table in metadata.sorted_tables:
            if "workspace_id" not in table.c or table.name in (*KEPT_BY_THE_SERVER, *without):
                continue
            columns = [column for column in table.c if column.name != "position"]  # given later, by the stamper
            rows = await tx.all(Query(select(*columns).where(table.c.workspace_id == workspace_id)))
            found[table.name] = sorted(map(tuple, rows), key=repr)
        return found

    return await database.read(read)

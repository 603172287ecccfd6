"""Writes that are gathered, and searches that are begun at once: quicker ways that change nothing of what comes out."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, text, update

from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database, Duplicate, Tx
from interlock.storage.later import Later
from interlock.storage.query import Query
from interlock.storage.tables import counts

_insert = Query(insert(counts))
_set = Query(
    update(counts)
    .where(counts.c.workspace_id == bindparam("in_workspace"), counts.c.name == bindparam("of_name"))
    .values(value=bindparam("new_value"))
)
_all = Query(
    select(counts.c.name, counts.c.value).where(counts.c.workspace_id == bindparam("key")).order_by(counts.c.name)
)
_long = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select count(*) from n"


def row(id: str, name: str, value: int = 0) -> dict[str, Any]:
    return {"workspace_id": id, "name": name, "value": value, "counted_at": 0}


async def stored(tx: Tx, id: str) -> list[tuple[str, int]]:
    return [(one[0], one[1]) for one in await tx.all(_all, key=id)]


@pytest.mark.parametrize("number", [0, 1, 2, 8, 9, 40])
async def test_gathered_writes_are_all_carried_out(database: Database, workspace: Made, number: int) -> None:
    id = workspace.workspace_id
    await database.transact(_begin, id)

    async def unit(tx: Tx) -> list[tuple[str, int]]:
        later = Later(tx)
        await later.run(_set, in_workspace=id, of_name="a", new_value=7)
        await later.many(_insert, [row(id, f"n{n:02}", n) for n in range(number)])
        before = await stored(tx, id)
        await later.flush()
        await later.flush()  # nothing twice
        return before

    assert await database.transact(unit) == [("a", 0)]
    assert await database.read(stored, id) == [("a", 7), *((f"n{n:02}", n) for n in range(number))]


async def _begin(tx: Tx, id: str) -> None:
    await tx.run(_insert, **row(id, "a"))


async def test_one_that_a_unique_index_refuses_takes_the_others_along(database: Database, workspace: Made) -> None:
    id = workspace.workspace_id
    await database.transact(_begin, id)

    async def unit(tx: Tx) -> None:
        later = Later(tx)
        await later.many(_insert, [row(id, "b"), row(id, "a")])
        await later.flush()

    with pytest.raises(Duplicate) as refused:
        await database.transact(unit)
    assert refused.value.index == "counts_pkey"
    assert await database.read(stored, id) == [("a", 0)]


async def test_a_search_that_takes_long_comes_to_its_end_elsewhere(database: Database, workspace: Made) -> None:
    begun = []

    async def unit(tx: Tx) -> int:
        begun.append(tx)
        return await tx.value(Query(text(_long)))

    assert await database.search(unit) == 300000
    assert len(begun) == (2 if database.dialect == "sqlite" else 1)
    assert await database.read(unit) == 300000  # a look-up is not hurried, on the same connection

"""Units of work: each whole or not at all, however many run at once."""

from __future__ import annotations

import asyncio
import contextvars
import time

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database, Duplicate, Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import counts, links

_insert = Query(insert(counts))
_lock = Query(
    select(counts.c.value)
    .where(counts.c.workspace_id == bindparam("workspace_id"), counts.c.name == bindparam("name"))
    .with_for_update()
)
_set = Query(
    update(counts)
    .where(counts.c.workspace_id == bindparam("in_workspace"), counts.c.name == bindparam("of_name"))
    .values(value=bindparam("new_value"))
)
_names = Query(select(counts.c.name).where(counts.c.workspace_id == bindparam("workspace_id")).order_by(counts.c.name))
_some = Query(
    select(counts.c.name).where(
        counts.c.workspace_id == bindparam("workspace_id"), any_of(counts.c.value, "values_wanted")
    )
)
_link = Query(insert(links))


async def add(tx: Tx, workspace_id: str, name: str, value: int = 0) -> None:
    await tx.run(_insert, workspace_id=workspace_id, name=name, value=value, counted_at=0)


async def names(tx: Tx, workspace_id: str) -> list[str]:
    return [row[0] for row in await tx.all(_names, workspace_id=workspace_id)]


async def test_a_unit_that_fails_leaves_the_others_of_its_batch(database: Database, workspace: Made) -> None:
    async def unit(tx: Tx, number: int) -> int:
        await add(tx, workspace.workspace_id, f"n{number:02}")
        if number % 3 == 0:
            raise ValueError(number)
        return number

    results = await asyncio.gather(*(database.transact(unit, n) for n in range(40)), return_exceptions=True)
    assert [isinstance(one, ValueError) for one in results] == [n % 3 == 0 for n in range(40)]
    stored = await database.read(names, workspace.workspace_id)
    assert stored == [f"n{n:02}" for n in range(40) if n % 3]


async def test_a_unique_index_that_refuses_is_named(database: Database, workspace: Made) -> None:
    id = workspace.workspace_id

    async def link(tx: Tx, name: str) -> None:
        values = {"workspace_id": id, "shard_key": id, "reference_id": "r", "a_id": "a", "b_id": "b"}
        await tx.run(_link, id=name, **values)

    await database.transact(add, id, "one")
    with pytest.raises(Duplicate) as refused:
        await database.transact(add, id, "one")
    assert refused.value.index == "counts_pkey"
    await database.transact(link, "one")
    with pytest.raises(Duplicate) as refused:
        await database.transact(link, "two")
    assert refused.value.index in ("links_a", "links_b")


async def test_32_increments_at_once_lose_nothing(database: Database, workspace: Made) -> None:
    id = workspace.workspace_id
    await database.transact(add, id, "counter")

    async def increment(tx: Tx) -> None:
        value = await tx.value(_lock, workspace_id=id, name="counter")
        await tx.run(_set, in_workspace=id, of_name="counter", new_value=value + 1)

    async def writer() -> None:
        for _ in range(5):
            await database.transact(increment)

    await asyncio.gather(*(writer() for _ in range(32)))
    assert await database.read(lambda tx: tx.value(_lock, workspace_id=id, name="counter")) == 160


async def test_on_sqlite_a_unit_that_awaits_something_else_is_refused(database: Database, workspace: Made) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL has a connection for each unit, so nobody else has to wait")

    async def unit(tx: Tx) -> None:
        await add(tx, workspace.workspace_id, "half")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="only its transaction"):
        await database.transact(unit)
    assert await database.read(names, workspace.workspace_id) == []


async def test_a_mistake_in_a_value_is_not_taken_for_a_lost_connection(database: Database, workspace: Made) -> None:
    started = time.monotonic()
    with pytest.raises(Exception, match=r"(?s).+") as problem:
        await database.transact(add, workspace.workspace_id, "x", object())
    assert type(problem.value).__name__ != "Unavailable"
    assert time.monotonic() - started < 1


async def test_a_unit_keeps_the_context_of_who_asked(database: Database, workspace: Made) -> None:
    who = contextvars.ContextVar("who", default="nobody")
    who.set("me")

    async def unit(tx: Tx) -> str:
        return who.get()

    assert await database.transact(unit) == "me"
    assert await database.search(unit) == "me"


async def test_a_duplicate_that_is_expected_leaves_the_transaction_usable(database: Database, workspace: Made) -> None:
    id = workspace.workspace_id
    insert_new = Query(insert_or(counts).on_conflict_do_nothing().returning(counts.c.name))
    await database.transact(add, id, "there")

    async def unit(tx: Tx) -> list[object]:
        values = {"workspace_id": id, "value": 1, "counted_at": 0}
        return [await tx.value(insert_new, name=name, **values) for name in ("there", "new")]

    assert await database.transact(unit) == [None, "new"]


async def test_a_list_parameter_may_have_any_length(database: Database, workspace: Made) -> None:
    id = workspace.workspace_id

    async def unit(tx: Tx) -> None:
        for n in range(3):
            await add(tx, id, f"n{n}", n)

    await database.transact(unit)
    for wanted, found in (([], 0), ([1], 1), ([0, 2, 2**62], 2), (list(range(5000)), 3)):
        rows = await database.read(lambda tx, w=wanted: tx.all(_some, workspace_id=id, values_wanted=w))
        assert len(rows) == found


async def test_a_snapshot_does_not_move(database: Database, workspace: Made) -> None:
    id = workspace.workspace_id
    await database.transact(add, id, "first")
    loop = asyncio.get_running_loop()

    async def unit(tx: Tx) -> list[list[str]]:
        before = await names(tx, id)
        if database.dialect == "sqlite":  # its units run in a thread and may not await
            asyncio.run_coroutine_threadsafe(database.transact(add, id, "second"), loop).result(10)
        else:
            await database.transact(add, id, "second")
        return [before, await names(tx, id)]

    assert await database.snapshot(unit) == [["first"], ["first"]]
    assert await database.read(names, id) == ["first", "second"]


async def test_a_closed_database_takes_no_more_work(new_database: Database) -> None:
    accepted = [asyncio.ensure_future(new_database.transact(add, "w", f"n{n}")) for n in range(10)]
    await asyncio.sleep(0)
    await new_database.close()
    results = await asyncio.gather(*accepted, return_exceptions=True)
    with pytest.raises(Exception, match=r"clos"):
        await new_database.transact(add, "w", "late")
    if new_database.dialect == "sqlite":
        assert results == [None] * 10

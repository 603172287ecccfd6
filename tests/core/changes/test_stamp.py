"""The feed: a reader that asks for what comes after the last row it saw sees every row, once."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, func, select

from interlock.core.changes import prune, stamp
from interlock.core.changes.change import note, row
from interlock.core.changes.stamp import Stamper
from interlock.core.workspaces.bootstrap import Made, create_workspace
from interlock.kit import clock
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes, leases

_after = Query(
    select(changes.c.position, changes.c.id)
    .where(changes.c.workspace_id == bindparam("workspace_id"), changes.c.position > bindparam("cursor"))
    .order_by(changes.c.position)
    .limit(50)
)
_ids = Query(select(changes.c.id).where(changes.c.workspace_id == bindparam("workspace_id")).order_by(changes.c.id))
_pause = Query(select(func.pg_sleep(bindparam("seconds"))))


def change(workspace_id: str, at: int | None = None) -> dict[str, Any]:
    return row(workspace_id, "contact", "r", "updated", "test:1", at or clock.micros(), {}, {})


async def read(database: Database, workspace_id: str, cursor: int) -> list[Any]:
    return list(await database.read(lambda tx: tx.all(_after, workspace_id=workspace_id, cursor=cursor)))


async def stamp_all(database: Database) -> None:
    stamper = Stamper(database)
    while await stamper.step():
        pass
    await stamper.release()


async def test_a_reader_sees_every_row_exactly_once(new_database: Database) -> None:
    """Twelve writers that commit in another order than they began in, two candidates for the lease, one reader."""
    database = new_database
    id = (await create_workspace(database, "Busy")).workspace_id
    written: set[str] = set()
    finished = asyncio.Event()

    async def unit(tx: Tx, rows: list[dict[str, Any]], seconds: float) -> None:
        await note(tx, *rows)
        if tx.dialect == "postgresql":
            await tx.run(_pause, seconds=seconds)

    async def writer(number: int) -> None:
        own = random.Random(number)
        for _ in range(15):
            rows = [change(id) for _ in range(own.randint(1, 4))]
            await database.transact(unit, rows, own.random() * 0.02)
            written.update(one["id"] for one in rows)
            await asyncio.sleep(own.random() * 0.01)

    async def stamping() -> None:
        stamper = Stamper(database)
        while not finished.is_set():
            await stamper.step()
            await asyncio.sleep(0.003)

    seen: list[str] = []

    async def reader() -> None:
        cursor, empty = 0, 0
        while empty < 10:
            rows = await read(database, id, cursor)
            empty = empty + 1 if finished.is_set() and not rows else 0
            assert [one[0] for one in rows] == sorted(one[0] for one in rows)
            for position, change_id in rows:
                assert position > cursor
                cursor = position
                seen.append(change_id)
            await asyncio.sleep(0.002)

    reading = asyncio.create_task(reader())
    candidates = [asyncio.create_task(stamping()) for _ in range(2)]
    await asyncio.gather(*(writer(n) for n in range(12)))
    await asyncio.sleep(0.1)
    finished.set()
    await asyncio.gather(*candidates)
    await stamp_all_taking_over(database)
    await reading
    assert len(seen) == len(set(seen))
    assert set(seen) == written


async def stamp_all_taking_over(database: Database) -> None:
    """As when the holder has died and its lease has run out."""
    await database.transact(end_lease)
    await stamp_all(database)


async def end_lease(tx: Tx) -> None:
    holder = await tx.one(stamp._lock, name=stamp.LEASE_NAME)
    if holder is not None:
        await tx.run(stamp._save_lease, lease=stamp.LEASE_NAME, new_owner=holder[0], new_until=0, new_counter=holder[2])


async def test_only_the_holder_stamps_until_its_lease_ends(new_database: Database) -> None:
    id = (await create_workspace(new_database, "One")).workspace_id
    first, second = Stamper(new_database), Stamper(new_database)
    await new_database.transact(note, change(id))
    await first.step()
    await new_database.transact(note, change(id))
    await second.step()
    assert len(await read(new_database, id, 0)) == 1
    await new_database.transact(end_lease)
    await second.step()
    assert len(await read(new_database, id, 0)) == 2
    await new_database.transact(note, change(id))
    await first.step()  # was paused, and thinks nothing has happened
    assert len(await read(new_database, id, 0)) == 2
    await second.release()
    await first.step()
    assert [one[0] for one in await read(new_database, id, 0)] == [1, 2, 3]


async def test_a_paused_holder_that_wakes_inside_its_batch_is_stopped(new_database: Database) -> None:
    id = (await create_workspace(new_database, "One")).workspace_id
    await new_database.transact(note, change(id))
    await Stamper(new_database).step()
    assert await new_database.transact(stamp._stamp_batch, "somebody else", id, clock.micros()) is None


async def test_positions_go_on_where_the_lease_is_lost(new_database: Database) -> None:
    id = (await create_workspace(new_database, "One")).workspace_id
    await new_database.transact(note, *(change(id) for _ in range(5)))
    await stamp_all(new_database)
    await new_database.transact(lambda tx: tx.run(Query(delete(leases))))
    await new_database.transact(note, change(id))
    await stamp_all(new_database)
    assert [one[0] for one in await read(new_database, id, 0)] == [1, 2, 3, 4, 5, 6]


async def test_a_bulk_is_stamped_in_batches(
    database: Database, workspace: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamp.limits, "STAMP_BATCH", 10)
    await database.transact(note, *(change(workspace.workspace_id) for _ in range(35)))
    await stamp_all_taking_over(database)
    rows = await read(database, workspace.workspace_id, 0)
    assert len(rows) == 35
    assert [one[1] for one in rows] == sorted(one[1] for one in rows)


async def test_history_older_than_its_days_goes(new_database: Database) -> None:
    database = new_database
    made = await create_workspace(database, "Short memory", history_days=10)
    id = made.workspace_id
    long_ago = clock.seconds() - 11 * prune.DAY
    old = [{**change(id, long_ago * 1_000_000), "id": f"{long_ago:08x}{n:016x}"} for n in range(3)]
    await database.transact(note, *old, change(id))
    assert await prune.step(database) is False
    assert len(await database.read(lambda tx: tx.all(_ids, workspace_id=id))) == 4  # nobody could have read them yet
    await stamp_all(database)
    await prune.step(database)
    left = await database.read(lambda tx: tx.all(_ids, workspace_id=id))
    assert len(left) == 1
    assert left[0][0] not in {one["id"] for one in old}

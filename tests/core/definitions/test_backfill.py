"""Slots are filled and emptied in batches, while others write and define."""

from __future__ import annotations

import asyncio

import pytest

from interlock.core.definitions import backfill
from interlock.kit import limits
from interlock.storage.database import Database
from tests.core.definitions.shop import Shop, wanted


@pytest.fixture
async def shop(database: Database, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(limits, "BACKFILL_BATCH", 10)
    await backfill.run(database)  # what other tests have left
    return await Shop.open(database)


async def test_there_is_nothing_to_do_for_new_attributes(shop: Shop) -> None:
    await shop.add_type("Order", wanted("total", "decimal"))
    assert not await backfill.step(shop.database)


async def test_several_batches(shop: Shop) -> None:
    kind = await shop.add_type("Order", wanted("total", "integer"), wanted("note"))
    await shop.insert_many("Order", {f"A{n}": {"total": n} if n % 2 else {"note": "x"} for n in range(35)})
    total = (await shop.schema()).of(kind)["total"]
    await shop.change(total.id, archived=True)
    steps = 0
    while await backfill.step(shop.database):
        steps += 1
    assert steps == 5, "four batches, and the end"
    assert {tuple(one) for one in (await shop.slots(kind)).values()} == {(), ("t1",)}
    await shop.change(total.id, archived=False)
    await backfill.run(shop.database)
    filled = [one["i1"] for one in (await shop.slots(kind)).values() if "i1" in one]
    assert sorted(filled) == list(range(1, 35, 2))


async def test_work_that_changes_its_mind_half_way(shop: Shop) -> None:
    kind = await shop.add_type("Order", wanted("total", "integer"))
    await shop.insert_many("Order", {f"A{n}": {"total": n} for n in range(25)})
    total = (await shop.schema()).of(kind)["total"]
    await shop.change(total.id, archived=True)
    assert await backfill.step(shop.database)
    assert await backfill.step(shop.database)
    await shop.change(total.id, archived=False)  # the first twenty are empty by now
    await backfill.run(shop.database)
    assert sorted(one["i1"] for one in (await shop.slots(kind)).values()) == list(range(25))
    assert (await shop.schema()).by_id[total.id].slot_ready


async def test_a_process_that_knows_nothing_of_it_starts_over(shop: Shop) -> None:
    kind = await shop.add_type("Order", wanted("total", "integer"))
    await shop.insert_many("Order", {f"A{n}": {"total": n} for n in range(25)})
    total = (await shop.schema()).of(kind)["total"]
    await shop.change(total.id, archived=True)
    assert await backfill.step(shop.database)
    backfill._places.clear()
    await backfill.run(shop.database)
    assert (await shop.schema()).by_id[total.id].slot is None
    assert not any((await shop.slots(kind)).values())


async def test_who_has_no_slot_gets_one_that_is_freed(shop: Shop) -> None:
    kind = await shop.add_type("Order", *(wanted(f"d{n}", "decimal") for n in range(5)))
    id = await shop.put("Order", "A", d0=1.0, d4=5.0)
    schema = await shop.schema()
    assert schema.of(kind)["d4"].slot is None
    await shop.change(schema.of(kind)["d0"].id, archived=True)
    await backfill.run(shop.database)
    waiting = (await shop.schema()).of(kind)["d4"]
    assert (waiting.slot, waiting.slot_ready) == ("d1", True)
    assert (await shop.slots(kind))[id] == {"d1": 5.0}


async def test_others_write_all_the_while(shop: Shop) -> None:
    kind = await shop.add_type("Order", wanted("total", "integer"))
    await shop.insert_many("Order", {f"A{n}": {"total": n} for n in range(100)})
    total = (await shop.schema()).of(kind)["total"]
    await shop.change(total.id, archived=True)
    await backfill.run(shop.database)
    await shop.change(total.id, archived=False)
    done = asyncio.Event()

    async def write(first: int) -> None:
        n = first
        while not done.is_set():
            await shop.put("Order", f"A{n % 130}", total=1000 + n)
            n += 4

    writers = [asyncio.create_task(write(first)) for first in range(4)]
    await backfill.run(shop.database)
    done.set()
    await asyncio.gather(*writers)
    assert (await shop.schema()).by_id[total.id].slot_ready
    stored = sorted(one["total"] for one in (await shop.values("Order")).values())
    assert sorted(one["i1"] for one in (await shop.slots(kind)).values()) == stored


async def test_people_have_slots_too(shop: Shop) -> None:
    from interlock.app import build
    from interlock.core.staff import access
    from support.client import Client

    secret, _ = await access.create(shop.database, shop.id, "Test")
    client = Client(build(shop.database), secret)
    id = await shop.add("contact", "seats", "integer")
    person = await client.ok("POST", "/contacts", {"external_id": "p", "custom_attributes": {"seats": 4}})
    await shop.change(id, archived=True)
    await backfill.run(shop.database)
    assert (await shop.slots("contact"))[person["id"]] == {}
    await shop.change(id, archived=False)
    await backfill.run(shop.database)
    assert (await shop.slots("contact"))[person["id"]] == {"i1": 4}

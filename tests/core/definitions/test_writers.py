"""Others write records while a schema is applied: nobody is refused, and nothing is stored under old definitions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from interlock.core.attributes.coerce import coerce
from interlock.core.attributes.policy import Source
from interlock.core.definitions import backfill
from interlock.core.schema.store import SchemaChanged, ensure_current
from interlock.kit.problems import Problem
from interlock.storage.database import Database
from tests.core.definitions.shop import Shop

TYPES = ("string", "integer", "decimal", "string", "datetime", "integer")


@contextmanager
def expecting(code: str) -> Iterator[None]:
    """A problem with this code may come, and no other."""
    try:
        yield
    except Problem as problem:
        if problem.code != code:
            raise


def document(data_type: str) -> dict[str, Any]:
    return {"object_types": [{"identifier": "Order", "attributes": [{"name": "x", "data_type": data_type}]}]}


async def test_no_value_of_the_old_type_is_left(database: Database) -> None:
    shop = await Shop.open(database)
    await shop.apply(document("string"))
    done = asyncio.Event()
    written = 0

    async def write(writer: int) -> None:
        """One who looks at the definitions, sends what fits them, and takes a 400 for being late."""
        nonlocal written
        n = 0
        while not done.is_set():
            n += 1
            schema = await shop.schemas.get(shop.id)
            data_type = schema.of(schema.type("Order").id)["x"].data_type
            value = {"string": f"{n}", "decimal": n + 0.5}.get(data_type, n)
            external_id = f"{writer}-{n}" if n % 2 else f"{writer}-{n % 7}"  # new ones, and old ones again
            with expecting("parameter_invalid"):  # definitions were newer than the writer thought
                await shop.put("Order", external_id, x=value)
                written += 1

    writers = [asyncio.create_task(write(writer)) for writer in range(6)]
    for data_type in TYPES[1:]:
        await asyncio.sleep(0.05)
        for _ in range(20):
            with expecting("plan_out_of_date"):  # more would be lost by now
                await shop.apply(document(data_type))
                break
    done.set()
    await asyncio.gather(*writers)
    schema = await shop.schema()
    kind = schema.type("Order").id
    definition = schema.of(kind)["x"]
    assert definition.data_type == TYPES[-1]
    stored = [one["x"] for one in (await shop.values("Order")).values() if "x" in one]
    assert written > 20
    assert [value for value in stored if isinstance(coerce(definition, value, Source.API), Problem)] == []
    assert sorted(one["i1"] for one in (await shop.slots(kind)).values() if one) == sorted(stored)


async def test_archived_and_replaced_while_others_write(database: Database) -> None:
    """Slots change hands: no column may keep what another attribute has left there."""
    await backfill.run(database)
    shop = await Shop.open(database)
    kind = await shop.add_type("Order")
    await shop.add(kind, "x0", "decimal")
    done = asyncio.Event()

    async def write(writer: int) -> None:
        n = 0
        while not done.is_set():
            n += 1
            active = (await shop.schemas.get(shop.id)).active(kind)
            with expecting("parameter_invalid"):
                await shop.put("Order", f"{writer}-{n}", **{one.name: float(n) for one in active})

    writers = [asyncio.create_task(write(writer)) for writer in range(4)]
    for generation in range(1, 5):
        last = (await shop.schema()).of(kind)[f"x{generation - 1}"]
        await shop.change(last.id, archived=True)
        await backfill.run(database)
        await shop.add(kind, f"x{generation}", "decimal")
    done.set()
    await asyncio.gather(*writers)
    await backfill.run(database)
    last = (await shop.schema()).of(kind)["x4"]
    assert (last.slot, last.slot_ready) == ("d1", True)
    stored = sorted(one["x4"] for one in (await shop.values("Order")).values() if "x4" in one)
    assert sorted(one["d1"] for one in (await shop.slots(kind)).values() if one) == stored


async def test_a_writer_that_has_only_looked_at_the_version_is_waited_for(database: Database) -> None:
    """It says that its definitions are the newest, and so they must stay until it has written."""
    shop = await Shop.open(database)
    await shop.apply(document("string"))
    schema = await shop.schema()
    order: list[str] = []

    async def late(tx: Any) -> None:
        await ensure_current(tx, schema)
        order.append("looked")
        for _ in range(30):  # statements of its own, so that somebody else may come in between
            await ensure_current(tx, schema)
        order.append("written")

    async def applied() -> None:
        while not order:  # noqa: ASYNC110 - on SQLite it is another thread that sets it
            await asyncio.sleep(0)
        await shop.apply(document("integer"))
        order.append("applied")

    await asyncio.gather(database.transact(late), applied())
    assert order == ["looked", "written", "applied"]
    with pytest.raises(SchemaChanged):
        await database.transact(late)

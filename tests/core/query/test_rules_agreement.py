"""Rules of segments hold for the same records in memory and in SQL, on both databases, whatever they speak of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.query.around_store import load
from interlock.core.query.fields import fields_of
from interlock.core.query.match import matches
from interlock.core.query.parse import Search, default_sort
from interlock.core.query.predicate import Predicate
from interlock.core.query.rules import read_rules
from interlock.core.query.search import search
from interlock.core.records.store import store_of
from interlock.core.schema.schema import Schema
from interlock.kit import ids
from interlock.storage.database import Database, Tx
from tests.core.query.world import NOW, ORDER, World, put, rules, schema, worlds


async def in_sql(tx: Tx, of: Schema, kind: str, where: Predicate) -> list[str]:
    wanted = Search(where, default_sort(fields_of(of, kind)), 150)
    return [one.id for one in (await search(tx, of, kind, wanted, store_of(kind))).records]


async def in_memory(tx: Tx, of: Schema, kind: str, world: World, wheres: list[Predicate]) -> list[list[str]]:
    """All rules at once, each record read anew from the database."""
    store = store_of(kind)
    records = [await store.get(tx, of.workspace.id, one.id, kind) for one in world.records[kind]]
    known = await load(tx, of.workspace.id, [one for one in records if one is not None], wheres)
    found = [[one.record.id for one in known if matches(where, one)] for where in wheres]
    return [sorted(ids, reverse=True) for ids in found]


@pytest.mark.parametrize("kind", [CONTACT, COMPANY, ORDER])
@given(world=worlds(), data=st.data())
async def test_memory_and_sql_agree(database: Database, kind: str, world: World, data: Any) -> None:
    of = schema("w-" + ids.record_id())
    written = data.draw(st.lists(rules(kind), min_size=1, max_size=8))
    wheres = [read_rules(one, of, kind, NOW) for one in written]

    async def unit(tx: Tx) -> None:
        await put(tx, of, world)
        expected = await in_memory(tx, of, kind, world, wheres)
        for rule, where, ids_in_memory in zip(written, wheres, expected, strict=True):
            assert await in_sql(tx, of, kind, where) == ids_in_memory, rule

    await database.transact(unit)

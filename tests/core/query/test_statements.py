"""The statements themselves: made once for a shape, with the keys and literals that indexes and shards need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apsw
import pytest
from sqlalchemy.schema import CreateIndex, CreateTable

from interlock.core.query import search as searching
from interlock.core.query.fields import fields_of
from interlock.core.query.parse import Search
from interlock.core.query.predicate import And, Compare, Not, Or, Predicate
from interlock.core.query.search import search
from interlock.core.query.sql import Statements, shape
from interlock.core.records.store import store_of
from interlock.storage.database import Database, Tx
from interlock.storage.query import SQLITE, Query
from interlock.storage.tables import contacts, instances, links
from tests.core.query.making import COMPANY, CONTACT, KINDS, ORDER, schema

_SCHEMA = schema()
_CONTACT = fields_of(_SCHEMA, CONTACT)
_STOCK, _PLAN = _CONTACT["custom_attributes.stock"], _CONTACT["custom_attributes.plan"]
_EMAIL, _NAME = _CONTACT["email"], _CONTACT["name"]


def key_of(predicate: Predicate) -> Any:
    return shape(predicate, [])


def test_a_shape_holds_all_but_the_values() -> None:
    def made(stock: int, plans: tuple[str, ...]) -> Predicate:
        return And((Compare(_STOCK, "gt", stock), Not(Compare(_PLAN, "in", plans))))

    values: list[Any] = []
    assert shape(made(1, ("a", "b")), values) == key_of(made(2, ()))
    assert values == [1, ["a", "b"]]
    different = [
        Compare(_STOCK, "gt", 1),
        Compare(_STOCK, "ge", 1),
        Compare(_CONTACT["custom_attributes.$[0]"], "gt", 1),
        Not(Compare(_STOCK, "gt", 1)),
        And((Compare(_STOCK, "gt", 1), Compare(_PLAN, "eq", "a"))),
        Or((Compare(_STOCK, "gt", 1), Compare(_PLAN, "eq", "a"))),
    ]
    assert len({key_of(one) for one in different}) == len(different)


async def test_one_shape_is_compiled_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = searching._Compiled(3)
    monkeypatch.setattr(searching, "_compiled", kept)

    async def run(name: str, value: Any) -> None:
        wanted = Search(Compare(_CONTACT[name], "eq", value), (_CONTACT["id"], True))
        await database.search(search, _SCHEMA, CONTACT, wanted, store_of(CONTACT))

    for value in ("a", "b", "c"):
        await run("name", value)
    assert len(kept) == 1
    for name in ("phone", "role", "external_id", "id"):
        await run(name, "a")
    assert len(kept) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_statement_has_its_key_and_a_literal_live(kind: str) -> None:
    fields = fields_of(_SCHEMA, kind)
    store = store_of(kind)
    where = And(
        (Compare(fields["custom_attributes.a"], "missing"), Not(Compare(fields["custom_attributes.b"], "eq", "")))
    )
    for query in (
        Statements(store, where).count(),
        Statements(store, where).by_id(True, True),
        Statements(store, where).by_value(fields["custom_attributes.stock"], False, True),
        Statements(store, where).without_value(fields["custom_attributes.stock"], False, False),
    ):
        for text in (query.pg, query.lite):
            assert f"{store.table.name}.live = 1 AND" in text
            assert f"{store.table.name}.{store.key} = " in text
            assert text.count("links.shard_key = ") == 2
            assert (".type_id = " in text) == (kind == ORDER)
            assert "= 1 = 1" not in text


@pytest.fixture(scope="module")
def connection() -> Iterator[apsw.Connection]:
    """An empty SQLite database: no statistics, as in a new installation."""
    made = apsw.Connection(":memory:")
    for table in (contacts, instances, links):
        made.execute(str(CreateTable(table).compile(dialect=SQLITE)))
        for index in table.indexes:
            made.execute(str(CreateIndex(index).compile(dialect=SQLITE)))
    yield made
    made.close()


def plan(connection: apsw.Connection, query: Query) -> str:
    values = {**dict.fromkeys(query.lite_fixed), **{name: [] for name in query.lists}}
    rows = connection.execute(f"explain query plan {query.lite}", query.sqlite_arguments(values))
    return "; ".join(str(row[3]) for row in rows)


class TestPlansOfSQLite:
    """PostgreSQL plans by statistics and values instead."""

    @pytest.mark.parametrize(
        ("where", "index"),
        [
            (And((Compare(_STOCK, "ge", 1), Compare(_STOCK, "lt", 5), Compare(_PLAN, "in", ("a",)))), "contacts_i1"),
            (And((Compare(_STOCK, "ge", 1), Compare(_NAME, "contains", "a"))), "contacts_i1"),
            (Compare(_PLAN, "eq", "a"), "COVERING INDEX contacts_t1"),
            (Compare(_EMAIL, "eq", "a"), "contacts_email_key"),
            (Compare(_EMAIL, "in", ("a", "b")), "contacts_email_key"),
            (And((Compare(_CONTACT["external_id"], "eq", "a"), Compare(_STOCK, "gt", 1))), "contacts_external_id"),
        ],
    )
    def test_counts_use_the_index(self, connection: apsw.Connection, where: Predicate, index: str) -> None:
        assert index in plan(connection, Statements(store_of(CONTACT), where).count())

    def test_a_page_of_one_address_looks_it_up(self, connection: apsw.Connection) -> None:
        statements = Statements(store_of(CONTACT), Compare(_EMAIL, "eq", "a"))
        assert "contacts_email_key" in plan(connection, statements.by_id(True, True))
        assert "contacts_email_key" in plan(connection, statements.by_value(_CONTACT["updated_at"], True, True))

    def test_a_filter_over_a_reference_starts_from_the_links(self, connection: apsw.Connection) -> None:
        linked = Compare(fields_of(_SCHEMA, ORDER)["custom_attributes.a"], "eq", "x")
        found = plan(connection, Statements(store_of(ORDER), linked).count())
        assert "instances_type (shard_key=? AND type_id=? AND id=?)" in found

    def test_a_page_sorted_by_a_slot_walks_its_index(self, connection: apsw.Connection) -> None:
        walk = plan(connection, Statements(store_of(CONTACT), None).by_value(_STOCK, True, True))
        assert "contacts_i1" in walk
        assert "TEMP B-TREE" not in walk


async def test_a_page_of_companies_and_of_instances_runs_with_no_filter(database: Database) -> None:
    async def unit(tx: Tx) -> list[int]:
        totals = []
        for kind in (COMPANY, ORDER):
            wanted = Search(None, (fields_of(_SCHEMA, kind)["custom_attributes.paid"], False))
            found = await search(tx, _SCHEMA, kind, wanted, store_of(kind))
            totals.append(found.total or 0)
        return totals

    assert await database.read(unit) == [0, 0]

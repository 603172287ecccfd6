"""Searching in memory and searching in SQL find the same records, in the same order, on both databases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.query.field import Field
from interlock.core.query.fields import fields_of
from interlock.core.query.match import matches, value_of
from interlock.core.query.parse import Search
from interlock.core.query.predicate import Predicate
from interlock.core.query.search import Found, count, search
from interlock.core.records.record import Record
from interlock.core.records.store import store_of
from interlock.core.schema.schema import Schema
from interlock.kit import ids
from interlock.storage.database import Database
from tests.core.query.making import (
    COMPANY,
    CONTACT,
    CONVERSATION,
    ORDER,
    TICKET,
    distinct,
    predicates,
    put,
    records,
    schema,
    sorts,
)

_SCHEMA = schema()


def in_memory(where: Predicate, sort: tuple[Field, bool], made: Iterable[Record]) -> list[str]:
    """The ids that a search must find: those with a value by value and id, then the others by id."""
    field, descending = sort
    found = [one for one in made if one.fields["live"] and matches(where, one)]
    found.sort(key=lambda one: one.id, reverse=descending)
    valued = [one for one in found if value_of(field, one) is not None]
    valued.sort(key=lambda one: value_of(field, one), reverse=descending)
    return [one.id for one in [*valued, *(one for one in found if value_of(field, one) is None)]]


async def in_sql(database: Database, of: Schema, kind: str, wanted: Search) -> Found:
    return await database.search(search, of, kind, wanted, store_of(kind))


def _cases(kind: str) -> st.SearchStrategy[Any]:
    some = st.lists(records(kind, _SCHEMA), max_size=8).map(distinct)
    return st.tuples(some, st.lists(st.tuples(predicates(_SCHEMA, kind), sorts(_SCHEMA, kind)), min_size=1, max_size=6))


async def _agree(database: Database, kind: str, case: tuple[list[Record], list[Any]]) -> None:
    made, searches = case
    of = schema("w-" + ids.record_id())  # each example has a workspace of its own, among those of the others
    await put(database, of, made)
    for where, sort in searches:
        expected = in_memory(where, sort, made)
        found = await in_sql(database, of, kind, Search(where, sort, 150))
        assert [one.id for one in found.records] == expected
        assert found.total == len(expected)
        assert found.next_cursor is None
        assert await database.search(count, of, kind, where, store_of(kind)) == len(expected)


@given(case=_cases(CONTACT))
async def test_contacts(database: Database, case: Any) -> None:
    await _agree(database, CONTACT, case)


@given(case=_cases(COMPANY))
async def test_companies(database: Database, case: Any) -> None:
    await _agree(database, COMPANY, case)


@given(case=_cases(CONVERSATION))
async def test_conversations(database: Database, case: Any) -> None:
    await _agree(database, CONVERSATION, case)


@given(case=_cases(TICKET))
async def test_tickets(database: Database, case: Any) -> None:
    await _agree(database, TICKET, case)


@given(case=_cases(ORDER))
async def test_instances(database: Database, case: Any) -> None:
    await _agree(database, ORDER, case)


@pytest.mark.parametrize("kind", [CONTACT, COMPANY, ORDER])
@given(data=st.data())
async def test_what_was_stored_reads_back_as_what_memory_compares(database: Database, kind: str, data: Any) -> None:
    """Else the two could agree on a record that is not the one in the database."""
    made = data.draw(records(kind, _SCHEMA))
    of = schema("w-" + ids.record_id())
    await put(database, of, [made])

    read = await database.read(store_of(kind).get, of.workspace.id, made.id, kind)

    assert read.fields == made.fields
    for field in fields_of(of, kind).values():  # PostgreSQL's JSON keeps 3.6e16 as a whole number: hence not `==`
        assert value_of(field, read) == value_of(field, made)

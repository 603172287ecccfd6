"""Every primitive operator on every odd value, wherever a field may be stored: exhaustive where random is thin."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.attributes.definition import BOOLEAN, DATETIME, DECIMAL, INTEGER, STRING
from interlock.core.query.field import Field
from interlock.core.query.fields import fields_of
from interlock.core.query.match import matches
from interlock.core.query.parse import Search, default_sort
from interlock.core.query.predicate import Compare, Not, Predicate
from interlock.core.query.search import search
from interlock.core.records.record import Record
from interlock.core.records.store import COMPANIES
from interlock.core.schema.schema import Schema
from interlock.kit import ids
from interlock.storage.database import Database, Tx
from tests.core.query.making import COMPANY, ODD_TEXTS, ops_of, put, schema

_WHOLES = [-(2**63), -(2**53) - 1, -1, 0, 1, 2**53, 2**53 + 1, 2**63 - 1]
_DOUBLES = [-1.7976931348623157e308, -0.0, 0.0, 5e-324, 0.1, 0.1 + 0.2, 3.0, 2.0**53, 1e22]
VALUES: dict[str, list[Any]] = {
    STRING: ODD_TEXTS,
    INTEGER: _WHOLES,
    DATETIME: [-1, 0, 1, 1743296399, 1743296400],
    DECIMAL: _DOUBLES,
    BOOLEAN: [True, False],
}
OTHER_TYPES = ["5", "x", 4.5, 1e300, [], {}]


def _company(number: int, value: Any, names: list[str]) -> Record:
    fields = dict.fromkeys(COMPANIES.field_names)
    fields |= {"live": 1, "company_id": str(number), "created_at": 0, "updated_at": 0}
    fields |= {"monthly_spend": 0, "session_count": 0, "user_count": 0}
    if isinstance(value, str):
        fields["name"] = value
    return Record(COMPANY, f"{number:024x}", fields, {} if value is None else dict.fromkeys(names, value))


def _wanted(field: Field, values: list[Any]) -> list[Predicate]:
    made: list[Predicate] = []
    for op in ops_of(field):
        if op == "missing":
            made.append(Compare(field, "missing"))
        elif op == "in":
            made += [Compare(field, "in", ()), Compare(field, "in", tuple(values[::2]))]
        else:
            made += [Compare(field, op, value) for value in values]  # type: ignore[arg-type]
    return [*made, *(Not(one) for one in made)]


@pytest.mark.parametrize("data_type", VALUES)
async def test_memory_and_sql_agree(database: Database, data_type: str) -> None:
    of = schema("w-" + ids.record_id())
    attributes = [one for one in of.active(COMPANY) if one.data_type == data_type]
    values = VALUES[data_type]
    left_over = [one for one in OTHER_TYPES if data_type != DECIMAL or one not in (4.5, 1e300)]
    left_over = [one for one in left_over if data_type != STRING or not isinstance(one, str)]
    everything = [None, *values, *left_over]
    made = [_company(number, value, [one.name for one in attributes]) for number, value in enumerate(everything)]
    await put(database, of, made)
    fields = [fields_of(of, COMPANY)[one.full_name] for one in attributes]
    if data_type == STRING:
        fields.append(fields_of(of, COMPANY)["name"])

    for field in fields:
        for where in _wanted(field, values):
            expected = {one.id for one in made if matches(where, one)}
            found = await _found(database, of, where)
            assert found == expected, where


async def _found(database: Database, of: Schema, where: Predicate) -> set[str]:
    async def unit(tx: Tx) -> set[str]:
        wanted = Search(where, default_sort(fields_of(of, COMPANY)), 150)
        return {one.id for one in (await search(tx, of, COMPANY, wanted, COMPANIES)).records}

    return await database.read(unit)

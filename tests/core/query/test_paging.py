"""Cursors neither repeat nor miss rows that stay put while others come and go, whatever the sizes of the pages."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.query.fields import fields_of
from interlock.core.query.page import Position, decode_cursor, encode_cursor
from interlock.core.query.parse import Search
from interlock.core.query.search import search
from interlock.core.records.record import Record
from interlock.core.records.store import COMPANIES
from interlock.core.schema.schema import Schema
from interlock.kit import ids
from interlock.kit.problems import Problem
from interlock.storage.database import Database, Tx
from tests.core.query.making import COMPANY, put_one, schema, texts

_SCHEMA = schema()
_FIELDS = fields_of(_SCHEMA, COMPANY)
_SORTS = ["id", "name", "created_at", "remote_created_at", "size"]
_SORTS += [f"custom_attributes.{name}" for name in ("plan", "stock", "total", "price", "paid", "open", "ünï")]


@st.composite
def _companies(draw: st.DrawFn) -> Record:
    """Few different values, so that many rows share one."""
    few = st.none() | st.integers(0, 2)
    fields = dict.fromkeys(COMPANIES.field_names) | {"live": 1, "company_id": ids.record_id(), "updated_at": 0}
    fields |= {"name": draw(st.none() | texts), "created_at": draw(st.integers(0, 2)), "size": draw(few)}
    fields |= {"remote_created_at": draw(few), "monthly_spend": 0, "session_count": 0, "user_count": 0}
    drawn = {"plan": draw(st.none() | texts), "stock": draw(few), "ünï": draw(few)}
    drawn |= {"total": draw(st.sampled_from([None, 0.5, -0.0, 0.0])), "price": draw(st.sampled_from([None, 0.1, 3]))}
    drawn |= {"paid": draw(st.sampled_from([None, True, False])), "open": draw(st.sampled_from([None, True, False]))}
    attributes = {name: value for name, value in drawn.items() if value is not None}
    return Record(COMPANY, draw(st.from_regex(r"\A[0-9a-f]{24}\Z")), fields, attributes)


_rows = st.lists(_companies(), max_size=8, unique_by=lambda one: one.id)


@given(steady=_rows, passing=_rows, path=st.sampled_from(_SORTS), descending=st.booleans(), data=st.data())
async def test_a_walk_sees_each_steady_row_once(
    database: Database, steady: list[Record], passing: list[Record], path: str, descending: bool, data: Any
) -> None:
    of = schema("w-" + ids.record_id())
    taken = {one.id for one in steady}
    away = [one for one in passing if one.id not in taken]
    here: list[Record] = []
    await database.transact(_store, of, steady)

    seen: list[str] = []
    cursor = None
    for _ in range(len(steady) + 2 * len(away) + 2):
        per_page = data.draw(st.integers(1, 4), "per_page")
        wanted = Search(None, (_FIELDS[path], descending), per_page, cursor)
        found = await database.read(search, of, COMPANY, wanted, COMPANIES)
        assert found.total == len(steady) + len(here)
        assert len(found.records) == per_page or found.next_cursor is None
        seen += [one.id for one in found.records]
        cursor = found.next_cursor
        if cursor is None:
            break
        comes = [away.pop() for _ in range(data.draw(st.integers(0, min(2, len(away))), "come"))]
        goes = [here.pop() for _ in range(data.draw(st.integers(0, len(here)), "go"))]
        here += comes
        await database.transact(_churn, of, comes, goes)

    assert cursor is None
    assert sorted(one for one in seen if one in taken) == sorted(taken)


async def _store(tx: Tx, of: Schema, rows: list[Record]) -> None:
    for one in rows:
        await put_one(tx, of, one)


async def _churn(tx: Tx, of: Schema, comes: list[Record], goes: list[Record]) -> None:
    await _store(tx, of, comes)
    for one in goes:
        await COMPANIES.delete(tx, of.workspace.id, one.id)


_POSITIONS: dict[str, Any] = {
    "name": st.none() | texts,
    "size": st.none() | st.integers(-(2**63), 2**63 - 1),
    "custom_attributes.total": st.none() | st.floats(allow_nan=False, allow_infinity=False),
}


@given(data=st.data())
def test_a_cursor_reads_back_as_it_was_written(data: Any) -> None:
    path = data.draw(st.sampled_from(sorted(_POSITIONS)))
    position = Position(data.draw(_POSITIONS[path]), data.draw(texts))
    assert decode_cursor(encode_cursor(position), _FIELDS[path]) == position


_FORGED = [encode_cursor(Position(value, "x")) for value in ("a\0", True, 2**63, 0.5, [], {})]


@pytest.mark.parametrize(
    "cursor", ["x", "=", "e30", "W10", "é", "bnVsbA", "WzEsMl0", "W1siYSJdXQ", "A" * 9999, *_FORGED]
)
def test_a_cursor_that_no_page_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_cursor(cursor, _FIELDS["size"])
    assert caught.value.code == "client_error"
    assert caught.value.message.startswith("Invalid starting_after param. Please try again")


@given(cursor=st.text(max_size=40), path=st.sampled_from(_SORTS))
def test_any_text_is_a_cursor_or_a_problem(cursor: str, path: str) -> None:
    with contextlib.suppress(Problem):
        decode_cursor(cursor, _FIELDS[path])

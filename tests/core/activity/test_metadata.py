"""The metadata of an event: ten keys, no nesting but of links and money, moments by their suffix."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.activity.metadata import clean
from interlock.kit.problems import Problem

LINK = {"url": "https://example.com/orders/1", "value": "Order 1"}
MONEY = {"amount": 349, "currency": "eur"}

_text = st.text(max_size=40)
_plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | _text
_nested = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["url", "value", "amount", "currency", "x"], _plain | st.just("https://example.com"))
)
anything = st.dictionaries(
    st.text(max_size=12) | st.from_regex(r"\A[a-z]{1,4}_date\Z"),
    _plain | _nested | st.lists(_plain, max_size=2),
    max_size=14,
)
good = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
    st.just(LINK),
    st.just(MONEY),
)
names = st.text("abcxyz ", min_size=1, max_size=8).map(lambda text: text.strip() or "a")


@given(anything)
def test_whatever_is_kept_can_be_stored_and_is_kept_again(raw: dict[str, Any]) -> None:
    kept = _outcome(raw)
    if isinstance(kept, Problem):
        assert kept.code == "parameter_invalid"
        assert (kept.field or "").startswith("metadata.")
        return
    assert len(kept) <= 10
    assert clean(kept) == kept
    assert msgspec.json.decode(msgspec.json.encode(kept)) == kept


def _outcome(raw: dict[str, Any]) -> dict[str, Any] | Problem:
    try:
        return clean(raw)
    except Problem as problem:
        return problem


@given(st.dictionaries(names, good, max_size=20))
def test_the_first_ten_are_kept_as_they_came_and_in_their_order(raw: dict[str, Any]) -> None:
    assert list(clean(raw).items()) == list(raw.items())[:10]


@given(st.dictionaries(names, good, min_size=10, max_size=10), anything)
def test_what_follows_the_tenth_is_ignored_whatever_it_is(raw: dict[str, Any], more: dict[str, Any]) -> None:
    assert clean({**raw, **{f"more {name}": value for name, value in more.items()}}) == raw


def test_null_takes_no_place() -> None:
    raw = {f"n{number}": None for number in range(20)} | {"plan": "pro"}
    assert clean(raw) == {"plan": "pro"}
    assert clean(None) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_date", 1_671_028_894),
        ("order_date", 1_671_028_894.0),
        ("order_date", "yesterday"),
        ("order_at", 1_671_028_894_000),
        ("link", "http://example.com"),
        ("link", LINK),
        ("price", MONEY),
        ("price", 3.49),
        ("paid", True),
    ],
)
def test_what_is_taken(name: str, value: Any) -> None:
    assert clean({name: value}) == {name: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_date", 1_671_028_894_000),
        ("order_date", 1_671_028_894.5),
        ("order_date", math.inf),
        ("x", math.nan),
        ("x", 2**63),
        ("x", []),
        ("x", [1]),
        ("x", {}),
        ("x", {"a": 1}),
        ("x", "t" * 3000),
        ("x", "\0"),
        ("", 1),
        ("n" * 200, 1),
        ("x", {**LINK, "more": 1}),
        ("x", {"url": LINK["url"]}),
        ("x", {**LINK, "url": "ftp://example.com"}),
        ("x", {**LINK, "url": 4}),
        ("x", {**LINK, "value": {"a": 1}}),
        ("x", {**LINK, "value": None}),
        ("x", {**MONEY, "amount": 0}),
        ("x", {**MONEY, "amount": -5}),
        ("x", {**MONEY, "amount": 3.49}),
        ("x", {**MONEY, "amount": True}),
        ("x", {**MONEY, "amount": "349"}),
        ("x", {**MONEY, "currency": "euro"}),
        ("x", {**MONEY, "currency": 978}),
    ],
)
def test_what_is_refused(name: str, value: Any) -> None:
    with pytest.raises(Problem):
        clean({name: value})

"""What a company's standard fields may be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.people.company_fields import check, plan_id
from interlock.kit.problems import Problem


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(155.98, 155), (-155.98, -155), (0.5, 0), (None, 0), (2**31 - 1, 2**31 - 1), (2**31 - 0.01, 2**31 - 1)],
)
def test_monthly_spend_loses_its_fraction(sent: Any, stored: int) -> None:
    assert check({"monthly_spend": sent}) == {"monthly_spend": stored}


@given(st.floats(min_value=2**31, allow_infinity=False) | st.integers(min_value=2**31))
def test_monthly_spend_beyond_31_bits_is_refused(amount: float) -> None:
    with pytest.raises(Problem) as raised:
        check({"monthly_spend": amount})
    assert raised.value.field == "monthly_spend"


@given(st.text(max_size=255))
def test_a_text_is_kept_as_it_is_and_empty_is_none(text: str) -> None:
    assert check({"name": text, "industry": text}) == {"name": text or None, "industry": text or None}


def test_absent_fields_stay_absent() -> None:
    assert check({}) == {}


@given(st.text(), st.text())
def test_a_plan_has_one_id_for_each_name_in_53_bits(one: str, other: str) -> None:
    first, second = plan_id("w1", one), plan_id("w1", other)
    assert first is not None
    assert 0 <= first < 2**53
    assert (first == second) == (one == other)
    assert plan_id("w2", one) != first


def test_no_plan_has_no_id() -> None:
    assert plan_id("w1", None) is None

"""What an attribute may be called, and what becomes of a key that may not be a name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.attributes.names import check_name, check_new_name, infer_type, sanitise
from interlock.kit import limits
from interlock.kit.problems import Problem
from tests.core.attributes.making import attribute, schema

FORBIDDEN = list(".$~`!@#%^&*'{}[]|\\\"\0")
BAD = "Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens"


class TestCheckName:
    @pytest.mark.parametrize(
        "name",
        ["plan", "Mithril Shirt", "job_title", "price-€", "größe", "名前", "a/b", "2nd", "x" * limits.NAME_CHARS],
    )
    def test_letters_digits_spaces_underscores_and_hyphens_pass(self, name: str) -> None:
        assert check_name(name) is None

    @pytest.mark.parametrize("character", [*FORBIDDEN, "\n", "\ud800"])
    def test_forbidden_characters_do_not(self, character: str) -> None:
        problem = check_name(f"a{character}b")

        assert problem is not None
        assert (problem.code, problem.message, problem.field) == ("parameter_invalid", BAD, "name")

    @pytest.mark.parametrize(
        ("name", "words"), [("", "blank"), ("  ", "blank"), ("x" * 191, "190"), (None, "string"), (4, "string")]
    )
    def test_a_name_is_some_text_of_some_length(self, name: Any, words: str) -> None:
        problem = check_name(name)

        assert problem is not None
        assert words in problem.message


class TestSanitise:
    @pytest.mark.parametrize("character", FORBIDDEN)
    def test_puts_an_underscore_for_each_bad_character(self, character: str) -> None:
        assert sanitise(f"{character}a{character}{character}b") == "_a__b"

    def test_leaves_good_names_alone(self) -> None:
        assert sanitise("Mithril Shirt-€_2") == "Mithril Shirt-€_2"

    @given(st.text(st.characters(codec=None, exclude_categories=()), max_size=190))
    def test_what_is_left_is_a_name_unless_it_is_blank(self, name: str) -> None:
        clean = sanitise(name)

        assert len(clean) == len(name)
        assert clean.strip() == "" or check_name(clean) is None


class TestNewNames:
    def test_are_unique_across_people_and_companies(self) -> None:
        known = schema(attribute("string", name="The One Ring", kind="company"))

        message = (
            "You already have 'The One Ring' in your company data. To save this as new {} data, use a different name."
        )
        assert text(check_new_name(known, "contact", "The One Ring")) == message.format("people")
        assert text(check_new_name(known, "company", "The One Ring")) == message.format("company")

    def test_are_case_sensitive(self) -> None:
        known = schema(attribute("string", name="Plan A"))

        assert check_new_name(known, "contact", "plan A") is None

    def test_of_archived_attributes_stay_taken(self) -> None:
        known = schema(attribute("string", name="old", archived=True))

        assert check_new_name(known, "contact", "old") is not None

    @pytest.mark.parametrize(
        ("kind", "name"),
        [
            ("contact", "email"),
            ("contact", "location"),
            ("company", "plan"),
            ("t1", "external_id"),
            ("contact", "tags"),
        ],
    )
    def test_are_none_of_the_standard_ones(self, kind: str, name: str) -> None:
        assert check_new_name(schema(), kind, name) is not None

    @pytest.mark.parametrize(
        ("kind", "name"),
        [("contact", "monthly_spend"), ("contact", "city"), ("t1", "email"), ("conversation", "state")],
    )
    def test_may_be_the_standard_ones_of_another_kind(self, kind: str, name: str) -> None:
        assert check_new_name(schema(), kind, name) is None

    def test_of_object_attributes_are_unique_in_their_type_only(self) -> None:
        known = schema(attribute("string", name="title", kind="t1"), attribute("string", name="note"))

        assert "already an attribute 'title'" in text(check_new_name(known, "t1", "title"))
        assert check_new_name(known, "t1", "note") is None
        assert check_new_name(known, "t2", "title") is None

    def test_are_names(self) -> None:
        assert text(check_new_name(schema(), "contact", "a.b")) == BAD


@pytest.mark.parametrize(
    ("name", "value", "data_type"),
    [
        ("paid", True, "boolean"),
        ("seats", 4, "integer"),
        ("spend", 4.5, "decimal"),
        ("plan", "pro", "string"),
        ("seats", "4", "string"),
        ("renewed_at", 1_677_923_174, "datetime"),
        ("renewed_at", 1_677_923_174.0, "datetime"),
        ("renewed_at", "2023-03-04", "string"),
        ("renewed_at", True, "boolean"),
        ("renewed_At", 4, "integer"),
        ("chat", 4, "integer"),
        ("any", None, None),
        ("any", [], None),
        ("any", {}, None),
    ],
)
def test_the_first_value_makes_the_type(name: str, value: Any, data_type: str | None) -> None:
    assert infer_type(name, value) == data_type


def text(problem: Problem | None) -> str:
    assert problem is not None
    return problem.message

"""What each type of attribute takes, from those who are strict and from those who are not."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.attributes.coerce import coerce
from interlock.core.attributes.definition import DATA_TYPES
from interlock.core.attributes.policy import Source
from tests.core.attributes.making import LENIENT, MESSENGER, STRICT, attribute, is_problem

API, CSV = Source.API, Source.CSV
MOMENT = 1_677_923_174  # 2023-03-04T09:46:14Z
SCALARS = [one for one in DATA_TYPES if one != "reference"]


@pytest.mark.parametrize("source", Source)
class TestEverySource:
    @pytest.mark.parametrize(
        ("data_type", "raw", "stored"),
        [
            ("string", "Frodo", "Frodo"),
            ("string", "https://example.com/a?b=c", "https://example.com/a?b=c"),
            ("string", "Zoë 💍", "Zoë 💍"),
            ("string", "x" * 255, "x" * 255),
            ("integer", 4, 4),
            ("integer", 4.0, 4),
            ("integer", -(2**63), -(2**63)),
            ("integer", 2**63 - 1, 2**63 - 1),
            ("decimal", 99.99, 99.99),
            ("decimal", 4, 4.0),
            ("boolean", True, True),
            ("boolean", False, False),
            ("datetime", MOMENT, MOMENT),
            ("datetime", 0, 0),
            ("datetime", -86_400, -86_400),
            ("datetime", "2023-03-04T09:46:14Z", MOMENT),
            ("datetime", "2023-03-04T09:46:14.987Z", MOMENT),
            ("datetime", "2023-03-04T11:46:14+02:00", MOMENT),
            ("datetime", "2023-03-04T04:46:14-0500", MOMENT),
            ("datetime", "2023-03-04 09:46:14", MOMENT),
            ("datetime", "2023-03-04T09:46", MOMENT - 14),
            ("datetime", "2023-03-04", 1_677_888_000),
            ("datetime", "1900-01-01", -2_208_988_800),
            ("list", "open", "open"),
        ],
    )
    def test_takes_a_value_of_the_type(self, source: Source, data_type: str, raw: Any, stored: Any) -> None:
        outcome = coerce(attribute(data_type), raw, source)

        assert outcome == stored
        assert type(outcome) is type(stored)

    @pytest.mark.parametrize("data_type", SCALARS)
    @pytest.mark.parametrize("raw", [None, ""])
    def test_null_and_empty_text_clear(self, source: Source, data_type: str, raw: Any) -> None:
        assert coerce(attribute(data_type), raw, source) is None

    @pytest.mark.parametrize("data_type", SCALARS)
    @pytest.mark.parametrize(("raw", "what"), [({}, "an object"), ({"id": 1}, "an object"), ([], "an array")])
    def test_objects_and_arrays_are_refused(self, source: Source, data_type: str, raw: Any, what: str) -> None:
        assert is_problem(coerce(attribute(data_type), raw, source), "'x' must be", f"not {what}")

    @pytest.mark.parametrize(
        ("data_type", "raw", "words"),
        [
            ("integer", 4.5, "whole number"),
            ("integer", True, "whole number"),
            ("integer", 2**63, "64 bits"),
            ("integer", 2.0**54, "whole number"),
            ("integer", "four", "whole number"),
            ("decimal", True, "a number"),
            ("decimal", 2**64, "64 bits"),
            ("decimal", float("nan"), "finite"),
            ("decimal", float("inf"), "finite"),
            ("integer", float("nan"), "whole number"),
            ("datetime", float("inf"), "Unix seconds"),
            ("boolean", 1, "true or false"),
            ("boolean", "yes", "true or false"),
            ("datetime", True, "Unix seconds"),
            ("datetime", "tomorrow", "Unix seconds"),
            ("datetime", "2023-13-01", "ISO 8601"),
            ("datetime", "2023-02-30T10:00:00Z", "ISO 8601"),
            ("datetime", "9999-12-31", "5138"),
            ("datetime", -(10**11), "years 1"),
            ("string", "a\0b", "NUL"),
            ("string", "\ud83d", "surrogate"),
            ("list", "a\0b", "NUL"),
        ],
    )
    def test_refuses_what_is_not_of_the_type(self, source: Source, data_type: str, raw: Any, words: str) -> None:
        assert is_problem(coerce(attribute(data_type), raw, source), words)

    @pytest.mark.parametrize("raw", [10**11, 1_677_923_174_000, 1_677_923_174_000.0])
    def test_a_date_in_milliseconds_is_told_so(self, source: Source, raw: Any) -> None:
        assert is_problem(coerce(attribute("datetime"), raw, source), "looks like milliseconds")

    def test_the_last_second_that_is_not_milliseconds(self, source: Source) -> None:
        assert coerce(attribute("datetime"), 10**11 - 1, source) == 10**11 - 1


@pytest.mark.parametrize("source", STRICT)
@pytest.mark.parametrize(
    ("data_type", "raw"),
    [
        ("integer", "4"),
        ("decimal", "4.5"),
        ("boolean", "true"),
        ("datetime", "1677923174"),
        ("datetime", 1_677_923_174.5),
        ("datetime", " 2023-03-04"),
        ("string", 4),
        ("string", True),
        ("list", 4),
    ],
)
def test_strict_sources_must_send_the_type_itself(source: Source, data_type: str, raw: Any) -> None:
    assert is_problem(coerce(attribute(data_type), raw, source), "'x' must be")


@pytest.mark.parametrize("source", LENIENT)
@pytest.mark.parametrize(
    ("data_type", "raw", "stored"),
    [
        ("integer", "4", 4),
        ("integer", " -4 ", -4),
        ("integer", "4.0", 4),
        ("integer", "9007199254740993", 9_007_199_254_740_993),
        ("decimal", "4.5", 4.5),
        ("decimal", "-1e3", -1000.0),
        ("decimal", ".5", 0.5),
        ("boolean", "TRUE", True),
        ("boolean", "false", False),
        ("datetime", "1677923174", MOMENT),
        ("datetime", 1_677_923_174.5, MOMENT),
        ("datetime", " 2023-03-04T09:46:14Z ", MOMENT),
        ("string", 4, "4"),
        ("string", 4.0, "4"),
        ("string", 4.5, "4.5"),
        ("string", True, "true"),
        ("list", 4, "4"),
    ],
)
def test_lenient_sources_may_spell_values_out(source: Source, data_type: str, raw: Any, stored: Any) -> None:
    outcome = coerce(attribute(data_type), raw, source)

    assert outcome == stored
    assert type(outcome) is type(stored)


@pytest.mark.parametrize("source", LENIENT)
@pytest.mark.parametrize(
    ("data_type", "raw", "words"),
    [
        ("integer", "4.5", "whole number"),
        ("integer", "1,000", "whole number"),
        ("integer", "1_000", "whole number"),
        ("integer", "٤", "whole number"),
        ("integer", "9" * 20, "64 bits"),
        ("integer", "0" * 400 + "4", "whole number"),
        ("decimal", "nan", "a number"),
        ("decimal", "Infinity", "a number"),
        ("decimal", "1e999", "finite"),
        ("datetime", "1677923174000", "milliseconds"),
    ],
)
def test_lenient_is_not_careless(source: Source, data_type: str, raw: Any, words: str) -> None:
    assert is_problem(coerce(attribute(data_type), raw, source), words)


class TestLongText:
    @pytest.mark.parametrize("data_type", ["string", "list"])
    @pytest.mark.parametrize("source", [one for one in Source if one not in MESSENGER])
    def test_is_refused_where_somebody_reads_the_answer(self, source: Source, data_type: str) -> None:
        assert is_problem(coerce(attribute(data_type), "x" * 256, source), "at most 255 characters")

    @pytest.mark.parametrize("data_type", ["string", "list"])
    @pytest.mark.parametrize("source", MESSENGER)
    def test_is_cut_from_the_messenger(self, source: Source, data_type: str) -> None:
        assert coerce(attribute(data_type), "ü" * 300, source) == "ü" * 255

    @pytest.mark.parametrize("source", MESSENGER)
    def test_a_long_number_is_never_cut(self, source: Source) -> None:
        assert is_problem(coerce(attribute("integer"), "0" * 250 + "123456", source))


class TestOptions:
    @pytest.mark.parametrize("source", [Source.API, Source.CSV, Source.CONNECTOR, *MESSENGER])
    def test_a_value_off_the_list_is_kept(self, source: Source) -> None:
        assert coerce(attribute("list"), "lost at sea", source) == "lost at sea"

    @pytest.mark.parametrize("source", [Source.TEAMMATE, Source.WORKFLOW])
    @pytest.mark.parametrize("raw", ["lost at sea", "Open", " open"])
    def test_who_picks_from_the_list_picks_from_the_list(self, source: Source, raw: str) -> None:
        assert is_problem(coerce(attribute("list"), raw, source), "one of its options")


@pytest.mark.parametrize("data_type", SCALARS)
@pytest.mark.parametrize("word", ["undefined", "null"])
def test_the_words_for_nothing_in_javascript_clear_from_the_messenger(data_type: str, word: str) -> None:
    for source in MESSENGER:
        assert coerce(attribute(data_type), word, source) is None


@pytest.mark.parametrize("word", ["undefined", "null"])
def test_elsewhere_they_are_words(word: str) -> None:
    assert coerce(attribute("string"), word, API) == word
    assert coerce(attribute("string"), word, CSV) == word


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("data_type", ["integer", "decimal", "datetime", "reference"])
def test_numbers_too_long_for_python_to_print_are_refused(source: Source, data_type: str) -> None:
    assert not isinstance(coerce(attribute(data_type), 10**5000, source), (int, float))


def test_minus_zero_is_zero() -> None:
    assert str(coerce(attribute("decimal"), -0.0, API)) == "0.0"


def test_a_conversation_attribute_is_called_one() -> None:
    outcome = coerce(attribute("integer", kind="conversation"), "4", API)

    assert is_problem(outcome, "Conversation attribute 'x' must be a whole number")

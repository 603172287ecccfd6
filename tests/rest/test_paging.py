"""Pages by number and by cursor."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from interlock.kit.problems import Problem
from interlock.rest import paging
from interlock.rest.operation import Call, Operation


async def nothing(call: Any) -> None: ...


def call(path: str = "/companies", params: dict[str, str] | None = None, **query: str) -> Call:
    operation = Operation("GET", path, "listCompanies", nothing, "", "Companies")
    absent: Any = None
    return Call(
        operation, params or {}, query, None, absent, absent, absent, "2.16", "token:t", "https://shop.test", "r"
    )


class TestReading:
    def test_defaults(self) -> None:
        assert (paging.read_page(call()), paging.read_per_page(call(), 15)) == (1, 15)

    def test_given(self) -> None:
        asked = call(page="3", per_page="150")
        assert (paging.read_page(asked), paging.read_per_page(asked, 15)) == (3, 150)

    @pytest.mark.parametrize("text", ["0", "151", "-1", "x", "", "1.5", "٣", "1_0", "9" * 30, " 5"])
    def test_a_wrong_per_page_is_named(self, text: str) -> None:
        with pytest.raises(Problem) as caught:
            paging.read_per_page(call(per_page=text), 15)
        assert (caught.value.code, caught.value.field) == ("parameter_invalid", "per_page")

    @pytest.mark.parametrize("text", ["0", "-1", "x", str(2**31)])
    def test_a_wrong_page_is_named(self, text: str) -> None:
        with pytest.raises(Problem) as caught:
            paging.read_page(call(page=text))
        assert (caught.value.code, caught.value.field) == ("parameter_invalid", "page")


class TestCursor:
    @pytest.mark.parametrize("place", [["2024", "a?>~"], [None, "x"], [1.5, "é"], {"a": 1}])
    def test_there_and_back(self, place: Any) -> None:
        text = paging.encode_cursor(place)
        assert paging.decode_cursor(text) == place
        standard = base64.b64encode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).decode()
        assert paging.decode_cursor(standard) == place

    @pytest.mark.parametrize(
        "text",
        [
            "x",
            "!!!",
            "é",
            "\ud800",
            "e30x",
            "bm90IGpzb24",
            paging.encode_cursor([1, 2]),
            paging.encode_cursor("a"),
            "A" * 10_000,
        ]
        + [base64.b64encode(raw).decode() for raw in (b'["\xff", "a"]', b'["\\u0000", "a"]', b"[" * 2_000)],
    )
    def test_any_other_text_is_refused(self, text: str) -> None:
        with pytest.raises(Problem, match="Invalid starting_after param") as caught:
            paging.decode_cursor(text, tuple[str, str])
        assert (caught.value.code, caught.value.field) == ("client_error", "starting_after")

    def test_none_is_the_beginning(self) -> None:
        assert paging.read_cursor(call()) is None
        assert paging.read_cursor(call(starting_after=paging.encode_cursor([1]))) == [1]


class TestAnswering:
    def test_next_is_a_url_that_keeps_the_rest(self) -> None:
        asked = call("/contacts/{id}/companies", {"id": "a/b é"}, tag_id="7 8", page="1")
        assert paging.pages_by_number(asked, 1, 20, 41) == {
            "type": "pages",
            "page": 1,
            "per_page": 20,
            "total_pages": 3,
            "next": "https://shop.test/contacts/a%2Fb%20%C3%A9/companies?tag_id=7+8&page=2&per_page=20",
        }

    def test_next_as_an_object(self) -> None:
        assert paging.pages_by_number(call(), 1, 20, 21, url=False)["next"] == {"page": 2, "per_page": 20}

    @pytest.mark.parametrize(("page", "total"), [(3, 60), (9, 60), (1, 0)])
    def test_nothing_follows_the_last_page(self, page: int, total: int) -> None:
        assert paging.pages_by_number(call(), page, 20, total)["next"] is None

    def test_by_cursor(self) -> None:
        assert paging.pages_by_cursor(10, 11, "abc")["next"] == {"page": 2, "per_page": 10, "starting_after": "abc"}
        assert "next" not in paging.pages_by_cursor(10, 11, None)

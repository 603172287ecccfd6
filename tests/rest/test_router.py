"""Which operation a path leads to, and what is a bad path."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.kit import limits
from interlock.kit.problems import Problem
from interlock.rest.operation import Operation
from interlock.rest.router import Router


async def nothing(call: Any) -> None: ...


def operation(method: str, path: str) -> Operation:
    return Operation(method, path, f"{method} {path}", nothing, "", "Test")


ROUTER = Router(
    operation(*line.split())
    for line in (
        "GET /contacts",
        "POST /contacts",
        "GET /contacts/{contact_id}",
        "PUT /contacts/{contact_id}",
        "POST /contacts/search",
        "GET /contacts/find_by_external_id/{external_id}",
        "GET /contacts/{id}/merge_history",
        "POST /contacts/{contact_id}/companies",
        "DELETE /contacts/{contact_id}/companies/{company_id}",
        "POST /contacts/merge",
        "GET /custom_object_instances/{type}/{id}",
    )
)


def find(method: str, path: str | bytes) -> tuple[str | None, dict[str, str]]:
    match = ROUTER.match(method, path.encode() if isinstance(path, str) else path)
    return match.operation and match.operation.path, match.params


class TestFinding:
    def test_a_literal_wins_over_a_parameter(self) -> None:
        assert find("POST", "/contacts/search") == ("/contacts/search", {})

    def test_a_literal_without_the_method_gives_way_to_the_parameter(self) -> None:
        assert find("GET", "/contacts/search") == ("/contacts/{contact_id}", {"contact_id": "search"})

    def test_a_literal_that_leads_nowhere_gives_way_to_the_parameter(self) -> None:
        assert find("POST", "/contacts/merge/companies") == (
            "/contacts/{contact_id}/companies",
            {"contact_id": "merge"},
        )

    def test_parameters_at_one_position_may_have_different_names(self) -> None:
        assert find("GET", "/contacts/5") == ("/contacts/{contact_id}", {"contact_id": "5"})
        assert find("GET", "/contacts/5/merge_history") == ("/contacts/{id}/merge_history", {"id": "5"})

    @pytest.mark.parametrize("path", ["//contacts//5", "/contacts/5/", "///contacts/5//"])
    def test_superfluous_slashes_are_tolerated(self, path: str) -> None:
        assert find("GET", path) == ("/contacts/{contact_id}", {"contact_id": "5"})

    @pytest.mark.parametrize(
        ("sent", "meant"),
        [
            ("a%2Fb", "a/b"),
            ("a%2fb%2F", "a/b/"),
            ("%C3%A9t%C3%A9", "été"),
            ("été", "été"),
            ("a+b", "a+b"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("a%20b", "a b"),
            ("..", ".."),
        ],
    )
    def test_segments_are_split_first_and_decoded_after(self, sent: str, meant: str) -> None:
        found = find("GET", f"/contacts/find_by_external_id/{sent}")
        assert found == ("/contacts/find_by_external_id/{external_id}", {"external_id": meant})

    def test_head_finds_what_get_would(self) -> None:
        assert find("HEAD", "/contacts") == ("/contacts", {})


class TestNotFinding:
    @pytest.mark.parametrize("path", ["/", "", "/nowhere", "/contacts/5/nowhere", "/custom_object_instances/Order"])
    def test_no_such_path(self, path: str) -> None:
        with pytest.raises(Problem, match="Resource Not Found") as caught:
            find("GET", path)
        assert caught.value.code == "not_found"

    def test_a_wrong_method_tells_the_right_ones(self) -> None:
        match = ROUTER.match("DELETE", b"/contacts")
        assert match.operation is None
        assert match.allowed == ("GET", "HEAD", "OPTIONS", "POST")

    def test_the_right_methods_are_those_of_every_branch(self) -> None:
        assert ROUTER.match("DELETE", b"/contacts/search").allowed == ("GET", "HEAD", "OPTIONS", "POST", "PUT")

    @pytest.mark.parametrize(
        "path",
        [b"/contacts/a%00b", b"/contacts/%FF", b"/contacts/\xff", b"/contacts/%ED%A0%80", b"/nowhere/%00"],
    )
    def test_what_cannot_be_read_is_invalid(self, path: bytes) -> None:
        with pytest.raises(Problem) as caught:
            find("GET", path)
        assert caught.value.code == "parameter_invalid"

    def test_a_segment_has_a_greatest_length(self) -> None:
        longest = "x" * limits.PATH_SEGMENT_CHARS
        assert find("GET", f"/contacts/{longest}")[1] == {"contact_id": longest}
        with pytest.raises(Problem, match="longer than"):
            find("GET", f"/contacts/{longest}x")

    def test_very_many_segments_are_simply_not_there(self) -> None:
        with pytest.raises(Problem, match="Resource Not Found"):
            find("GET", "/contacts" + "/x" * 20_000)


def test_two_operations_with_one_method_and_path_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="are both GET"):
        Router([operation("GET", "/a/{x}"), operation("GET", "/a/{y}")])

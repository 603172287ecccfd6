"""The forms in which links are written."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.attributes.coerce import coerce
from interlock.core.attributes.policy import Source
from interlock.core.attributes.types.reference import CLEAR, LinkWrite, Target
from interlock.kit import limits
from tests.core.attributes.making import attribute, is_problem, reference_one

ORDERS = attribute("reference")


def link(raw: Any, to: Any = ORDERS) -> Any:
    return coerce(to, raw, Source.API)


def by_id(*ids: str) -> tuple[Target, ...]:
    return tuple(Target(id=one) for one in ids)


class TestReplacing:
    def test_by_id(self) -> None:
        assert link(["21", 22, {"id": "23"}, {"id": 24}]) == LinkWrite(replace=by_id("21", "22", "23", "24"))

    def test_by_external_id(self) -> None:
        targets = (Target(external_id="A-1"), Target(external_id="7"))

        assert link([{"external_id": "A-1"}, {"external_id": 7}]) == LinkWrite(replace=targets)

    def test_of_both_ids_the_id_counts(self) -> None:
        assert link([{"id": "21", "external_id": "A-1"}]) == LinkWrite(replace=by_id("21"))

    def test_a_null_id_leaves_the_external_one(self) -> None:
        assert link([{"id": None, "external_id": "A-1"}]) == LinkWrite(replace=(Target(external_id="A-1"),))

    @pytest.mark.parametrize("raw", ["21", 21, {"id": "21"}])
    def test_a_single_one_needs_no_array(self, raw: Any) -> None:
        assert link(raw) == LinkWrite(replace=by_id("21"))

    @pytest.mark.parametrize("raw", [[], None, ""])
    def test_nothing_clears(self, raw: Any) -> None:
        assert link(raw) == CLEAR == LinkWrite(replace=())

    def test_the_same_one_twice_is_one(self) -> None:
        assert link(["22", "21", 22, {"id": "21"}]) == LinkWrite(replace=by_id("22", "21"))


class TestChangingSingleLinks:
    def test_adds_and_removes(self) -> None:
        write = link({"add": ["1", {"external_id": "A"}], "remove": ["2"]})

        assert write == LinkWrite(add=(Target(id="1"), Target(external_id="A")), remove=by_id("2"))

    @pytest.mark.parametrize("raw", [{"add": ["1"]}, {"add": ["1"], "remove": []}, {"add": ["1"], "remove": None}])
    def test_either_may_be_absent(self, raw: Any) -> None:
        assert link(raw) == LinkWrite(add=by_id("1"))

    def test_nothing_to_add_and_remove_changes_nothing(self) -> None:
        assert link({"add": [], "remove": []}) == LinkWrite()

    @pytest.mark.parametrize("raw", [{"add": "1"}, {"add": 0}, {"remove": {"id": "1"}}])
    def test_takes_arrays_only(self, raw: Any) -> None:
        assert is_problem(link(raw), "arrays")

    def test_adding_and_removing_the_same_is_a_contradiction(self) -> None:
        assert is_problem(link({"add": ["1"], "remove": [1]}), "same record")

    def test_a_misspelt_key_is_not_overlooked(self) -> None:
        assert is_problem(link({"add": ["1"], "delete": ["2"]}), "`add` and `remove`")


class TestWritingBackWhatWasRead:
    READ: dict[str, Any] = {  # noqa: RUF012
        "type": "Order.list",
        "instances": [{"id": "21", "external_id": "A-1", "type": "Order", "custom_attributes": {"total": 5}}],
        "total_count": 1,
        "has_more": False,
    }

    def test_keeps_the_links(self) -> None:
        assert link(self.READ) == LinkWrite(replace=by_id("21"))

    def test_needs_no_counts(self) -> None:
        assert link({"type": "Order.list", "instances": []}) == CLEAR

    @pytest.mark.parametrize("more", [{"has_more": True}, {"total_count": 2}, {"has_more": "yes"}])
    def test_a_list_that_was_cut_is_refused(self, more: dict[str, Any]) -> None:
        assert is_problem(link(self.READ | more), "would drop links")

    @pytest.mark.parametrize("more", [{"total_count": "1"}, {"total_count": True}, {"instances": None}])
    def test_so_is_one_that_cannot_be_understood(self, more: dict[str, Any]) -> None:
        assert is_problem(link(self.READ | more), "must have")


@pytest.mark.parametrize(
    "raw",
    [
        {},
        [None],
        [""],
        [True],
        True,
        4.0,
        [1.5],
        [["21"]],
        [{}],
        [{"id": ""}],
        ["a\0"],
        ["\ud800"],
        ["x" * 256],
        [2**64],
    ],
)
def test_what_is_no_id_is_refused(raw: Any) -> None:
    assert is_problem(link(raw), "array of ids")


class TestReferenceOne:
    @pytest.mark.parametrize("raw", [["1"], ["1", 1], {"add": ["1"], "remove": ["2", "3"]}, "1", []])
    def test_takes_one(self, raw: Any) -> None:
        assert isinstance(link(raw, reference_one()), LinkWrite)

    @pytest.mark.parametrize("raw", [["1", "2"], {"add": ["1", "2"]}, {"instances": [{"id": "1"}, {"id": "2"}]}])
    def test_refuses_more(self, raw: Any) -> None:
        assert is_problem(link(raw, reference_one()), "one record at most")


class TestTheLimitOfOneWrite:
    def test_is_reached(self) -> None:
        ids = [str(one) for one in range(limits.REFERENCE_WRITTEN)]

        assert link(ids) == LinkWrite(replace=by_id(*ids))

    def test_is_not_passed(self) -> None:
        ids = list(range(limits.REFERENCE_WRITTEN + 1))

        assert is_problem(link(ids), "at most 1000 ids")
        assert is_problem(link({"add": ids[:600], "remove": ids[600:]}), "at most 1000 ids")

"""The chain: put together at start-up, and harmless to whatever it does not know."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.catalogue import OPERATIONS
from interlock.versions import shapes
from interlock.versions.availability import VERSIONS
from interlock.versions.chain import CHAIN, HISTORY, Chain
from interlock.versions.change import Change, without
from interlock.versions.shapes import Place
from versions.examples import COMPANY, CONTACT


class Named(NamedTuple):
    """An operation, as far as the chain looks."""

    shape: str | None = None
    accepts: str | None = None


def mark(name: str) -> Any:
    def edit(body: dict[str, Any]) -> None:
        body.setdefault("seen", []).append(name)

    return edit


def chain_of(**more: Any) -> Chain:
    """Two versions and Preview, each marking what it touches."""
    built: dict[str, Any] = {
        "history": {
            "2.16": [Change("a", answers={"inner": mark("2.16")}, requests={"write": mark("2.16")})],
            "2.14": [
                Change("b", answers={"inner": mark("2.14"), "outer": mark("outer")}, requests={"write": mark("2.14")})
            ],
        },
        "overlay": [Change("c", answers={"inner": mark("Preview")}, requests={"write": mark("Preview")})],
        "answers": {"inner": (), "outer": (Place("data", "inner", also="again"), Place("one", "inner", many=False))},
        "requests": {"write"},
    }
    return Chain(**(built | more))


class TestOrder:
    @pytest.mark.parametrize(
        ("version", "steps"),
        [
            ("Preview", ["Preview"]),
            ("2.16", []),
            ("2.15", ["2.16"]),
            ("2.14", ["2.16"]),
            ("2.13", ["2.16", "2.14"]),
            ("2.11", ["2.16", "2.14"]),
            ("1.0", ["2.16", "2.14"]),
        ],
    )
    def test_an_answer_goes_down_step_by_step_and_a_request_comes_up(self, version: str, steps: list[str]) -> None:
        chain = chain_of()
        assert chain.answer_down(Named(shape="inner"), version, {}).get("seen", []) == steps
        assert chain.request_up(Named(accepts="write"), version, {}).get("seen", []) == steps[::-1]

    def test_what_a_shape_holds_is_changed_before_it(self) -> None:
        def outer(body: dict[str, Any]) -> None:
            body["seen"] = [one["seen"] for one in body["data"]]

        history = {"2.16": [Change("a", answers={"outer": outer, "inner": mark("inner")})]}
        answer = chain_of(history=history).answer_down(Named(shape="outer"), "2.15", {"data": [{}, {}]})
        assert answer["seen"] == [["inner"], ["inner"]]

    def test_a_list_with_two_names_is_changed_once(self) -> None:
        many: list[dict[str, Any]] = [{}]
        answer = chain_of().answer_down(Named(shape="outer"), "2.15", {"data": many, "again": many, "one": {}})
        assert answer == {"data": [{"seen": ["2.16"]}], "again": [{"seen": ["2.16"]}], "one": {"seen": ["2.16"]}}

    @pytest.mark.parametrize("answer", [{}, {"data": None, "one": None}, {"data": []}, None, b"bytes", [1]])
    def test_what_is_not_there_stays_away(self, answer: Any) -> None:
        before = answer.copy() if isinstance(answer, dict) else answer
        assert chain_of().answer_down(Named(shape="outer"), "2.15", answer) == before

    def test_a_name_that_nothing_changes_costs_one_look(self) -> None:
        body = {"a": 1}
        assert CHAIN.answer_down(Named(), "2.11", body) is body
        assert CHAIN.request_up(Named(), "2.11", body) is body


class TestStart:
    """What is wrong with the chain is found when it is made."""

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"overlay": [Change("lost", answers={"gone": mark("x")})]}, "'lost' names a shape that does not exist"),
            ({"overlay": [Change("lost", requests={"inner": mark("x")})]}, "'lost' names a shape that does not exist"),
            ({"overlay": [Change("idle")]}, "'idle' changes nothing"),
            ({"history": {"2.14": [], "2.16": []}}, "newest first"),
            ({"history": {"Preview": []}}, "from 2.16 down"),
            (
                {"answers": {"outer": (Place("data", "inner"),)}, "history": {}, "overlay": []},
                "outer.data names a shape",
            ),
            ({"answers": {"a": (Place("data", "a"),)}, "history": {}, "overlay": []}, "holds itself: a > a"),
        ],
    )
    def test_it_is_refused(self, more: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            chain_of(**more)

    def test_every_name_in_the_catalogue_is_known(self) -> None:
        CHAIN.check_names(OPERATIONS)
        with pytest.raises(ValueError, match="does not have: contcat"):
            CHAIN.check_names([Named(shape="contcat")])
        with pytest.raises(ValueError, match="does not have: contcat_write"):
            CHAIN.check_names([Named(accepts="contcat_write")])

    def test_every_known_name_is_in_the_catalogue(self) -> None:
        assert set(shapes.ANSWERS) == {one.shape for one in OPERATIONS} - {None}
        assert set(shapes.REQUESTS) == {one.accepts for one in OPERATIONS} - {None}

    def test_each_change_has_a_name_of_its_own(self) -> None:
        names = [change.what for changes in HISTORY.values() for change in changes]
        assert len(names) == len(set(names))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WRITABLE = ("owner_id", "sort", "email_verified", "options", "data_type", "from", "update_last_request_at")


def some_of(whole: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The object with any of its keys missing or null."""
    return st.fixed_dictionaries({}, optional={key: st.just(value) | st.none() for key, value in whole.items()})


class TestAnything:
    """Every version, whatever is missing."""

    @given(contacts=st.lists(some_of(CONTACT), max_size=3), company=some_of(COMPANY), version=st.sampled_from(VERSIONS))
    def test_an_answer_can_always_be_brought_down(
        self, contacts: list[dict[str, Any]], company: dict[str, Any], version: str
    ) -> None:
        for one in contacts:
            CHAIN.answer_down(Named(shape="contact"), version, dict(one))
        CHAIN.answer_down(
            Named(shape="contact_list"), version, {"type": "list", "data": [dict(one) for one in contacts]}
        )
        CHAIN.answer_down(Named(shape="contact_companies"), version, {"data": [company], "companies": [company]})

    @given(
        body=st.dictionaries(st.sampled_from(WRITABLE), JSON) | JSON,
        accepts=st.sampled_from(sorted(shapes.REQUESTS)),
        version=st.sampled_from(VERSIONS),
    )
    def test_a_request_can_always_be_brought_up(self, body: Any, accepts: str, version: str) -> None:
        CHAIN.request_up(Named(accepts=accepts), version, body)


def test_without_takes_only_what_is_there() -> None:
    body = {"a": 1, "b": 2}
    without("a", "c")(body)
    assert body == {"b": 2}

"""All the custom attributes of one write."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from interlock.core.attributes.many import NewAttribute, Writes, coerce_all
from interlock.core.attributes.policy import Source
from interlock.core.attributes.types.reference import LinkWrite, Target
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Problem
from tests.core.attributes.making import ANSWERED, MESSENGER, attribute, schema

PAGE, SIGNED = Source.MESSENGER_PAGE, Source.MESSENGER_SIGNED
DEFINED = (
    attribute("string", name="plan"),
    attribute("integer", name="seats"),
    attribute("string", name="role_in_team", messenger_writable=False),
    attribute("reference", name="orders"),
    attribute("string", name="old", archived=True),
    attribute("string", name="a_b"),
    attribute("string", name="tier", kind="company"),
)
SHOP = schema(*DEFINED)


def write(raw: Any, source: Source = Source.API, known: Schema = SHOP, kind: str = "contact") -> Writes:
    return coerce_all(known, kind, raw, source)


def refusal(raw: Any, source: Source = Source.API, known: Schema = SHOP, kind: str = "contact") -> tuple[str, Any]:
    with pytest.raises(Problem) as caught:
        coerce_all(known, kind, raw, source)
    return caught.value.message, caught.value.field


class TestKnownAttributes:
    def test_values_and_links_are_told_apart(self) -> None:
        assert write({"plan": "pro", "seats": None, "orders": ["21"]}) == Writes(
            values={"plan": "pro", "seats": None}, links={"orders": LinkWrite(replace=(Target(id="21"),))}
        )

    @pytest.mark.parametrize("raw", [{}, None])
    def test_nothing_sent_is_nothing_written(self, raw: Any) -> None:
        assert write(raw) == Writes()

    def test_any_mapping_will_do(self) -> None:
        assert write(MappingProxyType({"plan": "pro"})).values == {"plan": "pro"}

    @pytest.mark.parametrize("raw", [[], "plan", 4, True])
    def test_it_must_be_an_object(self, raw: Any) -> None:
        assert refusal(raw) == ("custom_attributes must be an object", "custom_attributes")

    def test_the_first_problem_in_the_order_sent_is_the_one(self) -> None:
        assert refusal({"plan": "pro", "seats": "4", "nobody": 1})[1] == "custom_attributes.seats"
        assert refusal({"nobody": 1, "seats": "4"})[1] == "custom_attributes.nobody"

    def test_a_protected_one_is_left_out_and_the_rest_applies(self) -> None:
        assert write({"role_in_team": "admin", "plan": "pro"}, PAGE) == Writes(values={"plan": "pro"})
        assert write({"role_in_team": "admin"}, SIGNED).values == {"role_in_team": "admin"}

    @pytest.mark.parametrize("source", MESSENGER)
    def test_a_faulty_one_from_the_messenger_is_noted_and_the_rest_applies(self, source: Source) -> None:
        writes = write({"seats": "many", "plan": "pro"}, source)

        assert writes.values == {"plan": "pro"}
        assert [problem.field for problem in writes.ignored] == ["custom_attributes.seats"]

    def test_an_archived_one_is_refused(self) -> None:
        assert refusal({"old": "a"}) == ("Custom attribute 'old' is archived", "custom_attributes.old")


class TestUnknownNames:
    @pytest.mark.parametrize("source", [one for one in ANSWERED if one is not Source.CSV])
    def test_are_refused(self, source: Source) -> None:
        assert refusal({"x": 1}, source) == ("Custom attribute 'x' does not exist", "custom_attributes.x")

    def test_are_refused_even_to_be_cleared(self) -> None:
        assert "does not exist" in refusal({"x": None})[0]

    def test_are_case_sensitive(self) -> None:
        assert "'Plan' does not exist" in refusal({"Plan": "pro"})[0]

    def test_are_refused_for_conversations_in_their_own_words(self) -> None:
        known = schema(create_unknown_attributes=True)

        assert refusal({"anything": 1}, known=known, kind="conversation") == (
            "Conversation attribute 'anything' does not exist",
            "custom_attributes.anything",
        )

    @pytest.mark.parametrize("name", ["\ud800", "a\0b", "x" * 10_000])
    def test_are_repeated_in_a_form_that_can_be_sent(self, name: str) -> None:
        message, field = refusal({name: 1})

        assert len(message.encode()) < 300
        assert "\0" not in message + field

    @pytest.mark.parametrize("source", MESSENGER)
    def test_are_ignored_where_the_workspace_forbids_creation_from_the_messenger(self, source: Source) -> None:
        known = schema(*DEFINED, messenger_creates_attributes=False)

        assert write({"x": 1, "plan": "pro"}, source, known) == Writes(values={"plan": "pro"})


class TestCreation:
    @pytest.mark.parametrize("source", [Source.CSV, PAGE, SIGNED])
    def test_a_new_key_makes_an_attribute(self, source: Source) -> None:
        assert write({"seats_used": 4, "joined_at": 1_677_923_174}, source).create == [
            NewAttribute("seats_used", "integer", 4),
            NewAttribute("joined_at", "datetime", 1_677_923_174),
        ]

    def test_through_the_api_where_the_workspace_chose_so(self) -> None:
        known = schema(*DEFINED, create_unknown_attributes=True)

        assert write({"vip": True}, known=known).create == [NewAttribute("vip", "boolean", True)]
        assert write({"colour": "red"}, known=known, kind="t1").create == [NewAttribute("colour", "string", "red")]

    def test_bad_characters_become_underscores(self) -> None:
        assert write({"$x.y": "a"}, PAGE).create == [NewAttribute("_x_y", "string", "a")]

    def test_the_same_key_later_finds_what_it_made(self) -> None:
        assert write({"a.b": "again"}, PAGE) == Writes(values={"a_b": "again"})

    def test_of_two_keys_that_become_one_the_last_counts(self) -> None:
        assert write({"x.y": 1, "x_y": "two"}, PAGE).create == [NewAttribute("x_y", "string", "two")]
        assert write({"x.y": 1, "x_y": None}, PAGE).create == []

    @pytest.mark.parametrize("raw", [None, "", "undefined"])
    def test_no_value_makes_no_attribute(self, raw: Any) -> None:
        assert write({"new": raw}, PAGE) == Writes()

    def test_long_text_from_the_messenger_is_cut(self) -> None:
        assert write({"new": "x" * 300}, PAGE).create == [NewAttribute("new", "string", "x" * 255)]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("new", {"a": 1}), ("new", []), ("new_at", 1_677_923_174_000), ("email", "a"), ("tier", "a"), ("x" * 200, 1)],
    )
    def test_what_cannot_be_one_is_noted_from_the_page_and_refused_elsewhere(self, name: str, value: Any) -> None:
        writes = write({name: value, "plan": "pro"}, PAGE)

        assert writes.values == {"plan": "pro"}
        assert not writes.create
        assert len(writes.ignored) == 1
        assert refusal({name: value}, Source.CSV)[1].startswith("custom_attributes.")

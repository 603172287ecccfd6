"""The standard attributes, and the names of types on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.attributes.definition import COMPANY, CONTACT, DATA_TYPES, STANDARD_KINDS
from interlock.core.attributes.standard import (
    INSTANCE_NAMES,
    STANDARD,
    STANDARD_NAMES,
    StandardAttribute,
    reserved_names,
)
from interlock.core.attributes.wire import from_rest, rest_data_type
from interlock.kit.problems import Problem
from tests.core.attributes.making import attribute

EVERY = [one for kind in STANDARD.values() for one in kind]


def find(kind: str, full_name: str) -> StandardAttribute:
    return next(one for one in STANDARD[kind] if one.full_name == full_name)


class TestStandardAttributes:
    @pytest.mark.parametrize("one", EVERY, ids=lambda one: f"{one.model}.{one.full_name}")
    def test_are_complete(self, one: StandardAttribute) -> None:
        assert one.label
        assert one.description
        assert one.data_type in ("string", "integer", "float", "boolean", "date")

    @pytest.mark.parametrize("kind", [CONTACT, COMPANY])
    def test_are_there_once(self, kind: str) -> None:
        names = [one.full_name for one in STANDARD[kind]]

        assert len(set(names)) == len(names)
        assert {one.model for one in STANDARD[kind]} == {kind}

    def test_nested_ones_have_a_path(self) -> None:
        assert find(COMPANY, "plan.name").name == "name"
        assert find(CONTACT, "location.country").name == "country"

    def test_every_moment_is_a_date(self) -> None:
        assert {one.data_type for one in EVERY if one.name.endswith("_at")} == {"date"}

    def test_location_cannot_be_written(self) -> None:
        assert not any(one.api_writable for one in EVERY if one.full_name.startswith("location."))

    def test_what_the_api_writes_of_people(self) -> None:
        assert {one.full_name for one in STANDARD[CONTACT] if one.api_writable} == {
            *("role", "external_id", "email", "phone", "name", "avatar.image_url", "signed_up_at", "last_seen_at"),
            *("owner_id", "unsubscribed_from_emails", "language_override"),
        }

    def test_none_is_protected_since_only_custom_ones_can_be(self) -> None:
        assert all(one.messenger_writable for one in EVERY)


class TestReservedNames:
    def test_every_kind_has_them(self) -> None:
        assert set(STANDARD_NAMES) == set(STANDARD_KINDS)

    def test_are_the_first_steps_of_the_paths(self) -> None:
        assert {"location", "avatar", "email"} <= STANDARD_NAMES[CONTACT]
        assert "city" not in STANDARD_NAMES[CONTACT]

    def test_are_the_same_for_every_object_type(self) -> None:
        assert reserved_names("t1") == INSTANCE_NAMES


class TestTypesOnTheWire:
    @pytest.mark.parametrize(
        ("name", "data_type"),
        [
            ("string", "string"),
            ("integer", "integer"),
            ("float", "decimal"),
            ("boolean", "boolean"),
            ("datetime", "datetime"),
            ("date", "datetime"),
            ("options", "list"),
        ],
    )
    def test_are_read(self, name: str, data_type: str) -> None:
        assert from_rest(name) == data_type

    @pytest.mark.parametrize("name", ["mithril", "decimal", "reference", "", None, 4, []])
    def test_others_are_no_option(self, name: Any) -> None:
        problem = from_rest(name)

        assert isinstance(problem, Problem)
        assert (problem.code, problem.message) == ("parameter_invalid", "Data Type isn't an option")

    def test_are_written(self) -> None:
        assert {one: rest_data_type(attribute(one)) for one in DATA_TYPES} == {
            "string": "string",
            "integer": "integer",
            "decimal": "float",
            "boolean": "boolean",
            "datetime": "date",
            "list": "string",
            "reference": "relationship",
        }

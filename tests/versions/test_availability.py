"""Which versions there are, and what exists in them."""

from __future__ import annotations

import pytest

from interlock.kit.problems import Problem
from interlock.versions import availability
from interlock.versions.availability import ORDER, is_available, resolve, shapes_of


class TestResolve:
    @pytest.mark.parametrize("header", ["1.0", "1.4", "2.0", "2.9", "2.10", "2.16"])
    def test_a_number(self, header: str) -> None:
        assert resolve(header, "2.14") == header

    @pytest.mark.parametrize("header", ["Preview", "preview", "Unstable", "UNSTABLE", " Unstable "])
    def test_preview_and_its_older_name(self, header: str) -> None:
        assert resolve(header, "2.14") == "Preview"

    @pytest.mark.parametrize("header", [None, "", " "])
    def test_none_is_the_workspaces_own(self, header: str | None) -> None:
        assert resolve(header, "2.14") == "2.14"

    @pytest.mark.parametrize("header", ["2.17", "1.5", "0", "2", "2.1.0", "3.0", "latest", "2,14"])
    def test_unknown(self, header: str) -> None:
        with pytest.raises(Problem, match="The requested version could not be found") as caught:
            resolve(header, "2.14")
        assert caught.value.code == "intercom_version_invalid"


class TestAvailable:
    @pytest.mark.parametrize(
        ("operation", "first"),
        [
            ("ListContacts", "1.0"),
            ("ShowContactByExternalId", "2.13"),
            ("listCustomObjectInstances", "2.13"),
            ("ListContactMergeHistory", "2.16"),
        ],
    )
    def test_from_its_first_version_on(self, operation: str, first: str) -> None:
        there = [version for version in availability.VERSIONS if is_available(operation, version)]
        assert there == [version for version in availability.VERSIONS if ORDER[version] >= ORDER[first]]

    def test_not_there_yet(self) -> None:
        with pytest.raises(Problem, match=r"Requested resource is not available in current API version\."):
            availability.require("BlockContact", "2.11")

    def test_gone_since(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(availability.LAST, "ListContacts", "2.9")
        assert is_available("ListContacts", "2.9")
        assert not is_available("ListContacts", "2.10")
        assert not is_available("ListContacts", "Preview")

    def test_a_name_that_is_no_operation_is_a_mistake(self) -> None:
        availability.check_table(set(availability.FIRST))
        with pytest.raises(ValueError, match="BlockContact"):
            availability.check_table(set(availability.FIRST) - {"BlockContact"})


def test_the_oldest_shapes_are_those_of_2_11() -> None:
    assert [shapes_of(version) for version in ("1.0", "2.9", "2.11", "2.12", "Preview")] == [
        "2.11",
        "2.11",
        "2.11",
        "2.12",
        "Preview",
    ]

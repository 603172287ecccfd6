"""The switches for what a version does differently."""

from __future__ import annotations

import pytest

from interlock.versions import behaviour
from interlock.versions.availability import at_least


@pytest.mark.parametrize(
    ("version", "reached"),
    [("2.16", True), ("Preview", True), ("2.15", False), ("2.9", False), ("2.2", False), ("1.4", False)],
)
def test_at_least(version: str, reached: bool) -> None:
    assert at_least(version, "2.16") is reached


@pytest.mark.parametrize(
    "switch",
    [behaviour.merged_contact_is_gone, behaviour.lists_instances, behaviour.refuses_conversation_model],
)
def test_what_2_16_began(switch: object) -> None:
    assert callable(switch)
    assert [switch(version) for version in ("2.15", "2.16", "Preview")] == [False, True, True]


def test_only_preview_searches_by_the_second() -> None:
    assert [behaviour.searches_by_second(version) for version in ("2.15", "2.16", "Preview")] == [False, False, True]

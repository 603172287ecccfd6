"""What the walk promises, checked without any harness: nothing of Intercom's is served that it does not try."""

from __future__ import annotations

import pytest

from contract.pairs import IDS, NOT_BEFORE, NOT_BEFORE_2_16, PAIRS, WITHOUT_401
from interlock.catalogue import OPERATIONS
from interlock.rest.operation import INTERCOM
from interlock.versions.availability import is_available

SERVED = {one.id for one in OPERATIONS if one.surface == INTERCOM}


def test_every_operation_is_walked_through() -> None:
    assert SERVED == IDS


def test_they_are_all_pairs_of_the_description() -> None:
    pairs = {(id, status) for group in PAIRS.values() for id, statuses in group.items() for status in statuses}
    assert len(pairs) + len(IDS - WITHOUT_401) == 90 + 228
    assert pairs >= NOT_BEFORE_2_16 | NOT_BEFORE.keys()


@pytest.mark.parametrize(
    ("version", "operations"),
    [("2.16", 116), ("Preview", 116), ("2.15", 96), ("2.14", 94), ("2.13", 91), ("2.11", 81)],
)
def test_each_version_has_as_many_as_its_description(version: str, operations: int) -> None:
    assert sum(is_available(id, version) for id in IDS) == operations

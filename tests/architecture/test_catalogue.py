"""The catalogue is complete: every operation says what it is, and every resource group is in it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from architecture.tree import CODE, text_of
from interlock.catalogue import OPERATIONS
from interlock.kit.problems import CODES
from interlock.rest.auth import SCOPES
from interlock.rest.operation import INTERCOM, INTERLOCK, Operation

WITHOUT_AN_ANSWER = {
    "exportInstances": "a stream of lines, not one JSON value",
    "downloadFile": "the bytes of a file",
    "createDataEvent": "202 with no body",
    "dataEventSummaries": "200 with no body",
}
WITHOUT_A_SCOPE = {
    "identifyAdmin": "any token may ask whose it is",
    "downloadFile": "open to whoever has the address, which nobody guesses",
}
OUR_PATHS = (
    "/interlock/v1/",
    "/custom-objects/",  # the founding documents' own, as the next one
    "/contacts/{contact_id}/custom-objects/",
    "/data_attributes/customer",  # of older SDKs
    "/data_attributes/company",
)
"""Paths that are in no description of Intercom's. Whatever is new belongs under the first."""

EVERY = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)


def test_operation_ids_are_unique() -> None:
    ids = [one.id for one in OPERATIONS]
    assert sorted(ids) == sorted(set(ids))


@EVERY
def test_an_operation_says_what_it_is(operation: Operation) -> None:
    assert operation.summary
    assert operation.summary[0].isupper()
    assert not operation.summary.endswith(".")
    assert operation.tag
    assert operation.scope in SCOPES or (operation.scope is None and operation.id in WITHOUT_A_SCOPE)
    assert set(operation.errors) <= set(CODES)
    assert (operation.answer is None) == (operation.id in WITHOUT_AN_ANSWER)
    if operation.surface == INTERLOCK and operation.query is not None:
        assert msgspec.structs.fields(operation.query)


@EVERY
def test_a_path_is_official_or_under_ours(operation: Operation) -> None:
    assert operation.surface in (INTERCOM, INTERLOCK) or operation.id in WITHOUT_A_SCOPE
    ours = operation.path.startswith(OUR_PATHS)
    assert ours == (operation.surface != INTERCOM)


@EVERY
def test_what_names_a_record_or_a_type_can_fail(operation: Operation) -> None:
    if "{" in operation.path or operation.body is not None:
        assert operation.errors


def test_every_resource_group_is_in_the_catalogue() -> None:
    listed = text_of(CODE / "catalogue.py")
    groups = sorted(one.name for one in (CODE / "resources").iterdir() if (one / "operations.py").exists())
    assert groups
    for group in groups:
        assert f"interlock.resources.{group} import" in listed
    folders = {one for one in (CODE / "resources").iterdir() if one.is_dir() and one.name != "__pycache__"}
    assert {one.name for one in folders} == set(groups), "a folder of resources without operations"


def test_every_list_of_operations_is_in_the_catalogue() -> None:
    """`OPERATIONS` of a file that nobody has put into the catalogue would never be served."""
    served = {one.handler.__module__ for one in OPERATIONS}
    for path in (CODE / "resources").rglob("*.py"):
        if "OPERATIONS = [" in text_of(path) or "OPERATIONS: list" in text_of(path):
            assert _module(path) in served, path


def _module(path: Path) -> str:
    return ".".join(path.relative_to(CODE.parent).with_suffix("").parts)

"""Who may write what, apart from what the value is."""

from __future__ import annotations

import dataclasses

import pytest

from interlock.core.attributes.coerce import NOTHING, coerce
from interlock.core.attributes.definition import DATA_TYPES
from interlock.core.attributes.policy import POLICIES, Creates, Source
from interlock.core.attributes.types.reference import CLEAR
from interlock.core.schema.schema import WorkspaceSettings
from tests.core.attributes.making import ANSWERED, MESSENGER, attribute, is_problem

PROTECTED = attribute("string", messenger_writable=False)
ARCHIVED = attribute("string", archived=True)


def test_every_source_has_a_row() -> None:
    assert set(POLICIES) == set(Source)


def test_every_choice_of_a_workspace_is_one_of_its_settings() -> None:
    settings = {one.name for one in dataclasses.fields(WorkspaceSettings)}

    assert {one.value for one in Creates} - {"never", "always"} <= settings


class TestProtectedAttributes:
    def test_the_page_is_silently_ignored(self) -> None:
        assert coerce(PROTECTED, "admin", Source.MESSENGER_PAGE) is NOTHING

    @pytest.mark.parametrize("raw", [None, "", [], "a\0b"])
    def test_whatever_it_sends(self, raw: object) -> None:
        assert coerce(PROTECTED, raw, Source.MESSENGER_PAGE) is NOTHING

    @pytest.mark.parametrize("source", [one for one in Source if one is not Source.MESSENGER_PAGE])
    def test_everybody_else_writes_them(self, source: Source) -> None:
        assert coerce(PROTECTED, "admin", source) == "admin"


class TestArchivedAttributes:
    @pytest.mark.parametrize("source", ANSWERED)
    @pytest.mark.parametrize("raw", ["a", None])
    def test_are_refused(self, source: Source, raw: str | None) -> None:
        assert is_problem(coerce(ARCHIVED, raw, source), "Custom attribute 'x' is archived")

    @pytest.mark.parametrize("source", MESSENGER)
    def test_are_ignored_from_the_messenger(self, source: Source) -> None:
        assert coerce(ARCHIVED, "a", source) is NOTHING

    def test_archived_is_said_before_a_wrong_value(self) -> None:
        assert is_problem(coerce(ARCHIVED, 4, Source.API), "is archived")


class TestReferences:
    def test_the_page_cannot_link_what_it_does_not_own(self) -> None:
        for raw in (["21"], [], {"add": ["21"]}):
            assert coerce(attribute("reference"), raw, Source.MESSENGER_PAGE) is NOTHING

    @pytest.mark.parametrize("source", [one for one in Source if one is not Source.MESSENGER_PAGE])
    def test_everybody_else_links(self, source: Source) -> None:
        outcome = coerce(attribute("reference"), ["21"], source)

        assert outcome is not NOTHING
        assert not is_problem(outcome)

    def test_signed_claims_clear_with_the_words_of_javascript_too(self) -> None:
        assert coerce(attribute("reference"), "undefined", Source.MESSENGER_SIGNED) == CLEAR


@pytest.mark.parametrize("data_type", DATA_TYPES)
@pytest.mark.parametrize("source", Source)
def test_every_type_answers_every_source(source: Source, data_type: str) -> None:
    coerce(attribute(data_type), "x", source)

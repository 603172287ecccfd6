"""The parts of the documentation that are made from the code are as the code says now."""

from __future__ import annotations

import msgspec
import pytest

from docs.reading import DOCS, rows
from interlock.core.schema.schema import WorkspaceSettings
from interlock.kit.problems import CODES
from interlock.resources.limits.wire import SettingsBody
from interlock.rest.auth import SCOPES
from interlock.rest.operation import INTERCOM
from interlock.settings import as_markdown
from tools import docs


@pytest.mark.parametrize("page", docs.pages(), ids=lambda page: page.stem)
def test_parts_are_as_the_code_says(page: docs.Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == docs.made_anew(text), "run: .venv/bin/python tools/docs.py"


def test_every_part_stands_somewhere() -> None:
    found = {name for page in docs.pages() for _, name, _, _ in docs.PART.findall(page.read_text(encoding="utf-8"))}
    assert found == set(docs.PARTS)


def test_every_variable_is_documented() -> None:
    assert as_markdown() in (DOCS / "settings.md").read_text(encoding="utf-8")


def test_settings_of_a_workspace_are_those_of_the_api() -> None:
    documented = {name: default for name, default, _ in rows(DOCS / "settings.md", "Of a workspace")}
    assert list(documented) == [f"`{name}`" for name in SettingsBody.__struct_fields__]
    made = msgspec.structs.asdict(msgspec.convert({}, _Defaults))
    for name, default in made.items():
        shown = "none" if default is None else f"`{msgspec.json.encode(default).decode()}`"
        assert documented[f"`{name}`"] == shown, name


class _Defaults(msgspec.Struct):
    """What a workspace begins with, in the words of the API."""

    create_unknown_attributes: bool = WorkspaceSettings().create_unknown_attributes
    messenger_creates_attributes: bool = WorkspaceSettings().messenger_creates_attributes
    exact_date_search: bool = WorkspaceSettings().exact_date_search
    max_active_attributes: int | None = WorkspaceSettings().max_active_attributes
    max_object_types: int | None = WorkspaceSettings().max_object_types
    max_instances: int | None = WorkspaceSettings().max_instances
    history_days: int = WorkspaceSettings().history_days
    rate_limit_per_minute: int | None = WorkspaceSettings().rate_limit_per_minute
    away_reason_mandatory: bool = WorkspaceSettings().away_reason_mandatory


def test_every_operation_is_documented() -> None:
    pages = {True: "compatibility.md", False: "extensions.md"}
    texts = {name: (DOCS / name).read_text(encoding="utf-8") for name in pages.values()}
    for one in docs.served():
        assert f"`{one.method} {one.path}`" in texts[pages[one.surface == INTERCOM]], one.id


def test_every_code_of_an_error_is_documented() -> None:
    text = (DOCS / "compatibility.md").read_text(encoding="utf-8")
    assert [code for code in CODES if f"`{code}`" not in text] == []


def test_codes_of_an_operation_are_codes() -> None:
    assert {code for one in docs.served() for code in one.errors} <= CODES.keys()


def test_every_scope_that_is_wanted_can_be_given() -> None:
    assert {one.scope for one in docs.served()} - {None} <= SCOPES.keys()

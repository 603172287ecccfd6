"""The README's table of commands is the command line: neither has what the other lacks."""

from __future__ import annotations

import re

import click
import pytest

from docs.reading import DOCS, ROOT, rows
from interlock.cli import main
from interlock.cli.serve import _greeting
from interlock.core.workspaces.bootstrap import Made
from interlock.settings import Settings
from tools import docs

COMMANDS = dict(docs.leaves(main, "interlock"))


def documented() -> dict[str, str]:
    """Each command of the table by its words, with what follows them. `create\\|list` are two."""
    found: dict[str, str] = {}
    for cell, _ in rows(ROOT / "README.md", "Commands"):
        for usage in re.findall(r"`([^`]+)`", cell):
            matched = re.fullmatch(r"(interlock [a-z]+)( [a-z|]+)?(.*)", usage)
            assert matched is not None, usage
            for last in (matched[2] or "").split("|"):
                found[f"{matched[1]} {last.strip()}".strip()] = matched[3]
    return found


def test_the_table_has_every_command() -> None:
    assert documented().keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_options_and_arguments_in_the_table_exist(name: str) -> None:
    command, usage = COMMANDS[name], documented().get(name, "")
    known = {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
    assert set(re.findall(r"--[a-z-]+", usage)) <= known
    arguments = re.sub(r"\[.*?\]", "", usage).split()
    if '"' not in usage:  # that is an example
        assert arguments == [] or arguments == docs.arguments(command)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_settings(name: str) -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert f"`{name}" in text
    for usage, _ in docs.options(COMMANDS[name]):
        assert f"`{usage}`" in text or f"[{usage}]" in text


@pytest.mark.parametrize("option", ["--database", "--workspace"])
def test_commands_on_a_workspace_are_those_that_choose_one(option: str) -> None:
    having = {name for name, command in COMMANDS.items() if any(option in one.opts for one in command.params)}
    without = {
        "--database": {"interlock where"},
        "--workspace": {name for name in COMMANDS if name.split(" ")[1] in _OF_THE_DATABASE},
    }
    assert COMMANDS.keys() - having == without[option]


_OF_THE_DATABASE = ("serve", "worker", "migrate", "workspace", "backup", "restore", "where", "doctor")


def test_the_readme_shows_what_the_first_start_prints() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    greeting = _greeting(Settings(), "http://127.0.0.1:8000", Made("id", "TOKEN", 1), True)
    printed = [line.strip() for line in greeting.splitlines() if line.strip().startswith("curl ")]
    assert len(printed) == 3
    assert "\n".join(printed) in text

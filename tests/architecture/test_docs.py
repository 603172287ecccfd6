"""Nothing is undocumented: every command, option and setting is in the docs."""

from __future__ import annotations

import click

from architecture.tree import ROOT, our_files, text_of
from interlock.cli import main
from interlock.settings import describe


def docs() -> str:
    pages = [one for one in our_files() if one.suffix == ".md" and (one.parent == ROOT or ROOT / "docs" in one.parents)]
    assert ROOT / "README.md" in pages
    return "\n".join(text_of(one) for one in pages if one.name != "CHANGELOG.md")


def commands(group: click.Command, words: tuple[str, ...] = ("interlock",)) -> list[tuple[str, click.Command]]:
    if isinstance(group, click.Group):
        context = click.Context(group)
        inner = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
        return [found for name, one in inner if one is not None for found in commands(one, (*words, name))]
    return [(" ".join(words), group)]


def test_every_command_and_option_is_documented() -> None:
    text, missing = docs(), []
    for name, command in commands(main):
        assert command.help, f"{name} --help says nothing"
        options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
        wanted = [name, *(max(one.opts, key=len) for one in options)]
        missing += [f"{name}: {one}" for one in wanted if one not in text]
    assert missing == []


def test_every_setting_is_documented() -> None:
    text = docs()
    assert [one.variable for one in describe() if one.variable not in text] == []


def test_every_decision_is_numbered_and_linked() -> None:
    """A decision that no page leads to would not be found."""
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [one.name[:4] for one in decisions if one.name[:4].isdigit()]
    assert numbers == [f"{place:04}" for place in range(1, len(numbers) + 1)]

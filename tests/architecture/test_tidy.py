"""Tidy: files of a size that can be read, nothing of one machine in them, no mark of unfinished work."""

from __future__ import annotations

import re

from architecture.tree import CODE, ROOT, code_files, name_of, our_files, text_of

LINES_MAX = 500
TEXT = {".py", ".md", ".toml", ".txt", ".in", ".yaml", ".yml", ".json", ".html", ".js", ".css", ".mako", ".sh", ""}
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work|workspace|mnt)/[\w.-]+")
HOSTS = re.compile(r"(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|npmjs\.com|jfrog|artifactory|nexus\.|devpi)")
URL = re.compile(r"https?://")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def texts() -> dict[str, str]:
    return {name_of(one): text_of(one) for one in our_files() if one.suffix in TEXT and one.name != "LICENSE"}


def test_no_file_is_too_long() -> None:
    """Migrations are lists of columns that a tool has written, and are read from top to bottom."""
    ours = [one for one in code_files() if one.parent.name != "migrations"]
    long = {name_of(one): lines for one in ours if (lines := len(text_of(one).splitlines())) > LINES_MAX}
    assert long == {}


def test_nothing_of_one_machine() -> None:
    found = {name: MACHINE.findall(text) for name, text in texts().items() if MACHINE.search(text)}
    assert found == {}


def test_no_registry_is_named() -> None:
    """Where packages come from is the machine's own setting."""
    own = name_of(ROOT / "tests" / "architecture" / "test_tidy.py")
    found = {name: HOSTS.findall(text) for name, text in texts().items() if name != own and HOSTS.search(text)}
    assert found == {}


def test_lock_files_have_no_addresses() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), *(one for one in our_files() if one.name == "package-lock.json")]
    assert locks
    for one in locks:
        lines = [line for line in text_of(one).splitlines() if URL.search(line) and '"url"' not in line]
        assert lines == [], name_of(one)


def test_pinned_packages_have_hashes() -> None:
    for one in (ROOT / "requirements").glob("*.txt"):
        pins = re.findall(r"^\w[^\n]*==", text_of(one), re.MULTILINE)
        assert pins
        assert text_of(one).count("--hash=sha256:") >= len(pins)


def test_nothing_is_marked_as_unfinished() -> None:
    found = [name for name, text in texts().items() if name.startswith("interlock/") and UNFINISHED.search(text)]
    assert found == []


def test_no_module_is_empty_but_packages() -> None:
    empty = [name_of(one) for one in code_files() if one.name != "__init__.py" and not text_of(one).strip()]
    assert empty == []


def test_every_module_says_what_it_is_for() -> None:
    mute = [name_of(one) for one in code_files() if text_of(one).strip() and not text_of(one).startswith('"""')]
    assert [one for one in mute if "/migrations/" not in one] == []
    assert CODE.is_dir()

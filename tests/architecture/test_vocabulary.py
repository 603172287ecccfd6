"""Every error code and every limit that has a name is used; and nothing else is."""

from __future__ import annotations

import re

from architecture.tree import CODE, ROOT, code_files, text_of
from interlock.kit import limits
from interlock.kit.problems import CODES

KIT = CODE / "kit"


def uses() -> str:
    return "\n".join(text_of(one) for one in code_files() if one not in (KIT / "problems.py", KIT / "limits.py"))


def test_every_error_code_is_raised_somewhere() -> None:
    """A code that nobody raises would be documented for nothing."""
    by_helper = {"parameter_invalid", "parameter_not_found", "not_found"}  # kit/problems.py itself raises these
    text = re.sub(r"errors=\([^)]*\)", "", uses())  # declared is not raised
    unused = [code for code in CODES if code not in by_helper and f'"{code}"' not in text]
    assert unused == []
    compatibility = text_of(ROOT / "docs" / "compatibility.md")
    assert all(f"`{code}`" in compatibility for code in CODES)


def test_every_limit_is_used() -> None:
    names = [name for name in vars(limits) if name.isupper()]
    text, own = uses(), text_of(KIT / "limits.py")
    unused = [one for one in names if f"limits.{one}" not in text and len(re.findall(rf"\b{one}\b", own)) < 2]
    assert unused == []


def test_limits_fit_together() -> None:
    assert limits.CACHE_AGE < 1, "what a process remembers is never older than a second"
    assert limits.SEARCH_PER_PAGE <= limits.PER_PAGE_MAX
    assert limits.NESTED_SHOWN <= limits.REFERENCE_SHOWN <= limits.REFERENCE_WRITTEN
    assert limits.STAMP_EVERY < limits.LEASE

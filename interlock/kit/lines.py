"""Plain text of one line: subjects, and what stands in the headers of a mail."""

from __future__ import annotations

import re

_CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\ud800-\udfff]+")


def one_line(text: str) -> str:
    """The text without what ends a line, controls something or is no character; what looks like markup is text."""
    return _CONTROLS.sub(" ", text).strip()

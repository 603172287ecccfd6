"""Lists: a set of predefined choices, of which a record has one.

The REST API may send a value that is not among them; it is kept as it is and does not become a choice. Whether a
source may do so stands in `policy.py`. Source: attributes.md 2 and 3.
"""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.types import string
from interlock.kit.problems import Problem


def read(raw: Any, strict: bool, attribute: Attribute) -> str | Problem:
    return string.read(raw, strict, attribute)


def is_option(value: str, attribute: Attribute) -> bool:
    """Options are matched to the letter: "Open" is not "open"."""
    return any(option.value == value for option in attribute.options)

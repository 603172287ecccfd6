"""Text of at most 255 characters. URLs are text, too. Source: attributes.md 4."""

from __future__ import annotations

from math import isfinite
from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.refuse import refuse, wrong_type
from interlock.core.attributes.text import storable
from interlock.core.attributes.types.numerals import spelled
from interlock.kit import limits
from interlock.kit.problems import Problem


def read(raw: Any, strict: bool, attribute: Attribute) -> str | Problem:
    """Text as it is; where not strict, numbers and booleans are spelled out."""
    if not isinstance(raw, str):
        if strict or not _spellable(raw):
            return wrong_type(attribute, raw, "a string")
        raw = spelled(raw)
    if len(raw) > limits.STRING_CHARS:
        return refuse(attribute, f"must be at most {limits.STRING_CHARS} characters")
    if not storable(raw):
        return refuse(attribute, "must not contain NUL characters or lone surrogates")
    return raw


def cut(raw: Any) -> Any:
    """Text shortened to what may be stored; anything else as it is. Characters are Unicode code points."""
    return raw[: limits.STRING_CHARS] if isinstance(raw, str) else raw


def _spellable(raw: Any) -> bool:
    if isinstance(raw, int):  # booleans are among them
        return limits.INTEGER_MIN <= raw <= limits.INTEGER_MAX
    return isinstance(raw, float) and isfinite(raw)

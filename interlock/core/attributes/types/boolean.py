"""True or false. Not 1 or 0, and not yes: what is meant by those is for whoever maps the column to say."""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.refuse import wrong_type
from interlock.kit.problems import Problem

_WORDS = {"true": True, "false": False}


def read(raw: Any, strict: bool, attribute: Attribute) -> bool | Problem:
    """A JSON boolean; where not strict, also the words in any case, as spreadsheets write TRUE."""
    found = _WORDS.get(raw.strip().lower()) if isinstance(raw, str) and not strict else raw
    return found if isinstance(found, bool) else wrong_type(attribute, raw, "true or false")

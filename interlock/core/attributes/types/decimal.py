"""Numbers with a fraction: finite 64-bit floats. A whole number is one, too, and reads back equal to what was sent."""

from __future__ import annotations

from math import isfinite
from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.refuse import refuse, wrong_type
from interlock.core.attributes.types.numerals import number
from interlock.kit import limits
from interlock.kit.problems import Problem


def read(raw: Any, strict: bool, attribute: Attribute) -> float | Problem:
    found = number(raw) if isinstance(raw, str) and not strict else raw
    if type(found) is int:
        if not limits.INTEGER_MIN <= found <= limits.INTEGER_MAX:
            return refuse(attribute, "must not be a whole number of more than 64 bits")
        return float(found)
    if type(found) is not float:
        return wrong_type(attribute, raw, "a number")
    if not isfinite(found):
        return refuse(attribute, "must be a finite number")
    return found + 0.0  # minus zero becomes zero: the databases would not agree whether the two are equal

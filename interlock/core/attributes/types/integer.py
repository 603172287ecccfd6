"""Whole numbers of 64 bits.

JSON has one type of number and JavaScript one, so `4.0` *is* four and is taken, as long as a float of that size
stands for one whole number only (2^53). `4.5` is refused from every source: rounding would be a quiet lie.
"""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.refuse import refuse, wrong_type
from interlock.core.attributes.types.numerals import WHOLE_FLOAT_MAX, number
from interlock.kit import limits
from interlock.kit.problems import Problem


def read(raw: Any, strict: bool, attribute: Attribute) -> int | Problem:
    found = number(raw) if isinstance(raw, str) and not strict else raw
    if type(found) is float and found % 1 == 0 and abs(found) <= WHOLE_FLOAT_MAX:
        return int(found)
    if type(found) is not int:  # a bool is an int to Python, not to us
        return wrong_type(attribute, raw, "a whole number")
    if not limits.INTEGER_MIN <= found <= limits.INTEGER_MAX:
        return refuse(attribute, "must be a whole number of at most 64 bits")
    return found

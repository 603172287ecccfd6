"""Numbers written as text, as CSV files, connectors and signed claims send them."""

from __future__ import annotations

import re

from interlock.kit import limits

WHOLE_FLOAT_MAX = 2**53
"""Above this a float no longer tells its neighbours apart, so it does not stand for one whole number."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def number(text: str) -> int | float | None:
    """The number that a text spells, maybe infinite; None when it spells none.

    Narrower than Python's own `int` and `float`, which also take `1_000`, `nan` and the digits of every script. No
    separators of thousands: "1,234" is a different number in Berlin and in Boston.
    """
    text = text.strip()
    if len(text) > limits.STRING_CHARS or not _NUMBER.fullmatch(text):
        return None
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def spelled(value: bool | int | float) -> str:
    """The text of a number or boolean, as JavaScript would spell it: 4.0 is "4", True is "true"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value % 1 == 0 and abs(value) <= WHOLE_FLOAT_MAX:
        return str(int(value))
    return str(value)

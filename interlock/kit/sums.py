"""Exact sums of numbers, as people would add them: 0.1 and 0.2 are 0.3, and nothing overflows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal

from interlock.kit import limits

_CONTEXT = Context(prec=700)  # a double has up to 309 digits before the point, and more than 324 behind it


def fifteen(value: float) -> float:
    """The 15 digits that a double surely has: 0.1 + 0.2 is 0.3."""
    return float(f"{value:.15g}")


class Sum:
    """Null counts as nothing, and the sum of nothing is 0."""

    def __init__(self, values: Iterable[int | float | None] = ()) -> None:
        self._total = Decimal(0)
        self._of_doubles = False
        for one in values:
            self.add(one)

    def add(self, value: int | float | None) -> None:
        """Of a double the 15 digits count that it surely has: PostgreSQL does it so."""
        if value is not None:
            whole = isinstance(value, int)
            self._of_doubles = self._of_doubles or not whole
            exact = Decimal(value) if whole else Decimal(f"{value:.15g}")
            self._total = _CONTEXT.add(self._total, exact)

    def value(self) -> int | float:
        """Of whole numbers one, as long as it has 64 bits; of doubles 15 digits. What no double reaches is infinity."""
        if self._of_doubles:
            return fifteen(float(self._total))
        if abs(self._total) <= limits.INTEGER_MAX and self._total == self._total.to_integral_value():
            return int(self._total)
        return float(self._total)

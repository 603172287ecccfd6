"""How long to wait before trying again: twice as long each time, and never two at the same moment."""

from __future__ import annotations

import random


def pause(failures: int, first: float, most: float) -> float:
    """Seconds to wait after so many failures in a row: between half and all of `first`, doubled each time."""
    return min(most, first * 2 ** min(failures - 1, 60)) * (0.5 + random.random() / 2)  # noqa: S311 - jitter, no secret

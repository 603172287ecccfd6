"""The only source of "now". Times are bound into statements, never asked of the database."""

from __future__ import annotations

import time


def seconds() -> int:
    """Unix seconds, as the API shows them."""
    return int(time.time())


def micros() -> int:
    """Unix microseconds: for `changes.at`, where order within a second matters."""
    return time.time_ns() // 1000


def monotonic() -> float:
    """Seconds on a clock that never goes back: for leases and ages of caches."""
    return time.monotonic()

"""Requests a minute, for each workspace and token, counted in this process.

Intercom spreads its 10,000 a minute evenly over windows of ten seconds, and its headers speak of the window: so do
ours. A workspace without `rate_limit_per_minute` (the default) has no limit; its headers show the nominal one with
everything remaining, since clients that pace themselves would slow down for a number that falls. Several processes
count apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from interlock.kit import clock

WINDOW_SECONDS = 10
NOMINAL_PER_MINUTE = 10_000

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request is told; `retry_after` is in seconds, and 0 when it may pass."""

    headers: tuple[Header, Header, Header]
    retry_after: int = 0


class RateLimiter:
    """Fixed windows, the same for everybody: all counts are forgotten together, so nothing piles up."""

    def __init__(self, now: Callable[[], int] = clock.seconds) -> None:
        self._now = now
        self._window = -1
        self._counts: dict[tuple[str, str], int] = {}
        self._unlimited = _verdict(0, 0, 0)

    def count(self, workspace_id: str, token_id: str, per_minute: int | None) -> Verdict:
        """Count one request against the limit of its workspace."""
        now = self._turn()
        if per_minute is None:
            return self._unlimited
        limit = max(per_minute * WINDOW_SECONDS // 60, 1)
        key = (workspace_id, token_id)
        used = self._counts[key] = self._counts.get(key, 0) + 1
        reset = self._reset()
        return _verdict(limit, max(limit - used, 0), reset, max(reset - now, 1) if used > limit else 0)

    def nominal(self) -> Verdict:
        """For answers to nobody in particular: wrong path, no token."""
        self._turn()
        return self._unlimited

    def _turn(self) -> int:
        now = self._now()
        window = now // WINDOW_SECONDS
        if window != self._window:
            self._window = window
            self._counts.clear()
            limit = NOMINAL_PER_MINUTE * WINDOW_SECONDS // 60
            self._unlimited = _verdict(limit, limit, self._reset())
        return now

    def _reset(self) -> int:
        return (self._window + 1) * WINDOW_SECONDS


def _verdict(limit: int, remaining: int, reset: int, retry_after: int = 0) -> Verdict:
    headers = (
        (b"x-ratelimit-limit", b"%d" % limit),
        (b"x-ratelimit-remaining", b"%d" % remaining),
        (b"x-ratelimit-reset", b"%d" % reset),
    )
    return Verdict(headers, retry_after)

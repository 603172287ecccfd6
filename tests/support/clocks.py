"""A clock that stands still until a test moves it, so that durations come out exactly."""

from __future__ import annotations

import time

import pytest

from interlock.kit import clock

MINUTE, HOUR, DAY = 60, 3_600, 86_400


class StandingClock:
    """The time that the product sees. It never goes back: it starts at the real one, and only moves forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = int(time.time())
        monkeypatch.setattr(clock, "seconds", lambda: self.now)
        monkeypatch.setattr(clock, "micros", lambda: self.now * 1_000_000)

    def forward(self, seconds: int) -> int:
        """The time afterwards."""
        self.now += seconds
        return self.now

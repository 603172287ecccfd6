"""What a job may answer, besides a result: "again at a time", or "this cannot succeed".

Both are answers and no exceptions, since what the handler wrote before them is stored together with them. Whatever is
*raised* undoes everything; the job is then tried again after a while, or stuck when trying again would not help
(`engines/jobs/runner.py`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Not finished: once more at `at` (Unix microseconds). This does not count as a failed attempt."""

    at: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be done, now or later. The job is stuck, where people see it; they may retry or drop it."""

    problem: str


class LeaseLost(Exception):
    """Somebody else has the job by now, or it was dropped: nothing of this attempt may be stored."""

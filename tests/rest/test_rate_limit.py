"""Counting requests."""

from __future__ import annotations

import pytest

from interlock.rest.rate_limit import RateLimiter, Verdict


def read(verdict: Verdict) -> tuple[int, int, int]:
    limit, remaining, reset = (int(value) for _, value in verdict.headers)
    return limit, remaining, reset


@pytest.fixture
def now() -> list[int]:
    return [1000]


@pytest.fixture
def limiter(now: list[int]) -> RateLimiter:
    return RateLimiter(lambda: now[0])


class TestWithoutLimit:
    def test_the_nominal_limit_never_runs_low(self, limiter: RateLimiter) -> None:
        for _ in range(3):
            verdict = limiter.count("w", "t", None)
        assert read(verdict) == (1666, 1666, 1010)
        assert verdict.retry_after == 0

    def test_the_reset_moves_on(self, limiter: RateLimiter, now: list[int]) -> None:
        now[0] = 1010
        assert read(limiter.count("w", "t", None))[2] == 1020
        assert read(limiter.nominal())[2] == 1020


class TestWithLimit:
    def test_it_counts_down_and_refuses(self, limiter: RateLimiter, now: list[int]) -> None:
        now[0] = 1003
        verdicts = [limiter.count("w", "t", 12) for _ in range(3)]
        assert [read(one) for one in verdicts] == [(2, 1, 1010), (2, 0, 1010), (2, 0, 1010)]
        assert [one.retry_after for one in verdicts] == [0, 0, 7]

    def test_a_new_window_begins_anew(self, limiter: RateLimiter, now: list[int]) -> None:
        for _ in range(3):
            limiter.count("w", "t", 12)
        now[0] = 1010
        assert limiter.count("w", "t", 12).retry_after == 0

    def test_every_token_counts_apart(self, limiter: RateLimiter) -> None:
        limiter.count("w", "a", 6)
        assert limiter.count("w", "a", 6).retry_after
        assert not limiter.count("w", "b", 6).retry_after

    def test_the_least_limit_lets_one_pass(self, limiter: RateLimiter) -> None:
        assert not limiter.count("w", "t", 1).retry_after

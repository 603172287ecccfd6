"""What SQLite cannot say itself and `core/query` asks of it. PostgreSQL has words of its own for all of it."""

from __future__ import annotations

from typing import Any

import apsw

from interlock.kit.sums import Sum
from interlock.kit.words import html_text, words


def add_functions(connection: apsw.Connection) -> None:
    connection.create_scalar_function("html_text", _html_text, 1, deterministic=True)
    connection.create_scalar_function("html_words", _html_words, 1, deterministic=True)
    connection.create_aggregate_function("exact_sum", _Sum, 1)


def _html_text(html: Any) -> Any:
    return html_text(html) if isinstance(html, str) else None


def _html_words(html: Any) -> Any:
    return words(html_text(html)) if isinstance(html, str) else None


class _Sum:
    def __init__(self) -> None:
        self.sum = Sum()

    def step(self, *values: Any) -> None:
        self.sum.add(values[0])

    def final(self) -> int | float:
        return self.sum.value()

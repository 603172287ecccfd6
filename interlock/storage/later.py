"""Writes whose answers nobody waits for, gathered and carried out at once: on PostgreSQL in one round trip.

    later = Later(tx)
    await store.append(later, ...)
    await change.note(later, ...)
    await later.flush()

PostgreSQL gets them as the parts of one statement, which all see what was there before it: none may change a row that
another one of them changes or makes. A unique index refuses as ever, in `flush`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query

_MOST = 8  # writes in one statement: for more, compiled statements of every number would pile up
_NO_ANSWER = "what is written later answers nothing: read by the transaction itself"
_PLACE = re.compile(r"\$(\d+)")


class Later:
    """A transaction that only writes, and not before `flush`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._writes: list[tuple[Query, dict[str, Any]]] = []
        self.dialect = tx.dialect

    async def run(self, query: Query, /, **values: Any) -> int:
        """How many rows it touches is not known yet."""
        self._writes.append((query, values))
        return 0

    async def many(self, query: Query, rows: Sequence[dict[str, Any]], /) -> None:
        self._writes += [(query, row) for row in rows]

    async def flush(self) -> None:
        writes, self._writes = self._writes, []
        if self.dialect == "postgresql" and 1 < len(writes) <= _MOST:
            query = _together(tuple(query for query, _ in writes))
            await self._tx.run(query, **_numbered([values for _, values in writes]))
            return
        for query, values in writes:
            await self._tx.run(query, **values)

    async def all(self, query: Query, /, **values: Any) -> list[Row]:
        raise TypeError(_NO_ANSWER)

    async def one(self, query: Query, /, **values: Any) -> Row | None:
        raise TypeError(_NO_ANSWER)

    async def value(self, query: Query, /, **values: Any) -> Any:
        raise TypeError(_NO_ANSWER)

    async def copy(self, table: Table, rows: Sequence[dict[str, Any]], /) -> None:
        raise TypeError(_NO_ANSWER)


def _numbered(several: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The values of several writes under names of their own."""
    return {f"{number}.{name}": value for number, values in enumerate(several) for name, value in values.items()}


@lru_cache(256)
def _together(queries: tuple[Query, ...]) -> Query:
    """One statement for PostgreSQL out of several: all but the last are `with` parts."""
    texts, order, fixed = [], [], {}
    for number, query in enumerate(queries):
        before = len(order)
        texts.append(_PLACE.sub(lambda place, before=before: f"${int(place[1]) + before}", query.pg))
        order += [f"{number}.{name}" for name in query.order]
        fixed |= {f"{number}.{name}": value for name, value in query.pg_fixed.items()}
    parts = ", ".join(f"write_{number} as ({text})" for number, text in enumerate(texts[:-1]))
    return Query.of_postgres(f"with {parts} {texts[-1]}", order, fixed)

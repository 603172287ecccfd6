"""Connections to PostgreSQL that are kept and lent.

In place of asyncpg's own pool, whose proxies, resets and tasks cost nearly as much as a round trip. We need none of
that: no unit of work changes its session, and one that leaves a connection in doubt has it closed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any


class Pool:
    """At most `size` connections, made when they are needed. Whoever finds none waits in line."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], size: int) -> None:
        self._connect = connect
        self._room = size  # how many more may be made
        self._idle: list[Any] = []  # the last one used is lent first: it is the warmest
        self._lent: set[Any] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()

    def lend(self) -> Loan:
        """`async with pool.lend() as connection`"""
        return Loan(self)

    async def take(self) -> Any:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                self._lent.add(connection)
                return connection
            self._room += 1
        if self._room == 0:
            return await self._wait()
        self._room -= 1
        return await self._make()

    async def _make(self) -> Any:
        """A new connection, in room that has been taken for it."""
        try:
            connection = await self._connect()
        except BaseException:
            self._make_room()
            raise
        self._lent.add(connection)
        return connection

    async def _wait(self) -> Any:
        """The next connection that is given back, in the order of asking; a new one where one was lost."""
        turn: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            connection = await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._make_room() if turn.result() is None else self.give_back(turn.result())
            raise
        return await self._make() if connection is None else connection

    def give_back(self, connection: Any) -> None:
        if connection.is_closed():
            self._lent.discard(connection)
            self._make_room()
        elif not self._hand_over(connection):
            self._lent.discard(connection)
            self._idle.append(connection)

    def _make_room(self) -> None:
        if not self._hand_over(None):
            self._room += 1

    def _hand_over(self, connection: Any) -> bool:
        """To whoever has waited longest; None gives them the room for a new one."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    async def close(self) -> None:
        """Wait until all are back, then close them. Nobody may ask for one any more."""
        while self._lent:  # noqa: ASYNC110 - at the end of a process: an event would be kept for this alone
            await asyncio.sleep(0.01)
        while self._idle:
            await self._idle.pop().close()

    def terminate(self) -> None:
        """Close all of them at once, whatever they are doing."""
        for connection in (*self._idle, *self._lent):
            connection.terminate()


class Loan:
    """One connection, for as long as the block lasts."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Any:
        self._connection = await self._pool.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, Exception):
            self._connection.terminate()  # given up in the middle of a statement, perhaps
        self._pool.give_back(self._connection)

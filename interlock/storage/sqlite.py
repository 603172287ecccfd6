"""SQLite: one writer thread that commits many units of work at once, and connections that only read.

The file is in WAL mode with `synchronous=FULL`: what `transact` answered is on the disk. Group commit is what makes
that affordable: units of work that arrive while a commit is under way share the next one, each in a savepoint of
its own, so that one that fails leaves the others alone.

Other processes may open the file too (the command line does): SQLite's own locks keep the two apart.
"""

from __future__ import annotations

import asyncio
import contextvars
import math
import os
import queue
import re
import threading
from collections import Counter
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from operator import itemgetter
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import apsw
from sqlalchemy import Table

from interlock.storage.database import Duplicate, Row, T, Unavailable, Unit
from interlock.storage.functions import add_functions
from interlock.storage.query import Query
from interlock.storage.tables import metadata

_BATCH = 64  # units of work in one commit: more would make the first one wait for the last
_BUSY_MS = 30_000  # how long to wait for another process that writes (a restore takes seconds)
_STATEMENTS = 500  # prepared statements kept for each connection
_OPEN: Counter[str] = Counter()
_SEARCH_THREADS = 2
_BRIEF = 0.002  # seconds that a search may take on the event loop: what handing it to a thread costs ten times over
_STEPS = 20_000  # instructions of SQLite between two looks at the clock, each of which costs as much as hundreds


class SQLiteTx:
    """A transaction on SQLite. Its methods are coroutines that never suspend."""

    dialect = "sqlite"
    __slots__ = ("connection",)

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection

    async def all(self, query: Query, /, **values: Any) -> list[Row]:
        return list(self.connection.execute(query.lite, query.sqlite_arguments(values)))

    async def one(self, query: Query, /, **values: Any) -> Row | None:
        cursor = self.connection.execute(query.lite, query.sqlite_arguments(values))
        row = cursor.fetchone()
        cursor.close(True)
        return row

    async def value(self, query: Query, /, **values: Any) -> Any:
        row = await self.one(query, **values)
        return row[0] if row is not None else None

    async def run(self, query: Query, /, **values: Any) -> int:
        self.connection.execute(query.lite, query.sqlite_arguments(values)).fetchall()
        return self.connection.changes()

    async def many(self, query: Query, rows: Sequence[dict[str, Any]], /) -> None:
        self.connection.cursor().executemany(query.lite, [query.sqlite_arguments(row) for row in rows])

    async def copy(self, table: Table, rows: Sequence[dict[str, Any]], /) -> None:
        names = [column.name for column in table.c]
        places = ", ".join("?" for _ in names)
        statement = f"insert into {table.name} ({', '.join(names)}) values ({places})"
        self.connection.cursor().executemany(statement, map(itemgetter(*names), rows))


class _BriefTx(SQLiteTx):
    """One that gives up (`apsw.InterruptError`) when its time is over. Nothing else on its connection has to hurry."""

    __slots__ = ("_until",)

    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__(connection)
        self._until = math.inf
        connection.set_progress_handler(self._is_over, _STEPS)

    def _is_over(self) -> bool:
        return perf_counter() > self._until

    def run_briefly(self, unit: Unit[T], arguments: tuple[Any, ...]) -> T:
        self._until = perf_counter() + _BRIEF
        try:
            return drive(unit(self, *arguments))  # type: ignore[arg-type]
        finally:
            self._until = math.inf

    async def all(self, query: Query, /, **values: Any) -> list[Row]:
        self._go_on()
        return list(self.connection.execute(query.lite, query.sqlite_arguments(values)))

    async def one(self, query: Query, /, **values: Any) -> Row | None:
        self._go_on()
        return await super().one(query, **values)

    def _go_on(self) -> None:
        """Many short statements take long, too."""
        if self._is_over():
            raise apsw.InterruptError


class _Job(NamedTuple):
    unit: Unit[Any]
    arguments: tuple[Any, ...]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    context: contextvars.Context


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a unit of work that awaits nothing but its transaction to its end, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("a unit of work may await only its transaction")


def is_open_here(path: str) -> bool:
    """Does this process have the file open?"""
    return _OPEN[os.path.realpath(path)] > 0


class SQLiteDatabase:
    """A SQLite file, open. See `Database` for what the methods promise."""

    dialect = "sqlite"

    def __init__(self, path: str) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        try:
            self._reader = SQLiteTx(self._connect(keep_plans=True))
            self._brief_kept = _BriefTx(self._reader.connection)
            self._brief = _BriefTx(self._connect())
            writing = self._connect(keep_plans=True)
        except apsw.Error as problem:
            raise Unavailable(f"{path}: {problem}") from problem
        self._file = os.path.realpath(path)
        _OPEN[self._file] += 1
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = False
        self._local = threading.local()
        self._searchers: list[apsw.Connection] = []
        self._pool = ThreadPoolExecutor(_SEARCH_THREADS, "interlock-search")
        self._writer = threading.Thread(target=self._write, args=(writing,), name="interlock-writer", daemon=True)
        self._writer.start()

    def _connect(self, keep_plans: bool = False) -> apsw.Connection:
        """`keep_plans`: for look-ups, as on PostgreSQL. With its statistics SQLite would plan a statement anew whenever
        it is given other values, which takes longer than to run it. Searches that take long have plans of their own."""
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        connection = apsw.Connection(self.path, statementcachesize=_STATEMENTS)
        connection.set_busy_timeout(_BUSY_MS)
        add_functions(connection)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, int(keep_plans))
        for pragma in ("journal_mode=wal", "synchronous=full", "cache_size=-16000", "temp_store=memory"):
            connection.pragma(*pragma.split("="))
        return connection

    # --- the interface

    async def transact(self, unit: Unit[T], /, *arguments: Any) -> T:
        if self._closing:
            raise Unavailable("the database is being closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(unit, arguments, future, loop, contextvars.copy_context()))
        return await future

    async def read(self, unit: Unit[T], /, *arguments: Any) -> T:
        return drive(unit(self._reader, *arguments))  # type: ignore[arg-type]

    async def search(self, unit: Unit[T], /, *arguments: Any) -> T:
        """Most searches end in less time than it takes to hand them over, so each is begun at once; one that does not
        come to its end begins anew in a thread, where it keeps nobody waiting."""
        return await self._begin(self._brief, unit, arguments)

    async def search_kept(self, unit: Unit[T], /, *arguments: Any) -> T:
        return await self._begin(self._brief_kept, unit, arguments)

    async def _begin(self, brief: _BriefTx, unit: Unit[T], arguments: tuple[Any, ...]) -> T:
        with suppress(apsw.InterruptError):
            return brief.run_briefly(unit, arguments)
        work = partial(contextvars.copy_context().run, self._search, unit, arguments)
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _search(self, unit: Unit[T], arguments: tuple[Any, ...]) -> T:
        tx = getattr(self._local, "tx", None)
        if tx is None:
            connection = self._connect()
            self._searchers.append(connection)
            tx = self._local.tx = SQLiteTx(connection)
        return drive(unit(tx, *arguments))  # type: ignore[arg-type]

    async def snapshot(self, unit: Unit[T], /, *arguments: Any) -> T:
        return await asyncio.to_thread(self._snapshot, unit, arguments)

    def _snapshot(self, unit: Unit[T], arguments: tuple[Any, ...]) -> T:
        connection = self._connect()
        try:
            connection.execute("begin")
            try:
                return drive(unit(SQLiteTx(connection), *arguments))  # type: ignore[arg-type]
            finally:
                connection.execute("rollback")
        finally:
            connection.close()

    async def close(self) -> None:
        """Finish what was accepted, then close."""
        if self._closing:
            return
        self._closing = True
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._pool.shutdown)
        for connection in [*self._searchers, self._brief.connection, self._reader.connection]:
            connection.close()
        _OPEN[self._file] -= 1

    # --- the writer thread

    def _write(self, connection: apsw.Connection) -> None:
        tx = SQLiteTx(connection)
        open_ = True
        while open_:
            batch: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                if not job.future.cancelled():
                    batch.append(job)
                try:
                    job = self._jobs.get_nowait() if len(batch) < _BATCH else _FULL
                except queue.Empty:
                    job = _FULL
                if job is _FULL:
                    break
            open_ = job is not None
            if batch:
                self._commit(connection, tx, batch)
        connection.close()

    def _commit(self, connection: apsw.Connection, tx: SQLiteTx, batch: list[_Job]) -> None:
        """Run each unit in a savepoint, commit once, and only then tell anybody."""
        done: list[tuple[_Job, Any, BaseException | None]] = []
        try:
            connection.execute("begin immediate")
            for job in batch:
                connection.execute("savepoint unit")
                try:
                    result = job.context.run(drive, job.unit(tx, *job.arguments))  # type: ignore[arg-type]
                    done.append((job, result, None))
                except BaseException as problem:  # noqa: BLE001 - whatever it is belongs to the caller, not to the batch
                    connection.execute("rollback to unit")
                    done.append((job, None, _translate(problem)))
                connection.execute("release unit")
            connection.execute("commit")
        except BaseException as problem:  # noqa: BLE001 - the commit failed: nobody's work is stored
            if connection.in_transaction:
                connection.execute("rollback")
            done = [(job, None, _translate(problem)) for job in batch]
        for loop in {job.loop for job in batch}:
            mine = [one for one in done if one[0].loop is loop]
            try:
                loop.call_soon_threadsafe(_settle, mine)
            except RuntimeError:  # that loop is gone, and with it everybody who waited
                continue


_FULL: Any = object()


def _settle(done: list[tuple[_Job, Any, BaseException | None]]) -> None:
    for job, result, problem in done:
        if job.future.done():
            continue
        if problem is not None:
            job.future.set_exception(problem)
        else:
            job.future.set_result(result)


def _translate(problem: BaseException) -> BaseException:
    if isinstance(problem, apsw.ConstraintError) and "UNIQUE" in str(problem):
        return Duplicate(_index_of(str(problem)))
    if isinstance(problem, apsw.BusyError | apsw.LockedError | apsw.IOError | apsw.FullError | apsw.CantOpenError):
        return Unavailable(str(problem))
    return problem


_INDEXES = {
    tuple(f"{table.name}.{column.name}" for column in index.columns): str(index.name)
    for table in metadata.tables.values()
    for index in (*(one for one in table.indexes if one.unique), table.primary_key)
}


def _index_of(message: str) -> str:
    """The index in SQLite's words: "UNIQUE constraint failed: contacts.workspace_id, contacts.external_id".

    The order counts: the two indexes of `links` differ in nothing else.
    """
    return _INDEXES.get(tuple(re.findall(r"\w+\.\w+", message)), message)

"""The load: a process of its own that sends prepared requests over keep-alive connections, without a pause.

It reads commands from its standard input, one JSON object on each line, and answers each with one line:

    {"load": "name", "path": "file of requests"}
    {"run": "name", "port": 8000, "connections": 16, "seconds": 2.0, "first": 0}

It has to be much faster than any server, so it knows only what our servers send: one `content-length` each time.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from time import perf_counter

import msgspec
import uvloop


class Result(msgspec.Struct):
    """What one run came to; times in seconds. `failed` has the beginning of the first answer that was not 200."""

    requests: int
    seconds: float
    p50: float
    p95: float
    bytes: int
    failed: str | None = None


class Run:
    """The connections of one run share its requests, and end together."""

    def __init__(self, requests: list[bytes], first: int, seconds: float, connections: int, count: int | None) -> None:
        self.requests = requests
        self.next = first
        self.end = None if count is None else first + count
        self.until = perf_counter() + seconds
        self.open = connections
        self.times: list[float] = []
        self.bytes = 0
        self.failed: str | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def close_one(self) -> None:
        self.open -= 1
        if not self.open and not self.done.done():
            self.done.set_result(None)


class Connection(asyncio.Protocol):
    def __init__(self, run: Run) -> None:
        self.run = run
        self.buffer = b""
        self.waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._send()

    def _send(self) -> None:
        run = self.run
        now = perf_counter()
        if now >= run.until or run.next == run.end or run.failed is not None:
            self.waiting = False
            self.transport.close()
            return
        self.sent_at = now
        self.waiting = True
        self.transport.write(run.requests[run.next % len(run.requests)])
        run.next += 1

    def data_received(self, data: bytes) -> None:
        if self.buffer:
            data = self.buffer + data
        size = _size(data)
        if size is None or len(data) < size:
            self.buffer = data
            return
        self.buffer = b""
        run = self.run
        run.times.append(perf_counter() - self.sent_at)
        run.bytes += size
        if data[9:12] != b"200":
            run.failed = data[:2000].decode(errors="replace")
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if self.waiting and self.run.failed is None:
            self.run.failed = f"the server closed the connection: {error}"
        self.run.close_one()


def _size(data: bytes) -> int | None:
    """How long the whole answer is; None while its head is not there."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    at = data.find(b"content-length: ", 0, end)
    length = int(data[at + 16 : data.index(b"\r\n", at)]) if at >= 0 else 0
    return end + 4 + length


async def run(
    requests: list[bytes], port: int, connections: int, seconds: float, first: int, count: int | None = None
) -> tuple[Result, int]:
    """The result, and where in the requests the next run goes on."""
    one = Run(requests, first, seconds, connections, count)
    loop = asyncio.get_running_loop()
    started = perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(one), "127.0.0.1", port)
    await one.done
    elapsed = perf_counter() - started
    times = sorted(one.times) or [0.0]
    p50, p95 = times[len(times) // 2], times[min(len(times) - 1, len(times) * 95 // 100)]
    return Result(len(one.times), elapsed, p50, p95, one.bytes, one.failed), one.next


def read(path: str) -> list[bytes]:
    return msgspec.msgpack.decode(Path(path).read_bytes(), type=list[bytes])


async def serve() -> None:
    """Carry out commands until the input ends."""
    requests: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        command = msgspec.json.decode(line)
        if "load" in command:
            requests[command["load"]] = read(command["path"])
            answer: object = len(requests[command["load"]])
        else:
            name = command.pop("run")
            result, following = await run(requests[name], **command)
            answer = {"result": result, "next": following}
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(serve())

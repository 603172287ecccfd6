"""The same application behind a real server: what only a socket can bring about."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import uvicorn

from interlock.kit import limits
from interlock.rest.dispatch import RestApp
from interlock.rest.operation import Answer, Call, Operation
from rest.sample import operations


class Endless:
    """A stream that goes on until it is closed."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def handle(self, call: Call) -> Answer:
        async def lines() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"x" * 10_000
                    await asyncio.sleep(0)
            finally:
                self.closed.set()

        return Answer(stream=lines(), content_type="application/x-ndjson")


@pytest.fixture
async def endless() -> Endless:
    return Endless()


@pytest.fixture
async def port(build: Callable[..., RestApp], endless: Endless) -> AsyncIterator[int]:
    app = build([*operations(), Operation("GET", "/endless", "endless", endless.handle, "", "Test")])
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def exchange(port: int, *sent: bytes) -> bytes:
    """Send bytes as they are, and read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in sent:
        writer.write(part)
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return answer


def head(line: str, *more: str) -> bytes:
    headers = ["Host: shop.test", "Authorization: Bearer all", "Connection: close", *more]
    return "\r\n".join([f"{line} HTTP/1.1", *headers, "", ""]).encode()


@pytest.fixture
def client(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": "Bearer all"})


async def test_the_raw_path_arrives(port: int) -> None:
    answer = await exchange(port, head("GET //contacts/a%2Fb/?x=%20"))
    assert b'"params":{"contact_id":"a/b"},"query":{"x":" "}' in answer
    assert b'"base_url":"http://shop.test"' in answer
    for bad in ("%00", "%FF"):
        assert (await exchange(port, head(f"GET /contacts/{bad}"))).startswith(b"HTTP/1.1 400 ")


async def test_head_and_options(port: int) -> None:
    assert (await exchange(port, head("HEAD /contacts/1"))).endswith(b"\r\n\r\n")
    assert b"allow: OPTIONS, POST\r\n" in await exchange(port, head("OPTIONS /contacts"))


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_refused_and_the_client_reads_it(
    client: httpx.AsyncClient, chunked: bool
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(limits.REQUEST_BYTES // 2**20 + 3):
            yield b" " * 2**20

    content: Any = parts() if chunked else b" " * (limits.REQUEST_BYTES + 2**20)
    async with client:
        answer = await client.post("/contacts", content=content)
        assert answer.status_code == 413
        assert (await client.get("/contacts/1")).status_code == 200


async def test_the_largest_body_is_read(client: httpx.AsyncClient) -> None:
    async with client:
        text = b'{"email": "' + b"x" * (limits.REQUEST_BYTES - 13) + b'"}'
        assert (await client.post("/contacts", content=text)).status_code == 200


async def test_a_client_that_leaves_in_the_middle_of_its_body(port: int, caplog: pytest.LogCaptureFixture) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head("POST /contacts", "Content-Length: 100") + b'{"email"')
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()
    await asyncio.sleep(0.05)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert (await exchange(port, head("GET /contacts/1"))).startswith(b"HTTP/1.1 200 ")


async def test_a_client_that_leaves_in_the_middle_of_a_stream_ends_it(
    port: int, endless: Endless, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head("GET /endless"))
    await reader.readexactly(100_000)
    writer.transport.abort()
    await asyncio.wait_for(endless.closed.wait(), 10)
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_stream_that_fails_late_has_no_end(client: httpx.AsyncClient) -> None:
    async with client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/rows?rows=3&then=fail")

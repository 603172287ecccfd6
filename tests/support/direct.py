"""A caller of the API without httpx in between: for tests that send thousands of requests."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from interlock.app import App


class Direct:
    """Requests of one token, straight into the application. `send` answers the status and the decoded JSON."""

    def __init__(self, app: App, token: str, version: str = "2.16") -> None:
        self.app = app
        self.headers = [
            (b"host", b"interlock.test"),
            (b"authorization", f"Bearer {token}".encode()),
            (b"intercom-version", version.encode()),
            (b"content-type", b"application/json"),
        ]

    async def send(self, method: str, path: str, json: Any = None) -> tuple[int, Any]:
        parts = urlsplit(path)
        body = msgspec.json.encode(json) if json is not None else b""
        raw_path = quote(parts.path, safe="/%").encode()
        status, content = await self.raw(method, raw_path, parts.query.encode(), self.headers, body)
        return status, msgspec.json.decode(content) if content else None

    async def raw(
        self, method: str, path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[int, bytes]:
        """A request as it comes from a socket, and the answer's status and bytes."""
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": unquote(path.decode("latin-1")),
            "raw_path": path,
            "query_string": query,
            "headers": headers,
            "server": ("interlock.test", 80),
        }
        status, content = 0, b""
        received = False

        async def receive() -> dict[str, Any]:
            nonlocal received
            if received:
                await asyncio.Event().wait()
            received = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, content
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                content += message.get("body", b"")

        await self.app.asgi(scope, receive, send)
        return status, content

    async def ok(self, method: str, path: str, json: Any = None) -> Any:
        status, answer = await self.send(method, path, json)
        assert status == 200, (status, answer)
        return answer

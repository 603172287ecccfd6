"""A caller of the API without httpx in between: for tests that send thousands of requests."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

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
        body = msgspec.json.encode(json) if json is not None else b""
        parts = urlsplit(path)
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": quote(parts.path, safe="/%").encode(),
            "query_string": parts.query.encode(),
            "headers": self.headers,
            "server": ("interlock.test", 80),
        }
        status, content = 0, b""

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, content
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                content += message.get("body", b"")

        await self.app.asgi(scope, receive, send)
        return status, msgspec.json.decode(content) if content else None

    async def ok(self, method: str, path: str, json: Any = None) -> Any:
        status, answer = await self.send(method, path, json)
        assert status == 200, (status, answer)
        return answer

"""A client of the API, as a test writes it: real requests through the whole application, without a socket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from interlock.app import App


@dataclass
class Client:
    """Calls the API with a token and a version. `ok` asserts success and answers the JSON; `error` the first error."""

    app: App
    token: str | None
    version: str | None = "2.16"
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, json: Any = None, **more: Any) -> httpx.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if self.version is not None:
            headers.setdefault("Intercom-Version", self.version)
        transport = httpx.ASGITransport(self.app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://interlock.test") as client:
            if json is not None:
                more["json"] = json
            return await client.request(method, path, headers=headers, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.send("GET", path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        return await self.send("POST", path, json, **more)

    async def put(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        return await self.send("PUT", path, json, **more)

    async def delete(self, path: str, **more: Any) -> httpx.Response:
        return await self.send("DELETE", path, **more)

    async def ok(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        answer = await self.send(method, path, json, **more)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    async def error(self, status: int, method: str, path: str, json: Any = None, **more: Any) -> dict[str, Any]:
        answer = await self.send(method, path, json, **more)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json()["errors"][0]

    def at(self, version: str | None) -> Client:
        """The same client, asking for another version."""
        return Client(self.app, self.token, version, self.headers)

    def without_token(self) -> Client:
        return Client(self.app, None, self.version, self.headers)

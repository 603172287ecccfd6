"""Going through the API, and remembering which operation answered with which status."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from interlock.catalogue import OPERATIONS
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.rest.router import Router
from interlock.versions.availability import at_least, is_available
from support.client import Client

ROUTER = Router(OPERATIONS)


@dataclass
class Walk:
    """One walk at one version. `ok` and `refused` assert what they are named for, and say what was answered."""

    client: Client
    version: str
    seen: set[tuple[str, int]] = field(default_factory=set)

    def since(self, version: str) -> bool:
        """Is this walk at that version, or at a later one?"""
        return at_least(self.version, version)

    def has(self, operation: str) -> bool:
        """Is there such an operation at this version?"""
        return is_available(operation, self.version)

    async def send(self, method: str, path: str, json: Any = None, **more: Any) -> httpx.Response:
        answer = await self.client.send(method, path, json, **more)
        operation = ROUTER.match(method, path.partition("?")[0].encode()).operation
        if operation is not None:
            self.seen.add((operation.id, answer.status_code))
        return answer

    async def ok(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        """The JSON of a success."""
        answer = await self.send(method, path, json, **more)
        assert answer.status_code == 200, (method, path, answer.status_code, answer.text)
        return answer.json()

    async def refused(self, status: int, code: str, method: str, path: str, json: Any = None, **more: Any) -> Any:
        """The response of a refusal with this status and this code."""
        answer = await self.send(method, path, json, **more)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        body = answer.json()
        assert body["type"] == "error.list"
        assert body["request_id"]
        assert body["errors"][0]["code"] == code, body
        assert body["errors"][0]["message"]
        return answer

    def at(self, version: str) -> Client:
        """The client at another version, for what this one has no way to bring about."""
        return self.client.at(version)

    async def work(self) -> None:
        """Let the jobs that are due be done, as a worker would."""
        database = self.client.app.database
        context = Context.of(database)
        for kinds in (handlers.units(), handlers.outbound()):
            await Runner(context, kinds).drain()
        await context.close()

    async def make_user(self, **more: Any) -> dict[str, Any]:
        return await self.ok("POST", "/contacts", {"role": "user", **more})

    async def make_lead(self, **more: Any) -> dict[str, Any]:
        return await self.ok("POST", "/contacts", {"role": "lead", **more})

    async def make_company(self, company_id: str, **more: Any) -> dict[str, Any]:
        return await self.ok("POST", "/companies", {"company_id": company_id, **more})


def lacks(body: dict[str, Any], *names: str) -> set[str]:
    """Which of these keys a body does not have: for asserting that it is empty."""
    return set(names) - body.keys()

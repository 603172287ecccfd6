"""A workspace with a webhook, its receiver, and the engines, which a test runs step by step."""

from __future__ import annotations

from typing import Any

from interlock.app import build
from interlock.core.changes.stamp import Stamper
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.engines.webhooks.fan_out import FanOut
from interlock.kit.addresses import Allowed
from interlock.settings import Settings
from interlock.storage.database import Database
from support.client import Client
from support.receiver import Receiver

WEBHOOKS = "/interlock/v1/webhooks"
KEY = "a key for the tests and for nothing else"


class World:
    def __init__(self, database: Database, receiver: Receiver, client: Client, workspace_id: str, allowed: Allowed):
        self.database, self.receiver, self.client, self.workspace_id = database, receiver, client, workspace_id
        settings = Settings(database_url=database.url, secret_key=KEY, allow_private_addresses=allowed)
        self.context = Context.of(database, settings)
        self.fan_out = FanOut(self.context)
        self.runners = [Runner(self.context, handlers.units()), Runner(self.context, handlers.outbound())]
        self.secrets: dict[str, str] = {}

    @classmethod
    async def open(
        cls, database: Database, receiver: Receiver, version: str = "2.16", allowed: Allowed = True
    ) -> World:
        made = await create_workspace(database, "Told", intercom_version=version)
        secrets = Context.of(database, Settings(database_url=database.url, secret_key=KEY)).secrets
        client = Client(build(database, secrets=secrets), made.token)
        return cls(database, receiver, client, made.workspace_id, allowed)

    async def webhook(self, *topics: str, url: str | None = None) -> str:
        made = await self.client.ok("POST", WEBHOOKS, {"url": url or self.receiver.url, "topics": list(topics)})
        self.secrets[made["id"]] = made["secret"]
        return made["id"]

    async def stamp(self) -> None:
        stamper = Stamper(self.database)
        while await stamper.step():
            pass
        await stamper.release()

    async def tell(self) -> None:
        """From what is committed to deliveries that wait."""
        await self.stamp()
        while await self.fan_out.step():
            pass

    async def send(self) -> None:
        """Everything that is due."""
        for runner in (*self.runners, self.runners[1]):
            await runner.drain()

    async def run(self) -> None:
        await self.tell()
        await self.send()

    async def deliveries(self, webhook_id: str, **query: Any) -> list[dict[str, Any]]:
        return (await self.client.ok("GET", f"{WEBHOOKS}/{webhook_id}/deliveries", params=query))["data"]

    async def close(self) -> None:
        await self.context.close()

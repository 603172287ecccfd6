"""What jobs that reach outside have at hand."""

from __future__ import annotations

from dataclasses import dataclass

from interlock.core.schema.cache import SchemaCache
from interlock.kit.http_client import HttpClient
from interlock.kit.secrets import Secrets
from interlock.settings import Settings
from interlock.storage.database import Database


@dataclass(slots=True)
class Context:
    """Everything that a process has once. `close` when it ends."""

    database: Database
    settings: Settings
    schemas: SchemaCache
    secrets: Secrets
    http: HttpClient

    @classmethod
    def of(cls, database: Database, settings: Settings | None = None, schemas: SchemaCache | None = None) -> Context:
        settings = settings or Settings(database_url=database.url)
        return cls(
            database,
            settings,
            schemas or SchemaCache(database),
            Secrets.of(settings),
            HttpClient(settings.allow_private_addresses),
        )

    async def close(self) -> None:
        await self.http.close()

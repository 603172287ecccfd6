"""Build the application from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from interlock import __version__
from interlock.catalogue import OPERATIONS
from interlock.core.schema.cache import SchemaCache
from interlock.core.staff.access import lookup
from interlock.kit.secrets import Secrets
from interlock.rest import metrics, page
from interlock.rest.auth import TokenEntry, Tokens
from interlock.rest.dispatch import RestApp
from interlock.rest.metrics import Metrics
from interlock.rest.operation import Operation
from interlock.settings import Settings
from interlock.storage import migrate
from interlock.storage.blobs import Blobs, FolderBlobs, beside
from interlock.storage.database import Database, Unavailable
from interlock.versions import availability
from interlock.versions.chain import CHAIN

TITLE = "Interlock"


@dataclass(slots=True)
class App:
    """The ASGI application and what it is made of."""

    asgi: RestApp
    schemas: SchemaCache
    database: Database
    operations: list[Operation]
    blobs: Blobs


def build(database: Database, blobs: Blobs | None = None, secrets: Secrets | None = None) -> App:
    """The application over an open, migrated database, where the files are, and the key of what is stored sealed (by
    default both are beside the database).

    It starts nothing: engines are the worker's.
    """
    availability.check_table({one.id for one in OPERATIONS})
    CHAIN.check_names(OPERATIONS)
    schemas = SchemaCache(database)
    blobs = blobs or FolderBlobs(beside(database.url if database else "", "blobs"))
    secrets = secrets or Secrets.of(Settings(database_url=database.url if database else ""))
    measured = Metrics()

    async def find(token_hash: str) -> TokenEntry | None:
        token = await lookup(database, token_hash)
        return TokenEntry(token.id, token.workspace_id, frozenset(token.scopes)) if token is not None else None

    async def ready() -> str | None:
        return await _trouble(database)

    operations = [
        *OPERATIONS,
        *page.operations(OPERATIONS, title=TITLE, version=__version__),
        *metrics.operations(measured, ready),
    ]
    rest = RestApp(
        operations,
        tokens=Tokens(find),
        schemas=schemas,
        database=database,
        chain=CHAIN,
        metrics=measured,
        blobs=blobs,
        secrets=secrets,
    )
    return App(rest, schemas, database, operations, blobs)


async def _trouble(database: Database) -> str | None:
    """Why the server is not ready, if it is not: connected *and* migrated, asked of the database itself."""
    try:
        state = await migrate.state_of(database)
    except Unavailable as problem:
        return f"the database cannot be reached: {problem}"
    except migrate.MigrationProblem as problem:
        return str(problem)
    return None if isinstance(state, migrate.Current) else f"the database is not migrated: {state}"

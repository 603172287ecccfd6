"""Build the application from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from interlock import __version__
from interlock.catalogue import OPERATIONS
from interlock.core.schema.cache import SchemaCache
from interlock.core.staff.access import lookup
from interlock.rest import metrics, page
from interlock.rest.auth import TokenEntry, Tokens
from interlock.rest.dispatch import RestApp
from interlock.rest.metrics import Metrics
from interlock.rest.operation import Operation
from interlock.storage import migrate
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


def build(database: Database) -> App:
    """The application over an open, migrated database. It starts nothing: engines are the worker's."""
    availability.check_table({one.id for one in OPERATIONS})
    CHAIN.check_names(OPERATIONS)
    schemas = SchemaCache(database)
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
    rest = RestApp(operations, tokens=Tokens(find), schemas=schemas, database=database, chain=CHAIN, metrics=measured)
    return App(rest, schemas, database, operations)


async def _trouble(database: Database) -> str | None:
    """Why the server is not ready, if it is not: connected *and* migrated, asked of the database itself."""
    try:
        state = await migrate.state_of(database)
    except Unavailable as problem:
        return f"the database cannot be reached: {problem}"
    except migrate.MigrationProblem as problem:
        return str(problem)
    return None if isinstance(state, migrate.Current) else f"the database is not migrated: {state}"

"""An application with operations of the test's own, one workspace and a few tokens; no database behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from interlock.core.schema.schema import Schema, Workspace, WorkspaceSettings
from interlock.rest.auth import TokenEntry, Tokens, token_hash
from interlock.rest.dispatch import RestApp
from interlock.rest.operation import Operation
from rest.sample import operations

WORKSPACE = Workspace("w1", "abcd1234", "Shop", "US", "UTC", "2.14", 0, WorkspaceSettings())
SCOPES = {b"all": ["*"], b"reader": ["read_users"], b"both": ["read_write_users"], b"nothing": []}


class Access:
    """Stands in for the table of access tokens; counts how often it is asked."""

    def __init__(self) -> None:
        self.tokens = {
            token_hash(name): TokenEntry(f"id-{name.decode()}", "w1", frozenset(scopes))
            for name, scopes in SCOPES.items()
        }
        self.asked = 0

    async def lookup(self, hashed: str) -> TokenEntry | None:
        self.asked += 1
        return self.tokens.get(hashed)


class Schemas:
    def __init__(self, **settings: Any) -> None:
        self.schema = Schema(replace(WORKSPACE, settings=WorkspaceSettings(**settings)), 1, {}, {})

    async def get(self, workspace_id: str) -> Schema:
        assert workspace_id == "w1"
        return self.schema


@pytest.fixture
def access() -> Access:
    return Access()


@pytest.fixture
def build(access: Access) -> Callable[..., RestApp]:
    """`build(operations)` makes the application; what else is given goes to the workspace's settings or to it."""

    def make(operations: Iterable[Operation], settings: dict[str, Any] | None = None, **more: Any) -> RestApp:
        database: Any = None
        schemas: Any = Schemas(**(settings or {}))
        return RestApp(operations, tokens=Tokens(access.lookup), schemas=schemas, database=database, **more)

    return make


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """`connect(app)` is a client with a token that may do everything; `token=None` is one without."""
    clients: list[httpx.AsyncClient] = []

    def make(app: RestApp, token: str | None = "all") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(app)  # what escapes the application fails the test
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def app(build: Callable[..., RestApp]) -> RestApp:
    return build(operations())


@pytest.fixture
def client(app: RestApp, connect: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    return connect(app)

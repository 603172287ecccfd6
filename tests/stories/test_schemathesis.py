"""Random requests, made from our own description, never find a 5xx.

A few for each operation, always the same ones. Half of them name records that are there, so that they get further
than the first 404.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from interlock.app import TITLE, build
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.rest.description import openapi
from interlock.storage.blobs import FolderBlobs
from interlock.storage.database import Database
from interlock.storage.open import open_database
from stories.everything import fill, parameters
from support.client import Client
from support.direct import Direct

EXAMPLES = {"sqlite": 15, "postgresql": 10}
EXCLUDED = {"resetWorkspace"}
BASE = "http://interlock.test"

DESCRIPTION = openapi(build(cast(Database, None)).operations, title=TITLE, version="test", server_url=BASE)
OPERATIONS = {
    found.ok().definition.raw["operationId"]: found.ok()
    for found in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations()
}


class Shop:
    """A workspace with one of everything, on an event loop of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.database = self.run(open_database(url, 4))
        made = self.run(create_workspace(self.database, "Shop"))
        app = build(self.database, FolderBlobs(folder))
        self.client = Direct(app, made.token)
        self.token = made.token
        self.known = self.run(fill(Client(app, made.token), "one"))

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def send(self, request: requests.PreparedRequest) -> tuple[int, bytes]:
        """The request as it would stand on the wire."""
        assert request.url is not None
        assert request.method is not None
        path, _, query = request.url.removeprefix(BASE).partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        headers |= {"authorization": f"Bearer {self.token}", "host": "interlock.test"}
        body = request.body.encode() if isinstance(request.body, str) else request.body
        return await self.client.raw(
            request.method,
            path.encode(),
            query.encode(),
            [(name.encode("latin-1"), str(value).encode("latin-1", "replace")) for name, value in headers.items()],
            cast(bytes, body or b""),
        )

    def close(self) -> None:
        self.run(self.database.close())
        self.loop.close()


@pytest.fixture(scope="module")
def shop(new_database_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(new_database_url(), tmp_path_factory.mktemp("blobs"))
    yield made
    made.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("operation_id", sorted(set(OPERATIONS) - EXCLUDED))
def test_no_request_finds_a_5xx(shop: Shop, operation_id: str) -> None:
    operation = OPERATIONS[operation_id]

    @settings(
        max_examples=EXAMPLES[shop.database.dialect],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), names_what_is_there=st.booleans())
    def no_5xx(case: Any, names_what_is_there: bool) -> None:
        if names_what_is_there and case.path_parameters:
            case.path_parameters = {**case.path_parameters, **parameters(case.path, shop.known)}
        wanted = case.as_transport_kwargs(base_url=BASE)
        request = requests.Request(**{name: wanted[name] for name in wanted if name in REQUEST}).prepare()
        status, answer = shop.run(shop.send(request))
        assert status < 500, f"{case.as_curl_command()}\n{answer.decode()}"

    no_5xx()


REQUEST = ("method", "url", "headers", "files", "data", "json", "params", "auth", "cookies")

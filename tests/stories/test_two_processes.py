"""Two processes over one database: what one of them changes, the other knows within a second.

Each application has caches of its own, so two of them in one process stand for two processes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from interlock.app import build
from interlock.core.staff import access
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from interlock.storage.open import open_database
from support.client import Client

PROMISE = 1.0  # seconds
SLACK = 0.5  # for a machine that is busy: what is measured is the promise, not the machine
TYPE = {"identifier": "Order", "attributes": [{"name": "title", "data_type": "string"}]}
PATH = "/custom_object_instances/Order"


@dataclass
class Two:
    here: Client
    there: Client
    database: Database
    made: Made


@pytest.fixture
async def two(database: Database, workspace: Made) -> AsyncIterator[Two]:
    other = await open_database(database.url, 2)
    yield Two(Client(build(database), workspace.token), Client(build(other), workspace.token), database, workspace)
    await other.close()


async def seconds_until(holds: Callable[[], Awaitable[bool]]) -> float:
    """Asking all the time, so that caches are kept warm as in a busy server."""
    started = time.monotonic()
    while not await holds():
        assert time.monotonic() - started < 10
        await asyncio.sleep(0.01)
    return time.monotonic() - started


async def test_a_revoked_token_fails_everywhere_within_a_second(two: Two) -> None:
    secret, token = await access.create(two.database, two.made.workspace_id, "To be revoked")
    clients = [Client(one.app, secret) for one in (two.here, two.there)]
    for one in clients:
        assert (await one.get("/me")).status_code == 200
    await access.revoke(two.database, two.made.workspace_id, token.id)

    async def both_refuse() -> bool:
        return [(await one.get("/me")).status_code for one in clients] == [401, 401]

    assert await seconds_until(both_refuse) < PROMISE + SLACK
    await asyncio.sleep(0.6)
    assert await both_refuse()


async def test_a_new_token_works_within_a_second_even_where_it_was_tried_before(two: Two) -> None:
    secret = "ilk_tried_too_early_" + two.made.workspace_id
    early = Client(two.there.app, secret)
    assert (await early.get("/me")).status_code == 401
    described = access.describe(two.made.workspace_id, secret, "New", access.EVERYTHING)
    await two.database.transact(access.insert_token, access.token_hash(secret), described)

    async def works() -> bool:
        return (await early.get("/me")).status_code == 200

    assert await seconds_until(works) < PROMISE + SLACK


async def test_a_new_definition_is_known_within_a_second(two: Two) -> None:
    assert (await two.there.get(PATH)).status_code == 404
    await two.here.ok("POST", "/interlock/v1/object_types", TYPE)
    assert (await two.here.get(PATH)).status_code == 200  # at once where it was made

    async def knows() -> bool:
        return (await two.there.get(PATH)).status_code == 200

    assert await seconds_until(knows) < PROMISE + SLACK


async def test_no_write_is_made_under_old_definitions(two: Two) -> None:
    """Not even within the second: a write compares them inside its transaction. (A refusal may be a second old.)"""
    await two.here.ok("POST", "/interlock/v1/object_types", TYPE)
    await seconds_until(lambda: _knows(two.there))
    for round_ in range(3):
        body: dict[str, Any] = {"external_id": str(round_), "custom_attributes": {"title": "x"}}
        await two.there.ok("POST", PATH, body)
        await two.here.ok("PUT", "/interlock/v1/object_types/Order", {"archived": True})
        await two.there.error(400, "POST", PATH, body)
        await two.there.error(400, "POST", PATH, {**body, "external_id": f"{round_} new"})
        await two.there.error(400, "DELETE", f"{PATH}?external_id={round_}")
        await two.here.ok("PUT", "/interlock/v1/object_types/Order", {"archived": False})
        await seconds_until(lambda body=body: _accepts(two.there, body))


async def _accepts(client: Client, body: Any) -> bool:
    return (await client.post(PATH, body)).status_code == 200


async def _knows(client: Client) -> bool:
    return (await client.get(PATH)).status_code == 200


async def test_two_processes_write_one_instance_and_lose_nothing(two: Two) -> None:
    kind = {"identifier": "Order", "attributes": [{"name": f"a{n}", "data_type": "integer"} for n in range(8)]}
    await two.here.ok("POST", "/interlock/v1/object_types", kind)
    await seconds_until(lambda: _knows(two.there))
    names = [f"a{n}" for n in range(8)]

    async def write(client: Client, name: str) -> None:
        for value in range(5):
            await client.ok("POST", PATH, {"external_id": "1", "custom_attributes": {name: value}})

    await asyncio.gather(*(write((two.here, two.there)[place % 2], name) for place, name in enumerate(names)))
    shown = await two.there.ok("GET", f"{PATH}/1")
    assert shown["custom_attributes"] == dict.fromkeys(names, 4)

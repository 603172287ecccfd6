"""A crash in the middle of a load loses no write that was acknowledged.

The server is a process of its own and is killed with -9; so is PostgreSQL, all its processes. Afterwards every
acknowledged write is in its instance or was followed by a later one, and each one is in the history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.postgres import Postgres, start_postgres
from support.process import Served

WRITERS = 8
INSTANCES = 3  # of each writer
BEFORE_THE_CRASH = 400  # acknowledged writes
PATIENCE = 30  # seconds
TOKEN = "ilk_token_of_the_kill_tests"
TYPE = {"identifier": "Meter", "attributes": [{"name": "reading", "data_type": "integer"}]}
PATH = "/custom_object_instances/Meter"


def client(url: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {TOKEN}", "Intercom-Version": "2.16"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE, trust_env=False)


class Load:
    """Writers, each with its own connection and meters, whose readings only go up."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, list[int]] = {}
        self.sent: dict[str, int] = {}
        self.count = self.wanted = 0
        self.goal = asyncio.Event()
        self.stopped = asyncio.Event()

    async def write(self, url: str, writer: int) -> None:
        """Until it is stopped, or for as long as the server answers."""
        async with client(url) as http:
            for reading in range(1, 10**9):
                meter = f"{writer}-{reading % INSTANCES}"
                self.sent[meter] = reading
                body = {"external_id": meter, "custom_attributes": {"reading": reading}}
                try:
                    answer = await http.post(PATH, json=body)
                except httpx.TransportError:
                    return
                if answer.status_code == 200:
                    self.acknowledged.setdefault(meter, []).append(reading)
                    self.count += 1
                    if self.count == self.wanted:
                        self.goal.set()
                else:
                    assert answer.status_code == 503, answer.text
                if self.stopped.is_set():
                    return

    async def run(self, url: str, crash: Callable[[], Any]) -> None:
        """Write; after so many acknowledgements `crash` happens, in a thread; then wait for the writers."""
        async with client(url) as http:
            (await http.post("/interlock/v1/object_types", json=TYPE)).raise_for_status()
        writers = [asyncio.create_task(self.write(url, one)) for one in range(WRITERS)]
        await self.reach(BEFORE_THE_CRASH)
        await asyncio.to_thread(crash)
        self.stopped.set()
        await asyncio.gather(*writers)

    async def reach(self, count: int) -> None:
        """So many acknowledged writes."""
        self.wanted, self.goal = count, asyncio.Event()
        await asyncio.wait_for(self.goal.wait(), PATIENCE)

    async def lost(self, url: str) -> list[str]:
        """What was acknowledged and is not there, and what is there and was never sent."""
        found: list[str] = []
        async with client(url) as http:
            for meter, readings in self.acknowledged.items():
                answer = await http.get(f"{PATH}/{meter}")
                shown = answer.json()["custom_attributes"]["reading"] if answer.status_code == 200 else 0
                if not readings[-1] <= shown <= self.sent[meter]:
                    found.append(f"{meter}: {readings[-1]} was acknowledged, {shown} is there")
                found += [f"{meter}: {one} is not in the history" for one in set(readings) - await history(http, meter)]
        return found


async def history(http: httpx.AsyncClient, meter: str) -> set[int]:
    readings: set[int] = set()
    path, following = f"/interlock/v1/object_types/Meter/instances/{meter}/history?per_page=150", ""
    while True:
        answer = await http.get(path + following)
        if answer.status_code == 404:
            return readings
        page = answer.json()
        readings |= {one["after"]["custom_attributes"]["reading"] for one in page["data"]}
        if page["next"] is None:
            return readings
        following = f"&starting_after={page['next']}"


@pytest.fixture(scope="module")
def durable() -> Iterator[Postgres]:
    """A cluster of its own that waits for the disk, and that may be killed."""
    with start_postgres(durable=True) as cluster:
        yield cluster


@pytest.fixture
def url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path}/killed.db"
    durable: Postgres = request.getfixturevalue("durable")
    durable.drop_database("killed")
    return durable.create_database("killed")


async def test_a_killed_server_has_lost_nothing_that_it_acknowledged(url: str, tmp_path: Path) -> None:
    load = Load()
    with Served(url, tmp_path, TOKEN) as first:
        await load.run(first.url, first.kill)
    with Served(url, tmp_path, TOKEN) as second:
        assert await load.lost(second.url) == []
        await check_the_check(load, second.url)


async def check_the_check(load: Load, url: str) -> None:
    """Writes that never were are missed: one that is too late, and one that is only in the history."""
    meter = next(iter(load.acknowledged))
    load.acknowledged[meter].append(load.sent[meter] + 1)
    load.acknowledged["9-9"] = [1]
    load.sent["9-9"] = 1
    missed = await load.lost(url)
    assert any(one.startswith(f"{meter}: ") for one in missed)
    assert "9-9: 1 was acknowledged, 0 is there" in missed


async def test_a_killed_postgres_has_lost_nothing_and_the_server_goes_on(durable: Postgres, tmp_path: Path) -> None:
    durable.drop_database("crashed")
    url = durable.create_database("crashed")
    load = Load()

    def crash() -> None:
        durable.kill()
        durable.restart()

    with Served(url, tmp_path, TOKEN) as server:
        await load.run(server.url, crash)
        assert await load.lost(server.url) == []
        before, load.stopped = load.count, asyncio.Event()
        writers = [asyncio.create_task(load.write(server.url, WRITERS + one)) for one in range(2)]
        await load.reach(before + 20)
        load.stopped.set()
        await asyncio.gather(*writers)
        assert await load.lost(server.url) == []

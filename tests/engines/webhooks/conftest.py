"""A receiver on loopback, and a workspace that may call it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from interlock.storage.database import Database
from support.receiver import Receiver, receiving
from tests.engines.jobs.making import Clock
from tests.engines.webhooks.world import World


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def world(new_database: Database, receiver: Receiver) -> AsyncIterator[World]:
    one = await World.open(new_database, receiver)
    yield one
    await one.close()


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)

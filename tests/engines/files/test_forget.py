"""Bytes that no file needs any more go, and no others."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from interlock.core.files import files
from interlock.core.files.files import Kept
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.kit import clock, limits
from interlock.settings import Settings
from interlock.storage.blobs import FolderBlobs
from interlock.storage.database import Database, Tx

WEEK = 7 * 86_400


class House:
    def __init__(self, database: Database, workspace_id: str, folder: Path) -> None:
        self.database, self.key, self.blobs = database, workspace_id, FolderBlobs(folder)

    async def keep(self, content: bytes, key: str | None = None) -> Kept:
        kept = await files.keep(self.blobs, "a.txt", "text/plain", content)

        async def unit(tx: Tx) -> None:
            await files.add(tx, key or self.key, kept)

        await self.database.transact(unit)
        return kept

    async def forget(self, *kept: Kept) -> None:
        async def unit(tx: Tx) -> None:
            await files.forget(tx, self.key, [one.file.id for one in kept])

        await self.database.transact(unit)

    def age(self, kept: Kept) -> None:
        old = time.time() - 2 * limits.BLOB_REST
        os.utime(self.blobs.path(kept.file.content_hash), (old, old))

    def has(self, kept: Kept) -> bool:
        return self.blobs.path(kept.file.content_hash).exists()

    async def work(self) -> None:
        context = Context.of(self.database, Settings(database_url=self.database.url, blobs=str(self.blobs.folder)))
        await Runner(context, handlers.outbound(), "outbound").drain()
        await context.close()


@pytest.fixture
async def house(new_database: Database, tmp_path: Path) -> House:
    return House(new_database, (await create_workspace(new_database, "Files")).workspace_id, tmp_path)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    real = clock.micros
    return lambda: monkeypatch.setattr(clock, "micros", lambda: real() + WEEK * 1_000_000)


async def test_what_is_forgotten_goes_after_a_while(house: House, later: Any) -> None:
    kept, other = await house.keep(b"secret"), await house.keep(b"other")
    house.age(kept)
    house.age(other)
    await house.forget(kept)
    await house.work()
    assert house.has(kept), "not yet"
    later()
    await house.work()
    assert not house.has(kept)
    assert house.has(other)


async def test_what_another_file_has_stays(house: House, later: Any) -> None:
    other_workspace = (await create_workspace(house.database, "Other")).workspace_id
    kept = await house.keep(b"same")
    await house.keep(b"same", other_workspace)
    house.age(kept)
    await house.forget(kept)
    later()
    await house.work()
    assert house.has(kept)


async def test_what_has_just_been_sent_again_stays(house: House, later: Any) -> None:
    kept = await house.keep(b"same")
    house.age(kept)
    await house.forget(kept)
    await house.blobs.put(b"same")  # its row is on its way
    later()
    await house.work()
    assert house.has(kept)

"""What every test can ask for.

`database` runs a test on SQLite and on PostgreSQL. Each is made and migrated once for a worker, and shared: a test's
own corner of it is a fresh `workspace`. `empty_url` is the address of a database that nobody has touched.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from interlock import app
from interlock.core.workspaces.bootstrap import Made, create_workspace
from interlock.engines import places
from interlock.kit.secrets import Secrets
from interlock.settings import Settings
from interlock.storage import blobs, migrate
from interlock.storage.database import Database
from interlock.storage.open import open_database
from support.postgres import Postgres, start_postgres

T = TypeVar("T")
DIALECTS = ("sqlite", "postgresql")
_numbers = itertools.count(1)

# Shared fixtures are meant: a test of random examples on a database makes what it needs for each example.
_quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.differing_executors]
settings.register_profile("default", max_examples=30, deadline=None, suppress_health_check=_quiet)
settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=_quiet)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Tests reach nothing but this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise AssertionError(f"a test tried to reach {address}")
        real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nothing_in_the_working_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What an installation on PostgreSQL keeps beside itself, files, mail and a key, goes where tests may leave it."""
    folder = tmp_path_factory.mktemp("installation")
    usual_place = blobs.beside

    def beside(database_url: str, name: str) -> Path:
        place = usual_place(database_url, name)
        return place if place.is_absolute() else folder / place

    def key_of(settings: Settings) -> Secrets:
        place = settings.secret_key_path
        return usual_key(settings if place.is_absolute() else replace(settings, secret_key_file=str(folder / place)))

    usual_key = Secrets.of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "beside", beside)
        patch.setattr(places, "beside", beside)
        patch.setattr(Secrets, "of", key_of)
        yield


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this worker's own, started when the first test needs it."""
    with start_postgres() as server:
        yield server


def _wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a thread, so that a fixture can ask for it before the tests' own loop runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def empty_postgres(postgres: Postgres) -> Callable[[], str]:
    """Makes one more empty PostgreSQL database each time it is called; its URL."""
    return lambda: postgres.create_database(f"empty_{next(_numbers)}")


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> Callable[[], str]:
    """Makes one more migrated PostgreSQL database each time it is called; its URL."""
    _wait_for(migrate.apply(postgres.create_database("template_migrated")))
    return lambda: postgres.create_database(f"migrated_{next(_numbers)}", template="template_migrated")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Makes one more migrated SQLite file each time it is called; its URL."""
    folder = tmp_path_factory.mktemp("sqlite")
    template = folder / "template.db"
    _wait_for(migrate.apply(f"sqlite:///{template}"))

    def make() -> str:
        return f"sqlite:///{shutil.copy(template, folder / f'migrated_{next(_numbers)}.db')}"

    return make


@pytest.fixture(scope="session", params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """Asking for it runs a test once on each database."""
    return request.param


@pytest.fixture(scope="session")
def new_database_url(dialect: str, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes one more migrated database each time it is called: for tests of whole databases."""
    return request.getfixturevalue("migrated_sqlite" if dialect == "sqlite" else "migrated_postgres")


@pytest_asyncio.fixture(scope="session")
async def database(new_database_url: Callable[[], str]) -> AsyncIterator[Database]:
    """A migrated database, open: the same one for all tests of this worker, on each dialect in turn."""
    opened = await open_database(new_database_url())
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def new_database(new_database_url: Callable[[], str]) -> AsyncIterator[Database]:
    """A migrated database of the test's own, with nothing in it."""
    opened = await open_database(new_database_url(), 4)
    yield opened
    await opened.close()


@pytest.fixture
def empty_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database with nothing in it: on SQLite there is not even a file."""
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return request.getfixturevalue("empty_postgres")()


@pytest_asyncio.fixture
async def workspace(database: Database) -> Made:
    """A fresh workspace, with its owner and a token that may do everything."""
    return await create_workspace(database, "Test workspace")


@pytest_asyncio.fixture
async def other_workspace(database: Database) -> Made:
    """A second one in the same database: nothing of it may ever show in the first."""
    return await create_workspace(database, "Other workspace")

"""A walk through the API for each version; under `make contract` one version on SQLite, judged by the harness.

The Makefile says where the harness is, which version it is to judge and where the record goes, in three variables.
Without them the same tests run at every version and on both databases, and judge by themselves.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.walk import Walk
from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from support.client import Client

HARNESS = os.environ.get("INTERLOCK_CONTRACT")
JUDGED = os.environ.get("INTERLOCK_CONTRACT_VERSION", "2.16")  # in the harness' spelling: "preview"
RECORD = os.environ.get("INTERLOCK_CONTRACT_RECORD", "")

# The newest, its overlay, and each one whose shapes or operations differ from its neighbour's; 2.5 gets those of 2.11.
VERSIONS = [JUDGED.capitalize()] if HARNESS else ["2.16", "Preview", "2.15", "2.14", "2.13", "2.11", "2.5"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is answered does not depend on the database: the harness hears it once."""
    if not HARNESS:
        return
    twice = [one for one in items if _params(one).get("dialect", "sqlite") != "sqlite"]
    config.hook.pytest_deselected(items=twice)
    items[:] = [one for one in items if one not in twice]


def _params(item: pytest.Item) -> dict[str, Any]:
    return item.callspec.params if hasattr(item, "callspec") else {}


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """Asking for it runs a test at every version."""
    return request.param


@pytest.fixture
def walk(database: Database, workspace: Made, version: str) -> Iterator[Walk]:
    """A walk through a workspace of its own."""
    app = build(database)
    recorder = _recorder(app.asgi) if HARNESS else None
    if recorder is not None:
        app = replace(app, asgi=recorder)
    yield Walk(Client(app, workspace.token, version), version)
    if recorder is not None:
        recorder._file.close()


def _recorder(app: Any) -> Any:
    """The harness' middleware around the application. Its module is called `contract`, as this folder is."""
    module = sys.modules.get("contract_harness")
    if module is None:
        spec = importlib.util.spec_from_file_location("contract_harness", Path(str(HARNESS)) / "contract.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules["contract_harness"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module.Recorder(app, RECORD, version=JUDGED, append=True)

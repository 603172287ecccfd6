"""A client for every test of a resource group."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.blobs import FolderBlobs
from interlock.storage.database import Database
from support.client import Client


@pytest.fixture
def client(database: Database, workspace: Made, tmp_path: Path) -> Client:
    """A client of a fresh workspace, with every scope, at the newest version; files go to a folder of the test's."""
    return Client(build(database, FolderBlobs(tmp_path / "blobs")), workspace.token)

"""A client for every test of a resource group."""

from __future__ import annotations

import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from support.client import Client


@pytest.fixture
def client(database: Database, workspace: Made) -> Client:
    """A client of a fresh workspace, with every scope, at the newest version."""
    return Client(build(database), workspace.token)

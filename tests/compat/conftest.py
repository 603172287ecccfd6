"""A server on a real socket with types of custom objects and a segment: official clients change the base URL only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.storage.database import Database
from support.client import Client
from support.server import serving

TYPES = [
    {
        "identifier": "PeteUserTrainingTopic",
        "name": "Training topic",
        "plural_name": "Training topics",
        "attributes": [
            {"name": "Title", "data_type": "string"},
            {
                "name": "person",
                "data_type": "reference",
                "reference": {"to": "contact", "many": True, "inverse": {"name": "training_topics", "many": True}},
            },
        ],
    },
    {
        "identifier": "Order",
        "name": "Order",
        "plural_name": "Orders",
        "attributes": [
            {"name": "order_number", "data_type": "string"},
            {"name": "total_amount", "data_type": "decimal"},
            {
                "name": "person",
                "data_type": "reference",
                "reference": {"to": "contact", "many": False, "inverse": {"name": "order", "many": True}},
            },
        ],
    },
]
SEGMENT = {"name": "Called Ann", "rules": {"field": "name", "operator": "=", "value": "Ann"}}


@dataclass(frozen=True)
class Served:
    """Where the server is, and what to say to it."""

    url: str
    token: str


@pytest.fixture
async def served(database: Database, workspace: Made) -> AsyncIterator[Served]:
    app = build(database)
    client = Client(app, workspace.token)
    for one in TYPES:
        await client.ok("POST", "/interlock/v1/object_types", one)
    await client.ok("POST", "/interlock/v1/segments", SEGMENT)
    context = Context.of(database)
    worker = Runner(context, handlers.units())  # what clients enqueue; nothing that reaches outside
    worker.start()
    try:
        async with serving(app.asgi) as url:
            yield Served(url, workspace.token)
    finally:
        await worker.stop()
        await context.close()

"""Figures and health."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from interlock.rest import metrics
from interlock.rest.dispatch import RestApp
from interlock.rest.metrics import Metrics
from rest.sample import operations

Build = Callable[..., RestApp]
Connect = Callable[..., httpx.AsyncClient]


async def ready() -> str | None:
    return None


async def not_ready() -> str | None:
    return "the schema is older than this program: run interlock migrate"


async def test_health_and_readiness_want_no_token(build: Build, connect: Connect) -> None:
    client = connect(build(metrics.operations(Metrics(), ready)), None)
    for path, said in (("/healthz", "ok"), ("/readyz", "ready")):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": said})


async def test_not_ready_says_why(build: Build, connect: Connect) -> None:
    client = connect(build(metrics.operations(Metrics(), not_ready)), None)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reason": await not_ready()}
    assert (await client.get("/healthz")).status_code == 200


async def test_requests_are_counted_by_operation_and_never_by_path(build: Build, connect: Connect) -> None:
    figures = Metrics()
    app = build([*operations(), *metrics.operations(figures, ready)], metrics=figures)
    client = connect(app)
    for path in ("/contacts/1", "/contacts/2", "/fail/bug", "/nowhere"):
        await client.get(path)
    answer = await client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert 'interlock_requests_total{operation="ShowContact",status="2xx"} 2.0' in lines
    assert 'interlock_requests_total{operation="fail",status="5xx"} 1.0' in lines
    assert 'interlock_requests_total{operation="none",status="4xx"} 1.0' in lines
    assert 'interlock_request_seconds_count{operation="ShowContact",status="2xx"} 2.0' in lines
    assert "/contacts/" not in answer.text

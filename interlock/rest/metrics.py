"""Figures and health: what Prometheus and an orchestrator ask for.

`/healthz` says that the process answers, `/readyz` that it can serve: connected *and* migrated. None of the three
wants a token, so none of them tells anything about a workspace.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from interlock.rest.operation import OPEN, Answer, Call, Operation

NO_OPERATION = "none"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

Ready = Callable[[], Awaitable[str | None]]
"""None when this process can serve, else the reason why not."""


class Metrics:
    """Counts and times of requests, by operation (never by path: ids in it would be labels without end)."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        labels = ("operation", "status")
        self._requests = Counter("interlock_requests", "Requests answered", labels, registry=self.registry)
        self._seconds = Histogram(
            "interlock_request_seconds", "Time to answer", labels, buckets=BUCKETS, registry=self.registry
        )
        self._children: dict[tuple[str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}

    def observe(self, operation: str | None, status: int, seconds: float) -> None:
        """One request was answered; `operation` is None when the path led to none."""
        key = (operation or NO_OPERATION, status // 100)
        child = self._children.get(key)
        if child is None:
            labels = (key[0], f"{key[1]}xx")
            counter, histogram = self._requests.labels(*labels), self._seconds.labels(*labels)
            child = self._children[key] = (counter.inc, histogram.observe)
        child[0]()
        child[1](seconds)

    def exposition(self) -> bytes:
        return generate_latest(self.registry)


def operations(metrics: Metrics, ready: Ready) -> list[Operation]:
    """The three open operations."""

    async def show_metrics(call: Call) -> Answer:
        return Answer(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)

    async def show_health(call: Call) -> dict[str, Any]:
        return {"status": "ok"}

    async def show_readiness(call: Call) -> Any:
        reason = await ready()
        if reason is None:
            return {"status": "ready"}
        return Answer({"status": "not ready", "reason": reason}, status=503, headers={"Retry-After": "1"})

    health = {"tag": "Health", "surface": OPEN}
    return [
        Operation("GET", "/healthz", "showHealth", show_health, "Does the process answer?", **health),
        Operation("GET", "/readyz", "showReadiness", show_readiness, "Connected and migrated?", **health),
        Operation("GET", "/metrics", "showMetrics", show_metrics, "Figures for Prometheus", **health),
    ]

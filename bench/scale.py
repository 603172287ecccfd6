"""Does the time to answer grow with the data? The same requests at twenty thousand and at two million orders.

The rounds are warm: each asks again for what was asked for before the first, so that no disk is measured.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from bench import fill, servers
from bench.measure import Load, compare, ratio
from bench.options import Options
from bench.works import SCALE_WORKS

SIZES = ("small", "large")
REQUESTS = 1_000


async def measure(load: Load, urls: dict[str, str], folder: Path, options: Options) -> dict[str, Any]:
    """p95 in milliseconds at both sizes, one connection, interleaved; `urls` of empty databases by size."""
    shops = {"small": options.small, "large": options.large}
    for size in SIZES:
        await fill.interlock(urls[size], shops[size])
    with (
        servers.interlock("small", urls["small"], folder) as small,
        servers.interlock("large", urls["large"], folder) as large,
    ):
        small.wait()
        large.wait()
        answer: dict[str, Any] = {}
        for work in SCALE_WORKS:
            of_size = {}
            for server in (small, large):
                name = f"{work.name}_{server.name}"
                load.prepare(name, work.requests(shops[server.name], REQUESTS))
                load.run_all(name, server, REQUESTS)
                of_size[server.name] = name
            few, many = compare(load, of_size, (small, large), 1, options.rounds, options.seconds / 2)
            answer[work.name] = {
                "small_p95_ms": round(median(few.p95_ms), 3),
                "large_p95_ms": round(median(many.p95_ms), 3),
                "ratio": round(ratio(many.p95_ms, few.p95_ms), 3),
            }
        return answer

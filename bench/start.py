"""How soon a server answers, and how much memory it rests in: on SQLite, with the demo shop."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench import servers
from bench.options import Options


def measure(folder: Path, options: Options) -> dict[str, Any]:
    """Resident bytes after a rest, and seconds from the start of `serve` to the first 200 of /healthz."""
    url = f"sqlite:///{folder}/demo.db"
    with servers.interlock("first", url, folder) as server:  # makes the database, with a workspace
        server.wait()
    subprocess.run([*servers.INTERLOCK, "demo", "--database", url], check=True, stdout=subprocess.DEVNULL, timeout=120)
    seconds = []
    for _ in range(options.rounds):
        started = time.perf_counter()
        with servers.interlock("start", url, folder) as server:
            server.wait()
            seconds.append(time.perf_counter() - started)
    with servers.interlock("rest", url, folder) as server:
        server.wait()
        time.sleep(options.rest_seconds)
        memory = server.memory()
    return {"memory_mb": round(memory / 1e6, 1), "healthz_seconds": round(median(seconds), 3)}

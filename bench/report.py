"""What was measured, as JSON, as a table for the eye, and as the Markdown of docs/benchmarks.md."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bench.desk import DESK_WORKS
from bench.options import Options
from bench.works import SCALE_WORKS, WORKS

GOAL_RATIO = 0.6
GOAL_DESK = 0.5
GOAL_BULK = 0.3
GOAL_SCALE = 1.3
GOAL_MEMORY_MB = 120
GOAL_HEALTHZ = 1.0

FOLDER = Path("build")
DOCUMENT = Path("docs/benchmarks.md")
BEGIN, END = "<!-- figures: make bench ARGS=--write -->", "<!-- end of figures -->"

_TITLES = {work.name: work.title for work in (*WORKS, *SCALE_WORKS, *DESK_WORKS)}


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def markdown(results: dict[str, Any], options: Options) -> str:
    return "\n".join(_lines(results, options))


def _lines(results: dict[str, Any], options: Options) -> Iterator[str]:
    about = results["machine"]
    yield (
        f"{datetime.date.today()}, {about['cores']} cores of {about['processor']}, {about['memory_gb']} GB,"
        f" Python {about['python']}, {results['postgres']}; load at the start {about['load_at_start']};"
        f" {options.shop.people:,} people, {options.shop.orders:,} orders; {options.rounds} rounds of"
        f" {options.seconds:g} s each; all databases vacuumed and analysed after loading."
    )
    for database, of_works in results["works"].items():
        beside = results["pgbench"] if database == "postgresql" else {}
        yield from _works(_NAMES[database], of_works, GOAL_RATIO, beside)
    for database, of_works in results["desk"].items():
        name = f"{_NAMES[database]}, {options.desk.conversations:,} conversations"
        yield from _works(name, of_works, GOAL_DESK, {})
    yield from _others(results, options)


_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def _works(name: str, of_works: dict[str, Any], goal: float, pgbench: dict[str, Any]) -> Iterator[str]:
    beside = " pgbench, tps |" if pgbench else ""
    yield from ("", f"**{name}**", "")
    yield (
        f"| work | connections | Interlock, req/s | floor, req/s |{beside} ratio | goal {goal}"
        " | p95, ms | floor's | CPU of the server, us | floor's |"
    )
    yield "|---" * (11 if pgbench else 10) + "|"
    for work, of_connections in of_works.items():
        for connections, one in of_connections.items():
            ours, bare = one["interlock"], one["floor"]
            tps = f" {pgbench[work][connections]:,} |" if pgbench else ""
            yield (
                f"| {_TITLES[work]} | {connections} | {ours['per_second']:,.0f} | {bare['per_second']:,.0f} |{tps}"
                f" **{one['ratio']:.2f}** | {_met(one['ratio'] >= goal)} | {ours['p95_ms']:.2f} |"
                f" {bare['p95_ms']:.2f} | {ours['cpu_us']:.0f} | {bare['cpu_us']:.0f} |"
            )


def _others(results: dict[str, Any], options: Options) -> Iterator[str]:
    yield from ("", "| what | measured | beside | ratio | goal | met |", "|---|---|---|---|---|---|")
    for database, one in results["bulk"].items():
        measured, beside = f"{one['rows_per_second']:,} rows/s", f"COPY: {one['copy_rows_per_second']:,} rows/s"
        met = _met(one["ratio"] >= GOAL_BULK)
        yield f"| bulk upsert, {database} | {measured} | {beside} | {one['ratio']:.2f} | {GOAL_BULK} | {met} |"
    for database, of_works in results["scale"].items():
        for work, one in of_works.items():
            measured = f"{one['large_p95_ms']:.2f} ms at {options.large.orders:,}"
            beside = f"{one['small_p95_ms']:.2f} ms at {options.small.orders:,}"
            title, met = f"p95 of {_TITLES[work]}, {database}", _met(one["ratio"] <= GOAL_SCALE)
            yield f"| {title} | {measured} | {beside} | {one['ratio']:.2f} | {GOAL_SCALE} | {met} |"
    start = results["start"]
    if start:
        title, met = (
            f"memory at rest, {options.rest_seconds} s after the start",
            _met(start["memory_mb"] < GOAL_MEMORY_MB),
        )
        yield f"| {title} | {start['memory_mb']} MB | | | {GOAL_MEMORY_MB} MB | {met} |"
        met = _met(start["healthz_seconds"] < GOAL_HEALTHZ)
        yield f"| `serve` to the first /healthz | {start['healthz_seconds']} s | | | {GOAL_HEALTHZ} s | {met} |"


def _met(met: bool) -> str:
    return "met" if met else "not met"


def save(results: dict[str, Any], options: Options, write: bool = False) -> str:
    """Into `build/`, and with `write` into the document. Answers the Markdown."""
    text = markdown(results, options)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "bench.json").write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    (FOLDER / "bench.md").write_text(text + "\n")
    if write:
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
    return text

"""`make bench`: everything in one run, in turn. See docs/benchmarks.md."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import bulk, cluster, fill, fill_desk, options, pgbench, report, scale, servers, start
from bench.cluster import Postgres
from bench.desk import DESK_WORKS
from bench.measure import Load, compare, ratio
from bench.options import Options
from bench.works import WORKS, Work


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Bench:
    """One run: its databases, its client, and what it has found."""

    def __init__(self, wanted: Options, postgres: Postgres | None, folder: Path) -> None:
        self.options = wanted
        self.postgres = postgres
        self.folder = folder
        self.load = Load(folder)
        version = postgres.execute("show server_version") if postgres else "without"
        self.results: dict[str, Any] = {"machine": report.machine(), "postgres": f"PostgreSQL {version}"}
        self.results |= {"works": {}, "desk": {}, "pgbench": {}, "bulk": {}, "scale": {}, "start": {}}

    def database(self, kind: str, name: str) -> str:
        """The address of an empty database."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder}/{name}.db"
        assert self.postgres is not None
        return self.postgres.create_database(name)

    async def run(self) -> None:
        parts = self.options.parts
        if "start" in parts:
            say("start and memory")
            self.results["start"] = start.measure(self.folder, self.options)
            self.keep()
        for kind in self.options.databases:
            if {"works", "pgbench", "bulk"} & set(parts):
                await self.measure(kind)
            if "desk" in parts:
                await self.measure_desk(kind)
            if "scale" in parts:
                say(f"{kind}: {self.options.small.orders:,} and {self.options.large.orders:,} orders")
                urls = {size: self.database(kind, f"scale_{size}") for size in scale.SIZES}
                self.results["scale"][kind] = await scale.measure(self.load, urls, self.folder, self.options)
                self.keep()

    def keep(self) -> None:
        """What has been measured stays, whatever becomes of the rest."""
        report.save(self.results, self.options)

    async def measure(self, kind: str) -> None:
        say(f"{kind}: filling")
        ours_url, bare_url = self.database(kind, "interlock"), self.database(kind, "floor")
        await fill.interlock(ours_url, self.options.shop)
        await fill.bare(bare_url, self.options.shop)
        ours = servers.interlock(f"interlock-{kind}", ours_url, self.folder)
        with ours, servers.floor(f"floor-{kind}", bare_url, self.folder) as bare:
            ours.wait()
            bare.wait()
            if "works" in self.options.parts:
                asked = [work for work in WORKS if work.name in self.options.works]
                self.results["works"][kind] = {
                    work.name: self.work(kind, work, self.options.shop, ours, bare) for work in asked
                }
            if "bulk" in self.options.parts:
                say(f"{kind}: bulk")
                self.results["bulk"][kind] = await bulk.measure(self.load, ours, ours_url, self.options)
        if kind == "postgresql" and "pgbench" in self.options.parts:
            self.pgbench(bare_url)
        self.keep()

    async def measure_desk(self, kind: str) -> None:
        """Conversations, in databases of their own."""
        say(f"{kind}: filling a help desk")
        ours_url, bare_url = self.database(kind, "interlock_desk"), self.database(kind, "floor_desk")
        await fill_desk.interlock(ours_url, self.options.desk)
        await fill_desk.bare(bare_url, self.options.desk)
        ours = servers.interlock(f"interlock-desk-{kind}", ours_url, self.folder)
        with ours, servers.floor(f"floor-desk-{kind}", bare_url, self.folder) as bare:
            ours.wait()
            bare.wait()
            self.results["desk"][kind] = {
                work.name: self.work(kind, work, self.options.desk, ours, bare) for work in DESK_WORKS
            }
        self.keep()

    def work(self, kind: str, work: Work, data: Any, ours: servers.Server, bare: servers.Server) -> dict[int, Any]:
        """Interlock and the floor in turn, for each number of connections."""
        name = work.name
        count = self.options.upserts if work.writes else self.options.requests
        self.load.prepare(name, work.requests(data, count))
        found: dict[int, Any] = {}
        for connections in self.options.connections:
            mine, theirs = compare(
                self.load, name, (ours, bare), connections, self.options.rounds, self.options.seconds
            )
            found[connections] = {
                "ratio": round(ratio(mine.per_second, theirs.per_second), 3),
                "interlock": mine.summary(),
                "floor": theirs.summary(),
            }
            say(f"{kind}: {name} at {connections}: {found[connections]['ratio']:.2f} of the floor")
        return found

    def pgbench(self, url: str) -> None:
        program = pgbench.find()
        if program is None:
            say("no pgbench on this machine")
            return
        say("pgbench")
        scripts = pgbench.scripts(self.options.shop)
        for name in self.options.works:
            self.results["pgbench"][name] = {
                connections: round(
                    pgbench.run(program, url, scripts[name], connections, self.options.pgbench_seconds, self.folder)
                )
                for connections in self.options.connections
            }


def main() -> None:
    wanted = options.read()
    postgres = cluster.start() if "postgresql" in wanted.databases else None
    try:
        with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
            bench = Bench(wanted, postgres, Path(folder))
            try:
                asyncio.run(bench.run())
            finally:
                bench.load.stop()
            print(report.save(bench.results, wanted, write=wanted.write))
    finally:
        if postgres is not None:
            postgres.stop()


if __name__ == "__main__":
    main()

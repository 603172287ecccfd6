"""Compare servers under the same load, in turn, round by round: what disturbs one disturbs the other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import msgspec

from bench.client import Result
from bench.servers import Server

WARM_SECONDS = 0.5


class Load:
    """The client process, and where in each target's requests it has come to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places: dict[tuple[str, str], int] = {}
        command = [sys.executable, "-m", "bench.client"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def prepare(self, name: str, requests: Iterable[bytes]) -> None:
        path = self.folder / f"{name}.requests"
        path.write_bytes(msgspec.msgpack.encode(list(requests)))
        self._ask({"load": name, "path": str(path)})
        path.unlink()

    def run(self, name: str, server: Server, connections: int, seconds: float) -> Result:
        """Raises RuntimeError for the first answer that is not 200."""
        return self._run(name, server, {"connections": connections, "seconds": seconds})

    def run_all(self, name: str, server: Server, count: int) -> Result:
        """So many requests, one after the other, however long they take."""
        return self._run(name, server, {"connections": 1, "seconds": 600.0, "count": count})

    def _run(self, name: str, server: Server, how: dict[str, object]) -> Result:
        place = (name, server.name)
        command = {"run": name, "port": server.port, "first": self.places.get(place, 0), **how}
        answer = self._ask(command)
        self.places[place] = answer["next"]
        result = msgspec.convert(answer["result"], Result)
        if result.failed is not None:
            raise RuntimeError(f"{name} on {server.name}: {result.failed}")
        return result

    def _ask(self, command: dict[str, object]) -> dict[str, object]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(msgspec.json.encode(command) + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the client process has ended")
        return msgspec.json.decode(line)

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)


@dataclass
class Series:
    """One server's rounds."""

    per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p95_ms: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    def add(self, result: Result, cpu: float) -> None:
        self.per_second.append(result.requests / result.seconds)
        self.p50_ms.append(result.p50 * 1000)
        self.p95_ms.append(result.p95 * 1000)
        self.cpu_us.append(cpu / max(1, result.requests) * 1e6)

    def summary(self) -> dict[str, float]:
        return {name: round(median(values), 2) for name, values in vars(self).items()}


def compare(
    load: Load,
    work: str | Mapping[str, str],
    servers: Sequence[Server],
    connections: int,
    rounds: int,
    seconds: float,
) -> list[Series]:
    """Each server's rounds, in the order of the servers; who goes first changes each round.

    `work` names the requests: the same for all, or each server's own.
    """
    series = {server.name: Series() for server in servers}
    asked = {server.name: work if isinstance(work, str) else work[server.name] for server in servers}
    for server in servers:
        load.run(asked[server.name], server, connections, WARM_SECONDS)
    for turn in range(rounds):
        for server in servers if turn % 2 == 0 else reversed(servers):
            before = server.cpu()
            result = load.run(asked[server.name], server, connections, seconds)
            series[server.name].add(result, server.cpu() - before)
    return [series[server.name] for server in servers]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of pairs of the same round."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))

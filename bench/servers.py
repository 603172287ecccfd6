"""Servers as processes: started, asked whether they answer, measured, and ended by their own id."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

START_SECONDS = 60
CONNECTIONS = 16
_TICKS = os.sysconf("SC_CLK_TCK")

INTERLOCK = shlex.split(os.environ.get("BENCH_INTERLOCK", f"{sys.executable} -m interlock"))
"""Another checkout may be measured, too: BENCH_INTERLOCK="/elsewhere/.venv/bin/python -m interlock"."""


class Server:
    """A server on a free port of this machine."""

    def __init__(self, name: str, command: list[str], port: int, log: Path) -> None:
        self.name = name
        self.port = port
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def wait(self) -> float:
        """Seconds until the first 200 of /healthz, counted from now."""
        started = time.perf_counter()
        while time.perf_counter() - started < START_SECONDS:
            if self.process.poll() is not None:
                break
            if _healthy(self.port):
                return time.perf_counter() - started
            time.sleep(0.005)
        self.stop()
        raise RuntimeError(f"{self.name} does not answer:\n{self.log.read_text(errors='replace')[-3000:]}")

    def cpu(self) -> float:
        """Seconds of processor time so far, all threads together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> int:
        """Bytes of resident memory."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def interlock(name: str, url: str, folder: Path) -> Server:
    port = free_port()
    command = [*INTERLOCK, "serve", "--port", str(port), "--database", url]
    return Server(name, command, port, folder / f"{name}.log")


def floor(name: str, url: str, folder: Path) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "bench.floor", url, str(port), str(CONNECTIONS)]
    return Server(name, command, port, folder / f"{name}.log")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _healthy(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return one.recv(12).endswith(b"200")
    except OSError:
        return False

"""`interlock serve` as a process of its own, which can be killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

START_SECONDS = 30
STOP_SECONDS = 20


class Served:
    """A running server. `url` is its address; its log goes to a file in `folder`."""

    def __init__(self, database_url: str, folder: Path, token: str, **environment: str) -> None:
        self.log = folder / "serve.log"
        ours = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")}
        ours |= {
            "INTERLOCK_ACCESS_TOKEN": token,
            "INTERLOCK_LOG_LEVEL": "warning",
            "PYTHONUNBUFFERED": "1",
        } | environment
        command = [sys.executable, "-m", "interlock", "serve", "--port", "0", "--database", database_url]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=ours, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
            )
        self.url = self._address()

    def _address(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:  # ends when the process does
            if found := re.search(rb" at (http://\S+)", line):
                return found[1].decode()
        self.process.wait(STOP_SECONDS)
        raise RuntimeError(f"interlock serve ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def kill(self) -> None:
        """As a crash would end it: no signal handler runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)
        self._close()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(STOP_SECONDS)
        self._close()

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()

"""Imports go down, as `[tool.importlinter]` in pyproject.toml says: the same check as in `make check`."""

from __future__ import annotations

import subprocess
import sys

from architecture.tree import ROOT

RUN = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_imports_keep_the_contracts() -> None:
    command = [sys.executable, "-c", RUN, "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout

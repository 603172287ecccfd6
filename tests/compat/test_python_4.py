"""An older major version of the official Python SDK, which cannot be installed beside the newest."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compat.conftest import Served

SCRIPT = Path(__file__).parent / "python_4_support.py"
PINNED = Path(__file__).parents[2] / "requirements" / "python-intercom-4.txt"

pytestmark = pytest.mark.xdist_group("python-4")


@pytest.fixture(scope="session")
def sdk_4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the older SDK alone: what it needs, it finds where the newest does."""
    folder = tmp_path_factory.mktemp("python-4")
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--target", str(folder), "--requirement", str(PINNED)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("version", ["", "2.11"], ids=["as it comes", "2.11"])
async def test_an_older_python_sdk_runs_a_help_desk(sdk_4: Path, served: Served, version: str) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(sdk_4),
        "PYTHONDONTWRITEBYTECODE": "1",
        "INTERLOCK_URL": served.url,
        "INTERLOCK_TOKEN": served.token,
        "INTERLOCK_VERSION": version,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert output.decode().strip().endswith("done")

"""The official Node SDK, an older major version of it, and the founding tutorial with plain axios."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from compat.conftest import Served

SCRIPTS = ("tutorial.mjs", "sdk.mjs", "support.mjs", "support_5.mjs")
HERE = Path(__file__).parent / "node"
NODE, NPM = shutil.which("node"), shutil.which("npm")

pytestmark = [
    pytest.mark.skipif(NODE is None or NPM is None, reason="there is no Node on this machine"),
    pytest.mark.xdist_group("node"),
]


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clients, installed from the lock file."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", *SCRIPTS):
        shutil.copy(HERE / name, folder / name)
    assert NPM is not None
    command = [NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_node_program_changes_only_the_base_url(clients: Path, served: Served, script: str) -> None:
    assert NODE is not None
    environment = {**os.environ, "INTERLOCK_URL": served.url, "INTERLOCK_TOKEN": served.token}
    process = await asyncio.create_subprocess_exec(
        NODE, script, cwd=clients, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert output.decode().strip().endswith("done")

"""The programs in the documentation do what the text around them says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docs.reading import DOCS
from interlock.engines.jobs.handlers import HANDLERS
from interlock.engines.webhooks.signature import headers_of

NODE = shutil.which("node")
PAGE = DOCS / "webhooks.md"
SECRET, BODY = "whsec_of a test", '{"topic":"ping","text":"é"}'.encode()


def snippet(language: str) -> str:
    """The one block of a language in the page."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return found[0]


def in_python(_: Path) -> Callable[..., bool]:
    names: dict[str, Any] = {}
    exec(compile(snippet("python"), "webhooks.md", "exec"), names)  # noqa: S102 - our own documentation
    return names["is_genuine"]


def in_node(folder: Path) -> Callable[..., bool]:
    if NODE is None:
        pytest.skip("there is no Node")
    call = "const [secret, text, header] = JSON.parse(process.argv[2]);\n"
    call += "console.log(isGenuine(secret, Buffer.from(text, 'base64'), header));\n"
    script = folder / "genuine.mjs"
    script.write_text(snippet("js") + call, encoding="utf-8")

    def is_genuine(secret: str, body: bytes, header: str) -> bool:
        import base64

        given = json.dumps([secret, base64.b64encode(body).decode(), header])
        done = subprocess.run([str(NODE), str(script), given], capture_output=True, text=True, check=True)
        return {"true\n": True, "false\n": False}[done.stdout]

    return is_genuine


@pytest.mark.parametrize("program", [in_python, in_node])
def test_a_signature_is_checked_as_shown(program: Callable[[Path], Callable[..., bool]], tmp_path: Path) -> None:
    is_genuine, now = program(tmp_path), int(time.time())
    header = headers_of(BODY, SECRET, now)["X-Interlock-Signature"]
    assert is_genuine(SECRET, BODY, header)
    assert not is_genuine(SECRET, BODY + b" ", header)
    assert not is_genuine("another secret", BODY, header)
    assert not is_genuine(SECRET, BODY, header.replace(f"t={now}", f"t={now + 1}"))
    assert not is_genuine(SECRET, BODY, headers_of(BODY, SECRET, now - 400)["X-Interlock-Signature"])


def test_every_kind_of_job_is_told() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [one.kind for one in HANDLERS if f"`{one.kind}`" not in text] == []

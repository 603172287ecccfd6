"""The conversation in the README happens as it is told there."""

from __future__ import annotations

import json
import shlex
from typing import Any

from docs.examples import Request
from docs.installation import Installation
from docs.reading import ROOT, section

IDS = {"/contacts": ("CONTACT", "id"), "/conversations": ("CONVERSATION", "conversation_id"), "/me": ("ADMIN", "id")}
SERVER = "http://127.0.0.1:8000"


def commands() -> list[Request]:
    """What each curl would send."""
    found = []
    for line in section(ROOT / "README.md", "A conversation").splitlines():
        if line.startswith("curl "):
            words = shlex.split(line)
            path = next(one for one in words if one.startswith(SERVER)).removeprefix(SERVER)
            body = words[words.index("-d") + 1] if "-d" in words else ""
            found.append(Request(0, "POST" if body else "GET", path, {}, body))
    return found


async def test_the_conversation_in_the_readme(installation: Installation) -> None:
    answers: list[Any] = []
    for one in commands():
        await installation.run(one)
        assert installation.answered is not None
        assert installation.answered.status_code == 200, installation.answered.text
        answers.append(json.loads(installation.answered.text))
        if one.path in IDS:
            name, key = IDS[one.path]
            installation.names.real[name] = answers[-1][key]
    *_, replied, found, changes = answers
    assert replied["conversation_parts"]["conversation_parts"][-1]["body"] == "<p>It left this morning.</p>"
    assert [each["id"] for each in found["conversations"]] == [installation.names.real["CONVERSATION"]]
    assert "conversation" in [each["type"] for each in changes["changes"]]

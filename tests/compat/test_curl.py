"""The curl commands of the founding documents, under `Intercom-Version: Unstable`."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from typing import Any

import pytest

from compat.conftest import Served

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="there is no curl on this machine")


async def curl(served: Served, path: str, *options: str) -> Any:
    assert CURL is not None
    headers = (f"Authorization: Bearer {served.token}", "Intercom-Version: Unstable", "Accept: application/json")
    command = [CURL, "-s", "-S", *(part for header in headers for part in ("-H", header)), *options, served.url + path]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, trouble = await process.communicate()
    assert process.returncode == 0, trouble.decode()
    return json.loads(output)


async def test_create_get_by_external_id_get_by_id_and_delete(served: Served) -> None:
    body = {"external_id": "123", "external_created_at": 1392036272, "custom_attributes": {"order_number": "ORDER-1"}}
    made = await curl(served, "/custom_object_instances/Order", "-X", "POST", "-d", json.dumps(body))
    assert made["custom_attributes"]["order_number"] == "ORDER-1"
    by_external_id = await curl(served, "/custom_object_instances/Order?external_id=123")
    by_id = await curl(served, f"/custom_object_instances/Order/{made['id']}")
    assert made == by_external_id == by_id
    gone = await curl(served, f"/custom_object_instances/Order/{made['id']}", "-X", "DELETE")
    assert gone == {"id": made["id"], "object": "Order", "deleted": True}
    missing = await curl(served, "/custom_object_instances/Order?external_id=123")
    assert missing["errors"][0]["code"] == "not_found"

"""What every operation does before it does anything: no token, no entry; not in this version, not there."""

from __future__ import annotations

import re

from contract.pairs import IDS
from contract.walk import Walk
from interlock.catalogue import OPERATIONS


async def test_without_a_token_every_operation_is_401(walk: Walk) -> None:
    """Also those whose description has no 401."""
    walk.client.token = None
    for operation in OPERATIONS:
        if operation.id in IDS:
            path = re.sub(r"\{\w+\}", "1", operation.path)
            body = {} if operation.body is not None else None
            answer = await walk.refused(401, "unauthorized", operation.method, path, body)
            assert answer.json()["errors"] == [{"code": "unauthorized", "message": "Access Token Invalid"}]
    assert walk.seen >= {(id, 401) for id in IDS}


async def test_what_a_version_does_not_have_is_400(walk: Walk) -> None:
    for operation in OPERATIONS:
        if operation.id in IDS and not walk.has(operation.id):
            path = re.sub(r"\{\w+\}", "1", operation.path)
            await walk.refused(400, "intercom_version_invalid", operation.method, path)

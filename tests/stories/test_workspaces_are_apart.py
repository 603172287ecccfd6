"""Two workspaces in one database never see each other's rows.

Every operation of the catalogue is tried with the ids of another workspace, in paths, queries and bodies: no answer may
show anything of it, nothing of it may change, and nothing of one's own may come to point at it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interlock.app import App, build
from interlock.catalogue import OPERATIONS
from interlock.core.workspaces.bootstrap import Made, create_workspace
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.rest.operation import OPEN, Operation
from interlock.storage.blobs import FolderBlobs
from interlock.storage.database import Database
from stories.acting import bodies
from stories.everything import fill, filled
from stories.stored import rows_of
from support.client import Client

MARK = "zqx-secret-of-the-other"
"""Stands in every text that the other workspace holds."""

NOT_TRIED = {"resetWorkspace"}
ECHOES = {"getWhatsAppMessageStatus"}
"""Answers with the id that it was asked about, whether there is such a message or not."""


@pytest.fixture
def app(database: Database, tmp_path: Path) -> App:
    return build(database, FolderBlobs(tmp_path / "blobs"))


@pytest.fixture
async def other(app: App, database: Database) -> dict[str, str]:
    """Another workspace with one of everything."""
    made: Made = await create_workspace(database, MARK, owner_email=f"{MARK}@example.com")
    return {"workspace": made.workspace_id, **await fill(Client(app, made.token), MARK)}


QUERIES = {
    "references_contact_id": "contact",
    "external_id": "external_id",
    "company_id": "external_id",
    "name": "external_id",
    "tag_id": "tag",
    "segment_id": "segment",
    "user_id": "visitor_user",
    "ruleset_id": "message",
    "types": "identifier",
    "created_at_after": "created_at_after",
    "kind": "kind",
}


def queries(operation: Operation, other: dict[str, str]) -> list[str]:
    """Without a query, and with each parameter that the operation has and the other has an id for."""
    known = {**other, "created_at_after": "1", "kind": "send_mail"}
    names = operation.query.__struct_fields__ if operation.query is not None else ()
    found = ["", *(f"?{name}={known[QUERIES[name]]}" for name in names if name in QUERIES)]
    if operation.id == "lisDataEvents":
        found = [f"?type=user&{name}={other[key]}" for name, key in EVENTS_OF.items()]
    return found if operation.method == "GET" else ["", f"?external_id={MARK}"]


EVENTS_OF = {"user_id": "external_id", "intercom_user_id": "contact"}


async def test_no_operation_reaches_another_workspace(
    app: App, database: Database, workspace: Made, other: dict[str, str]
) -> None:
    """With the other's ids in the path, and with one's own in the path and the other's in query and body."""
    client = Client(app, workspace.token)
    mine = await fill(client, "mine")
    before = await rows_of(database, other["workspace"])
    secrets = {value for name, value in other.items() if value != mine.get(name)}
    reached = []
    for operation in sorted(OPERATIONS, key=lambda one: one.method == "DELETE"):
        if operation.surface == OPEN or operation.id in NOT_TRIED:
            continue
        for ids in (other, mine):
            for query in queries(operation, other):
                for body in bodies(mine, other).get(operation.id, [{}]):
                    path = filled(operation, ids) + query
                    answer = await client.send(operation.method, path, body)
                    assert answer.status_code < 500, (operation.id, body, answer.text)
                    sent = path + repr(body)
                    if found := leaked(operation, answer, secrets, sent):
                        reached.append((operation.id, path, body, found, answer.text[:300]))
    assert reached == []
    assert changed(before, await rows_of(database, other["workspace"])) == {}
    await work(database)
    kept = await rows_of(database, workspace.workspace_id)
    del kept["jobs"]  # what was asked of them, and failed
    assert {name: of_others for name, rows in kept.items() if (of_others := pointing(rows, secrets))} == {}


async def work(database: Database) -> None:
    """Let the jobs be done that were accepted: they must not reach anything either."""
    context = Context.of(database)
    await Runner(context, handlers.units()).drain()
    await context.close()


def pointing(rows: list[Any], secrets: set[str]) -> list[Any]:
    return [row for row in rows if any(one in repr(row) for one in secrets)]


@pytest.mark.parametrize("form", ["id", "ids"])
async def test_a_conversation_takes_no_file_of_another_workspace(
    app: App, workspace: Made, other: dict[str, str], form: str
) -> None:
    client = Client(app, workspace.token)
    mine = await fill(client, "mine")
    path, own = f"/conversations/{mine['conversation']}", [mine["file"]]
    await client.ok("PUT", path, {"custom_attributes": {"Papers": own}})
    theirs = {"id": other["file"], "ids": [other["file"]]}[form]
    await client.error(400, "PUT", path, {"custom_attributes": {"Papers": theirs}})
    assert (await client.ok("GET", path))["custom_attributes"]["Papers"] == own


async def test_a_segment_about_another_workspaces_tag_or_segment_has_nobody(
    app: App, workspace: Made, other: dict[str, str]
) -> None:
    """Its rules may name any id: there is nothing that it leads to."""
    client = Client(app, workspace.token)
    await fill(client, "mine")
    for field, operator, value in (("tag_id", "=", other["tag"]), ("segment_id", "=", other["segment"])):
        rules = {"field": field, "operator": operator, "value": value}
        made = await client.post("/interlock/v1/segments", {"name": field, "person_type": "user", "rules": rules})
        if made.status_code == 200:
            counted = await client.ok("GET", f"/interlock/v1/segments/{made.json()['id']}/count")
            assert counted["count"] == 0
            assert (await client.ok("GET", f"/interlock/v1/segments/{made.json()['id']}/members"))["data"] == []
        else:
            assert made.status_code in (400, 404), made.text


def leaked(operation: Operation, answer: Any, secrets: set[str], sent: str) -> set[str]:
    """What is shown of the other. An error may name what was asked for, that of a row too; nothing else may."""
    refused = answer.status_code >= 400 or operation.id in ECHOES or '"counts":{"error":2}' in answer.text
    return {one for one in secrets if one in answer.text and not (refused and one in sent)}


def changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {
        name: [one for one in after[name] if one not in rows] for name, rows in before.items() if rows != after[name]
    }

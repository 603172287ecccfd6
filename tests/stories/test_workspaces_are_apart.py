"""Two workspaces in one database never see each other's rows.

Every operation of the catalogue is tried with the ids of another workspace: no answer may show anything of it, and
nothing of it may change.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from interlock.app import build
from interlock.catalogue import OPERATIONS
from interlock.core.workspaces.bootstrap import Made, create_workspace
from interlock.rest.operation import OPEN, Operation
from interlock.storage.database import Database
from stories.stored import rows_of
from support.client import Client

MARK = "zqx-secret-of-the-other"
"""Stands in every text that the other workspace holds."""

ORDER = {
    "identifier": "Order",
    "name": "Order",
    "plural_name": "Orders",
    "attributes": [
        {"name": "title", "data_type": "string"},
        {
            "name": "person",
            "data_type": "reference",
            "reference": {"to": "contact", "many": True, "inverse": {"name": "orders", "many": True}},
        },
    ],
}


async def fill(client: Client, mark: str) -> dict[str, str]:
    """One of everything; the ids that a path may want, by the name of the parameter."""
    await client.ok("POST", "/interlock/v1/object_types", {**ORDER, "description": mark})
    attribute = {"name": f"{mark}_a", "model": "contact", "data_type": "string"}
    attribute_id = (await client.ok("POST", "/data_attributes", attribute))["id"]
    contact = await client.ok("POST", "/contacts", {"external_id": mark, "custom_attributes": {f"{mark}_a": mark}})
    company = await client.ok("POST", "/companies", {"company_id": mark, "name": mark})
    await client.ok("POST", f"/contacts/{contact['id']}/companies", {"id": company["id"]})
    instance = {"external_id": mark, "custom_attributes": {"title": mark, "person": [contact["id"]]}}
    order = await client.ok("POST", "/custom_object_instances/Order", instance)
    change = (await client.ok("GET", f"/interlock/v1/object_types/Order/instances/{mark}/history"))["data"][0]["id"]
    return {
        "contact_id": contact["id"],
        "company_id": company["id"],
        "external_id": mark,
        "custom_object_type_identifier": "Order",
        "custom_object_instance_id": order["id"],
        "identifier": "Order",
        "data_attribute_id": str(attribute_id),
        "attribute_id": str(attribute_id),
        "admin_id": (await client.ok("GET", "/me"))["id"],
        "name": "title",
        "change": change,
    }


@pytest.fixture
async def other(database: Database) -> dict[str, str]:
    """Another workspace with one of everything."""
    made: Made = await create_workspace(database, MARK, owner_email=f"{MARK}@example.com")
    return {"workspace": made.workspace_id, **await fill(Client(build(database), made.token), MARK)}


def filled(operation: Operation, ids: dict[str, str]) -> str:
    """The path with the other's ids. `{id}` is whatever the path speaks of."""

    def pick(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "id":
            for word, key in (("contacts", "contact_id"), ("instances", "custom_object_instance_id")):
                if word in operation.path:
                    return ids[key]
            return ids["attribute_id"]
        return ids[name]

    return re.sub(r"\{(\w+)\}", pick, operation.path)


def bodies(ids: dict[str, str]) -> dict[str, Any]:
    """A body that each writing operation would act on, made of the other's ids."""
    one, two = ids["contact_id"], ids["company_id"]
    link = {"external_id": "mine", "custom_attributes": {"person": [one]}}
    return {
        "createCustomObjectInstances": link,
        "upsertInstance": link,
        "bulkInstances": {"rows": [link, {"external_id": MARK, "action": "delete"}]},
        "revertInstance": {"to": ids["change"]},
        "UpdateContact": {"name": "taken", "custom_attributes": {"orders": [ids["custom_object_instance_id"]]}},
        "MergeContact": {"from": one, "into": one, "skip_duplicate_validation": True},
        "attachContactToACompany": {"id": two},
        "UpdateCompany": {"name": "taken"},
        "updateDataAttribute": {"description": "taken", "archived": True},
    }


QUERIES = (
    "",
    "?references_contact_id={contact_id}",
    "?external_id={external_id}",
    "?company_id={external_id}",
    "?name={external_id}",
)


async def test_no_operation_reaches_another_workspace(
    database: Database, workspace: Made, other: dict[str, str]
) -> None:
    """With the other's ids in the path, and with one's own in the path and the other's in query and body."""
    client = Client(build(database), workspace.token)
    mine = await fill(client, "mine")
    before = await rows_of(database, other["workspace"])
    secrets = {value for name, value in other.items() if value != mine.get(name)}
    asked = bodies(other)
    deletions_last = sorted(OPERATIONS, key=lambda one: one.method == "DELETE")
    for operation in deletions_last:
        if operation.surface == OPEN or operation.id == "resetWorkspace":
            continue
        for ids in (other, mine):
            for query in QUERIES if operation.method == "GET" else ("", "?external_id={external_id}"):
                path, body = filled(operation, ids) + query.format(**other), asked.get(operation.id, {})
                answer = await client.send(operation.method, path, body)
                assert answer.status_code < 500, (operation.id, answer.text)
                shown = answer.text
                for secret in secrets:
                    # An error may name what was asked for, that of a row too; nothing else may.
                    known = secret in path + repr(body)
                    refused = answer.status_code >= 400 or '"counts":{"error":2}' in shown
                    assert secret not in shown or (known and refused), (operation.id, path, secret, shown)
    assert await rows_of(database, other["workspace"]) == before

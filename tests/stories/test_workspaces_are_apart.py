"""Two workspaces in one database never see each other's rows.

Every operation of the catalogue is tried with the ids of another workspace: no answer may show anything of it, and
nothing of it may change.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from interlock.app import build
from interlock.catalogue import OPERATIONS
from interlock.core.schema.bootstrap import Made, create_workspace
from interlock.rest.operation import OPEN, Operation
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import metadata
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


@pytest.fixture
async def other(database: Database) -> dict[str, str]:
    """Another workspace with one of everything; the ids that a path may want, by the name of the parameter."""
    made: Made = await create_workspace(database, MARK, owner_email=f"{MARK}@example.com")
    client = Client(build(database), made.token)
    await client.ok("POST", "/interlock/v1/object_types", {**ORDER, "description": MARK})
    attribute = {"name": f"{MARK}_a", "model": "contact", "data_type": "string"}
    attribute_id = (await client.ok("POST", "/data_attributes", attribute))["id"]
    contact = await client.ok("POST", "/contacts", {"external_id": MARK, "custom_attributes": {f"{MARK}_a": MARK}})
    company = await client.ok("POST", "/companies", {"company_id": MARK, "name": MARK})
    await client.ok("POST", f"/contacts/{contact['id']}/companies", {"id": company["id"]})
    instance = {"external_id": MARK, "custom_attributes": {"title": MARK, "person": [contact["id"]]}}
    order = await client.ok("POST", "/custom_object_instances/Order", instance)
    change = (await client.ok("GET", f"/interlock/v1/object_types/Order/instances/{MARK}/history"))["data"][0]["id"]
    admin = (await client.ok("GET", "/me"))["id"]
    return {
        "workspace": made.workspace_id,
        "contact_id": contact["id"],
        "company_id": company["id"],
        "external_id": MARK,
        "custom_object_type_identifier": "Order",
        "custom_object_instance_id": order["id"],
        "identifier": "Order",
        "data_attribute_id": str(attribute_id),
        "attribute_id": str(attribute_id),
        "admin_id": admin,
        "name": "title",
        "change": change,
    }


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


async def rows_of(database: Database, workspace_id: str) -> dict[str, list[Any]]:
    """Everything that a workspace holds."""

    async def read(tx: Tx) -> dict[str, list[Any]]:
        found = {}
        for table in metadata.sorted_tables:
            column = table.c.get("workspace_id") if "workspace_id" in table.c else None
            if column is None or table.name in ("counts", "company_scrolls", "changes"):
                continue
            rows = await tx.all(Query(select(*table.c).where(column == workspace_id)))
            found[table.name] = sorted(map(tuple, rows), key=repr)
        return found

    return await database.read(read)


async def test_no_operation_reaches_another_workspace(
    database: Database, workspace: Made, other: dict[str, str]
) -> None:
    client = Client(build(database), workspace.token)
    await client.ok("POST", "/interlock/v1/object_types", ORDER)
    before = await rows_of(database, other["workspace"])
    secrets = {MARK, other["workspace"]} | {other[key] for key in ("contact_id", "company_id", "change")}
    secrets |= {other["custom_object_instance_id"], other["data_attribute_id"], other["admin_id"]}
    asked = bodies(other)
    for operation in OPERATIONS:
        if operation.surface == OPEN or operation.id == "resetWorkspace":
            continue
        path = filled(operation, other)
        for query in QUERIES if operation.method == "GET" else ("", "?external_id={external_id}"):
            answer = await client.send(operation.method, path + query.format(**other), asked.get(operation.id, {}))
            assert answer.status_code < 500, (operation.id, answer.text)
            shown = answer.text
            for secret in secrets:
                # An error may name what was asked for; nothing else may.
                known = secret in path + query.format(**other) + repr(asked.get(operation.id))
                assert secret not in shown or (known and answer.status_code >= 400), (operation.id, secret, shown)
    assert await rows_of(database, other["workspace"]) == before

"""Reasons for being away."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.workspaces.bootstrap import Made
from support.client import Client
from support.history import changes_of

LIST = "/away_status_reasons"
OURS = "/interlock/v1/away_status_reasons"


async def labels(client: Client) -> list[str]:
    return [one["label"] for one in (await client.ok("GET", LIST))["data"] if not one["deleted"]]


async def test_a_workspace_begins_with_some(client: Client) -> None:
    answer = await client.ok("GET", LIST)
    assert answer["type"] == "list"
    assert await labels(client) == ["On a break", "At lunch", "In a meeting", "Done for the day"]
    first = answer["data"][0]
    assert (first["type"], first["emoji"], first["order"], first["deleted"]) == ("away_status_reason", "☕", 1, False)
    assert isinstance(first["id"], str)
    assert isinstance(first["created_at"], int)


async def test_from_made_to_deleted(client: Client, workspace: Made) -> None:
    made = await client.ok("POST", OURS, {"label": " On leave ", "emoji": "🏖️"})
    assert (made["label"], made["emoji"], made["order"], made["deleted"]) == ("On leave", "🏖️", 5, False)
    path = f"{OURS}/{made['id']}"
    changed = await client.ok("PUT", path, {"label": "Holidays", "order": 0})
    assert (changed["label"], changed["emoji"]) == ("Holidays", "🏖️")
    assert (await labels(client))[0] == "Holidays"
    await client.ok("PUT", path, {"label": "Holidays"})
    deleted = await client.ok("DELETE", path)
    assert deleted == {**changed, "deleted": True, "updated_at": deleted["updated_at"]}
    assert deleted in (await client.ok("GET", LIST))["data"]
    assert "Holidays" not in await labels(client)
    for method in ("PUT", "DELETE"):
        assert (await client.error(404, method, path, {}))["code"] == "not_found"
    noted = await changes_of(client.app.database, workspace.workspace_id, "away_reason")
    assert [(one["action"], one["after"]) for one in noted[1:]] == [
        ("updated", {"label": "Holidays", "order": 0}),
        ("deleted", {"deleted": True}),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "label"),
        ({"label": " "}, "label"),
        ({"label": "x" * 256}, "label"),
        ({"label": ["x"]}, "label"),
        ({"label": "x", "emoji": "x" * 33}, "emoji"),
        ({"label": "x", "order": -1}, "order"),
        ({"label": "x", "order": 10**30}, "order"),
        ({"label": "x", "order": "first"}, "order"),
    ],
)
async def test_bad_fields_are_named(client: Client, body: Any, field: str) -> None:
    assert (await client.error(400, "POST", OURS, body))["field"] == field
    assert len(await labels(client)) == 4


@pytest.mark.parametrize("id", ["1", "lunch", "9" * 30])
async def test_an_unknown_one_is_404(client: Client, id: str) -> None:
    for method in ("PUT", "DELETE"):
        assert (await client.error(404, method, f"{OURS}/{id}", {}))["code"] == "not_found"


async def test_versions_before_2_14_do_not_have_them(client: Client) -> None:
    await client.at("2.14").ok("GET", LIST)
    assert (await client.at("2.13").error(400, "GET", LIST))["code"] == "intercom_version_invalid"

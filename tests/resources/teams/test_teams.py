"""Teams: what they show, who is in them, and how busy their people are."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.threads import store as parts
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import clock
from support.client import Client
from support.history import changes_of
from support.threads import conversation, field, ticket

OURS = "/interlock/v1/teams"


async def teammate(client: Client, name: str) -> int:
    made = await client.ok("POST", "/interlock/v1/admins", {"name": name, "email": f"{name}@example.com"})
    return int(made["id"])


async def logged(client: Client) -> list[str]:
    answer = await client.ok("GET", "/admins/activity_logs?created_at_after=0")
    return [one["activity_type"] for one in answer["activity_logs"] if "team" in one["activity_type"]]


async def test_a_workspace_begins_with_a_help_desk(client: Client, workspace: Made) -> None:
    answer = await client.ok("GET", "/teams")
    [team] = answer["teams"]
    assert answer["type"] == "team.list"
    assert team == {
        "type": "team",
        "id": team["id"],
        "name": "Help desk",
        "admin_ids": [workspace.admin_id],
        "admin_priority_level": {"primary_admin_ids": [workspace.admin_id], "secondary_admin_ids": []},
        "assignment_limit": None,
        "distribution_method": "manual",
    }
    assert await client.ok("GET", f"/teams/{team['id']}") == team


async def test_a_team_with_priorities(client: Client, workspace: Made) -> None:
    ada, bob = await teammate(client, "ada"), await teammate(client, "bob")
    body = {
        "name": " Night ",
        "distribution_method": "load_balanced",
        "assignment_limit": 10,
        "admin_ids": [ada, bob, ada],
        "admin_priority_level": {"secondary_admin_ids": [bob]},
    }
    made = await client.ok("POST", OURS, body)
    assert (made["name"], made["assignment_limit"], made["distribution_method"]) == ("Night", 10, "load_balanced")
    assert made["admin_ids"] == [ada, bob]
    assert made["admin_priority_level"] == {"primary_admin_ids": [ada], "secondary_admin_ids": [bob]}
    shown = await client.ok("GET", f"/admins/{bob}")
    assert shown["team_ids"] == [int(made["id"])]
    assert shown["team_priority_level"] == {"primary_team_ids": [], "secondary_team_ids": [int(made["id"])]}
    [noted] = await changes_of(client.app.database, workspace.workspace_id, "team")
    assert (noted["id"], noted["action"], noted["after"]["admin_ids"]) == (made["id"], "created", [ada, bob])
    assert await logged(client) == ["app_team_creation"]


async def test_members_by_priority_alone(client: Client) -> None:
    ada, bob = await teammate(client, "ada"), await teammate(client, "bob")
    level = {"primary_admin_ids": [bob], "secondary_admin_ids": [ada]}
    made = await client.ok("POST", OURS, {"name": "Night", "admin_priority_level": level})
    assert made["admin_ids"] == [ada, bob]
    assert made["admin_priority_level"] == level


async def test_what_changes_is_noted_and_logged(client: Client, workspace: Made) -> None:
    ada = await teammate(client, "ada")
    made = await client.ok("POST", OURS, {"name": "Night", "distribution_method": "load_balanced"})
    path = f"{OURS}/{made['id']}"
    assert (await client.ok("PUT", path, {"admin_ids": [ada]}))["admin_ids"] == [ada]
    assert (await client.ok("PUT", path, {"assignment_limit": 5}))["assignment_limit"] == 5
    assert (await client.ok("PUT", path, {"name": "Late"}))["admin_ids"] == [ada]
    await client.ok("PUT", path, {"name": "Late", "admin_ids": [ada]})  # as it is
    robin = await client.ok("PUT", path, {"distribution_method": "round_robin"})
    assert (robin["assignment_limit"], robin["distribution_method"]) == (None, "round_robin")
    assert (await client.ok("PUT", path, {"admin_ids": []}))["admin_ids"] == []
    noted = await changes_of(client.app.database, workspace.workspace_id, "team")
    assert [sorted(one["after"]) for one in noted[1:]] == [
        ["admin_ids"],
        ["assignment_limit"],
        ["name"],
        ["assignment_limit", "distribution_method"],
        ["admin_ids"],
    ]
    assert await logged(client) == [
        "app_team_membership_modification",
        "team_assignment_limit_change",
        "team_assignment_limit_change",
        "app_team_membership_modification",
        "app_team_creation",
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": 1}, "name"),
        ({"name": "x", "distribution_method": "random"}, "distribution_method"),
        ({"name": "x", "assignment_limit": 5}, "assignment_limit"),
        ({"name": "x", "distribution_method": "load_balanced", "assignment_limit": 0}, "assignment_limit"),
        ({"name": "x", "admin_ids": [1]}, "admin_ids.0"),
        ({"name": "x", "admin_ids": ["nobody"]}, "admin_ids.0"),
        ({"name": "x", "admin_ids": [10**30]}, "admin_ids.0"),
        ({"name": "x", "admin_ids": [2**63 - 1]}, "admin_ids.0"),
        ({"name": "x", "admin_ids": list(range(1001))}, "admin_ids"),
        ({"name": "x", "admin_priority_level": {"primary_admin_ids": [1]}}, "admin_ids.0"),
        (
            {"name": "x", "admin_ids": [], "admin_priority_level": {"primary_admin_ids": [1]}},
            "admin_priority_level.primary_admin_ids.0",
        ),
    ],
)
async def test_bad_fields_are_named(client: Client, body: Any, field: str) -> None:
    assert (await client.error(400, "POST", OURS, body))["field"] == field
    assert len((await client.ok("GET", "/teams"))["teams"]) == 1


async def test_priorities_must_fit_the_members(client: Client, workspace: Made) -> None:
    ada, owner = await teammate(client, "ada"), workspace.admin_id
    level = {"primary_admin_ids": [ada], "secondary_admin_ids": [ada]}
    error = await client.error(400, "POST", OURS, {"name": "x", "admin_priority_level": level})
    assert error["field"] == "admin_priority_level.secondary_admin_ids"
    level = {"secondary_admin_ids": [ada]}
    error = await client.error(400, "POST", OURS, {"name": "x", "admin_ids": [owner], "admin_priority_level": level})
    assert error["field"] == "admin_priority_level.secondary_admin_ids"


async def test_a_deleted_team_leaves_its_conversations_without_one(client: Client, workspace: Made) -> None:
    database, key = client.app.database, workspace.workspace_id
    made = await client.ok("POST", OURS, {"name": "Night", "admin_ids": [workspace.admin_id]})
    other = (await client.ok("GET", "/teams"))["teams"][0]
    id = int(made["id"])
    theirs = [await conversation(database, key, team_assignee_id=id, admin_assignee_id=workspace.admin_id)]
    theirs += [await conversation(database, key, team_assignee_id=id, state="snoozed")]
    kept = await conversation(database, key, team_assignee_id=int(other["id"]))
    asked = await ticket(database, key, team_assignee_id=id)
    assert await client.ok("DELETE", f"{OURS}/{id}") == {"id": made["id"], "object": "team", "deleted": True}

    for one in theirs:
        assert await field(database, key, "conversation", one, "team_assignee_id") is None
        assert (await database.read(parts.newest, key, one))[1] == 1
    assert await field(database, key, "conversation", theirs[0], "admin_assignee_id") == workspace.admin_id
    assert await field(database, key, "conversation", kept, "team_assignee_id") == int(other["id"])
    assert await field(database, key, "ticket", asked, "team_assignee_id") is None
    assert {one["id"] for one in await changes_of(database, key, "conversation")} == set(theirs)
    assert [one["id"] for one in await changes_of(database, key, "ticket")] == [asked]
    assert (await client.ok("GET", "/me"))["team_ids"] == [int(other["id"])]
    assert await logged(client) == ["app_team_deletion", "app_team_creation"]
    for method, path in (("GET", f"/teams/{id}"), ("PUT", f"{OURS}/{id}"), ("DELETE", f"{OURS}/{id}")):
        await client.error(404, method, path, {} if method == "PUT" else None)


async def test_how_busy_the_people_of_a_team_are(client: Client, workspace: Made) -> None:
    database, key, owner = client.app.database, workspace.workspace_id, workspace.admin_id
    ada = await teammate(client, "ada")
    made = await client.ok("POST", OURS, {"name": "Night", "admin_ids": [owner, ada]})
    now = clock.seconds()
    for fields in (
        {"waiting_since": now - 2000},
        {"waiting_since": now - 1000, "team_assignee_id": int(made["id"])},
        {},
        {"state": "snoozed"},
        {"state": "closed", "open": False},
        {"live": 0},
    ):
        await conversation(database, key, admin_assignee_id=owner, **fields)
    await conversation(database, key)

    async def metrics(query: str = "") -> dict[str, tuple[int, int, int]]:
        answer = await client.ok("GET", f"/teams/{made['id']}/metrics{query}")
        assert answer["type"] == "team_metric.list"
        assert all(one["type"] == "team_metric" for one in answer["data"])
        return {one["admin_id"]: (one["open"], one["idle"], one["snoozed"]) for one in answer["data"]}

    assert await metrics() == {str(owner): (3, 1, 1), str(ada): (0, 0, 0)}
    assert (await metrics("?idle_threshold=900"))[str(owner)] == (3, 2, 1)
    assert (await metrics("?idle_threshold=0"))[str(owner)] == (3, 2, 1)  # counts as 1
    assert (await metrics("?idle_threshold=-99999999999"))[str(owner)] == (3, 2, 1)
    assert (await metrics("?idle_threshold=9999999999"))[str(owner)] == (3, 0, 1)  # counts as a day
    error = await client.error(400, "GET", f"/teams/{made['id']}/metrics?idle_threshold=long")
    assert error["field"] == "idle_threshold"


@pytest.mark.parametrize("id", ["1", "night", "9" * 30, "x" * 1000, "-1"])
async def test_an_unknown_team_is_404(client: Client, id: str) -> None:
    for method, path in (
        ("GET", f"/teams/{id}"),
        ("GET", f"/teams/{id}/metrics"),
        ("PUT", f"{OURS}/{id}"),
        ("DELETE", f"{OURS}/{id}"),
    ):
        error = await client.error(404, method, path, {"name": "x"} if method == "PUT" else None)
        assert (error["code"], error["message"]) == ("team_not_found", "Team not found")


async def test_another_workspaces_team_is_404(client: Client, other_workspace: Made) -> None:
    other = Client(client.app, other_workspace.token)
    id = (await other.ok("GET", "/teams"))["teams"][0]["id"]
    await client.error(404, "GET", f"/teams/{id}")
    await client.error(404, "DELETE", f"{OURS}/{id}")
    error = await client.error(400, "POST", OURS, {"name": "x", "admin_ids": [other_workspace.admin_id]})
    assert error["field"] == "admin_ids.0"

"""Teammates come, change and leave."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.core.staff import store
from interlock.core.threads import store as parts
from interlock.core.workspaces.bootstrap import Made
from support.client import Client
from support.history import changes_of
from support.threads import conversation, field, ticket

ALL = "/interlock/v1/admins"
ADA = {"name": "Ada", "email": "ada@example.com"}


async def invite(client: Client, **fields: Any) -> dict[str, Any]:
    return await client.ok("POST", ALL, {**ADA, **fields})


async def test_who_is_invited_works_here_at_once(client: Client, workspace: Made) -> None:
    made = await invite(client, job_title="Chef", avatar="https://example.com/ada.png")
    assert (made["name"], made["email"], made["job_title"]) == ("Ada", "ada@example.com", "Chef")
    assert (made["has_inbox_seat"], made["team_ids"], "role" in made) == (True, [], False)
    assert await client.ok("GET", f"/admins/{made['id']}") == made
    listed = (await client.ok("GET", "/admins"))["admins"]
    assert [one["id"] for one in listed] == [str(workspace.admin_id), made["id"]]
    [noted] = await changes_of(client.app.database, workspace.workspace_id, "admin")
    assert (noted["id"], noted["action"], noted["after"]["email"]) == (made["id"], "created", "ada@example.com")


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com", " owner@example.com "])
async def test_an_address_is_of_one_teammate(client: Client, email: str) -> None:
    await invite(client)
    error = await client.error(409, "POST", ALL, {"name": "Another", "email": email})
    assert (error["code"], error["field"]) == ("conflict", "email")


async def test_of_two_at_once_one_is_made(client: Client) -> None:
    answers = await asyncio.gather(*(client.post(ALL, {**ADA, "name": f"Ada {n}"}) for n in range(2)))
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert len((await client.ok("GET", "/admins"))["admins"]) == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"email": "ada"}, "email"),
        ({"email": "a" * 300 + "@example.com"}, "email"),
        ({"email": 1}, "email"),
        ({"avatar": "javascript:alert(1)"}, "avatar"),
        ({"avatar": "https://example.com/" + "x" * 3000}, "avatar"),
        ({"has_inbox_seat": "yes"}, "has_inbox_seat"),
        ({"role": "Boss"}, "role"),
        ({"role": {"name": "x" * 300}}, "role.name"),
        ({"role": {}}, "role.name"),
    ],
)
async def test_bad_fields_are_named(client: Client, fields: dict[str, Any], field: str) -> None:
    error = await client.error(400, "POST", ALL, {**ADA, **fields})
    assert error["field"] == field
    assert len((await client.ok("GET", "/admins"))["admins"]) == 1


@pytest.mark.parametrize("missing", ["name", "email"])
async def test_name_and_email_are_required(client: Client, missing: str) -> None:
    body = {name: value for name, value in ADA.items() if name != missing}
    error = await client.error(400, "POST", ALL, body)
    assert (error["code"], error["field"]) == ("parameter_not_found", missing)


async def test_what_changes_is_noted_and_logged(client: Client, workspace: Made) -> None:
    id = (await invite(client))["id"]
    wanted = {"name": "Ada L.", "job_title": "Chef", "role": {"name": "Agent"}, "has_inbox_seat": False}
    changed = await client.ok("PUT", f"{ALL}/{id}", wanted)
    assert (changed["name"], changed["job_title"], changed["has_inbox_seat"]) == ("Ada L.", "Chef", False)
    assert (changed["role"]["type"], changed["role"]["name"]) == ("role", "Agent")
    await client.ok("PUT", f"{ALL}/{id}", wanted)  # nothing changes, so nothing is noted
    noted = await changes_of(client.app.database, workspace.workspace_id, "admin")
    assert [one["action"] for one in noted] == ["created", "updated"]
    assert noted[1]["before"]["name"] == "Ada"
    logged = (await client.ok("GET", "/admins/activity_logs?created_at_after=0"))["activity_logs"]
    assert [one["activity_type"] for one in logged] == [
        "seat_change",
        "admin_permission_change",
        "app_admin_join",
        "admin_invite_creation",
    ]
    cleared = await client.ok("PUT", f"{ALL}/{id}", {"job_title": None, "role": None, "has_inbox_seat": True})
    assert "job_title" not in cleared
    assert "role" not in cleared
    assert cleared["has_inbox_seat"] is True


async def test_a_role_is_the_same_for_all_who_have_it(client: Client) -> None:
    ada = await invite(client, role={"name": "Agent"})
    bob = await invite(client, name="Bob", email="bob@example.com", role={"name": "Agent"})
    eve = await invite(client, name="Eve", email="eve@example.com", role={"name": "Manager"})
    assert ada["role"] == bob["role"]
    assert ada["role"]["id"] != eve["role"]["id"]


async def test_who_leaves_is_gone_but_not_forgotten(client: Client, workspace: Made) -> None:
    database, key = client.app.database, workspace.workspace_id
    id = (await invite(client))["id"]
    await client.ok("POST", "/interlock/v1/teams", {"name": "Night", "admin_ids": [int(id)]})
    mine = await conversation(database, key, admin_assignee_id=int(id))
    closed = await conversation(database, key, admin_assignee_id=int(id), state="closed", open=False)
    others = await conversation(database, key, admin_assignee_id=workspace.admin_id)
    became = await ticket(database, key, mine, admin_assignee_id=int(id))

    assert await client.ok("DELETE", f"{ALL}/{id}") == {"id": id, "object": "admin", "deleted": True}
    for kind, one in (("conversation", mine), ("conversation", closed), ("ticket", became)):
        assert await field(database, key, kind, one, "admin_assignee_id") is None
    assert await field(database, key, "conversation", others, "admin_assignee_id") == workspace.admin_id
    assert await field(database, key, "conversation", closed, "state") == "closed"
    told, total = await database.read(parts.newest, key, mine)
    assert (total, told[0].part_type, told[0].author_type) == (1, "assignment", "bot")
    noted = await changes_of(database, key, "conversation")
    assert {(one["id"], one["action"], one["after"]["admin_assignee_id"]) for one in noted} == {
        (mine, "assigned", None),
        (closed, "assigned", None),
    }
    assert next(one for one in noted if one["id"] == mine)["after"]["part_id"] == told[0].id
    assert len(await changes_of(database, key, "ticket")) == 1
    assert [one["action"] for one in await changes_of(database, key, "admin")] == ["created", "deleted"]

    await client.error(404, "GET", f"/admins/{id}")
    await client.error(404, "PUT", f"{ALL}/{id}", {"name": "Ghost"})
    await client.error(404, "DELETE", f"{ALL}/{id}")
    await client.error(404, "PUT", f"/admins/{id}/away", {"away_mode_enabled": True})
    assert len((await client.ok("GET", "/admins"))["admins"]) == 1
    assert all(int(id) not in team["admin_ids"] for team in (await client.ok("GET", "/teams"))["teams"])
    shown = await database.read(store.admins_by_id, key, [int(id)])
    assert shown[int(id)].name == "Ada"


async def test_who_left_can_come_back(client: Client) -> None:
    made = await invite(client, role={"name": "Agent"})
    await client.ok("DELETE", f"{ALL}/{made['id']}")
    back = await client.ok("POST", ALL, {"name": "Ada again", "email": "ADA@example.com"})
    assert (back["id"], back["name"], back["email"]) == (made["id"], "Ada again", "ada@example.com")
    assert "role" not in back
    assert len((await client.ok("GET", "/admins"))["admins"]) == 2


async def test_the_owner_stays(client: Client, workspace: Made) -> None:
    error = await client.error(403, "DELETE", f"{ALL}/{workspace.admin_id}")
    assert error["code"] == "action_forbidden"
    await client.ok("GET", "/me")


async def test_another_workspaces_teammates_are_out_of_reach(client: Client, other_workspace: Made) -> None:
    for method in ("PUT", "DELETE"):
        error = await client.error(404, method, f"{ALL}/{other_workspace.admin_id}", {"name": "x"})
        assert (error["code"], error["message"]) == ("admin_not_found", "Admin not found")

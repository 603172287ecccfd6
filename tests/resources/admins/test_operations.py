"""Who runs the workspace."""

from __future__ import annotations

import pytest

from interlock.app import build
from interlock.core.staff.store import Admin, insert_admin
from interlock.core.workspaces.bootstrap import Made, create_workspace
from interlock.storage.database import Database
from support.client import Client


async def test_me_is_the_owner_with_the_workspace(database: Database) -> None:
    made = await create_workspace(
        database, "Shop", app_id="abcd1234", owner_email="o@example.com", region="EU", timezone="Europe/Berlin"
    )
    me = await Client(build(database), made.token).ok("GET", "/me")
    assert (me["type"], me["id"], me["email"], me["name"]) == ("admin", str(made.admin_id), "o@example.com", "Owner")
    assert (me["email_verified"], me["has_inbox_seat"]) == (True, True)
    assert me["avatar"] == {"type": "avatar", "image_url": None}
    created_at = me["app"].pop("created_at")
    assert isinstance(created_at, int)
    assert me["app"] == {
        "type": "app",
        "id_code": "abcd1234",
        "name": "Shop",
        "secure": False,
        "identity_verification": False,
        "timezone": "Europe/Berlin",
        "region": "EU",
    }


async def test_the_owner_is_listed_and_found(client: Client, workspace: Made) -> None:
    answer = await client.ok("GET", "/admins")
    assert answer["type"] == "admin.list"
    [owner] = answer["admins"]
    assert owner["id"] == str(workspace.admin_id)
    assert (owner["away_mode_enabled"], owner["away_mode_reassign"], owner["has_inbox_seat"]) == (False, False, True)
    assert owner["team_ids"] == owner["team_priority_level"]["primary_team_ids"]
    assert len(owner["team_ids"]) == 1  # the help desk that every workspace begins with
    assert await client.ok("GET", f"/admins/{owner['id']}") == owner | {"away_status_reason_id": None}


@pytest.mark.parametrize("id", ["1", "nobody", "-5", "9" * 30, "٣"])
async def test_an_unknown_admin_is_404(client: Client, id: str) -> None:
    error = await client.error(404, "GET", f"/admins/{id}")
    assert (error["code"], error["message"]) == ("admin_not_found", "Admin not found")


async def test_another_workspaces_admin_is_unknown(client: Client, other_workspace: Made) -> None:
    await client.error(404, "GET", f"/admins/{other_workspace.admin_id}")


async def test_a_picture_is_shown_when_asked_for(client: Client, workspace: Made) -> None:
    details = {"avatar": "https://example.com/a.png", "job_title": "Chef"}
    bob = Admin(7, "bob@example.com", "Bob", False, 1, 1, details)
    await client.app.database.transact(insert_admin, workspace.workspace_id, bob)
    plain = await client.ok("GET", "/admins")
    assert all("avatar" not in one for one in plain["admins"])
    shown = await client.ok("GET", "/admins?display_avatar=true")
    assert {one["avatar"] for one in shown["admins"]} == {None, "https://example.com/a.png"}
    assert (await client.ok("GET", "/admins/7"))["job_title"] == "Chef"
    older = await client.at("2.11").ok("GET", "/admins/7")
    assert older["avatar"]["image_url"] == "https://example.com/a.png"
    await client.error(400, "GET", "/admins?display_avatar=perhaps")


async def test_without_a_token_nobody_is_told(client: Client) -> None:
    for path in ("/me", "/admins", "/admins/1"):
        await client.without_token().error(401, "GET", path)

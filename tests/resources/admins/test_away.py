"""Going away and coming back, and why."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.staff import away, store
from interlock.core.workspaces.bootstrap import Made
from support.client import Client
from support.history import changes_of

AWAY = {"away_mode_enabled": True, "away_mode_reassign": True}
BACK = {"away_mode_enabled": False, "away_mode_reassign": False}


async def reason(client: Client, label: str = "On a break") -> dict[str, Any]:
    listed = (await client.ok("GET", "/away_status_reasons"))["data"]
    return next(one for one in listed if one["label"] == label)


async def test_away_with_a_reason_and_back(client: Client, workspace: Made) -> None:
    path = f"/admins/{workspace.admin_id}"
    why = await reason(client)
    gone = await client.ok("PUT", path + "/away", {**AWAY, "away_status_reason_id": int(why["id"])})
    assert (gone["away_mode_enabled"], gone["away_mode_reassign"]) == (True, True)
    assert gone["away_status_reason_id"] == int(why["id"])
    assert await client.ok("GET", path) == gone
    assert (await client.ok("GET", "/me"))["away_mode_enabled"] is True

    back = await client.ok("PUT", path + "/away", {**BACK, "away_status_reason_id": why["id"]})
    assert (back["away_mode_enabled"], back["away_status_reason_id"]) == (False, None)


async def test_each_change_is_noted_once(client: Client, workspace: Made) -> None:
    path = f"/admins/{workspace.admin_id}/away"
    for body in (AWAY, AWAY, BACK, BACK):
        await client.ok("PUT", path, body)
    noted = await changes_of(client.app.database, workspace.workspace_id, "admin")
    assert [one["after"]["away_mode_enabled"] for one in noted] == [True, False]
    assert noted[0]["before"] == {**BACK, "away_status_reason_id": None}
    logged = await client.ok("GET", "/admins/activity_logs?created_at_after=0")
    assert [one["metadata"]["away_mode"] for one in logged["activity_logs"]] == [False, True]


async def test_who_is_away_with_reassigning_loses_what_is_replied_to(client: Client, workspace: Made) -> None:
    path = f"/admins/{workspace.admin_id}/away"
    states = []
    for body in (AWAY, {**AWAY, "away_mode_reassign": False}, {**BACK, "away_mode_reassign": True}):
        await client.ok("PUT", path, body)
        owner = await client.app.database.read(store.owner, workspace.workspace_id)
        assert owner is not None
        states.append(away.unassigns(owner))
    assert states == [True, False, False]


@pytest.mark.parametrize("id", ["1", "nobody", "9" * 30, "x" * 1000, "-1", "%00"])
async def test_an_unknown_admin_is_404(client: Client, id: str) -> None:
    answer = await client.put(f"/admins/{id}/away", AWAY)
    if id == "%00":
        assert answer.status_code in (400, 404)
        return
    assert answer.status_code == 404
    error = answer.json()["errors"][0]
    assert (error["code"], error["message"]) == ("admin_not_found", "Admin for admin_id not found")


async def test_another_workspaces_admin_is_404(client: Client, other_workspace: Made) -> None:
    await client.error(404, "PUT", f"/admins/{other_workspace.admin_id}/away", AWAY)


async def test_a_deleted_reason_is_refused(client: Client, workspace: Made) -> None:
    why = await reason(client)
    await client.ok("DELETE", f"/interlock/v1/away_status_reasons/{why['id']}")
    body = {**AWAY, "away_status_reason_id": int(why["id"])}
    error = await client.error(400, "PUT", f"/admins/{workspace.admin_id}/away", body)
    assert (error["code"], error["message"]) == ("parameter_invalid", "Away status reason is deleted")


@pytest.mark.parametrize("id", [1, "1", "lunch", 10**30, -5])
async def test_an_unknown_reason_is_refused(client: Client, workspace: Made, id: Any) -> None:
    body = {**AWAY, "away_status_reason_id": id}
    error = await client.error(400, "PUT", f"/admins/{workspace.admin_id}/away", body)
    assert (error["code"], error["field"]) == ("parameter_invalid", "away_status_reason_id")


async def test_a_workspace_may_want_a_reason(client: Client, workspace: Made) -> None:
    path = f"/admins/{workspace.admin_id}/away"
    settings = await client.ok("PUT", "/interlock/v1/settings", {"away_reason_mandatory": True})
    assert settings["away_reason_mandatory"] is True
    error = await client.error(400, "PUT", path, AWAY)
    assert (error["code"], error["message"]) == ("away_status_reason_mandatory", "Away status reason is mandatory")
    await client.ok("PUT", path, {**AWAY, "away_status_reason_id": (await reason(client))["id"]})
    await client.ok("PUT", path, BACK)


async def test_what_wins_when_more_is_wrong(client: Client, workspace: Made) -> None:
    """The admin, then an unknown or deleted reason, then that there is none."""
    await client.ok("PUT", "/interlock/v1/settings", {"away_reason_mandatory": True})
    assert (await client.error(404, "PUT", "/admins/1/away", AWAY))["code"] == "admin_not_found"
    body = {**AWAY, "away_status_reason_id": 1}
    path = f"/admins/{workspace.admin_id}/away"
    assert (await client.error(400, "PUT", path, body))["code"] == "parameter_invalid"
    assert (await client.error(400, "PUT", path, AWAY))["code"] == "away_status_reason_mandatory"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "away_mode_enabled"),
        ({"away_mode_enabled": "yes"}, "away_mode_enabled"),
        ({"away_mode_enabled": True, "away_mode_reassign": 1}, "away_mode_reassign"),
        ({"away_mode_enabled": True, "away_status_reason_id": [1]}, "away_status_reason_id"),
    ],
)
async def test_wrong_types_name_their_field(client: Client, workspace: Made, body: Any, field: str) -> None:
    error = await client.error(400, "PUT", f"/admins/{workspace.admin_id}/away", body)
    assert error["field"] == field

"""Who works here: being away, teams, and what teammates did."""

from __future__ import annotations

from contract.pairs import expected
from contract.walk import Walk, lacks

ADMIN = ("type", "id", "name", "email", "away_mode_enabled", "away_mode_reassign", "has_inbox_seat", "team_ids")


async def test_staff(walk: Walk) -> None:
    admin = (await walk.ok("GET", "/me"))["id"]
    await away(walk, admin)
    await teams(walk)
    await logs(walk)
    assert walk.seen >= expected("staff", walk.version)


async def away(walk: Walk, admin: str) -> None:
    path, gone = f"/admins/{admin}/away", {"away_mode_enabled": True, "away_mode_reassign": True}
    changed = await walk.ok("PUT", path, gone)
    assert not lacks(changed, *ADMIN)
    assert ("away_status_reason_id" in changed) is walk.since("2.14")
    await walk.refused(404, "admin_not_found", "PUT", "/admins/1/away", gone)
    if not walk.since("2.14"):
        return
    reasons = await walk.ok("GET", "/away_status_reasons")
    first = reasons["data"][0]
    assert not lacks(first, "type", "id", "label", "emoji", "order", "deleted", "created_at", "updated_at")
    await walk.ok("PUT", path, gone | {"away_status_reason_id": int(first["id"])})
    await walk.ok("DELETE", f"/interlock/v1/away_status_reasons/{first['id']}")
    await walk.refused(400, "parameter_invalid", "PUT", path, gone | {"away_status_reason_id": int(first["id"])})


async def teams(walk: Walk) -> None:
    listed = await walk.ok("GET", "/teams")
    team = listed["teams"][0]
    assert not lacks(team, "type", "id", "name", "admin_ids")
    shown = await walk.ok("GET", f"/teams/{team['id']}")
    assert ("distribution_method" in shown) is walk.since("2.14")
    await walk.refused(404, "team_not_found", "GET", "/teams/1")
    if walk.has("getTeamMetrics"):
        metrics = await walk.ok("GET", f"/teams/{team['id']}/metrics")
        assert not lacks(metrics["data"][0], "type", "admin_id", "open", "idle", "snoozed")
        await walk.refused(404, "team_not_found", "GET", "/teams/1/metrics")


async def logs(walk: Walk) -> None:
    listed = await walk.ok("GET", "/admins/activity_logs?created_at_after=1677253093")
    assert listed["type"] == "activity_log.list"
    entry = listed["activity_logs"][0]
    assert not lacks(entry, "id", "performed_by", "metadata", "created_at", "activity_type", "activity_description")
    if walk.since("2.16"):
        kinds = await walk.ok("GET", "/admins/activity_log_event_types")
        assert "admin_away_mode_change" in kinds["event_types"]
        wanted = {"created_at_after": 1677253093, "event_types": ["admin_away_mode_change"]}
        found = await walk.ok("POST", "/admins/activity_logs/search", wanted)
        assert {one["activity_type"] for one in found["activity_logs"]} == {"admin_away_mode_change"}

"""Who runs the workspace."""

from __future__ import annotations

from contract.pairs import expected
from contract.walk import Walk, lacks

FIELDS = ("type", "id", "name", "email", "away_mode_enabled", "away_mode_reassign", "has_inbox_seat", "team_ids")


async def test_admins(walk: Walk) -> None:
    listed = await walk.ok("GET", "/admins")
    assert listed["type"] == "admin.list"
    assert not lacks(listed["admins"][0], *FIELDS)

    one = await walk.ok("GET", f"/admins/{listed['admins'][0]['id']}")
    assert not lacks(one, *FIELDS)
    assert ("away_status_reason_id" in one) is walk.since("2.14")
    await walk.ok("GET", "/admins?display_avatar=true")
    await walk.refused(404, "admin_not_found", "GET", "/admins/1")

    me = await walk.ok("GET", "/me")
    assert me["id"] == one["id"]
    assert not lacks(me["app"], "type", "id_code", "name", "region", "timezone", "created_at", "identity_verification")
    assert me["avatar"]["type"] == "avatar"
    assert walk.seen >= expected("admins", walk.version)

"""A customer's reply takes a conversation from a teammate who is away; and what is deleted is logged."""

from __future__ import annotations

import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from support.client import Client


@pytest.fixture
def client(database: Database, workspace: Made) -> Client:
    return Client(build(database), workspace.token)


@pytest.mark.parametrize("reassign", [True, False])
async def test_a_reply_takes_a_conversation_from_who_is_away(client: Client, reassign: bool) -> None:
    admin = (await client.ok("GET", "/me"))["id"]
    contact = (await client.ok("POST", "/contacts", {"email": "ann@example.com"}))["id"]
    begun = await client.ok("POST", "/conversations", {"from": {"type": "user", "id": contact}, "body": "Help"})
    path = f"/conversations/{begun['conversation_id']}"
    assign = {"message_type": "assignment", "type": "admin", "admin_id": admin, "assignee_id": admin}
    await client.ok("POST", f"{path}/parts", assign)
    reply = {"message_type": "comment", "type": "user", "intercom_user_id": contact, "body": "Hello?"}
    assert (await client.ok("POST", f"{path}/reply", reply))["admin_assignee_id"] == int(admin)
    away = {"away_mode_enabled": True, "away_mode_reassign": reassign}
    await client.ok("PUT", f"/admins/{admin}/away", away)
    answered = await client.ok("POST", f"{path}/reply", reply)
    assert answered["admin_assignee_id"] == (0 if reassign else int(admin))
    parts = [one["part_type"] for one in answered["conversation_parts"]["conversation_parts"]]
    assert parts[-2:] == (["assignment", "comment"] if reassign else ["comment", "comment"])


async def test_redacting_is_in_the_activity_log(client: Client) -> None:
    contact = (await client.ok("POST", "/contacts", {"email": "ann@example.com"}))["id"]
    begun = await client.ok("POST", "/conversations", {"from": {"type": "user", "id": contact}, "body": "My card is"})
    id = begun["conversation_id"]
    source = {"type": "source", "conversation_id": id, "source_id": begun["id"]}
    await client.ok("POST", "/conversations/redact", source)
    logs = await client.ok("GET", "/admins/activity_logs?created_at_after=1")
    assert logs["activity_logs"][0]["activity_type"] == "conversation_part_deletion"

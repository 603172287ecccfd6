"""Conversations to test with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from interlock.core.staff import team_store
from interlock.core.staff.store import Admin, insert_admin
from interlock.core.staff.team_store import MANUAL, Team
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import ids
from interlock.storage.database import Database, Tx
from support.client import Client


@dataclass
class Desk:
    """One workspace's conversations: makes them, and does to them what people do."""

    client: Client
    admin: int
    workspace_id: str

    async def contact(self, **fields: Any) -> dict[str, Any]:
        return await self.client.ok("POST", "/contacts", {"role": "user", **fields})

    async def begun(self, contact: dict[str, Any] | None = None, body: str = "Hello there", **more: Any) -> str:
        """A conversation that a contact has begun, by its id."""
        contact = contact or await self.contact()
        wanted = {"from": {"type": "user", "id": contact["id"]}, "body": body, **more}
        return (await self.client.ok("POST", "/conversations", wanted))["conversation_id"]

    async def get(self, id: str) -> dict[str, Any]:
        return await self.client.ok("GET", f"/conversations/{id}")

    async def says(self, id: str, contact: dict[str, Any], body: str = "Thanks", **more: Any) -> dict[str, Any]:
        wanted = {"message_type": "comment", "type": "user", "intercom_user_id": contact["id"], "body": body, **more}
        return await self.client.ok("POST", f"/conversations/{id}/reply", wanted)

    async def replies(self, id: str, body: str = "Hi", message_type: str = "comment", **more: Any) -> dict[str, Any]:
        wanted = {"message_type": message_type, "type": "admin", "admin_id": self.admin, "body": body, **more}
        return await self.client.ok("POST", f"/conversations/{id}/reply", wanted)

    async def manages(self, id: str, message_type: str, **more: Any) -> dict[str, Any]:
        wanted = {"message_type": message_type, "admin_id": self.admin, **more}
        return await self.client.ok("POST", f"/conversations/{id}/parts", wanted)


@pytest.fixture
def desk(client: Client, workspace: Made) -> Desk:
    return Desk(client, workspace.admin_id, workspace.workspace_id)


@pytest.fixture
async def colleague(database: Database, workspace: Made) -> int:
    """A second teammate."""
    one = Admin(ids.number(), "second@example.com", "Second", False, 1, 1)

    async def make(tx: Tx) -> None:
        await insert_admin(tx, workspace.workspace_id, one)

    await database.transact(make)
    return one.id


@pytest.fixture
async def team(database: Database, workspace: Made) -> int:
    made = Team(ids.number(), "Support", MANUAL, None, 1, 1)

    async def make(tx: Tx) -> None:
        await team_store.insert_team(tx, workspace.workspace_id, made)

    await database.transact(make)
    return made.id


def parts(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    return conversation["conversation_parts"]["conversation_parts"]


def types(conversation: dict[str, Any]) -> list[str]:
    return [one["part_type"] for one in parts(conversation)]

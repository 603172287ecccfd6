"""A conversation that was converted and its ticket: what happens to one has happened to the other."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from support.client import Client
from support.history import changes_of

LATER = 4_000_000_000


@pytest.fixture
def client(database: Database, workspace: Made) -> Client:
    return Client(build(database), workspace.token)


class Pair:
    """One matter with two faces."""

    def __init__(self, client: Client, id: str, admin: str, contact: str) -> None:
        self.client, self.id, self.admin, self.contact = client, id, admin, contact

    async def manage(self, kind: str, **more: Any) -> None:
        body = {"message_type": kind, "type": "admin", "admin_id": self.admin, **more}
        await self.client.ok("POST", f"/conversations/{self.id}/parts", body)

    async def change_ticket(self, **values: Any) -> None:
        await self.client.ok("PUT", f"/tickets/{self.id}", values)

    async def state(self) -> tuple[Any, ...]:
        """What both show, which must be the same."""
        conversation = await self.client.ok("GET", f"/conversations/{self.id}")
        ticket = await self.client.ok("GET", f"/tickets/{self.id}")
        names = ("open", "admin_assignee_id", "team_assignee_id", "updated_at")
        shared = tuple(conversation[name] for name in names)
        assert shared == tuple(ticket[name] for name in names)
        assert conversation["snoozed_until"] == ticket.get("snoozed_until")
        return conversation["state"], conversation["admin_assignee_id"]


@pytest.fixture
async def pair(client: Client) -> Pair:
    admin = (await client.ok("GET", "/me"))["id"]
    contact = (await client.ok("POST", "/contacts", {"email": "ann@example.com"}))["id"]
    begun = await client.ok("POST", "/conversations", {"from": {"type": "user", "id": contact}, "body": "Help"})
    kind = await client.ok("POST", "/ticket_types", {"name": "Bug", "category": "Customer"})
    id = begun["conversation_id"]
    made = await client.ok("POST", f"/conversations/{id}/convert", {"ticket_type_id": kind["id"]})
    assert made["id"] == id
    return Pair(client, id, admin, contact)


async def test_what_happens_to_the_conversation_happens_to_the_ticket(pair: Pair) -> None:
    await pair.manage("assignment", assignee_id=pair.admin)
    assert await pair.state() == ("open", int(pair.admin))
    await pair.manage("snoozed", snoozed_until=LATER)
    assert (await pair.state())[0] == "snoozed"
    await pair.manage("close")
    assert (await pair.state())[0] == "closed"
    reply = {"message_type": "comment", "type": "user", "intercom_user_id": pair.contact, "body": "Still broken"}
    await pair.client.ok("POST", f"/conversations/{pair.id}/reply", reply)
    assert (await pair.state())[0] == "open"


async def test_what_happens_to_the_ticket_happens_to_the_conversation(pair: Pair) -> None:
    await pair.change_ticket(admin_id=int(pair.admin), assignee_id=pair.admin)
    assert await pair.state() == ("open", int(pair.admin))
    await pair.change_ticket(snoozed_until=LATER)
    assert (await pair.state())[0] == "snoozed"
    await pair.change_ticket(open=False)
    assert (await pair.state())[0] == "closed"
    await pair.change_ticket(open=True)
    assert (await pair.state())[0] == "open"


async def test_each_history_tells_it_once(pair: Pair, database: Database, workspace: Made) -> None:
    await pair.manage("close")
    for kind in ("conversation", "ticket"):
        told = await changes_of(database, workspace.workspace_id, kind)
        assert [one["action"] for one in told].count("closed") == 1


async def test_a_ticket_that_is_deleted_leaves_a_conversation_by_itself(pair: Pair) -> None:
    await pair.client.ok("DELETE", f"/tickets/{pair.id}")
    await pair.manage("close")
    assert (await pair.client.ok("GET", f"/conversations/{pair.id}"))["state"] == "closed"

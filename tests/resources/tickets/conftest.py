"""Tickets to be tried: types, states and people."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from interlock.core.workspaces.bootstrap import Made
from support.client import Client

_numbers = itertools.count(1)
Make = Callable[..., Awaitable[Any]]


@pytest.fixture
def new_type(client: Client) -> Make:
    """Makes a ticket type; keywords replace or add fields."""

    async def make(**more: Any) -> Any:
        return await client.ok("POST", "/ticket_types", {"name": f"Type {next(_numbers)}", **more})

    return make


@pytest.fixture
def new_user(client: Client) -> Make:
    async def make(**more: Any) -> Any:
        return await client.ok("POST", "/contacts", {"external_id": f"person-{next(_numbers)}", "name": "Ann", **more})

    return make


@pytest.fixture
def new_ticket(client: Client, new_type: Make, new_user: Make) -> Make:
    """Makes a ticket: of a new type of a `category` (Customer), of a new person, with a title."""

    async def make(category: str = "Customer", **more: Any) -> Any:
        if "ticket_type_id" not in more:
            more["ticket_type_id"] = (await new_type(category=category))["id"]
        if "contacts" not in more:
            more["contacts"] = [{"id": (await new_user())["id"]}]
        return await client.ok("POST", "/tickets", {"ticket_attributes": {"_default_title_": "Help"}, **more})

    return make


@pytest.fixture
def new_conversation(client: Client, new_user: Make) -> Make:
    """Makes a conversation of a new person; the conversation itself."""

    async def make(body: str = "Hello", **more: Any) -> Any:
        user = await new_user()
        sent = {"from": {"type": "user", "id": user["id"]}, "body": body, **more}
        message = await client.ok("POST", "/conversations", sent)
        return await client.ok("GET", f"/conversations/{message['conversation_id']}")

    return make


@pytest.fixture
def admin_id(workspace: Made) -> int:
    return workspace.admin_id


@pytest.fixture
def states(client: Client) -> Callable[[], Awaitable[dict[str, str]]]:
    """The id of the first state of each category."""

    async def find() -> dict[str, str]:
        found: dict[str, str] = {}
        for one in (await client.ok("GET", "/ticket_states"))["data"]:
            found.setdefault(one["category"], one["id"])
        return found

    return find

"""People to test with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from interlock.core.attributes.definition import CONTACT
from interlock.core.definitions import define
from interlock.core.definitions.wanted import WantedAttribute, WantedInverse, WantedReference, WantedType
from interlock.core.workspaces.bootstrap import Made
from support.client import Client

Make = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def user(client: Client) -> Make:
    """Makes a user: `await user(email="a@example.com")`; without anything it has an external id."""
    return _maker(client, role="user")


@pytest.fixture
def lead(client: Client) -> Make:
    return _maker(client, role="lead")


def _maker(client: Client, **default: Any) -> Make:
    async def make(**fields: Any) -> dict[str, Any]:
        return await client.ok("POST", "/contacts", {**default, **fields})

    return make


@pytest.fixture
async def attributes(client: Client, workspace: Made) -> None:
    """Contacts have `plan` (string), `logins` (integer) and `renews_at` (datetime)."""
    for name, data_type in (("plan", "string"), ("logins", "integer"), ("renews_at", "datetime")):
        wanted = WantedAttribute(name, data_type)
        await client.app.schemas.define(workspace.workspace_id, define.create_attribute, CONTACT, wanted)


@pytest.fixture
async def orders(client: Client, workspace: Made) -> None:
    """Orders have one `person`, a person has `orders` and one `favourite`; there are the orders 1 to 3."""
    person = WantedReference("contact", inverse=WantedInverse("orders"))
    wanted = WantedType("Order", attributes=(WantedAttribute("person", "reference", reference=person),))
    await client.app.schemas.define(workspace.workspace_id, define.create_type, wanted)
    favourite = WantedAttribute("favourite", "reference", reference=WantedReference("Order"))
    await client.app.schemas.define(workspace.workspace_id, define.create_attribute, CONTACT, favourite)
    for number in ("1", "2", "3"):
        await client.ok("POST", "/custom_object_instances/Order", {"external_id": number})


def order(number: int) -> list[dict[str, str]]:
    """A reference to an order, as it is written."""
    return [{"external_id": str(number)}]


def numbers(reference: dict[str, Any]) -> list[str]:
    """The orders that a reference shows, by their numbers."""
    return sorted(one["external_id"] for one in reference["instances"])

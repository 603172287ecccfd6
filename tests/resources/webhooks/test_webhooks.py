"""Webhooks are made, changed and removed over REST; what they are sent is in tests/engines/webhooks."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.app import build
from interlock.core.webhooks.topics import TOPICS
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.kit.secrets import Secrets
from interlock.settings import Settings
from interlock.storage.database import Database
from support.client import Client

WEBHOOKS = "/interlock/v1/webhooks"
URL = "https://hooks.example.com/a"


@pytest.fixture
def client(database: Database, workspace: Made) -> Client:
    return Client(build(database, secrets=Secrets.of(Settings(secret_key="k" * 40))), workspace.token)


async def make(client: Client, *topics: str) -> dict[str, Any]:
    return await client.ok("POST", WEBHOOKS, {"url": URL, "topics": list(topics or ("contact.deleted",))})


async def test_the_secret_is_shown_once(client: Client) -> None:
    made = await make(client, "contact.deleted", "ping", "contact.deleted")
    assert made["secret"].startswith("whsec_")
    without = {name: value for name, value in made.items() if name != "secret"}
    assert without == await client.ok("GET", f"{WEBHOOKS}/{made['id']}")
    assert (await client.ok("GET", WEBHOOKS)) == {"type": "list", "data": [without], "total_count": 1}
    assert without["topics"] == ["contact.deleted", "ping"]
    assert without["active"] is True


async def test_it_is_changed_and_removed(client: Client) -> None:
    id = (await make(client))["id"]
    changed = await client.ok("PUT", f"{WEBHOOKS}/{id}", {"topics": ["event.created"], "active": False})
    assert (changed["url"], changed["topics"], changed["active"]) == (URL, ["event.created"], False)
    assert await client.ok("PUT", f"{WEBHOOKS}/{id}", {}) == changed
    assert await client.ok("DELETE", f"{WEBHOOKS}/{id}") == {"type": "webhook", "id": id, "deleted": True}
    assert (await client.ok("GET", WEBHOOKS))["total_count"] == 0


async def test_an_unknown_topic_is_told_the_known_ones(client: Client) -> None:
    error = await client.error(400, "POST", WEBHOOKS, {"url": URL, "topics": ["contact.deleted", "contact.unarchived"]})
    assert (error["code"], error["field"]) == ("parameter_invalid", "topics")
    assert "contact.unarchived" in error["message"]
    assert all(topic in error["message"] for topic in TOPICS)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"topics": ["ping"]}, "url"),
        ({"url": 5, "topics": ["ping"]}, "url"),
        ({"url": "ftp://x.example", "topics": ["nonsense"]}, "url"),
        ({"url": "https://u:p@x.example", "topics": ["ping"]}, "url"),
        ({"url": "https://x.example/" + "x" * 2048, "topics": ["ping"]}, "url"),
        ({"url": URL}, "topics"),
        ({"url": URL, "topics": []}, "topics"),
        ({"url": URL, "topics": "ping"}, "topics"),
        ({"url": URL, "topics": ["ping", 5]}, "topics"),
    ],
)
async def test_what_is_wrong_is_named(client: Client, body: dict[str, Any], field: str) -> None:
    error = await client.error(400, "POST", WEBHOOKS, body)
    assert error["field"].startswith(field)
    assert (await client.ok("GET", WEBHOOKS))["total_count"] == 0


async def test_there_is_a_limit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WEBHOOKS", 1)
    await make(client)
    error = await client.error(400, "POST", WEBHOOKS, {"url": URL, "topics": ["ping"]})
    assert "1 webhooks" in error["message"]


async def test_those_of_others_are_not_there(client: Client, other_workspace: Made) -> None:
    id = (await make(client))["id"]
    await client.post(f"{WEBHOOKS}/{id}/ping")
    delivery = (await client.ok("GET", f"{WEBHOOKS}/{id}/deliveries"))["data"][0]["id"]
    other = Client(client.app, other_workspace.token)
    body = {"from": 1, "to": 2}
    for method, path, json in (
        ("GET", f"/{id}", None),
        ("PUT", f"/{id}", {"active": False}),
        ("DELETE", f"/{id}", None),
        ("POST", f"/{id}/ping", None),
        ("POST", f"/{id}/replay", body),
        ("GET", f"/{id}/deliveries", None),
        ("GET", f"/deliveries/{delivery}", None),
        ("POST", f"/deliveries/{delivery}/replay", None),
    ):
        assert (await other.error(404, method, WEBHOOKS + path, json))["code"] == "not_found"
    assert (await client.ok("GET", f"{WEBHOOKS}/{id}"))["active"] is True


@pytest.mark.parametrize(
    "body",
    [{}, {"from": 1}, {"from": "x", "to": 2}, {"from": 3, "to": 2}, {"from": -1, "to": 2}, {"from": 1, "to": 2**40}],
)
async def test_a_time_to_replay_must_be_one(client: Client, body: dict[str, Any]) -> None:
    id = (await make(client))["id"]
    await client.error(400, "POST", f"{WEBHOOKS}/{id}/replay", body)


async def test_it_takes_a_scope_of_its_own(client: Client) -> None:
    from interlock.core.staff import access

    made = await make(client)
    secret, _ = await access.create(client.app.database, (await workspace_of(client)), "Reader", ["read_users"])
    reader = Client(client.app, secret)
    await reader.error(403, "GET", f"{WEBHOOKS}/{made['id']}")
    await reader.error(403, "GET", "/interlock/v1/changes")


async def workspace_of(client: Client) -> str:
    from interlock.core.staff.access import lookup
    from interlock.rest.auth import token_hash

    token = await lookup(client.app.database, token_hash((client.token or "").encode()))
    assert token is not None
    return token.workspace_id

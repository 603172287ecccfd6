"""The feed: everything that happened, once, in one order, also what was deleted."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.app import build
from interlock.core.changes import prune
from interlock.core.changes.stamp import Stamper
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.kit import clock
from interlock.storage.database import Database
from support.client import Client

CHANGES = "/interlock/v1/changes"
ORDER = {"identifier": "Order", "attributes": [{"name": "total", "data_type": "integer"}]}


@pytest.fixture
async def client(new_database: Database) -> Client:
    made = await create_workspace(new_database, "Feed")
    return Client(build(new_database), made.token)


async def stamp(client: Client) -> None:
    stamper = Stamper(client.app.database)
    while await stamper.step():
        pass
    await stamper.release()


async def read(client: Client, **query: Any) -> dict[str, Any]:
    await stamp(client)
    return await client.ok("GET", CHANGES, params=query)


def told(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["type"], one["action"]) for one in page["changes"]]


async def test_a_change_says_what_who_when_and_how(client: Client) -> None:
    start = (await read(client))["cursor"]
    ada = await client.ok("POST", "/contacts", {"email": "ada@example.com"})
    await client.ok("PUT", f"/contacts/{ada['id']}", {"name": "Ada"})
    page = await read(client, **({"after": start} if start else {}))
    made, changed = page["changes"]
    assert (made["type"], made["id"], made["action"]) == ("contact", ada["id"], "created")
    assert changed["data"] == {"before": {"name": None}, "after": {"name": "Ada"}}
    assert abs(changed["at"] - clock.seconds()) < 60
    assert changed["through"].startswith("token:")
    assert (page["has_more"], page["cursor"]) == (False, changed["cursor"])
    assert (await read(client, after=page["cursor"])) == {
        "type": "change.list",
        "changes": [],
        "has_more": False,
        "cursor": page["cursor"],
    }


async def test_deletions_and_custom_objects_by_the_name_of_their_type(client: Client) -> None:
    await client.ok("POST", "/interlock/v1/object_types", ORDER)
    path = "/custom_object_instances/Order"
    one = await client.ok("POST", path, {"external_id": "A", "custom_attributes": {"total": 3}})
    await client.ok("DELETE", f"{path}/{one['id']}")
    await client.ok("PUT", "/interlock/v1/object_types/Order", {"archived": True})
    page = await read(client, types="Order")
    assert told(page) == [("Order", "created"), ("Order", "deleted")]
    assert page["changes"][1]["data"]["before"]["external_id"] == "A"


async def test_definitions_and_settings_are_in_it(client: Client) -> None:
    await client.ok("POST", "/interlock/v1/object_types", ORDER)
    plan = {"name": "plan", "model": "contact", "data_type": "string"}
    attribute = await client.ok("POST", "/data_attributes", plan)
    await client.ok("PUT", f"/data_attributes/{attribute['id']}", {"archived": True})
    await client.ok("PUT", "/interlock/v1/settings", {"timezone": "Europe/Dublin"})
    page = await read(client, types="object_type,attribute,workspace")
    assert told(page) == [
        ("object_type", "created"),
        ("attribute", "created"),
        ("attribute", "created"),
        ("attribute", "archived"),
        ("workspace", "updated"),
    ]
    assert all(one["through"].startswith("token:") for one in page["changes"])
    assert page["changes"][1]["data"]["after"]["model"] == "Order"
    assert page["changes"][4]["data"] == {"before": {"timezone": "UTC"}, "after": {"timezone": "Europe/Dublin"}}


async def test_pages_have_each_change_once(client: Client) -> None:
    for number in range(7):
        await client.ok("POST", "/contacts", {"external_id": str(number)})
    seen: list[str] = []
    page = await read(client, types="contact", limit=3)
    while True:
        seen += [one["data"]["after"]["external_id"] for one in page["changes"]]
        if not page["has_more"]:
            break
        page = await read(client, types="contact", limit=3, after=page["cursor"])
    assert seen == [str(number) for number in range(7)]


async def test_who_asks_for_one_type_goes_on_at_the_end_of_the_feed(client: Client) -> None:
    await client.ok("POST", "/contacts", {"external_id": "1"})
    end = (await read(client))["cursor"]
    assert (await read(client, types="company"))["cursor"] == end


async def test_a_reader_that_comes_too_late_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        await client.ok("POST", "/contacts", {"external_id": str(number)})
    first = (await read(client, limit=1))["cursor"]
    last = (await read(client))["cursor"]
    late = clock.seconds() + 366 * prune.DAY
    monkeypatch.setattr("interlock.core.changes.prune.clock.seconds", lambda: late)
    await prune.step(client.app.database)
    monkeypatch.undo()
    error = await client.error(410, "GET", CHANGES, params={"after": first})
    assert error["code"] == "change_cursor_expired"
    assert (await read(client, after=last))["changes"] == []
    assert (await read(client))["changes"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "x"}, "after"),
        ({"after": "-1"}, "after"),
        ({"after": "9" * 30}, "after"),
        ({"after": "999999999999"}, "after"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"types": "contact,nonsense"}, "types"),
        ({"types": ""}, "types"),
    ],
)
async def test_nonsense_is_named(client: Client, query: dict[str, str], field: str) -> None:
    error = await client.error(400, "GET", CHANGES, params=query)
    assert (error["code"], error["field"]) == ("parameter_invalid", field)


async def test_another_workspace_is_not_in_it(client: Client) -> None:
    other = Client(client.app, (await create_workspace(client.app.database, "Other")).token)
    await other.ok("POST", "/contacts", {"external_id": "theirs"})
    assert told(await read(client, types="contact")) == []
    assert told(await read(other, types="contact")) == [("contact", "created")]

"""What teammates did: written by what they do, listed and searched."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from interlock.core.staff import access, activity_log
from interlock.core.workspaces.bootstrap import Made
from interlock.versions import activity_types
from support.client import Client

LIST = "/admins/activity_logs"
SEARCH = "/admins/activity_logs/search"
SETTINGS = "/interlock/v1/settings"


async def types(client: Client, **more: Any) -> list[str]:
    found = await client.ok("POST", SEARCH, {"created_at_after": 0, **more})
    return [one["activity_type"] for one in found["activity_logs"]]


async def test_a_new_name_is_logged_with_who_and_from_where(client: Client, workspace: Made) -> None:
    await client.ok("PUT", SETTINGS, {"name": "Store", "history_days": 30})
    answer = await client.ok("GET", LIST + "?created_at_after=1")
    assert answer["type"] == "activity_log.list"
    assert answer["pages"] == {"type": "pages", "page": 1, "per_page": 20, "total_pages": 1, "next": None}
    [entry] = answer["activity_logs"]
    assert (entry["activity_type"], entry["metadata"]) == (
        "app_name_change",
        {"before": "Test workspace", "after": "Store"},
    )
    assert entry["activity_description"] == "Owner changed your app name from Test workspace to Store."
    assert entry["performed_by"] == {
        "type": "admin",
        "id": str(workspace.admin_id),
        "email": "owner@example.com",
        "ip": "127.0.0.1",  # where the requests of these tests come from
    }
    assert isinstance(entry["id"], str)
    assert isinstance(entry["created_at"], int)


async def test_what_changes_nothing_is_not_logged(client: Client) -> None:
    await client.ok("PUT", SETTINGS, {"name": "Test workspace", "timezone": "UTC"})
    assert await types(client) == []
    await client.ok("PUT", SETTINGS, {"timezone": "Europe/Dublin"})
    assert await types(client) == ["app_timezone_change"]


async def log(client: Client, workspace: Made, activity_type: str, number: int = 1) -> None:
    for _ in range(number):
        arguments = (workspace.workspace_id, activity_type, None, "did something.")
        await client.app.database.transact(activity_log.log, *arguments)


async def test_a_search_is_of_the_types_that_are_wanted(client: Client, workspace: Made) -> None:
    for one in ("app_team_creation", "app_name_change", "app_team_creation"):
        await log(client, workspace, one)
    assert len(await types(client)) == 3
    assert await types(client, event_types=["app_team_creation"]) == ["app_team_creation"] * 2
    assert await types(client, event_types=["app_team_creation", "no such thing"]) == ["app_team_creation"] * 2
    assert await types(client, event_types=["no such thing", "\x00"][:1]) == []
    assert await types(client, event_types=[]) == []


async def test_both_ends_of_the_time_belong_to_it(client: Client, workspace: Made) -> None:
    await log(client, workspace, "app_name_change")
    at = (await client.ok("GET", LIST + "?created_at_after=0"))["activity_logs"][0]["created_at"]
    for after, before, number in ((at, at, 1), (at + 1, at + 9, 0), (at - 9, at - 1, 0), (at - 9, at + 9, 1)):
        path = f"{LIST}?created_at_after={after}&created_at_before={before}"
        assert len((await client.ok("GET", path))["activity_logs"]) == number


async def test_pages_by_number_and_by_cursor_show_each_entry_once(client: Client, workspace: Made) -> None:
    await log(client, workspace, "app_name_change", 7)
    every = [one["id"] for one in (await client.ok("GET", LIST + "?created_at_after=0"))["activity_logs"]]
    assert len(set(every)) == 7
    by_number: list[str] = []
    for page in range(1, 5):
        body = {"created_at_after": 0, "page": page, "per_page": 3}
        by_number += [one["id"] for one in (await client.ok("POST", SEARCH, body))["activity_logs"]]
    assert by_number == every

    by_cursor: list[str] = []
    path = LIST + "?created_at_after=0&per_page=3"
    answer = await client.ok("GET", path)
    while True:
        by_cursor += [one["id"] for one in answer["activity_logs"]]
        following = answer["pages"]["next"]
        if following is None:
            break
        assert following["per_page"] == 3
        await log(client, workspace, "app_name_change")  # what is written meanwhile does not shift the pages
        answer = await client.ok("GET", f"{path}&starting_after={quote(following['starting_after'])}")
        assert answer["pages"]["page"] == following["page"]
    assert by_cursor[:7] == every


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "created_at_after"),
        ("created_at_after=", "created_at_after"),
        ("created_at_after=soon", "created_at_after"),
        ("created_at_after=1734537253000", "created_at_after"),
        ("created_at_after=99999999999999999999", "created_at_after"),
        ("created_at_after=1&created_at_before=later", "created_at_before"),
        ("created_at_after=1&page=0", "page"),
        ("created_at_after=1&per_page=251", "per_page"),
        ("created_at_after=1&starting_after=x", "starting_after"),
        ("created_at_after=1&starting_after=Wy0xLCJ4IiwxXQ", "starting_after"),
    ],
)
async def test_a_bad_query_is_400(client: Client, query: str, field: str) -> None:
    assert (await client.error(400, "GET", f"{LIST}?{query}"))["field"] == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "created_at_after"),
        ({"created_at_after": None}, "created_at_after"),
        ({"created_at_after": []}, "created_at_after"),
        ({"created_at_after": 10**12}, "created_at_after"),
        ({"created_at_after": 1, "event_types": "app_name_change"}, "event_types"),
        ({"created_at_after": 1, "event_types": [1]}, "event_types.0"),
        ({"created_at_after": 1, "page": 0}, "page"),
        ({"created_at_after": 1, "page": 10**30}, "page"),
        ({"created_at_after": 1, "per_page": 0}, "per_page"),
        ({"created_at_after": 1, "per_page": 251}, "per_page"),
    ],
)
async def test_a_bad_search_is_400(client: Client, body: Any, field: str) -> None:
    assert (await client.error(400, "POST", SEARCH, body))["field"] == field


async def test_a_version_is_not_told_words_that_it_does_not_have(client: Client, workspace: Made) -> None:
    for one in ("app_name_change", "team_assignment_limit_change"):
        await log(client, workspace, one)
    both = ["team_assignment_limit_change", "app_name_change"]
    for version, expected in (("2.16", both), ("2.14", both), ("2.13", both[1:]), ("2.11", both[1:])):
        answer = await client.at(version).ok("GET", LIST + "?created_at_after=0")
        assert [one["activity_type"] for one in answer["activity_logs"]] == expected
        assert answer["pages"]["total_pages"] == 1
    assert await types(client.at("Preview")) == both[1:]


async def test_the_words_of_a_version(client: Client) -> None:
    answer = await client.ok("GET", "/admins/activity_log_event_types")
    assert answer["type"] == "activity_log_event_type.list"
    assert len(answer["event_types"]) == 114
    assert set(activity_log.TYPES) <= set(answer["event_types"])
    counts = {"2.0": 69, "2.11": 69, "2.13": 71, "2.14": 105, "2.15": 115, "Preview": 75}
    assert {version: len(activity_types.of(version)) for version in counts} == counts
    older = await client.at("2.15").error(400, "GET", "/admins/activity_log_event_types")
    assert older["code"] == "intercom_version_invalid"


async def test_another_workspace_sees_nothing_of_it(client: Client, workspace: Made, other_workspace: Made) -> None:
    await log(client, workspace, "app_name_change")
    other = Client(client.app, other_workspace.token)
    assert await types(other) == []


async def test_it_has_a_scope_of_its_own(client: Client, workspace: Made) -> None:
    secret, _ = await access.create(client.app.database, workspace.workspace_id, "reader", ["read_admins"])
    reader = Client(client.app, secret)
    await reader.ok("GET", "/admins")
    for path in (LIST + "?created_at_after=0", "/admins/activity_log_event_types"):
        assert (await reader.error(403, "GET", path))["code"] == "forbidden"
    await reader.error(403, "PUT", f"/admins/{workspace.admin_id}/away", {"away_mode_enabled": True})

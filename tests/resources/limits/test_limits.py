"""Limits and settings of a workspace."""

from __future__ import annotations

from typing import Any

import pytest

from support.client import Client

SETTINGS = "/interlock/v1/settings"


async def test_there_are_no_limits_unless_somebody_sets_them(client: Client) -> None:
    await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Order"})
    await client.ok("POST", "/data_attributes", {"name": "tier", "model": "contact", "data_type": "string"})
    limits = await client.ok("GET", "/interlock/v1/limits")
    assert limits["object_types"] == {"used": 1, "limit": None}
    assert limits["active_attributes"] == {"used": 1, "limit": None}
    await client.ok("PUT", SETTINGS, {"max_active_attributes": 250})
    assert (await client.ok("GET", "/interlock/v1/limits"))["active_attributes"] == {"used": 1, "limit": 250}


async def test_what_is_not_sent_stays(client: Client) -> None:
    before = await client.ok("GET", SETTINGS)
    changes = {
        "name": "Shoes & Co",
        "region": "EU",
        "timezone": "Europe/Dublin",
        "intercom_version": "2.11",
        "create_unknown_attributes": True,
        "messenger_creates_attributes": False,
        "exact_date_search": True,
        "max_instances": 5,
        "history_days": 30,
        "rate_limit_per_minute": 1000,
    }
    for name, value in changes.items():
        before[name] = value
        assert await client.ok("PUT", SETTINGS, {name: value}) == before
    assert await client.ok("GET", SETTINGS) == before
    before["max_instances"] = None
    assert await client.ok("PUT", SETTINGS, {"max_instances": None}) == before


async def test_qualification_survives_a_change_of_settings(client: Client) -> None:
    wanted = {"attributes": [{"model": "contact", "full_name": "phone"}]}
    chosen = await client.ok("PUT", "/interlock/v1/qualification_attributes", wanted)
    await client.ok("PUT", SETTINGS, {"name": "Other"})
    assert await client.ok("GET", "/interlock/v1/qualification_attributes") == chosen


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("name", None),
        ("region", "MARS"),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("intercom_version", "9.9"),
        ("intercom_version", ""),
        ("max_instances", -1),
        ("max_instances", "5"),
        ("history_days", 0),
        ("history_days", None),
        ("rate_limit_per_minute", 0),
        ("exact_date_search", "yes"),
    ],
)
async def test_bad_settings_name_the_field(client: Client, field: str, value: Any) -> None:
    before = await client.ok("GET", SETTINGS)
    error = await client.error(400, "PUT", SETTINGS, {"name": "never stored", field: value})
    assert error["field"] == field
    assert await client.ok("GET", SETTINGS) == before


async def test_preview_by_its_other_name(client: Client) -> None:
    assert (await client.ok("PUT", SETTINGS, {"intercom_version": "unstable"}))["intercom_version"] == "Preview"

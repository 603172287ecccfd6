"""A workspace about itself: how much of its limits is used, and what it has chosen. All of it is ours."""

from __future__ import annotations

from typing import Any

from interlock.core.definitions import settings as workspace_settings
from interlock.core.schema import counts
from interlock.resources.limits import wire
from interlock.rest.operation import INTERLOCK, Call, Operation

TAG = "Workspace"
READ, MANAGE = "read_schema", "manage_workspace"


async def limits(call: Call) -> Any:
    """Counting may write the count down, so this is a write."""
    return {"type": "limits", **await call.database.transact(counts.usage, call.schema)}


async def get_settings(call: Call) -> Any:
    return wire.settings(call.schema.workspace)


async def set_settings(call: Call) -> Any:
    values = wire.read_settings(call.body)
    return wire.settings(
        await call.schemas.define(call.workspace_id, workspace_settings.change, values, call.client, call.through)
    )


OPERATIONS = [
    Operation(
        "GET",
        "/interlock/v1/limits",
        "getLimits",
        limits,
        "How much of each limit is used",
        TAG,
        scope=READ,
        answer=wire.LimitsJson,
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        "/interlock/v1/settings",
        "getSettings",
        get_settings,
        "What the workspace has chosen",
        TAG,
        scope=READ,
        answer=wire.SettingsJson,
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        "/interlock/v1/settings",
        "setSettings",
        set_settings,
        "Change what the workspace has chosen",
        TAG,
        scope=MANAGE,
        body=wire.SettingsBody,
        answer=wire.SettingsJson,
        errors=("parameter_invalid", "type_mismatch"),
        surface=INTERLOCK,
    ),
]

"""Counts that limits are held against.

A counter row that every creating request locked would make them wait for one another, so instances are counted
anew every few seconds and limits may be overrun by what is created in between (`limits.COUNT_AGE`).
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.schema.schema import Schema
from interlock.kit import clock, limits
from interlock.kit.problems import Problem
from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import counts, instances

INSTANCES = "instances"

_read = Query(
    select(counts.c.value, counts.c.counted_at).where(
        counts.c.workspace_id == bindparam("workspace_id"), counts.c.name == bindparam("name")
    )
)
_count = Query(select(func.count()).select_from(instances).where(instances.c.shard_key == bindparam("key")))
_upsert = insert(counts)
_write = Query(
    _upsert.on_conflict_do_update(
        index_elements=["workspace_id", "name"],
        set_={"value": _upsert.excluded.value, "counted_at": _upsert.excluded.counted_at},
    )
)


async def instances_counted(tx: Tx, workspace_id: str) -> int:
    """How many instances a workspace has, at most `COUNT_AGE` seconds ago. Counts anew, in a write, when older."""
    now = clock.seconds()
    row = await tx.one(_read, workspace_id=workspace_id, name=INSTANCES)
    if row is not None and now - row[1] < limits.COUNT_AGE:
        return row[0]
    value = await tx.value(_count, key=workspace_id)
    await tx.run(_write, workspace_id=workspace_id, name=INSTANCES, value=value, counted_at=now)
    return value


async def instances_left(tx: Tx, schema: Schema) -> int | None:
    """How many more instances there may be; None without a limit."""
    most = schema.workspace.settings.max_instances
    return None if most is None else max(most - await instances_counted(tx, schema.workspace.id), 0)


async def check_instances(tx: Tx, schema: Schema) -> None:
    """400 `object_instance_limit_reached` when the workspace has a limit and is at it."""
    if await instances_left(tx, schema) == 0:
        raise too_many_instances(schema)


def too_many_instances(schema: Schema) -> Problem:
    most = schema.workspace.settings.max_instances
    return Problem("object_instance_limit_reached", f"The limit of {most} custom object instances is reached")


def active_attributes(schema: Schema) -> int:
    """How many active attributes people and companies have together."""
    return len(schema.active(CONTACT)) + len(schema.active(COMPANY))


def check_attributes(schema: Schema, more: int = 1) -> None:
    """400 `custom_data_limit_reached` when the workspace has a limit and is at it."""
    if not has_room(schema, more):
        most = schema.workspace.settings.max_active_attributes
        raise Problem(
            "custom_data_limit_reached", f"The limit of {most} active people and company attributes is reached"
        )


def has_room(schema: Schema, more: int = 1) -> bool:
    """May people and companies have that many more attributes?"""
    most = schema.workspace.settings.max_active_attributes
    return most is None or active_attributes(schema) + more <= most


def object_types(schema: Schema) -> int:
    return sum(not one.archived for one in schema.types.values())


def check_object_types(schema: Schema) -> None:
    """400 `object_type_limit_reached` when the workspace has a limit and is at it."""
    most = schema.workspace.settings.max_object_types
    if most is not None and object_types(schema) >= most:
        raise Problem("object_type_limit_reached", f"The limit of {most} object types is reached")


async def usage(tx: Tx, schema: Schema) -> dict[str, dict[str, int | None]]:
    """What `GET /interlock/v1/limits` tells: used and limit of each."""
    settings = schema.workspace.settings
    used = {
        "active_attributes": (active_attributes(schema), settings.max_active_attributes),
        "object_types": (object_types(schema), settings.max_object_types),
        "instances": (await instances_counted(tx, schema.workspace.id), settings.max_instances),
    }
    return {name: {"used": value, "limit": most} for name, (value, most) in used.items()}

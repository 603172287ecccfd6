"""Definitions in the database: workspaces, object types, attributes, segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, false, insert, select, update

from interlock.core.attributes.definition import Attribute, Details, Option, ReferenceEnd
from interlock.core.schema.schema import ObjectType, Schema, Segment, Workspace, WorkspaceSettings
from interlock.storage.database import Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import attributes, links, object_types, segments, workspaces


class SchemaChanged(Exception):
    """The definitions have changed since they were read: read them again and start over."""


_of_workspace = bindparam("workspace_id")
_workspace_columns = (
    workspaces.c.id,
    workspaces.c.app_id,
    workspaces.c.name,
    workspaces.c.region,
    workspaces.c.timezone,
    workspaces.c.intercom_version,
    workspaces.c.created_at,
    workspaces.c.settings,
    workspaces.c.schema_version,
)
_attribute_columns = tuple(column for column in attributes.c if column.name != "workspace_id")
_type_columns = tuple(column for column in object_types.c if column.name != "workspace_id")

_workspace = Query(select(*_workspace_columns).where(workspaces.c.id == _of_workspace))
_workspace_ids = Query(select(workspaces.c.id, workspaces.c.name).order_by(workspaces.c.created_at, workspaces.c.id))
_types = Query(
    select(*_type_columns).where(object_types.c.workspace_id == _of_workspace).order_by(object_types.c.created_at)
)
_attributes = Query(
    select(*_attribute_columns).where(attributes.c.workspace_id == _of_workspace).order_by(attributes.c.id)
)
_segment_columns = (
    segments.c.id,
    segments.c.kind,
    segments.c.person_type,
    segments.c.name,
    segments.c.rules,
    segments.c.created_at,
    segments.c.updated_at,
)
_segments = Query(
    select(*_segment_columns)
    .where(segments.c.workspace_id == _of_workspace)
    .order_by(segments.c.created_at, segments.c.id)
)
_version = Query(select(workspaces.c.schema_version).where(workspaces.c.id == _of_workspace))
_no_link = select(links.c.id).where(false()).with_for_update(read=True, key_share=True).scalar_subquery()
_version_to_write = Query(select(workspaces.c.schema_version, _no_link).where(workspaces.c.id == _of_workspace))
_lock = Query(select(workspaces.c.schema_version).where(workspaces.c.id == _of_workspace).with_for_update())
_raise = Query(
    update(workspaces)
    .where(workspaces.c.id == _of_workspace)
    .values(schema_version=workspaces.c.schema_version + bindparam("step", 1))
)
_save_workspace = Query(
    update(workspaces)
    .where(workspaces.c.id == _of_workspace)
    .values({name: bindparam(name) for name in ("name", "region", "timezone", "intercom_version", "settings")})
)
_insert_type = Query(insert(object_types))
_update_type = Query(
    update(object_types)
    .where(object_types.c.workspace_id == _of_workspace, object_types.c.id == bindparam("id"))
    .values(
        {
            name: bindparam(name)
            for name in ("identifier", "name", "plural_name", "description", "archived", "updated_at")
        }
    )
)
_insert_attribute = Query(insert(attributes))
_fixed = ("workspace_id", "id", "kind", "admin_id", "created_at")
_update_attribute = Query(
    update(attributes)
    .where(attributes.c.workspace_id == _of_workspace, attributes.c.id == bindparam("id"))
    .values({column.name: bindparam(column.name) for column in attributes.c if column.name not in _fixed})
)


_unready_slots = Query(
    select(attributes.c.workspace_id, attributes.c.kind, attributes.c.id, attributes.c.slot, attributes.c.archived)
    .where(attributes.c.slot.is_not(None), attributes.c.slot_ready.is_(False))
    .order_by(attributes.c.workspace_id, attributes.c.kind, attributes.c.id)
)

_encode = msgspec.json.Encoder().encode


async def load(tx: Tx, workspace_id: str) -> Schema | None:
    """All definitions of a workspace. The version is read first: a change in between shows at the next look."""
    row = await tx.one(_workspace, workspace_id=workspace_id)
    if row is None:
        return None
    types = {one.id: one for one in map(_type, await tx.all(_types, workspace_id=workspace_id))}
    settings = msgspec.json.decode(row[7], type=WorkspaceSettings)
    workspace = Workspace(row[0], row[1], row[2], row[3], row[4], row[5], row[6], settings)
    by_kind = _by_kind(await tx.all(_attributes, workspace_id=workspace_id))
    known = {one.id: one for one in map(_segment, await tx.all(_segments, workspace_id=workspace_id))}
    return Schema(workspace, row[8], types, by_kind, known)


def _segment(row: Row) -> Segment:
    id, kind, person_type, name, rules, created_at, updated_at = row
    return Segment(id, kind, person_type, name, msgspec.json.decode(rules), created_at, updated_at)


def _type(row: Row) -> ObjectType:
    id, identifier, name, plural, description, archived, created_at, updated_at = row
    return ObjectType(id, identifier, name, plural, description, bool(archived), created_at, updated_at)


def _by_kind(rows: Sequence[Row]) -> dict[str, dict[str, Attribute]]:
    names = [column.name for column in _attribute_columns]
    dicts = [dict(zip(names, row, strict=True)) for row in rows]
    ends: dict[str, dict[str, dict[str, Any]]] = {}
    for one in dicts:
        if one["reference_id"]:
            ends.setdefault(one["reference_id"], {})[one["reference_side"]] = one
    found: dict[str, dict[str, Attribute]] = {}
    for one in dicts:
        found.setdefault(one["kind"], {})[one["name"]] = _attribute(one, ends)
    return found


def _attribute(one: dict[str, Any], ends: dict[str, dict[str, dict[str, Any]]]) -> Attribute:
    reference = None
    if one["reference_id"]:
        inverse = ends[one["reference_id"]].get("b" if one["reference_side"] == "a" else "a")
        reference = ReferenceEnd(
            one["reference_id"],
            one["reference_side"],
            one["reference_to"],
            bool(one["reference_many"]),
            inverse["name"] if inverse else None,
            bool(inverse["reference_many"]) if inverse else True,
        )
    return Attribute(
        id=one["id"],
        kind=one["kind"],
        name=one["name"],
        data_type=one["data_type"],
        description=one["description"],
        options=tuple(msgspec.json.decode(one["options"], type=list[Option])),
        details=msgspec.json.decode(one["details"], type=Details) if one["details"] else Details(),
        messenger_writable=bool(one["messenger_writable"]),
        archived=bool(one["archived"]),
        slot=one["slot"],
        slot_ready=bool(one["slot_ready"]),
        reference=reference,
        admin_id=one["admin_id"],
        created_at=one["created_at"],
        updated_at=one["updated_at"],
    )


def _attribute_values(workspace_id: str, one: Attribute) -> dict[str, Any]:
    end = one.reference
    return {
        "workspace_id": workspace_id,
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "data_type": one.data_type,
        "description": one.description,
        "options": _encode(one.options).decode(),
        "details": _encode(one.details).decode() if one.details != Details() else None,
        "messenger_writable": one.messenger_writable,
        "archived": one.archived,
        "slot": one.slot,
        "slot_ready": one.slot_ready,
        "reference_id": end.id if end else None,
        "reference_side": end.side if end else None,
        "reference_to": end.to if end else None,
        "reference_many": end.many if end else None,
        "admin_id": one.admin_id,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


async def all_workspaces(tx: Tx) -> list[tuple[str, str]]:
    """Id and name of every workspace, the oldest first."""
    return [(row[0], row[1]) for row in await tx.all(_workspace_ids)]


async def unready_slots(tx: Tx) -> list[Row]:
    """(workspace, kind, attribute id, slot, archived) of slots to be filled or emptied, in every workspace."""
    return await tx.all(_unready_slots)


async def version(tx: Tx, workspace_id: str) -> int | None:
    return await tx.value(_version, workspace_id=workspace_id)


async def ensure_current(tx: Tx, schema: Schema) -> None:
    """Raises `SchemaChanged` unless `schema` is the newest. Called at the start of every write.

    The statement also takes the lock on a table that a schema apply takes exclusively (`records.store.lock_records`),
    and PostgreSQL waits for it before it looks: so whoever gets past here is either waited for by the apply, or
    has seen what it did.
    """
    if await tx.value(_version_to_write, workspace_id=schema.workspace.id) != schema.version:
        raise SchemaChanged


async def lock_for_change(tx: Tx, schema: Schema) -> None:
    """Before a definition is changed: one at a time, on the newest definitions, and the version goes up."""
    if await tx.value(_lock, workspace_id=schema.workspace.id) != schema.version:
        raise SchemaChanged
    await tx.run(_raise, workspace_id=schema.workspace.id)


async def save_workspace(tx: Tx, workspace: Workspace) -> None:
    await tx.run(
        _save_workspace,
        workspace_id=workspace.id,
        name=workspace.name,
        region=workspace.region,
        timezone=workspace.timezone,
        intercom_version=workspace.intercom_version,
        settings=_encode(workspace.settings).decode(),
    )


async def insert_type(tx: Tx, workspace_id: str, one: ObjectType) -> None:
    await tx.run(_insert_type, workspace_id=workspace_id, **_type_values(one), created_at=one.created_at)


async def update_type(tx: Tx, workspace_id: str, one: ObjectType) -> None:
    await tx.run(_update_type, workspace_id=workspace_id, **_type_values(one))


def _type_values(one: ObjectType) -> dict[str, Any]:
    return {
        "id": one.id,
        "identifier": one.identifier,
        "name": one.name,
        "plural_name": one.plural_name,
        "description": one.description,
        "archived": one.archived,
        "updated_at": one.updated_at,
    }


_insert_segment = Query(insert(segments))
_update_segment = Query(
    update(segments)
    .where(segments.c.workspace_id == _of_workspace, segments.c.id == bindparam("id"))
    .values({name: bindparam(name) for name in ("name", "person_type", "rules", "updated_at")})
)
_delete_segment = Query(
    delete(segments).where(segments.c.workspace_id == _of_workspace, segments.c.id == bindparam("id"))
)


def _segment_values(one: Segment) -> dict[str, Any]:
    return {
        "id": one.id,
        "person_type": one.person_type,
        "name": one.name,
        "rules": _encode(one.rules).decode(),
        "updated_at": one.updated_at,
    }


async def insert_segment(tx: Tx, workspace_id: str, one: Segment) -> None:
    values = _segment_values(one)
    await tx.run(_insert_segment, workspace_id=workspace_id, kind=one.kind, created_at=one.created_at, **values)


async def update_segment(tx: Tx, workspace_id: str, one: Segment) -> None:
    await tx.run(_update_segment, workspace_id=workspace_id, **_segment_values(one))


async def delete_segment(tx: Tx, workspace_id: str, id: str) -> None:
    await tx.run(_delete_segment, workspace_id=workspace_id, id=id)


async def insert_attribute(tx: Tx, workspace_id: str, one: Attribute) -> None:
    await tx.run(_insert_attribute, **_attribute_values(workspace_id, one))


async def update_attribute(tx: Tx, workspace_id: str, one: Attribute) -> None:
    values = _attribute_values(workspace_id, one)
    for name in ("kind", "admin_id", "created_at"):
        del values[name]
    await tx.run(_update_attribute, **values)

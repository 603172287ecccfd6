"""Custom object instances as JSON, at the newest version."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.objects.instances import Shown, Upsert
from interlock.core.records.record import Record
from interlock.core.schema.schema import Schema
from interlock.shapes.custom_attributes import custom_attributes
from interlock.shapes.reading import read_time


class UpsertBody(msgspec.Struct):
    """Create or update by `external_id`. Absent attributes stay as they are; null clears."""

    external_id: str | int | None = None
    external_created_at: int | float | str | UnsetType | None = UNSET
    external_updated_at: int | float | str | UnsetType | None = UNSET
    custom_attributes: dict[str, Any] | None = None


class Instance(msgspec.Struct):
    """A custom object instance. `type` is the identifier of its type; times are Unix seconds."""

    id: str
    type: str
    external_id: str
    external_created_at: int | None
    external_updated_at: int | None
    created_at: int
    updated_at: int
    custom_attributes: dict[str, Any]


class Pages(msgspec.Struct):
    """Page-numbered. `next` is the address of the next page, null on the last."""

    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: str | None


class InstanceList(msgspec.Struct):
    type: Literal["list"]
    data: list[Instance]
    total_count: int
    pages: Pages


class DeletedInstance(msgspec.Struct):
    """`object` is the identifier of the type."""

    id: str
    object: str
    deleted: Literal[True]


def read_upsert(body: UpsertBody, external_id: str) -> Upsert:
    """The request as the domain takes it. Times: Unix seconds or ISO 8601."""
    standard: dict[str, Any] = {}
    for name in ("external_created_at", "external_updated_at"):
        raw = getattr(body, name)
        if raw is not UNSET:
            standard[name] = read_time(raw, name)
    return Upsert(external_id, standard, body.custom_attributes)


def instance(found: Shown) -> dict[str, Any]:
    schema, record = found.schema, found.record
    fields = record.fields
    return {
        "id": record.id,
        "type": schema.label(record.kind),
        "external_id": fields["external_id"],
        "external_created_at": fields["external_created_at"],
        "external_updated_at": fields["external_updated_at"],
        "created_at": fields["created_at"],
        "updated_at": fields["updated_at"],
        "custom_attributes": custom_attributes(schema, record, found.references),
    }


def deleted(schema: Schema, record: Record) -> dict[str, Any]:
    return {"id": record.id, "object": schema.label(record.kind), "deleted": True}

"""The `custom_attributes` of a record, with the instances that its references show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, TICKET
from interlock.core.records.record import Record
from interlock.core.references.links import Linked
from interlock.core.schema.schema import Schema


def custom_attributes(schema: Schema, record: Record, references: Mapping[str, Linked]) -> dict[str, Any]:
    """Values by name, then references by name. Those of archived attributes are kept, and not shown."""
    shown = values(schema, record)
    for name, linked in references.items():
        attribute = schema.of(record.kind)[name]
        assert attribute.reference is not None
        shown[name] = linked_list(schema, attribute.reference.to, linked)
    return shown


def values(schema: Schema, record: Record) -> dict[str, Any]:
    attributes = schema.of(record.kind)
    return {
        name: value for name, value in record.attributes.items() if name in attributes and not attributes[name].archived
    }


def linked_list(schema: Schema, kind: str, linked: Linked) -> dict[str, Any]:
    """What a reference reads as: `{"type": "Order.list", "instances": [...]}`, at most 100 of them.

    Source: reference/references.md 5 for the shape; `total_count` and `has_more` are ours.
    """
    return {
        "type": f"{schema.label(kind)}.list",
        "instances": [nested(schema, one) for one in linked.records],
        "total_count": linked.total,
        "has_more": linked.has_more,
    }


def nested(schema: Schema, record: Record) -> dict[str, Any]:
    """A record inside another one: enough to know it by. Its own references are not followed further."""
    fields = record.fields
    if record.kind == CONTACT:
        names = ("external_id", "role", "email", "name")
        return {"type": CONTACT, "id": record.id, **{name: fields[name] for name in names}}
    if record.kind == COMPANY:
        return {"type": COMPANY, "id": record.id, "company_id": fields["company_id"], "name": fields["name"]}
    if record.kind == CONVERSATION:
        return {"type": CONVERSATION, "id": record.id, "title": fields["title"], "state": fields["state"]}
    if record.kind == TICKET:
        return {"type": TICKET, "id": record.id, "ticket_id": str(fields["number"]), "title": fields["title"]}
    return {
        "type": schema.label(record.kind),
        "id": record.id,
        "external_id": fields["external_id"],
        "external_created_at": fields["external_created_at"],
        "external_updated_at": fields["external_updated_at"],
        "custom_attributes": values(schema, record),
    }

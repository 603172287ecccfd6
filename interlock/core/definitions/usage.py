"""What depends on an attribute. Workflows and connectors add to this when they come."""

from __future__ import annotations

from dataclasses import dataclass

from interlock.core.attributes.definition import Attribute
from interlock.core.query.rules import attributes_used
from interlock.core.records.store import store_of
from interlock.core.references.store import count_holders
from interlock.core.schema.schema import Schema
from interlock.storage.database import Tx

QUALIFICATION, INVERSE, SEGMENT = "qualification_attributes", "inverse_attribute", "segment"


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that uses an attribute. `blocks`: the attribute cannot be archived while it does."""

    by: str
    name: str
    blocks: bool


def uses(schema: Schema, attribute: Attribute) -> list[Use]:
    """Everything that uses an attribute.

    The other end of a reference is told, and does not block: archiving one end hides the links there, and the other
    end goes on showing them.
    """
    found = []
    if attribute.id in schema.workspace.settings.qualification:
        found.append(Use(QUALIFICATION, "Qualification attributes", True))
    end = attribute.reference
    if end is not None and end.inverse_name is not None and not schema.of(end.to)[end.inverse_name].archived:
        found.append(Use(INVERSE, f"{schema.label(end.to)}.{end.inverse_name}", False))
    segments = [one for one in schema.segments.values() if attribute.id in attributes_used(schema, one)]
    found += [Use(SEGMENT, one.name, True) for one in segments]
    return found


def is_blocked(schema: Schema, attribute: Attribute) -> bool:
    return any(use.blocks for use in uses(schema, attribute))


async def values_counted(tx: Tx, schema: Schema, attribute: Attribute) -> int:
    """How many records have a value (of a reference: at least one link). Looks at every record: not for a hot path."""
    key, end = schema.workspace.id, attribute.reference
    if end is None:
        return await store_of(attribute.kind).count_values(tx, key, attribute.kind, attribute.name)
    return await count_holders(tx, key, end.id, end.side)

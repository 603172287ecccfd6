"""A plan: what it would take to get from what is defined to what a document wants, and what it would cost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

from interlock.core.attributes.definition import Attribute
from interlock.core.definitions import rewriting
from interlock.core.definitions.document import Document
from interlock.core.definitions.editor import Sketch
from interlock.core.definitions.migration import Change, work_out
from interlock.core.schema import store
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Tx

OUT_OF_DATE = "The plan is out of date: plan again, look at what it costs now, and apply that"


@dataclass(frozen=True, slots=True)
class Plan:
    """Without changes, everything is as the document wants it already."""

    hash: str
    changes: list[Change]

    @property
    def lost(self) -> int:
        """Values and links that go."""
        return sum(one.values_lost + one.links_dropped for one in self.changes)


async def plan(tx: Tx, workspace_id: str, document: Document) -> Plan:
    """Work it out, and look at every stored value concerned. Writes nothing: run it by `Database.snapshot`.

    Raises 400 that names the place in the document, 422 `data_invalid` where something in use would be archived.
    """
    schema = await store.load(tx, workspace_id)
    if schema is None:
        raise not_found("Workspace not found")
    work = await work_out(Sketch(tx, schema), document)
    await rewriting.count(tx, workspace_id, work)
    return Plan(plan_hash(schema, document, work.lost), work.changes)


def plan_hash(schema: Schema, document: Document, lost: int) -> str:
    """Of what is defined and what is wanted, followed by how many values and links the plan said would be lost.

    Data may go on changing between plan and apply, as long as no more is lost than somebody has agreed to.
    """
    digest = hashlib.sha256(msgspec.json.encode([_defined(schema), document])).hexdigest()
    return f"{digest[:40]}.{lost}"


def check_hash(schema: Schema, document: Document, given: str) -> int:
    """How much may be lost. 409 `plan_out_of_date` when the plan was for other definitions, or another wish."""
    _, _, lost = given.partition(".")
    if not (lost.isascii() and lost.isdecimal() and len(lost) < 16) or plan_hash(schema, document, int(lost)) != given:
        raise Problem("plan_out_of_date", OUT_OF_DATE)
    return int(lost)


def _defined(schema: Schema) -> list[Any]:
    """All that a plan depends on; not the slots, which a job may change at any time."""
    types = [[one.id, one.identifier, one.name, one.plural_name, one.description, one.archived]
             for one in sorted(schema.types.values(), key=lambda one: one.id)]  # fmt: skip
    attributes = [_attribute(schema.by_id[id]) for id in sorted(schema.by_id)]
    return [types, attributes, schema.workspace.settings.qualification]


def _attribute(one: Attribute) -> list[Any]:
    options = [[option.value, option.description, option.id, option.archived] for option in one.options]
    end = one.reference
    reference = [end.id, end.side, end.to, end.many] if end is not None else None
    flags = [one.messenger_writable, one.archived, one.details]
    return [one.id, one.kind, one.name, one.data_type, one.description, options, flags, reference]

"""Schemas, plans and their costs as JSON."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.definitions.document import Document
from interlock.core.definitions.migration import Change
from interlock.core.definitions.plan import Plan
from interlock.core.definitions.telling import sentence


class PlanBody(msgspec.Struct):
    """`schema`: what is wanted. What is not said stays; a list that is said is whole."""

    schema: Any


class ApplyBody(msgspec.Struct):
    """The same `schema` as was planned, and the `plan_hash` that was answered."""

    schema: Any
    plan_hash: str


class UseJson(msgspec.Struct):
    by: str
    name: str


class ChangeJson(msgspec.Struct):
    """`kind` is contact, company or the identifier of a type; `attribute` is null where the type itself changes.

    `values` are kept under the new name or type; `values_lost` fit no more; `summary` says all of it.
    """

    action: str
    kind: str
    attribute: str | None
    before: Any
    after: Any
    values: int
    values_lost: int
    links_dropped: int
    used_by: list[UseJson]
    summary: str


class PlanJson(msgspec.Struct):
    """Without changes, everything is as it is wanted. `plan_hash` is good until definitions change, and for as much
    as the plan says is lost."""

    type: Literal["schema_plan"]
    plan_hash: str
    changes: list[ChangeJson]
    values_lost: int
    links_dropped: int


class AppliedJson(msgspec.Struct):
    """What was done, and what it cost."""

    type: Literal["schema_applied"]
    changes: list[ChangeJson]
    values_lost: int
    links_dropped: int


SchemaJson = Document


def plan(made: Plan) -> dict[str, Any]:
    return {"type": "schema_plan", "plan_hash": made.hash, **_changes(made)}


def applied(done: Plan) -> dict[str, Any]:
    return {"type": "schema_applied", **_changes(done)}


def _changes(made: Plan) -> dict[str, Any]:
    return {
        "changes": [_change(one) for one in made.changes],
        "values_lost": sum(one.values_lost for one in made.changes),
        "links_dropped": sum(one.links_dropped for one in made.changes),
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "action": one.action,
        "kind": one.kind,
        "attribute": one.attribute,
        "before": one.before,
        "after": one.after,
        "values": one.values,
        "values_lost": one.values_lost,
        "links_dropped": one.links_dropped,
        "used_by": [{"by": use.by, "name": use.name} for use in one.used_by],
        "summary": sentence(one),
    }


class ResetJson(msgspec.Struct):
    type: Literal["reset"]
    reset: Literal[True]

"""People, companies, orders and their items with tags and events, and rules about them: for the tests of segments."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import insert

from interlock.core.attributes.definition import (
    BOOLEAN,
    COMPANY,
    CONTACT,
    DATETIME,
    DECIMAL,
    INTEGER,
    REFERENCE,
    STRING,
    Attribute,
    ReferenceEnd,
)
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import COMPANIES, CONTACTS, INSTANCES, store_of
from interlock.core.schema.schema import ObjectType, Schema, Workspace, WorkspaceSettings
from interlock.kit import ids
from interlock.storage.database import Tx
from interlock.storage.query import Query
from interlock.storage.tables import data_event_summaries, links, memberships, taggings

ORDER, ITEM = "type-order", "type-item"
NOW = 1_700_000_000
_PLAIN = [
    ("name_of_it", STRING, "t1"),
    ("count_of_it", INTEGER, "i1"),
    ("total", DECIMAL, "d1"),
    ("price", DECIMAL, None),
    ("open", BOOLEAN, None),
    ("due_at", DATETIME, None),
]
_REFERENCES = [
    (CONTACT, "orders", ORDER, "customer"),
    (COMPANY, "orders", ORDER, "company"),
    (ORDER, "items", ITEM, "order"),
]
_FAR = {(kind, name): to for kind, name, to, _ in _REFERENCES} | {(to, name): kind for kind, _, to, name in _REFERENCES}


def schema(workspace_id: str) -> Schema:
    numbers = itertools.count(1)
    by_kind: dict[str, dict[str, Attribute]] = {}
    for kind in (CONTACT, COMPANY, ORDER, ITEM):
        made = [
            Attribute(next(numbers), kind, name, type, slot=slot, slot_ready=bool(slot)) for name, type, slot in _PLAIN
        ]
        by_kind[kind] = {one.name: one for one in made}
    for kind, name, to, back in _REFERENCES:
        id = f"r-{kind}-{name}"
        for own, called, far, side, other in ((kind, name, to, "a", back), (to, back, kind, "b", name)):
            end = ReferenceEnd(id, side, far, True, other, True)
            by_kind[own][called] = Attribute(next(numbers), own, called, REFERENCE, reference=end)
    types = {ORDER: ObjectType(ORDER, "Order", "Order", "Orders"), ITEM: ObjectType(ITEM, "Item", "Item", "Items")}
    workspace = Workspace(workspace_id, "abcdefgh", "Shop", "US", "UTC", "2.16", 0, WorkspaceSettings())
    return Schema(workspace, 1, types, by_kind)


@dataclass
class World:
    """What there is. Links are (kind, name of the reference, id, id)."""

    records: dict[str, list[Record]]
    links: set[tuple[str, str, str, str]]
    members: set[tuple[str, str]]
    tags: set[tuple[str, str, str]]
    events: dict[tuple[str, str], tuple[int, int, int]] = field(default_factory=dict)


_texts = st.sampled_from(["a", "b", "A", ""])
_wholes = st.integers(-2, 3)
_doubles = st.sampled_from([-1.5, 0.0, 0.1, 0.2, 0.3, 0.25, 2.5, 1e300, 5e-324])
_moments = st.integers(NOW - 3 * 86_400, NOW + 86_400)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    STRING: _texts,
    INTEGER: _wholes,
    DECIMAL: _doubles,
    BOOLEAN: st.booleans(),
    DATETIME: _moments,
}
_TAGS, _EVENTS = ("tag1", "tag2"), ("ordered", "left")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    records: dict[str, list[Record]] = {}
    number = itertools.count()
    for kind, most in ((CONTACT, 4), (COMPANY, 2), (ORDER, 4), (ITEM, 3)):
        records[kind] = [_record(draw, kind, next(number)) for _ in range(draw(st.integers(0, most)))]
    linked = {
        (kind, name, a.id, b.id)
        for kind, name, to, _ in _REFERENCES
        for a in records[kind]
        for b in records[to]
        if draw(st.booleans())
    }
    people, companies = records[CONTACT], records[COMPANY]
    members = {(one.id, other.id) for one in people for other in companies if draw(st.booleans())}
    tagged = [(CONTACT, one) for one in people] + [(COMPANY, one) for one in companies]
    tags = {(kind, one.id, tag) for kind, one in tagged for tag in _TAGS if draw(st.booleans())}
    counted = st.tuples(st.integers(1, 3), _moments, _moments)
    events = {(one.id, name): draw(counted) for one in people for name in _EVENTS if draw(st.booleans())}
    return World(records, linked, members, tags, events)


def _record(draw: st.DrawFn, kind: str, number: int) -> Record:
    store = {CONTACT: CONTACTS, COMPANY: COMPANIES}.get(kind, INSTANCES)
    id = f"{number:024x}"
    fields: dict[str, Any] = dict.fromkeys(store.field_names)
    fields |= {"live": 1, "created_at": draw(_moments), "updated_at": 0}
    if kind == CONTACT:
        flags = ("unsubscribed_from_emails", "has_hard_bounced", "marked_email_as_spam", "archived", "blocked")
        fields |= {**dict.fromkeys(flags, False), "role": draw(st.sampled_from(["user", "lead"]))}
    elif kind == COMPANY:
        fields |= {"company_id": id, "monthly_spend": draw(_wholes), "session_count": 0, "user_count": 1}
    else:
        fields |= {"external_id": id, "external_created_at": draw(st.none() | _moments)}
    attributes = {name: draw(_VALUES[type]) for name, type, _ in _PLAIN if draw(st.integers(0, 2))}
    return Record(kind, id, fields, attributes)


_INSERTS = {table.name: Query(insert(table)) for table in (links, memberships, taggings, data_event_summaries)}


async def put(tx: Tx, of: Schema, world: World) -> None:
    key = of.workspace.id
    for kind, records in world.records.items():
        for one in records:
            await store_of(kind).insert(tx, key, key, one, slot_values(of.of(kind), one.attributes))
    for kind, name, a, b in world.links:
        ends = {"reference_id": f"r-{kind}-{name}", "a_id": a, "b_id": b}
        await tx.run(_INSERTS["links"], shard_key=key, workspace_id=key, id=ids.record_id(), **ends)
    for contact_id, company_id in world.members:
        await tx.run(
            _INSERTS["memberships"], workspace_id=key, contact_id=contact_id, company_id=company_id, created_at=0
        )
    for kind, id, tag in world.tags:
        mark = {"kind": kind, "record_id": id, "tag_id": tag, "applied_by": None, "applied_at": 0}
        await tx.run(_INSERTS["taggings"], workspace_id=key, **mark)
    for (id, name), (count, first, last) in world.events.items():
        seen = {"contact_id": id, "name": name, "count": count, "first_at": first, "last_at": last}
        await tx.run(_INSERTS["data_event_summaries"], workspace_id=key, **seen)


# --- rules

_ORDERED = st.sampled_from(["=", "!=", ">", "<", ">=", "<="])


@st.composite
def rules(draw: st.DrawFn, kind: str, depth: int = 2, scope: int = 0) -> dict[str, Any]:
    """Rules about records of a kind, as clients write them."""
    choices = ["field", "field"]
    if depth:
        choices.append("group")
    if kind == CONTACT:
        choices.append("event")
    if scope < 2:
        choices += ["related", "related"] + (["company"] if kind == CONTACT else [])
    match draw(st.sampled_from(choices)):
        case "group":
            inner = st.lists(rules(kind, depth - 1, scope), min_size=1, max_size=3)
            return {"operator": draw(st.sampled_from(["AND", "OR"])), "value": draw(inner)}
        case "event":
            return draw(_event())
        case "company":
            return {"company": draw(rules(COMPANY, 1, scope + 1))}
        case "related":
            return draw(_related(kind, scope))
    return draw(_field(kind))


@st.composite
def _field(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    if kind in (CONTACT, COMPANY) and draw(st.integers(0, 3)) == 0:
        return {
            "field": "tag_id",
            "operator": draw(st.sampled_from(["=", "!="])),
            "value": draw(st.sampled_from(_TAGS)),
        }
    name, data_type, _ = draw(st.sampled_from(_PLAIN))
    path = f"custom_attributes.{name}"
    unknown = draw(st.sampled_from([None, None, None, "is_unknown", "has_any_value"]))
    if unknown:
        return {"field": path, "operator": unknown}
    operator = draw(st.sampled_from(["=", "!="])) if data_type in (STRING, BOOLEAN) else draw(_ORDERED)
    value = draw(_VALUES[data_type])
    if data_type == DATETIME and draw(st.booleans()):
        value = {"days_ago": draw(st.integers(0, 3))}
    return {"field": path, "operator": operator, "value": value}


@st.composite
def _event(draw: st.DrawFn) -> dict[str, Any]:
    metric = draw(st.sampled_from(["count", "first", "last"]))
    value = draw(st.integers(0, 3) if metric == "count" else _moments)
    name = draw(st.sampled_from([*_EVENTS, "never"]))
    return {"event": name, "metric": metric, "operator": draw(_ORDERED), "value": value}


@st.composite
def _related(draw: st.DrawFn, kind: str, scope: int) -> dict[str, Any]:
    name = draw(st.sampled_from([name for own, name in _FAR if own == kind]))
    far = _FAR[kind, name]
    match = draw(st.sampled_from(["any", "none", "count", "sum", "newest"]))
    rule: dict[str, Any] = {"related": name, "match": match}
    if draw(st.integers(0, 3)):
        rule["where"] = draw(rules(far, 1, scope + 1))
    if match == "count":
        rule |= {"operator": draw(_ORDERED), "value": draw(st.integers(0, 3))}
    if match == "sum":
        of, values = draw(st.sampled_from([("count_of_it", _wholes), ("total", _doubles), ("price", _doubles)]))
        rule |= {"of": f"custom_attributes.{of}", "operator": draw(_ORDERED), "value": draw(values)}
    if match == "newest" and draw(st.booleans()):
        dates = ["custom_attributes.due_at"] if far in (CONTACT, COMPANY) else ["due_at", "external_created_at"]
        rule["by"] = draw(st.sampled_from(dates))
    return rule

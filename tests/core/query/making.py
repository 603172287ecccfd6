"""Schemas, records and predicates for these tests: every type, with a slot, with one that is not ready, and without."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Boolean, insert

from interlock.core.attributes.definition import (
    BOOLEAN,
    COMPANY,
    CONTACT,
    CONVERSATION,
    DATETIME,
    DECIMAL,
    INTEGER,
    LIST,
    REFERENCE,
    STRING,
    TICKET,
    Attribute,
    ReferenceEnd,
)
from interlock.core.query.field import (
    Custom,
    Detail,
    EmailDomain,
    Field,
    Html,
    InSegment,
    Participants,
    Sets,
    Tagged,
)
from interlock.core.query.fields import fields_of
from interlock.core.query.match import held_as
from interlock.core.query.predicate import And, Compare, Not, Or, Predicate
from interlock.core.query.thread_fields import VALUE_TYPES
from interlock.core.records.record import Record
from interlock.core.records.slots import slot_values
from interlock.core.records.store import store_of
from interlock.core.schema.schema import ObjectType, Schema, Workspace, WorkspaceSettings
from interlock.kit import ids
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import (
    companies,
    contacts,
    conversations,
    instances,
    links,
    participants,
    taggings,
    tickets,
)

ORDER = "t1"
ITEM = "t2"
KINDS = (CONTACT, COMPANY, ORDER)
THREADS = (CONVERSATION, TICKET)
READY, NOT_READY = True, False

_SLOTTED: list[tuple[str, str, str | None, bool]] = [
    ("plan", STRING, "t1", READY),
    ("note", STRING, "t2", NOT_READY),
    ('odd "name".with \\ and \'', STRING, None, NOT_READY),
    ("status", LIST, "t3", READY),
    ("stock", INTEGER, "i1", READY),
    ("$[0]", INTEGER, "i2", NOT_READY),
    ("ünï", INTEGER, None, NOT_READY),
    ("total", DECIMAL, "d1", READY),
    ("weight", DECIMAL, "d2", NOT_READY),
    ("price", DECIMAL, None, NOT_READY),
    ("paid", BOOLEAN, "i3", READY),
    ("open", BOOLEAN, None, NOT_READY),
    ("due_at", DATETIME, "i4", READY),
    ("sent_at", DATETIME, None, NOT_READY),
]


def schema(workspace_id: str = "w1", timezone: str = "UTC", **settings: Any) -> Schema:
    numbers = itertools.count(1)
    by_kind: dict[str, dict[str, Attribute]] = {}
    for kind in KINDS:
        made = [
            Attribute(next(numbers), kind, name, data_type, slot=slot, slot_ready=ready)
            for name, data_type, slot, ready in _SLOTTED
        ]
        made += [
            Attribute(next(numbers), kind, side, REFERENCE, reference=ReferenceEnd(f"r-{kind}", side, ORDER, many=True))
            for side in ("a", "b")
        ]
        made.append(Attribute(next(numbers), kind, "old", STRING, archived=True))
        by_kind[kind] = {one.name: one for one in made}
    for kind in THREADS:
        custom = [
            Attribute(next(numbers), kind, name, data_type, slot=slot) for name, data_type, slot, _ in _SLOTTED[:9]
        ]
        by_kind[kind] = {one.name: one for one in custom}
    workspace = Workspace(workspace_id, "abcdefgh", "Shop", "US", timezone, "2.14", 0, WorkspaceSettings(**settings))
    return Schema(workspace, 1, {ORDER: ObjectType(ORDER, "Order", "Order", "Orders")}, by_kind)


# --- values

ODD_TEXTS = [
    "",
    "a",
    "A",
    "aB",
    "ab",
    "%",
    "_",
    "a%b",
    "a_b",
    "\\",
    "a\\",
    "'",
    '"',
    "İ",
    "i̇",
    "ı",
    "I",
    "ß",
    "SS",
    "ẞ",
]
ODD_TEXTS += ["K", "K", "k", "é", "É", "é", "😀", "￿", "\ue000", "Ω", "a b", "1", "true", "\n", "x@y.z", "null"]
texts = st.sampled_from(ODD_TEXTS) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=4
)
wholes = st.sampled_from([0, 1, -1, 5, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]) | st.integers(-9, 9)
doubles = st.sampled_from([0.0, -0.0, 0.1, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, -1e22, 3.0, 2.0**53]) | st.floats(
    allow_nan=False, allow_infinity=False
)
_CHANGES = [1743296400, 1761440400, 1583046000, 1572739200]  # clocks change in Europe, and elsewhere
moments = st.builds(lambda at, off: at + off, st.sampled_from([0, *_CHANGES]), st.integers(-90_000, 90_000))

VALUES: dict[str, st.SearchStrategy[Any]] = {
    STRING: texts,
    LIST: texts,
    REFERENCE: st.sampled_from(["x1", "x2", "x3"]),
    INTEGER: wholes,
    DATETIME: moments,
    DECIMAL: doubles,
    BOOLEAN: st.booleans(),
}
_LEFT_OVER = {  # what a change of definition may leave behind
    STRING: st.sampled_from([4, True, 4.5]),
    LIST: st.just(4),
    INTEGER: st.sampled_from(["5", 4.5, "x", 1e300, 4.0]),
    DATETIME: st.sampled_from(["5", 4.5]),
    DECIMAL: st.sampled_from(["5", "x", 3, 2**53 + 1]),
    BOOLEAN: st.sampled_from(["true", 1, 0]),
}


def stored(data_type: str) -> st.SearchStrategy[Any]:
    return st.one_of(VALUES[data_type], VALUES[data_type], VALUES[data_type], _LEFT_OVER[data_type])


WORDS = [" hello ", " world ", " e mail ", " a ", " é ", " b ", " 1 "]
_HTML = st.sampled_from(
    [
        *("", "<p>Hello world</p>", "<p>e-mail me</p>\n<p>hel<b>lo</b></p>", "<p>a</p><p>b</p>", "a&amp;b &lt;1&gt;"),
        *(
            "<p>É é</p>",
            '<a href="https://x.example/?a=1" rel="nofollow">world</a>',
            "<br>hello,world!",
            "&nbsp;a\u00a0b",
        ),
        *("HELLO \u2019world\u2019", "<p>it&#39;s \\ '1'</p>", '<img alt="x>y" src="a">'),
    ]
)

# --- records

_TABLES = {CONTACT: contacts, COMPANY: companies, ORDER: instances, CONVERSATION: conversations, TICKET: tickets}
_EMAILS = st.sampled_from(["Ann@Shop.example", "bob@shop.example", "İ@K.example", "nobody", "a@b@c", "x@"])
_UNIQUE = {"external_id", "user_email", "company_id"}


@st.composite
def records(draw: st.DrawFn, kind: str, of: Schema) -> Record:
    """A record with an id of its own, about half of its fields filled."""
    fields: dict[str, Any] = {}
    id = draw(st.from_regex(r"\A[0-9a-f]{24}\Z"))
    for name in store_of(kind).field_names:
        column = _TABLES[kind].c[name]
        if column.nullable and draw(st.booleans()):
            fields[name] = None
        elif isinstance(column.type, Boolean):
            fields[name] = draw(st.booleans())
        elif name == "source_body":
            fields[name] = draw(_HTML)
        elif name == "number":
            fields[name] = int(id[:12], 16)
        elif name in _UNIQUE:
            fields[name] = id + draw(texts)
        elif name.endswith("_at"):
            fields[name] = draw(moments)
        else:
            fields[name] = draw(texts if str(column.type) == "TEXT" else wholes)
    fields["live"] = draw(st.sampled_from([1, 1, 1, 0]))
    details: dict[str, Any] = {}
    if kind == CONTACT:
        fields["user_email"] = None
        fields["email"] = draw(st.none() | _EMAILS)
        fields["email_key"] = fields["email"].lower() if fields["email"] else None
    attributes, linked = {}, {}
    for field in fields_of(of, kind).values():
        if isinstance(field.place, Detail) and draw(st.integers(0, 3)) == 0:
            details[field.place.key] = draw(stored(field.data_type))
        elif isinstance(field.place, Tagged | Participants):
            linked[held_as(field.place)] = draw(st.sets(VALUES[REFERENCE], max_size=2))
    if kind == TICKET:
        for id_of_attribute in ("7", "8"):
            details[f"attribute:{id_of_attribute}"] = draw(texts | wholes | doubles | st.booleans() | st.just([1]))
    for attribute in of.active(kind):
        if attribute.reference is not None:
            linked[attribute.name] = draw(st.sets(VALUES[REFERENCE], max_size=2))
        elif draw(st.booleans()):
            attributes[attribute.name] = draw(stored(attribute.data_type))
    return Record(kind, id, fields, attributes, details, linked)


def distinct(made: Iterable[Record]) -> list[Record]:
    return list({one.id: one for one in made}.values())


_add_link = Query(insert(links))


async def put(database: Database, of: Schema, made: Iterable[Record]) -> None:
    """Records straight into the tables, with the slots that are ready."""
    rows = list(made)

    async def unit(tx: Tx) -> None:
        for record in rows:
            await put_one(tx, of, record)

    await database.transact(unit)


async def put_one(tx: Tx, of: Schema, record: Record) -> None:
    key = of.workspace.id
    slots = slot_values(of.of(record.kind), record.attributes)
    for attribute in of.active(record.kind):
        if attribute.slot is not None and not attribute.slot_ready:
            slots[attribute.slot] = None
    await store_of(record.kind).insert(tx, key, key, record, slots)
    for name, targets in record.links.items():
        for target in targets:
            if name.startswith("\0"):
                await _mark(tx, key, record, name[1:], target)
                continue
            side = name
            ends = {"a_id": record.id, "b_id": target} if side == "a" else {"a_id": target, "b_id": record.id}
            await _link(tx, key, f"r-{record.kind}", ends)
            await _link(tx, key, "another reference", ends)


async def _link(tx: Tx, key: str, reference_id: str, ends: dict[str, str]) -> None:
    await tx.run(_add_link, shard_key=key, workspace_id=key, id=ids.record_id(), reference_id=reference_id, **ends)


_tag, _take_part = Query(insert(taggings)), Query(insert(participants))


async def _mark(tx: Tx, key: str, record: Record, what: str, other: str) -> None:
    if what == "tags":
        await tx.run(
            _tag, workspace_id=key, kind=record.kind, record_id=record.id, tag_id=other, applied_by=None, applied_at=0
        )
    else:
        await tx.run(
            _take_part,
            workspace_id=key,
            thread_id=record.id,
            kind=what,
            member_id=other,
            created_at=0,
            details="{}",
        )


# --- predicates

_OPS = {
    "text": ["eq", "in", "contains", "starts", "ends", "missing"],
    "reference": ["eq", "in", "missing"],
    "ordered": ["eq", "in", "lt", "le", "gt", "ge", "missing"],
    "boolean": ["eq", "in", "missing"],
}


def ops_of(field: Field) -> list[str]:
    if isinstance(field.place, Sets):
        return _OPS["reference"]
    if isinstance(field.place, Html):
        return [*_OPS["text"], "word"]
    by_type = {REFERENCE: "reference", STRING: "text", LIST: "text", BOOLEAN: "boolean"}
    return _OPS[by_type.get(field.data_type, "ordered")]


@st.composite
def comparisons(draw: st.DrawFn, fields: list[Field]) -> Compare:
    field = draw(st.sampled_from(fields))
    op = draw(st.sampled_from(ops_of(field)))
    values = VALUES[REFERENCE if isinstance(field.place, Sets) else field.data_type]
    if op == "word":
        return Compare(field, "word", draw(st.sampled_from(WORDS)))
    if isinstance(field.place, Html):
        values = st.sampled_from(["", "hello", "LLO wo", " ", "<", "é", "a&b"])
    if isinstance(field.place, EmailDomain) or field.path == "email":
        values = st.sampled_from(["ann@shop.example", "shop.example", "b@c", "", "k.example", "i̇@k.example", "@"])
    if op == "missing":
        return Compare(field, "missing")
    if op == "in":
        return Compare(field, "in", tuple(draw(st.lists(values, max_size=3))))
    return Compare(field, op, draw(values))  # type: ignore[arg-type]


def predicates(of: Schema, kind: str) -> st.SearchStrategy[Predicate]:
    fields = [field for field in fields_of(of, kind).values() if not isinstance(field.place, InSegment)]
    if kind == TICKET:
        fields += [
            Field(f"ticket_attribute.{id}", one, Detail(f"attribute:{id}"), ()) for id in "78" for one in VALUE_TYPES
        ]
    customs = [field for field in fields if isinstance(field.place, Custom | Sets | Html)]
    leaves = comparisons(fields) | comparisons(customs)
    some = st.lists(leaves | leaves.map(Not), min_size=1, max_size=3).map(tuple)
    inner = st.one_of(leaves, leaves.map(Not), some.map(And), some.map(Or))
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(leaves, leaves.map(Not), several.map(And), several.map(Or), several.map(lambda p: Not(Or(p))))


def sorts(of: Schema, kind: str) -> st.SearchStrategy[tuple[Field, bool]]:
    fields = [field for field in fields_of(of, kind).values() if field.sortable]
    return st.tuples(st.sampled_from(fields), st.booleans())

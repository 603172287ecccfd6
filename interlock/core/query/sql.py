"""A predicate as SQL, for both databases.

Two steps. `shape` walks a predicate, collects its values and answers with a key that holds everything else; the
statements are built from predicates of one shape once (`Statements`) and kept by that key (`search.py`), so that a
repeated search only binds values. Both walks number the values in the same order.

Every expression is null where the record has no value of the field's type, whatever is stored: JSON is read through
CASE, which is the one construct whose order of evaluation PostgreSQL keeps, so that no cast can raise.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Float,
    Table,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import BigInteger, Text, TypeEngine

from interlock.core.attributes.definition import BOOLEAN, DATETIME, DECIMAL, INTEGER, LIST, STRING
from interlock.core.query.fields import Column, Custom, Detail, EmailDomain, Field, Links, Nowhere
from interlock.core.query.match import ascii_lower
from interlock.core.query.predicate import EQ, IN, MISSING, TEXT_MATCHES, And, Compare, Not, Or, Predicate
from interlock.core.records.store import RecordStore
from interlock.storage.query import Query, any_of
from interlock.storage.tables import links

_TYPES: dict[str, type[TypeEngine[Any]]] = {
    STRING: Text,
    LIST: Text,
    INTEGER: BigInteger,
    DATETIME: BigInteger,
    BOOLEAN: BigInteger,  # 0 and 1: slots and SQLite have no other booleans
    DECIMAL: Float,
}

# --- the shape of a predicate, and its values


def shape(predicate: Predicate, values: list[Any]) -> Hashable:
    """Everything about a predicate but its values, which are added to the list as they are to be bound."""
    if type(predicate) is Compare:
        op = predicate.op
        if op != MISSING:
            values.append(_bound(predicate))
        return op, predicate.field.shape
    if type(predicate) is Not:
        return "not", shape(predicate.part, values)
    return type(predicate), *[shape(part, values) for part in predicate.parts]  # type: ignore[union-attr]


def _bound(comparison: Compare) -> Any:
    op, value = comparison.op, comparison.value
    if op in TEXT_MATCHES:
        return ascii_lower(value)
    if comparison.field.data_type == BOOLEAN:
        return [int(one) for one in value] if op == IN else int(value)
    return list(value) if op == IN else value


class Statements:
    """Builds the statements of one search over one table. Parameters: key, type_id, v0, v1, ..."""

    def __init__(self, store: RecordStore, where: Predicate | None) -> None:
        self._store = store
        self._table = store.table
        self._count = 0
        columns = self._table.c
        self._looked_up = _is_looked_up(where, store)
        self._where: list[ColumnElement[bool]] = [
            columns[store.key] == bindparam("key"),
            self._aside(columns.live) == literal_column("1"),  # literally, or partial indexes are not considered
        ]
        if store.kind_column:
            self._where.insert(1, columns[store.kind_column] == bindparam("type_id"))
        if where is not None:
            self._where.append(self._condition(where))

    # --- whole statements

    def count(self) -> Query:
        """Exact. Touches no other column, so that the index of a slot may answer it alone."""
        return Query(select(func.count()).select_from(self._table).where(*self._where))

    def by_id(self, descending: bool, after: bool) -> Query:
        """A page in the order of ids; `after` :after_id."""
        id = self._table.c.id
        where = [*self._where]
        if after:
            where.append(_beyond(self._aside(id), bindparam("after_id", type_=Text()), descending))
        return self._page(where, [self._ordered(id, descending)])

    def by_value(self, field: Field, descending: bool, after: bool) -> Query:
        """A page of the records that have the field, by its value and then id; `after` :after and :after_id."""
        id = self._table.c.id
        value = _expression(field, self._table)
        where = [*self._where, value.is_not(None)]
        ordered = ByteOrder(value) if isinstance(value.type, Text) else value
        if after:
            pair = tuple_(bindparam("after", type_=value.type), bindparam("after_id", type_=Text()))
            where.append(_beyond(tuple_(self._aside(ordered), self._aside(id)), pair, descending))
        return self._page(where, [self._ordered(ordered, descending), self._ordered(id, descending)])

    def without_value(self, field: Field, descending: bool, after: bool) -> Query:
        """A page of the records that lack the field, by id. They come last in either direction."""
        self._where.append(_expression(field, self._table).is_(None))
        return self.by_id(descending, after)

    def _page(self, where: list[ColumnElement[bool]], order: list[ColumnElement[Any]]) -> Query:
        limit = bindparam("limit", type_=BigInteger())
        return Query(select(*self._store.columns).where(*where).order_by(*order).limit(limit))

    def _ordered(self, value: ColumnElement[Any], descending: bool) -> ColumnElement[Any]:
        aside = self._aside(value)
        return aside.desc() if descending else aside.asc()

    def _aside(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """Without statistics SQLite would rather read every record in order than look up an address and sort."""
        return Unindexed(value) if self._looked_up else value

    # --- conditions

    def _condition(self, predicate: Predicate) -> ColumnElement[bool]:
        match predicate:
            case Compare(field, op) if isinstance(field.place, Links):
                return self._linked(field.place, op)
            case Compare(field, op) if isinstance(field.place, Nowhere):
                return self._nowhere(op)
            case Compare(field, op):
                return self._compare(_expression(field, self._table), op)
            case Not(Compare(field, "missing")) if not isinstance(field.place, Links | Nowhere):
                return _expression(field, self._table).is_not(None)
            case Not(part):
                return NotTrue(self._condition(part))
            case And(parts):
                return and_(*[self._condition(part) for part in parts])
            case Or(parts):
                return or_(*[self._condition(part) for part in parts])

    def _name(self) -> str:
        self._count += 1
        return f"v{self._count - 1}"

    def _compare(self, value: ColumnElement[Any], op: str) -> ColumnElement[bool]:
        if op == MISSING:
            return value.is_(None)
        if op == IN:
            return any_of(value, self._name())
        wanted = bindparam(self._name(), type_=value.type)
        if op in TEXT_MATCHES:
            return TextMatch(value, wanted, op)
        comparisons = {"eq": "__eq__", "lt": "__lt__", "le": "__le__", "gt": "__gt__", "ge": "__ge__"}
        return getattr(value, comparisons[op])(wanted)

    def _linked(self, place: Links, op: str) -> ColumnElement[bool]:
        """`IN (subquery)` rather than `EXISTS`: SQLite can start from the links, PostgreSQL plans both alike."""
        here, there = (links.c.a_id, links.c.b_id) if place.side == "a" else (links.c.b_id, links.c.a_id)
        ours = [links.c.shard_key == bindparam("key"), links.c.reference_id == literal(place.reference_id, Text())]
        if op == MISSING:
            return ~exists().where(*ours, here == self._table.c.id)
        if op == EQ:
            ours.append(there == bindparam(self._name(), type_=Text()))
        elif op == IN:
            ours.append(any_of(there, self._name()))
        else:
            raise ValueError(f"references know no {op}")
        return self._table.c.id.in_(select(here).where(*ours))

    def _nowhere(self, op: str) -> ColumnElement[bool]:
        if op != MISSING:
            self._name()  # its value is bound by nobody
        return true() if op == MISSING else false()


def _is_looked_up(where: Predicate | None, store: RecordStore) -> bool:
    """Must the records equal a value that an index leads to: an address, an external id?"""
    lead = {store.key, store.kind_column}
    leading = [next((one.name for one in index.columns if one.name not in lead), None) for index in store.table.indexes]
    parts = where.parts if isinstance(where, And) else (where,)
    equal = [one.field.place for one in parts if isinstance(one, Compare) and one.op in (EQ, IN)]
    return any(isinstance(place, Column) and place.name in leading for place in equal)


def always_there(field: Field, store: RecordStore) -> bool:
    """Has every record a value of this field?"""
    return isinstance(field.place, Column) and not store.table.c[field.place.name].nullable


def _beyond(value: Any, bound: Any, descending: bool) -> ColumnElement[bool]:
    return value < bound if descending else value > bound


def _expression(field: Field, table: Table) -> ColumnElement[Any]:
    match field.place:
        case Column(name) if isinstance(table.c[name].type, Boolean):
            return case((table.c[name], literal_column("1", BigInteger())), else_=literal_column("0", BigInteger()))
        case Column(name):
            return table.c[name]
        case Custom(slot=str(slot)):
            return table.c[slot]
        case Custom(name):
            return JsonValue(table.c.attributes, name, field.data_type)
        case Detail(key):
            return JsonValue(table.c.details, key, field.data_type)
        case EmailDomain():
            return Domain(table.c.email_key)
    raise ValueError(f"{field.path} is not one value")


# --- what the two databases say differently


class Condition(ColumnElement[bool]):
    """A condition that SQLAlchemy leaves as it is: it would append `= 1` on SQLite, which no index answers."""

    inherit_cache = False
    type = Boolean()

    def self_group(self, against: Any = None) -> Any:
        return self


class Unindexed(ColumnElement[Any]):
    """A value that SQLite shall not seek an index for. PostgreSQL has statistics, and decides for itself."""

    inherit_cache = False

    def __init__(self, value: ColumnElement[Any]) -> None:
        self.value = value
        self.type = value.type


@compiles(Unindexed, "postgresql")
@compiles(Unindexed, "sqlite")
def _unindexed(element: Unindexed, compiler: Any, **kw: Any) -> str:
    return ("+" if compiler.dialect.name == "sqlite" else "") + compiler.process(element.value, **kw)


class JsonValue(ColumnElement[Any]):
    """The value under a key of a JSON column, if it is of the wanted type, else null."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], key: str, data_type: str) -> None:
        self.column = column
        self.data_type = data_type
        self.type = _TYPES[data_type]()
        self.key_bind = literal(key, Text())
        self.path_bind = literal("$." + msgspec.json.encode(key).decode(), Text())  # quoted, whatever is in it


_POSTGRES_JSON = {
    Text: "case when json_typeof({j}) = 'string' then {j} #>> '{{}}' end",
    Float: "case when json_typeof({j}) = 'number' then cast({j} #>> '{{}}' as double precision) end",
    BigInteger: (  # 4.5 is not a whole number; one of 20 digits would not fit
        "case when cast({j} as text) ~ '^-?[0-9]{{1,19}}$' then case when cast({j} #>> '{{}}' as numeric)"
        " between -9223372036854775808 and 9223372036854775807 then cast({j} #>> '{{}}' as bigint) end end"
    ),
    Boolean: "case cast({j} as text) when 'true' then 1 when 'false' then 0 end",
}
_SQLITE_JSON = {
    Text: "case json_type({c}, {p}) when 'text' then json_extract({c}, {p}) end",
    Float: "case when json_type({c}, {p}) in ('integer', 'real') then cast(json_extract({c}, {p}) as real) end",
    BigInteger: "case json_type({c}, {p}) when 'integer' then json_extract({c}, {p}) end",
    Boolean: "case json_type({c}, {p}) when 'true' then 1 when 'false' then 0 end",
}


def _template(templates: dict[Any, str], element: JsonValue) -> str:
    return templates[Boolean if element.data_type == BOOLEAN else type(element.type)]


@compiles(JsonValue, "postgresql")
def _json_postgres(element: JsonValue, compiler: Any, **kw: Any) -> str:
    column, key = compiler.process(element.column, **kw), compiler.process(element.key_bind, **kw)
    return f"({_template(_POSTGRES_JSON, element).format(j=f'({column} -> {key})')})"


@compiles(JsonValue, "sqlite")
def _json_sqlite(element: JsonValue, compiler: Any, **kw: Any) -> str:
    column, path = compiler.process(element.column, **kw), compiler.process(element.path_bind, **kw)
    return f"({_template(_SQLITE_JSON, element).format(c=column, p=path)})"


class Domain(ColumnElement[str]):
    """What follows the first `@`; null where there is none."""

    inherit_cache = False
    type = Text()

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column


@compiles(Domain, "postgresql")
@compiles(Domain, "sqlite")
def _domain(element: Domain, compiler: Any, **kw: Any) -> str:
    column, at = compiler.process(element.column, **kw), "strpos" if compiler.dialect.name == "postgresql" else "instr"
    return f"(case when {at}({column}, '@') > 0 then substr({column}, {at}({column}, '@') + 1) end)"


class TextMatch(Condition):
    """Contains, starts or ends, whatever the case of ASCII letters. The wanted text is in lower case.

    Not LIKE: it would need escapes, SQLite limits the length of its patterns, and neither would use an index here.
    """

    def __init__(self, value: ColumnElement[Any], wanted: ColumnElement[Any], how: str) -> None:
        self.value, self.wanted, self.how = value, wanted, how


@compiles(TextMatch, "postgresql")
def _match_postgres(element: TextMatch, compiler: Any, **kw: Any) -> str:
    value, wanted = compiler.process(element.value, **kw), compiler.process(element.wanted, **kw)
    value = f'lower({value} collate "C")'  # under this collation lower() changes ASCII letters only
    match element.how:
        case "contains":
            return f"strpos({value}, {wanted}) > 0"
        case "starts":
            return f"left({value}, length({wanted})) = {wanted}"
        case _:
            return f"right({value}, length({wanted})) = {wanted}"


@compiles(TextMatch, "sqlite")
def _match_sqlite(element: TextMatch, compiler: Any, **kw: Any) -> str:
    value, wanted = compiler.process(element.value, **kw), compiler.process(element.wanted, **kw)
    value = f"lower({value})"
    match element.how:
        case "contains":
            return f"instr({value}, {wanted}) > 0"
        case "starts":
            return f"substr({value}, 1, length({wanted})) = {wanted}"
        case _:  # a negative start would count from the end
            return f"substr({value}, max(1, length({value}) - length({wanted}) + 1)) = {wanted}"


class NotTrue(Condition):
    """False or unknown."""

    def __init__(self, part: ColumnElement[Any]) -> None:
        self.part = part


@compiles(NotTrue, "postgresql")
@compiles(NotTrue, "sqlite")
def _not_true(element: NotTrue, compiler: Any, **kw: Any) -> str:
    return f"(({compiler.process(element.part, **kw)}) is not true)"


class ByteOrder(ColumnElement[str]):
    """A text as it sorts: by code points on both databases, whatever the collation of the database is."""

    inherit_cache = False
    type = Text()

    def __init__(self, value: ColumnElement[Any]) -> None:
        self.value = value


@compiles(ByteOrder, "postgresql")
def _byte_order_postgres(element: ByteOrder, compiler: Any, **kw: Any) -> str:
    return f'({compiler.process(element.value, **kw)} collate "C")'


@compiles(ByteOrder, "sqlite")
def _byte_order_sqlite(element: ByteOrder, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.value, **kw)

"""A predicate as SQL, for both databases.

Two steps. `shape` walks a predicate, collects its values and answers with a key that holds everything else; the
statements are built from predicates of one shape once (`Statements`) and kept by that key (`search.py`), so that a
repeated search only binds values. Both walks number the values in the same order.

Every expression is null where the record has no value of the field's type, whatever is stored: JSON is read through
CASE, which is the one construct whose order of evaluation PostgreSQL keeps, so that no cast can raise.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, func, literal_column, select, tuple_
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import BigInteger, Text

from interlock.core.attributes.definition import BOOLEAN
from interlock.core.query.conditions import Conditions, expression
from interlock.core.query.constructs import ByteOrder, Unindexed
from interlock.core.query.field import Column, Detail, Field
from interlock.core.query.predicate import (
    EQ,
    IN,
    MISSING,
    TEXT_MATCHES,
    And,
    Compare,
    Happened,
    Member,
    Not,
    Predicate,
    Related,
    of_none,
)
from interlock.core.records.store import RecordStore
from interlock.kit.words import ascii_lower
from interlock.storage.query import Query

# --- the shape of a predicate, and its values


def shape(predicate: Predicate | None, values: list[Any]) -> Hashable:
    """Everything about a predicate but its values, which are added to the list as they are to be bound."""
    match predicate:
        case None:
            return None
        case Compare(field, op):
            if op != MISSING:
                values.append(_bound(predicate))
            return op, field.shape
        case Not(part):
            return "not", shape(part, values)
        case Related(place, kind, measure, where, of, op, value):
            inside = shape(where, values)
            of_shape = of.shape if of is not None else None
            if measure not in ("count", "sum"):
                return measure, repr(place), kind, of_shape, inside
            values.append(value)
            return measure, repr(place), kind, of_shape, inside, op, of_none(op, value)
        case Happened(name, metric, op, value):
            values += [name, value]
            return "happened", metric, op, metric == "count" and of_none(op, value)
        case Member(where):
            return "member", shape(where, values)
    return type(predicate), *[shape(part, values) for part in predicate.parts]


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
        columns = self._table.c
        self._looked_up = _is_looked_up(where, store)
        self._in_order = _is_in_order(where, store)
        live = columns.live if self._in_order else self._aside(columns.live)
        self._where: list[ColumnElement[bool]] = [
            columns[store.key] == bindparam("key"),
            live == literal_column("1"),  # literally, or partial indexes are not considered
        ]
        if store.kind_column:
            self._where.insert(1, columns[store.kind_column] == bindparam("type_id"))
        if where is not None:
            self._where.append(Conditions().of(where, self._table))

    # --- whole statements

    def count(self) -> Query:
        """Exact. Touches no other column, so that the index of a slot may answer it alone."""
        return Query(select(func.count()).select_from(self._table).where(*self._where))

    def by_id(self, descending: bool, after: bool) -> Query:
        """A page in the order of ids; `after` :after_id."""
        return Query(self._by_id(descending, after))

    def by_id_counted(self, descending: bool, after: bool) -> Query:
        """The same with the total before the columns of each row: the first page has it where it is full, to :limit;
        what is not full is all there is."""
        page = self._by_id(descending, after).subquery("page")
        total: Any = select(func.count()).select_from(self._table).where(*self._where).scalar_subquery()
        if not after:
            is_full = func.count().over() == bindparam("limit", type_=BigInteger())
            total = case((is_full, total))  # evaluates the branch that it takes, and only that
        order = page.c.id.desc() if descending else page.c.id.asc()
        return Query(select(total, *page.c).order_by(order))

    def _by_id(self, descending: bool, after: bool) -> Any:
        id = self._table.c.id if self._in_order else self._aside(self._table.c.id)
        where = [*self._where]
        if after:
            where.append(_beyond(id, bindparam("after_id", type_=Text()), descending))
        return self._page(where, [id.desc() if descending else id.asc()])

    def numbered(self) -> Query:
        """A page by number, the greatest id first; :limit and :offset."""
        page = select(*self._store.columns).where(*self._where).order_by(self._ordered(self._table.c.id, True))
        limit, offset = bindparam("limit", type_=BigInteger()), bindparam("offset", type_=BigInteger())
        return Query(page.limit(limit).offset(offset))

    def by_value(self, field: Field, descending: bool, after: bool) -> Query:
        """A page of the records that have the field, by its value and then id; `after` :after and :after_id."""
        id = self._table.c.id
        value = expression(field, self._table)
        where = [*self._where, value.is_not(None)]
        ordered = ByteOrder(value) if isinstance(value.type, Text) else value
        if after:
            pair = tuple_(bindparam("after", type_=value.type), bindparam("after_id", type_=Text()))
            where.append(_beyond(tuple_(self._aside(ordered), self._aside(id)), pair, descending))
        return Query(self._page(where, [self._ordered(ordered, descending), self._ordered(id, descending)]))

    def without_value(self, field: Field, descending: bool, after: bool) -> Query:
        """A page of the records that lack the field, by id. They come last in either direction."""
        self._where.append(expression(field, self._table).is_(None))
        return self.by_id(descending, after)

    def _page(self, where: list[ColumnElement[bool]], order: list[ColumnElement[Any]]) -> Any:
        limit = bindparam("limit", type_=BigInteger())
        return select(*self._store.columns).where(*where).order_by(*order).limit(limit)

    def _ordered(self, value: ColumnElement[Any], descending: bool) -> ColumnElement[Any]:
        aside = self._aside(value)
        return aside.desc() if descending else aside.asc()

    def _aside(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """Without statistics SQLite would rather read every record in order than look up an address and sort."""
        return Unindexed(value) if self._looked_up else value


def _is_looked_up(where: Predicate | None, store: RecordStore) -> bool:
    """Must the records equal a value that an index leads to: an address, an external id?"""
    leading = [next(iter(names), None) for names in _indexes(store)]
    return any(name in leading for name in _equal(where, (EQ, IN)))


def is_one_stretch(where: Predicate | None, store: RecordStore) -> bool:
    """Is what the search finds, by id, one stretch of an index: all of one assignee in one state?

    Then one way to it is best, whatever the values.
    """
    parts = where.parts if isinstance(where, And) else (where,)
    equal = _equal(where, (EQ,))
    return len(equal) == len(parts) and equal in _in_order(store)


def _is_in_order(where: Predicate | None, store: RecordStore) -> bool:
    """Does an index lead to what the records must equal, besides other things, and hold those by their ids?

    Then a page is the first few of them, without a look at the others.
    """
    equal = _equal(where, (EQ,))
    return any(equal.issuperset(names) for names in _in_order(store))


@cache
def _in_order(store: RecordStore) -> tuple[frozenset[str], ...]:
    """The columns whose records an index holds by id: one set for each such index."""
    names = [one for one in _indexes(store) if len(one) > 2 and one[-2:] == ["live", "id"]]
    return tuple(frozenset(one[:-2]) for one in names)


def _indexes(store: RecordStore) -> list[list[str]]:
    """The columns of each index, without those that are the same for all records that a search looks at."""
    lead = (store.key, store.kind_column)
    return [[one.name for one in index.columns if one.name not in lead] for index in store.table.indexes]


def _equal(where: Predicate | None, ops: tuple[str, ...]) -> set[str]:
    """The columns that must equal values."""
    parts = where.parts if isinstance(where, And) else (where,)
    places = [one.field.place for one in parts if isinstance(one, Compare) and one.op in ops]
    return {place.name for place in places if isinstance(place, Column)}


def always_there(field: Field, store: RecordStore) -> bool:
    """Has every record a value of this field?"""
    if isinstance(field.place, Detail):
        return field.place.default is not None
    return isinstance(field.place, Column) and not store.table.c[field.place.name].nullable


def _beyond(value: Any, bound: Any, descending: bool) -> ColumnElement[bool]:
    return value < bound if descending else value > bound

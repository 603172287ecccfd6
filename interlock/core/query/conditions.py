"""A predicate as a condition of SQL on a record of some table.

What is around a record is asked for by `id in (subquery)` with the ids of all records that it holds for, not by
`exists`: SQLite can start from the subquery, PostgreSQL plans both alike, and neither runs it for each row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, and_, bindparam, case, func, literal, literal_column, not_, or_, select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import BigInteger, Text

from interlock.core.attributes.definition import COMPANY
from interlock.core.query.constructs import (
    Domain,
    Exact,
    ExactSum,
    HasWord,
    HtmlText,
    JsonValue,
    NotTrue,
    TextMatch,
)
from interlock.core.query.field import (
    Column,
    Custom,
    Detail,
    EmailDomain,
    Field,
    Html,
    Links,
    Participants,
    Sets,
    Tagged,
)
from interlock.core.query.predicate import (
    EQ,
    IN,
    MISSING,
    TEXT_MATCHES,
    WORD,
    And,
    Compare,
    Happened,
    Member,
    Not,
    Or,
    Predicate,
    Related,
    of_none,
)
from interlock.core.records.store import store_of
from interlock.storage.query import any_of
from interlock.storage.tables import data_event_summaries, links, memberships, participants, taggings

_COMPARISONS = {"eq": "__eq__", "lt": "__lt__", "le": "__le__", "gt": "__gt__", "ge": "__ge__"}
_EVENT = {"count": "count", "first": "first_at", "last": "last_at"}
_KEY = bindparam("key")


class Conditions:
    """Makes conditions, and numbers their values `v0`, `v1`, ... in the order in which `sql.shape` collects them."""

    def __init__(self) -> None:
        self._values = 0
        self._aliases = 0

    def of(self, predicate: Predicate, table: FromClause) -> ColumnElement[bool]:
        match predicate:
            case Compare(field, op) if isinstance(field.place, Sets):
                return self._in_set(field.place, op, table)
            case Compare(field, op):
                return self._compare(field, op, table)
            case Not(Compare(field, "missing")) if not isinstance(field.place, Sets):
                return expression(field, table).is_not(None)
            case Not(part):
                return NotTrue(self.of(part, table))
            case And(parts):
                return and_(*[self.of(part, table) for part in parts])
            case Or(parts):
                return or_(*[self.of(part, table) for part in parts])
            case Related():
                return self._related(predicate, table)
            case Happened():
                return self._happened(predicate, table)
            case Member(where):
                return self._member(where, table)

    def _name(self) -> str:
        self._values += 1
        return f"v{self._values - 1}"

    def _number(self) -> int:
        self._aliases += 1
        return self._aliases

    # --- the record itself

    def _compare(self, field: Field, op: str, table: FromClause) -> ColumnElement[bool]:
        value = expression(field, table)
        if op == MISSING:
            return value.is_(None)
        if op == IN:
            return any_of(value, self._name())
        wanted = bindparam(self._name(), type_=value.type)
        if op == WORD:
            assert isinstance(field.place, Html)
            return HasWord(HtmlText(table.c[field.place.name], words=True), wanted)
        if op in TEXT_MATCHES:
            return TextMatch(value, wanted, op)
        return getattr(value, _COMPARISONS[op])(wanted)

    def _in_set(self, place: Sets, op: str, table: FromClause) -> ColumnElement[bool]:
        own, other, ours = _set(place)
        if op == MISSING:
            return not_(table.c.id.in_(select(own).where(*ours)))
        if op == EQ:
            ours.append(other == bindparam(self._name(), type_=Text()))
        elif op == IN:
            ours.append(any_of(other, self._name()))
        else:
            raise ValueError(f"references know no {op}")
        return table.c.id.in_(select(own).where(*ours))

    # --- what is around it

    def _related(self, wanted: Related, table: FromClause) -> ColumnElement[bool]:
        number, store = self._number(), store_of(wanted.kind)
        link, other = links.alias(f"link_{number}"), store.table.alias(f"other_{number}")
        own, far = (link.c.a_id, link.c.b_id) if wanted.place.side == "a" else (link.c.b_id, link.c.a_id)
        reference = literal(wanted.place.reference_id, Text())
        linked = [link.c.shard_key == _KEY, link.c.reference_id == reference]
        linked += [other.c[store.key] == _KEY, other.c.id == far]
        if store.kind_column:
            linked.append(other.c[store.kind_column] == literal(wanted.kind, Text()))
        if wanted.measure == "newest":
            return self._newest(wanted, table, number, own, other, linked)
        if wanted.where is not None:
            linked.append(self.of(wanted.where, other))
        holders = select(own).where(*linked)
        if wanted.measure == "any":
            return table.c.id.in_(holders)
        if wanted.measure == "count":
            measured: ColumnElement[Any] = func.count()
            value: ColumnElement[Any] = bindparam(self._name(), type_=BigInteger())
        else:
            assert wanted.of is not None
            number_of = expression(wanted.of, other)
            measured, value = ExactSum(number_of), Exact(bindparam(self._name(), type_=number_of.type))
        holds = getattr(measured, _COMPARISONS[wanted.op])(value)
        if of_none(wanted.op, wanted.value):  # it holds for records that have none, of whom the links know nothing
            return not_(table.c.id.in_(holders.group_by(own).having(not_(holds))))
        return table.c.id.in_(holders.group_by(own).having(holds))

    def _newest(
        self,
        wanted: Related,
        table: FromClause,
        number: int,
        own: ColumnElement[Any],
        other: FromClause,
        linked: list[ColumnElement[bool]],
    ) -> ColumnElement[bool]:
        assert wanted.of is not None
        store = store_of(wanted.kind)
        by = expression(wanted.of, other)
        place = func.row_number().over(partition_by=own, order_by=(by.desc().nulls_last(), other.c.id.desc()))
        columns = (own.label("own_id"), other.c.id.label("other_id"), place.label("place"))
        ranked = select(*columns).where(*linked).subquery(f"ranked_{number}")
        newest = store.table.alias(f"newest_{number}")
        first = [ranked.c.place == literal_column("1"), newest.c[store.key] == _KEY, newest.c.id == ranked.c.other_id]
        if wanted.where is not None:
            first.append(self.of(wanted.where, newest))
        return table.c.id.in_(select(ranked.c.own_id).where(*first))

    def _happened(self, wanted: Happened, table: FromClause) -> ColumnElement[bool]:
        events = data_event_summaries.c
        named = events.name == bindparam(self._name(), type_=Text())
        value = bindparam(self._name(), type_=BigInteger())
        holds = getattr(events[_EVENT[wanted.metric]], _COMPARISONS[wanted.op])(value)
        people = select(events.contact_id).where(events.workspace_id == _KEY, named)
        if wanted.metric == "count" and of_none(wanted.op, wanted.value):
            return not_(table.c.id.in_(people.where(not_(holds))))
        return table.c.id.in_(people.where(holds))

    def _member(self, where: Predicate, table: FromClause) -> ColumnElement[bool]:
        number, store = self._number(), store_of(COMPANY)
        member, company = memberships.alias(f"member_{number}"), store.table.alias(f"company_{number}")
        joined = [member.c.workspace_id == _KEY, company.c[store.key] == _KEY, company.c.id == member.c.company_id]
        return table.c.id.in_(select(member.c.contact_id).where(*joined, self.of(where, company)))


def _set(place: Sets) -> tuple[ColumnElement[Any], ColumnElement[Any], list[ColumnElement[bool]]]:
    """The column of the record, the column of the ids that it has, and which rows of their table count."""
    match place:
        case Links():
            own, other = (links.c.a_id, links.c.b_id) if place.side == "a" else (links.c.b_id, links.c.a_id)
            ours = [links.c.shard_key == _KEY, links.c.reference_id == literal(place.reference_id, Text())]
            return own, other, ours
        case Tagged():
            tags = taggings.c
            return tags.record_id, tags.tag_id, [tags.workspace_id == _KEY, tags.kind == literal(place.kind, Text())]
        case Participants():
            members = participants.c
            ours = [members.workspace_id == _KEY, members.kind == literal(place.kind, Text())]
            return members.thread_id, members.member_id, ours


def expression(field: Field, table: FromClause) -> ColumnElement[Any]:
    """The value of a field, or null."""
    match field.place:
        case Column(name) if isinstance(table.c[name].type, Boolean):
            return case((table.c[name], literal_column("1", BigInteger())), else_=literal_column("0", BigInteger()))
        case Column(name):
            return table.c[name]
        case Custom(slot=str(slot)):
            return table.c[slot]
        case Custom(name):
            return JsonValue(table.c.attributes, name, field.data_type)
        case Detail(key, None):
            return JsonValue(table.c.details, key, field.data_type)
        case Detail(key, default):
            value = JsonValue(table.c.details, key, field.data_type)
            return func.coalesce(value, literal_column(str(int(default or 0)), BigInteger()), type_=BigInteger())
        case EmailDomain():
            return Domain(table.c.email_key)
        case Html(name):
            return HtmlText(table.c[name], words=False)
    raise ValueError(f"{field.path} is not one value")

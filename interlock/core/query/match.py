"""Does a record satisfy a predicate? In memory, without a database: for segments, triggers, and to check `sql.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from interlock.core.query.field import (
    STORED,
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
from interlock.core.query.predicate import NUMBERS, And, Compare, Happened, Member, Not, Or, Predicate, Related
from interlock.core.records.record import Record
from interlock.kit.sums import Sum
from interlock.kit.words import ascii_lower, html_text, words


@dataclass(slots=True)
class Known:
    """A record with what is around it, as far as a predicate asks for it (`around_store.py` loads it).

    `events`: how often, when first and when last, by name. `related`: the records at the other end, by reference.
    """

    record: Record
    events: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    related: dict[Links, list[Known]] = field(default_factory=dict)
    companies: list[Known] = field(default_factory=list)


def matches(predicate: Predicate, record: Record | Known) -> bool:
    """For filters over references, tags and participants `links` of the record must have been loaded."""
    return _matches(predicate, record if isinstance(record, Known) else Known(record))


def _matches(predicate: Predicate, known: Known) -> bool:
    match predicate:
        case Compare():
            return _compare(predicate, known.record)
        case And(parts):
            return all(_matches(part, known) for part in parts)
        case Or(parts):
            return any(_matches(part, known) for part in parts)
        case Not(part):
            return not _matches(part, known)
        case Related():
            return _related(predicate, known.related.get(predicate.place, []))
        case Happened():
            return _happened(predicate, known.events.get(predicate.name))
        case Member(where):
            return any(_matches(where, one) for one in known.companies)


# --- values


def value_of(field: Field, record: Record) -> Any:
    """The value that a field has in a record, or None. Not for references, which have any number of them."""
    match field.place:
        case Column("id"):
            return record.id
        case Column(name):
            return record.fields.get(name)
        case Detail(key, default):
            value = STORED[field.data_type](record.details.get(key))
            return default if value is None else value
        case Custom(name):
            return STORED[field.data_type](record.attributes.get(name))
        case EmailDomain():
            _, at, domain = (record.fields.get("email_key") or "").partition("@")
            return domain if at else None
        case Html(name):
            html = record.fields.get(name)
            return None if html is None else html_text(html)
        case _:
            return None


def held_as(place: Sets) -> str:
    """Where in `Record.links` the ids of a place are: no attribute has a name with NUL."""
    match place:
        case Links(name):
            return name
        case Tagged():
            return "\0tags"
        case Participants(kind):
            return f"\0{kind}"


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    **NUMBERS,
    "in": lambda value, wanted: value in wanted,
    "contains": lambda value, wanted: ascii_lower(wanted) in ascii_lower(value),
    "starts": lambda value, wanted: ascii_lower(value).startswith(ascii_lower(wanted)),
    "ends": lambda value, wanted: ascii_lower(value).endswith(ascii_lower(wanted)),
    "word": lambda value, wanted: wanted in words(value),
}


def _compare(comparison: Compare, record: Record) -> bool:
    place = comparison.field.place
    if isinstance(place, Sets):
        return _compare_set(comparison, record.links.get(held_as(place), set()))
    value = value_of(comparison.field, record)
    if comparison.op == "missing":
        return value is None
    return value is not None and _COMPARISONS[comparison.op](value, comparison.value)


def _compare_set(comparison: Compare, ids: set[str]) -> bool:
    match comparison.op:
        case "missing":
            return not ids
        case "eq":
            return comparison.value in ids
        case "in":
            return not ids.isdisjoint(comparison.value)
    raise ValueError(f"references know no {comparison.op}")


# --- what is around a record


def _related(wanted: Related, others: list[Known]) -> bool:
    if wanted.measure == "newest":
        others = [_newest(wanted.of, others)] if others else []
    found = [one for one in others if wanted.where is None or _matches(wanted.where, one)]
    match wanted.measure:
        case "count":
            return NUMBERS[wanted.op](len(found), wanted.value)
        case "sum":
            assert wanted.of is not None
            total = Sum(value_of(wanted.of, one.record) for one in found).value()
            return NUMBERS[wanted.op](total, wanted.value)
        case _:
            return bool(found)


def _newest(by: Field | None, others: list[Known]) -> Known:
    assert by is not None

    def age(known: Known) -> tuple[bool, Any, str]:
        value = value_of(by, known.record)
        return value is not None, value or 0, known.record.id

    return max(others, key=age)


def _happened(wanted: Happened, summary: tuple[int, int, int] | None) -> bool:
    if summary is None:
        return wanted.metric == "count" and NUMBERS[wanted.op](0, wanted.value)
    return NUMBERS[wanted.op](summary[("count", "first", "last").index(wanted.metric)], wanted.value)

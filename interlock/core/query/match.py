"""Does a record satisfy a predicate? In memory, without a database: for triggers, and to check `sql.py` against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.core.query.fields import STORED, Column, Custom, Detail, EmailDomain, Field, Links
from interlock.core.query.predicate import And, Compare, Not, Or, Predicate
from interlock.core.records.record import Record

_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def matches(predicate: Predicate, record: Record) -> bool:
    """For filters over references, `record.links` must have been loaded."""
    match predicate:
        case Compare():
            return _compare(predicate, record)
        case And(parts):
            return all(matches(part, record) for part in parts)
        case Or(parts):
            return any(matches(part, record) for part in parts)
        case Not(part):
            return not matches(part, record)


def ascii_lower(text: str) -> str:
    """Lower case for ASCII letters alone, as both databases do it: `İ`, `ß` and the Kelvin sign stay as they are."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def value_of(field: Field, record: Record) -> Any:
    """The value that a field has in a record, or None. Not for references, which have any number of them."""
    match field.place:
        case Column("id"):
            return record.id
        case Column(name):
            return record.fields.get(name)
        case Detail(key):
            return STORED[field.data_type](record.details.get(key))
        case Custom(name):
            return STORED[field.data_type](record.attributes.get(name))
        case EmailDomain():
            _, at, domain = (record.fields.get("email_key") or "").partition("@")
            return domain if at else None
        case _:
            return None


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "in": lambda value, wanted: value in wanted,
    "lt": lambda value, wanted: value < wanted,
    "le": lambda value, wanted: value <= wanted,
    "gt": lambda value, wanted: value > wanted,
    "ge": lambda value, wanted: value >= wanted,
    "contains": lambda value, wanted: ascii_lower(wanted) in ascii_lower(value),
    "starts": lambda value, wanted: ascii_lower(value).startswith(ascii_lower(wanted)),
    "ends": lambda value, wanted: ascii_lower(value).endswith(ascii_lower(wanted)),
}


def _compare(comparison: Compare, record: Record) -> bool:
    if isinstance(comparison.field.place, Links):
        return _compare_links(comparison, record.links.get(comparison.field.place.name, set()))
    value = value_of(comparison.field, record)
    if comparison.op == "missing":
        return value is None
    return value is not None and _COMPARISONS[comparison.op](value, comparison.value)


def _compare_links(comparison: Compare, ids: set[str]) -> bool:
    match comparison.op:
        case "missing":
            return not ids
        case "eq":
            return comparison.value in ids
        case "in":
            return not ids.isdisjoint(comparison.value)
    raise ValueError(f"references know no {comparison.op}")

"""The body of a search, as clients send it, to a predicate with typed values.

Which error wins: the query before the sort before the pagination; within a filter the field, then the operator, then
the value; within a group its own form, then its filters from first to last.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.core.attributes.definition import (
    BOOLEAN,
    COMPANY,
    DATETIME,
    DECIMAL,
    INTEGER,
    LIST,
    REFERENCE,
    STRING,
)
from interlock.core.query.days import DateRules, day_around
from interlock.core.query.fields import DAY_OPERATORS, Custom, Field, fields_of
from interlock.core.query.page import bad_cursor
from interlock.core.query.predicate import (
    CONTAINS,
    ENDS,
    EQ,
    GE,
    GT,
    IN,
    LE,
    LT,
    MISSING,
    STARTS,
    And,
    Compare,
    Not,
    Op,
    Or,
    Predicate,
)
from interlock.core.schema.schema import Schema, WorkspaceSettings
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid, missing

PER_PAGE = {COMPANY: 15}
"""Rows of a page where the search does not say. Other kinds: `limits.SEARCH_PER_PAGE`."""

_POSITIVE: dict[str, Op] = {
    "=": EQ, "IN": IN, "<": LT, "<=": LE, ">": GT, ">=": GE, "~": CONTAINS, "^": STARTS, "$": ENDS,
}  # fmt: skip
_NEGATIVE: dict[str, Op] = {"!=": EQ, "NIN": IN, "!~": CONTAINS}
_GROUPS: dict[str, type[And] | type[Or]] = {"AND": And, "OR": Or}
_ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Search:
    """What to find, in which order, and which page of it. `where` None: every record of the kind."""

    where: Predicate | None
    sort: tuple[Field, bool]  # the field, and whether the greatest comes first
    per_page: int = limits.SEARCH_PER_PAGE
    starting_after: str | None = None


def parse(body: Any, schema: Schema, kind: str, rules: DateRules) -> Search:
    """Read `{query, sort?, pagination?}`. Raises a 400 problem that names the field at fault."""
    if not isinstance(body, dict):
        raise invalid("The body must be an object")
    query = body.get("query")
    if query is None:
        raise missing("query is required", "query")
    fields = fields_of(schema, kind)
    where = _query(query, fields, rules, schema.workspace.settings, 0)
    sort = _sort(body.get("sort"), fields)
    per_page, starting_after = _pagination(body.get("pagination"), kind)
    return Search(where, sort, per_page, starting_after)


def default_sort(fields: Mapping[str, Field]) -> tuple[Field, bool]:
    """The newest record first. Ids sort by creation, and unlike a time no two are the same."""
    return fields["id"], True


# --- the tree


def _query(
    query: Any, fields: Mapping[str, Field], rules: DateRules, settings: WorkspaceSettings, level: int
) -> Predicate:
    if not isinstance(query, dict):
        raise invalid("A query must be an object with field, operator and value, or with operator and value", "query")
    if "field" not in query:
        return _group(query, fields, rules, settings, level + 1)
    name = query["field"]
    field = fields.get(name) if isinstance(name, str) else None
    if field is None:
        raise Problem("invalid_field", f"{_shown(name)} is not a valid search field", _shown(name))
    return _filter(name, field, query.get("operator"), query.get("value", _ABSENT), rules)


def _group(
    query: dict[str, Any], fields: Mapping[str, Field], rules: DateRules, settings: WorkspaceSettings, level: int
) -> Predicate:
    operator, filters = query.get("operator"), query.get("value")
    group = _GROUPS.get(operator) if isinstance(operator, str) else None
    if group is None:
        if operator is None or (isinstance(operator, str) and (operator in _POSITIVE or operator in _NEGATIVE)):
            raise missing("A filter must have a field", "field")
        message = f"'{_shown(operator)}' is not a valid operator. Must be one of: AND, OR"
        raise Problem("invalid_operator", message, "operator")
    if level > settings.search_levels:
        raise invalid(f"Queries may be nested at most {settings.search_levels} levels deep", "query")
    if not isinstance(filters, list) or not filters:
        raise invalid(f"The value of {operator} must be an array of at least one filter", "value")
    if len(filters) > settings.search_filters:
        raise invalid(f"A group may have at most {settings.search_filters} filters", "value")
    parts = tuple([_query(one, fields, rules, settings, level) for one in filters])
    return parts[0] if len(parts) == 1 else group(parts)


def _filter(name: str, field: Field, operator: Any, value: Any, rules: DateRules) -> Predicate:
    zone = None
    allowed = field.operators
    if field.data_type == DATETIME:
        zone = rules.custom if isinstance(field.place, Custom) else rules.standard
        if zone is not None:
            allowed = DAY_OPERATORS
    if operator not in allowed:
        message = f"'{_shown(operator)}' is not a valid operator for {name}. Must be one of: {', '.join(allowed)}"
        raise Problem("invalid_operator", message, name)
    if value is _ABSENT:
        raise missing(f"The filter for {name} must have a value", name)
    if value is None:
        return _unknown(name, field, operator)
    negative = operator in _NEGATIVE
    op = _NEGATIVE[operator] if negative else _POSITIVE[operator]
    read = _READ[field.data_type]
    if op == IN:
        if not isinstance(value, list):
            raise invalid(f"The value of {name} must be an array for {operator}", name)
        typed: Any = tuple([read(name, one) for one in value])
    else:
        typed = read(name, value)
    if field.folded:
        typed = tuple([one.lower() for one in typed]) if op == IN else typed.lower()
    if zone is not None:
        return _by_day(name, field, op, typed, zone)
    comparison = Compare(field, op, typed)
    return Not(comparison) if negative else comparison


def _unknown(name: str, field: Field, operator: str) -> Predicate:
    """`= null` finds records without a value, `!= null` those with any."""
    if operator == "=":
        return Compare(field, MISSING)
    if operator == "!=":
        return Not(Compare(field, MISSING))
    raise invalid(f"The value of {name} must not be null for {operator}", name)


def _by_day(name: str, field: Field, op: Op, moment: int, zone: str) -> Predicate:
    """A comparison by calendar day, as one by the second."""
    try:
        first, after = day_around(moment, zone)
    except ValueError:
        raise invalid(f"The value of {name} must be a date between the years 1 and 9999", name) from None
    if op == GT:
        return Compare(field, GE, after)
    if op == LT:
        return Compare(field, LT, first)
    return And((Compare(field, GE, first), Compare(field, LT, after)))


# --- values

_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(f"The value of {name} must be a string", name)
    if "\0" in value or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise invalid(f"The value of {name} must not contain NUL or lone surrogates", name)
    return value


def _whole(name: str, value: Any) -> int:
    if (isinstance(value, str) and _WHOLE.fullmatch(value)) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"The value of {name} must be an integer", name)
    if not limits.INTEGER_MIN <= value <= limits.INTEGER_MAX:
        raise invalid(f"The value of {name} must be an integer of at most 64 bits", name)
    return value


def _moment(name: str, value: Any) -> int:
    try:
        moment = _whole(name, value)
    except Problem:
        raise invalid(f"The value of {name} must be a date in Unix seconds", name) from None
    if abs(moment) >= limits.MILLISECONDS_FROM:
        raise invalid(f"The value of {name} must be in Unix seconds, not milliseconds", name)
    return moment


def _double(name: str, value: Any) -> float:
    number = math.nan
    if (isinstance(value, int | float) and not isinstance(value, bool)) or _is_number(value):
        try:
            number = float(value)
        except OverflowError:  # an integer may have any number of digits
            number = math.inf
    if not math.isfinite(number):
        raise invalid(f"The value of {name} must be a number", name)
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _boolean(name: str, value: Any) -> bool:
    found = value if isinstance(value, bool) else _BOOLEANS.get(value) if isinstance(value, str) else None
    if found is None:
        raise invalid(f"The value of {name} must be true or false", name)
    return found


_READ: dict[str, Callable[[str, Any], Any]] = {
    STRING: _text,
    LIST: _text,
    REFERENCE: _text,  # the id of the record at the other end
    INTEGER: _whole,
    DATETIME: _moment,
    DECIMAL: _double,
    BOOLEAN: _boolean,
}


def _shown(value: Any) -> str:
    return str(value)[: limits.NAME_CHARS]


# --- order and page


def _sort(sort: Any, fields: Mapping[str, Field]) -> tuple[Field, bool]:
    if sort is None:
        return default_sort(fields)
    if not isinstance(sort, dict):
        raise invalid("sort must be an object with field and order", "sort")
    field = default_sort(fields)[0]
    name, order = sort.get("field"), sort.get("order")
    if name is not None:
        found = fields.get(name) if isinstance(name, str) else None
        if found is None or not found.sortable:
            raise Problem("invalid_field", f"{_shown(name)} is not a valid sort field", _shown(name))
        field = found
    if order is not None and order not in ("ascending", "descending"):
        message = f"Invalid sort order '{_shown(order)}'. Must be one of: ascending, descending"
        raise Problem("invalid_sort_order", message, "sort.order")
    return field, order != "ascending"


def _pagination(pagination: Any, kind: str) -> tuple[int, str | None]:
    if pagination is None:
        return PER_PAGE.get(kind, limits.SEARCH_PER_PAGE), None
    if not isinstance(pagination, dict):
        raise invalid("pagination must be an object with per_page and starting_after", "pagination")
    per_page, after = pagination.get("per_page"), pagination.get("starting_after")
    if per_page is None:
        per_page = PER_PAGE.get(kind, limits.SEARCH_PER_PAGE)
    elif isinstance(per_page, str) and _WHOLE.fullmatch(per_page):
        per_page = int(per_page)
    if not isinstance(per_page, int) or isinstance(per_page, bool) or not 1 <= per_page <= limits.PER_PAGE_MAX:
        raise invalid(f"per_page must be an integer from 1 to {limits.PER_PAGE_MAX}", "per_page")
    if after is not None and not isinstance(after, str):
        raise bad_cursor()
    return per_page, after or None

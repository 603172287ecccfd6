"""One filter of a search, `{field, operator, value}`, to a predicate with a typed value.

Which error wins: the operator before the value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from interlock.core.attributes.definition import (
    BOOLEAN,
    DATETIME,
    DECIMAL,
    INTEGER,
    LIST,
    REFERENCE,
    STRING,
)
from interlock.core.query.days import DateRules, day_around
from interlock.core.query.field import DAY_OPERATORS, Custom, Field, Html, Links
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
    WORD,
    And,
    Compare,
    Not,
    Op,
    Or,
    Predicate,
)
from interlock.core.query.thread_fields import as_each_type, is_ticket_attribute
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid, missing
from interlock.kit.words import one_word

POSITIVE: dict[str, Op] = {
    "=": EQ, "IN": IN, "<": LT, "<=": LE, ">": GT, ">=": GE, "~": CONTAINS, "^": STARTS, "$": ENDS,
}  # fmt: skip
NEGATIVE: dict[str, Op] = {"!=": EQ, "NIN": IN, "!~": CONTAINS}
ABSENT: Any = object()
"""What stands for a value that was not sent."""
_INCLUSIVE: dict[Op, Op] = {GT: GE, LT: LE}


def read_filter(name: str, field: Field, operator: Any, value: Any, rules: DateRules) -> Predicate:
    zone = None
    allowed = field.operators
    if field.data_type == DATETIME:
        zone = rules.custom if isinstance(field.place, Custom) else rules.standard
        if zone is not None:
            allowed = DAY_OPERATORS
    if operator not in allowed:
        message = f"'{shown(operator)}' is not a valid operator for {name}. Must be one of: {', '.join(allowed)}"
        raise Problem("invalid_operator", message, name)
    if value is ABSENT:
        raise missing(f"The filter for {name} must have a value", name)
    if value is None:
        return _unknown(name, field, operator)
    negative = operator in NEGATIVE
    op = NEGATIVE[operator] if negative else POSITIVE[operator]
    read = _reader(field, rules)
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
    if rules.inclusive and field.data_type == DATETIME:
        op = _INCLUSIVE.get(op, op)
    comparison = _comparison(field, op, typed)
    return Not(comparison) if negative else comparison


def _comparison(field: Field, op: Op, typed: Any) -> Predicate:
    if isinstance(field.place, Html) and op in (EQ, IN):
        return _has_word(field, typed if op == IN else (typed,))
    if field.zero_is_none and op == EQ and typed == 0:
        return Compare(field, MISSING)
    if field.zero_is_none and op == IN and 0 in typed:
        return Or((Compare(field, MISSING), Compare(field, IN, tuple([one for one in typed if one != 0]))))
    return Compare(field, op, typed)


def _has_word(field: Field, texts: tuple[str, ...]) -> Predicate:
    found = [Compare(field, WORD, word) for word in map(one_word, texts) if word is not None]
    if not found:
        return nothing(field)
    return found[0] if len(found) == 1 else Or(tuple(found))


def nothing(field: Field) -> Predicate:
    """What no record satisfies."""
    return Compare(field, IN, ())


def _unknown(name: str, field: Field, operator: str) -> Predicate:
    """`= null` finds records without a value, `!= null` those with any."""
    if operator == "=":
        return is_unknown(field)
    if operator == "!=":
        return Not(is_unknown(field))
    raise invalid(f"The value of {name} must not be null for {operator}", name)


def is_unknown(field: Field) -> Predicate:
    """The record has no value of the field, whatever its type where the field has none of its own."""
    if is_ticket_attribute(field):
        return And(tuple([Compare(one, MISSING) for one in as_each_type(field)]))
    return Compare(field, MISSING)


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

WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(f"The value of {name} must be a string", name)
    if "\0" in value or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise invalid(f"The value of {name} must not contain NUL or lone surrogates", name)
    return value


def _id(name: str, value: Any) -> str:
    """The id of a tag or of somebody who takes part. Those that look like numbers may be sent as numbers."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= limits.INTEGER_MAX:
        value = str(value)
    return _text(name, value)


def _whole(name: str, value: Any) -> int:
    if (isinstance(value, str) and WHOLE.fullmatch(value)) or (isinstance(value, float) and value.is_integer()):
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


def _reader(field: Field, rules: DateRules) -> Callable[[str, Any], Any]:
    """Where a moment is known that counts as now, a date may also be `{"days_ago": 30}`."""
    read = READ[field.data_type]
    if field.data_type == REFERENCE and not isinstance(field.place, Links):
        return _id
    now = rules.now
    if now is None or field.data_type != DATETIME:
        return read

    def moment(name: str, value: Any) -> int:
        return days_ago(name, value, now) if isinstance(value, dict) else read(name, value)

    return moment


def days_ago(name: str, value: dict[str, Any], now: int) -> int:
    days = value.get("days_ago")
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= limits.DAYS_AGO_MAX or len(value) > 1:
        message = f'The value of {name} must be a date in Unix seconds, or {{"days_ago": a whole number}}'
        raise invalid(message, name)
    return now - days * 86_400


READ: dict[str, Callable[[str, Any], Any]] = {
    STRING: _text,
    LIST: _text,
    REFERENCE: _text,  # the id of the record at the other end
    INTEGER: _whole,
    DATETIME: _moment,
    DECIMAL: _double,
    BOOLEAN: _boolean,
}


def shown(value: Any) -> str:
    return str(value)[: limits.NAME_CHARS]

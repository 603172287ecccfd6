"""A search as a tree of primitive comparisons, after everything that differs by version or wording is gone.

Two evaluators read it: `match.py` in memory and `sql.py` in a database. Each comparison is true or false, never
unknown: a record without a value satisfies no comparison but `MISSING`, and `Not` turns exactly that round. So
"does not equal" finds records without a value too.

Besides comparisons of the record itself there are three leaves that look at what is around it: related records,
the events of a person, the companies of a person. `rules.py` says what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from interlock.core.query.field import Field, Links

Op = Literal["eq", "in", "lt", "le", "gt", "ge", "contains", "starts", "ends", "word", "missing"]

EQ: Op = "eq"
IN: Op = "in"
LT: Op = "lt"
LE: Op = "le"
GT: Op = "gt"
GE: Op = "ge"
CONTAINS: Op = "contains"
STARTS: Op = "starts"
ENDS: Op = "ends"
WORD: Op = "word"
MISSING: Op = "missing"

TEXT_MATCHES = (CONTAINS, STARTS, ENDS)
"""They ignore the case of ASCII letters, and of no others: the only rule that every database can keep."""

NUMBERS: dict[Op, Callable[[Any, Any], bool]] = {
    EQ: lambda value, wanted: value == wanted,
    LT: lambda value, wanted: value < wanted,
    LE: lambda value, wanted: value <= wanted,
    GT: lambda value, wanted: value > wanted,
    GE: lambda value, wanted: value >= wanted,
}
"""How counts, sums and times compare."""


@dataclass(frozen=True, slots=True)
class Compare:
    """`value` is of the field's type already: a tuple for `IN`, nothing for `MISSING`, for `WORD` as `kit/words.py`
    has it."""

    field: Field
    op: Op
    value: Any = None


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Predicate


Measure = Literal["any", "count", "sum", "newest"]


@dataclass(frozen=True, slots=True)
class Related:
    """Something about the records of `kind` at the other end of a reference, of which those count that satisfy `where`.

    `any`: there is one. `count`, `sum` (of the values of `of`): compared with `value` by `op`. `newest`: the greatest
    by `of` (records without it are older than all others), then by id, exists and satisfies `where`.
    """

    place: Links
    kind: str
    measure: Measure
    where: Predicate | None
    of: Field | None = None
    op: Op = EQ
    value: Any = None


@dataclass(frozen=True, slots=True)
class Happened:
    """How often an event happened to a person (0 where it never did), or when first or last (nothing if never)."""

    name: str
    metric: Literal["count", "first", "last"]
    op: Op
    value: int


@dataclass(frozen=True, slots=True)
class Member:
    """A person belongs to a company that satisfies `where`."""

    where: Predicate


Predicate = And | Or | Not | Compare | Related | Happened | Member


def leaves(predicate: Predicate) -> Iterator[Compare | Related | Happened | Member]:
    """The leaves of a tree; those inside `Related` and `Member` are not among them."""
    waiting = [predicate]
    while waiting:
        match waiting.pop():
            case And(parts) | Or(parts):
                waiting.extend(parts)
            case Not(part):
                waiting.append(part)
            case leaf:
                yield leaf


def size(predicate: Predicate | None) -> int:
    """How many parts a tree has, inside its leaves too."""
    match predicate:
        case None:
            return 0
        case And(parts) | Or(parts):
            return 1 + sum(map(size, parts))
        case Not(part):
            return 1 + size(part)
        case Related() | Member():
            return 1 + size(predicate.where)
    return 1


def of_none(op: Op, value: Any) -> bool:
    """Does a count or a sum of nothing compare so?"""
    return NUMBERS[op](0, value)

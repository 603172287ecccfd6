"""A search as a tree of primitive comparisons, after everything that differs by version or wording is gone.

Two evaluators read it: `match.py` in memory and `sql.py` in a database. Each comparison is true or false, never
unknown: a record without a value satisfies no comparison but `MISSING`, and `Not` turns exactly that round. So
"does not equal" finds records without a value too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from interlock.core.query.fields import Field

Op = Literal["eq", "in", "lt", "le", "gt", "ge", "contains", "starts", "ends", "missing"]

EQ: Op = "eq"
IN: Op = "in"
LT: Op = "lt"
LE: Op = "le"
GT: Op = "gt"
GE: Op = "ge"
CONTAINS: Op = "contains"
STARTS: Op = "starts"
ENDS: Op = "ends"
MISSING: Op = "missing"

TEXT_MATCHES = (CONTAINS, STARTS, ENDS)
"""They ignore the case of ASCII letters, and of no others: the only rule that every database can keep."""


@dataclass(frozen=True, slots=True)
class Compare:
    """`value` is of the field's type already: a tuple for `IN`, nothing for `MISSING`."""

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


Predicate = And | Or | Not | Compare

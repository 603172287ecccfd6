"""One word of the search language: its type, the operators it knows, and where its value lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import BOOLEAN, DATETIME, DECIMAL, INTEGER, LIST, REFERENCE, STRING
from interlock.kit import limits

# --- where a value lives


@dataclass(frozen=True, slots=True)
class Column:
    """A standard column of the table of the kind."""

    name: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A key in a record's `details`. `default` is what a record has that says nothing: a number or a boolean."""

    key: str
    default: int | bool | None = None


@dataclass(frozen=True, slots=True)
class Custom:
    """A custom attribute: in the JSON always, and in `slot` as well when a job has filled it."""

    name: str
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """A reference: the ids at the other end of the record's links. `side` is the end that the record is at."""

    name: str
    reference_id: str
    side: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """The ids of the tags that a record of this kind has."""

    kind: str


@dataclass(frozen=True, slots=True)
class Participants:
    """The ids of those who take part in a thread: `contact` or `admin`."""

    kind: str


@dataclass(frozen=True, slots=True)
class EmailDomain:
    """What follows the first `@` of a contact's address."""


@dataclass(frozen=True, slots=True)
class Html:
    """The text of a column that holds clean HTML (`kit/words.py`)."""

    name: str


@dataclass(frozen=True, slots=True)
class InSegment:
    """Membership of segments: replaced by their rules when a search is read, so no evaluator ever sees it."""


Sets = Links | Tagged | Participants
"""Places that hold any number of ids."""
Place = Column | Detail | Custom | EmailDomain | Html | InSegment | Sets

# --- which operators a type knows

EQUALITY = ("=", "!=", "IN", "NIN")
TEXT_OPERATORS = (*EQUALITY, "~", "!~", "^", "$")
ORDER_OPERATORS = (*EQUALITY, ">", "<", ">=", "<=")
TAG_OPERATORS = ("=", "!=")
DAY_OPERATORS = ("=", ">", "<")
"""Of dates that compare by calendar day."""

OPERATORS: dict[str, tuple[str, ...]] = {
    STRING: TEXT_OPERATORS,
    LIST: TEXT_OPERATORS,
    INTEGER: ORDER_OPERATORS,
    DECIMAL: ORDER_OPERATORS,
    DATETIME: ORDER_OPERATORS,
    BOOLEAN: EQUALITY,
    REFERENCE: EQUALITY,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One word of the search language.

    `folded`: stored in lower case, so that `=` ignores case. `zero_is_none`: 0 in a search means "none", as the API
    shows an assignee that there is not.
    """

    path: str
    data_type: str
    place: Place
    operators: tuple[str, ...]
    folded: bool = False
    zero_is_none: bool = False
    shape: str = field(init=False, default="")
    """Where and what: fields of equal shape make the same SQL, whatever they are called."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", f"{self.place!r} {self.data_type}")

    @property
    def sortable(self) -> bool:
        return not isinstance(self.place, Links | Tagged | Participants | Html | InSegment)


def columns(data_type: str, *names: str) -> dict[str, Field]:
    """Fields that are called as their columns are."""
    return {name: Field(name, data_type, Column(name), OPERATORS[data_type]) for name in names}


def renamed(data_type: str, names: dict[str, str]) -> dict[str, Field]:
    """Fields by their paths, with the columns that hold them."""
    return {path: Field(path, data_type, Column(name), OPERATORS[data_type]) for path, name in names.items()}


def details(data_type: str, paths: dict[str, str], default: int | bool | None = None) -> dict[str, Field]:
    """Fields by their paths, with the keys in `details`."""
    return {path: Field(path, data_type, Detail(key, default), OPERATORS[data_type]) for path, key in paths.items()}


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


# --- values


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _whole(value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if limits.INTEGER_MIN <= value <= limits.INTEGER_MAX else None


def _double(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


STORED: dict[str, Callable[[Any], Any]] = {
    STRING: _text,
    LIST: _text,
    INTEGER: _whole,
    DATETIME: _whole,
    DECIMAL: _double,
    BOOLEAN: _boolean,
}
"""How a stored value counts: as none, where it is of another type than the field (left by a change of definition)."""

"""The names of attributes: case-sensitive, immutable, and free of the characters that paths and templates need.

Two doors treat a bad name differently: whoever *defines* an attribute is told (`check_name`), and whoever only sends
data gets an attribute whose name has underscores instead (`sanitise`). Source: attributes.md 3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from interlock.core.attributes.definition import BOOLEAN, COMPANY, CONTACT, DATETIME, DECIMAL, INTEGER, STRING
from interlock.core.attributes.standard import reserved_names
from interlock.core.attributes.text import shown
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid

if TYPE_CHECKING:
    from interlock.core.schema.schema import Schema

FORBIDDEN = re.compile(r"""[.$~`!@#%^&*'{}\[\]|\\"\x00-\x1f\x7f\ud800-\udfff]""")
"""Intercom's list with NUL; control characters and lone surrogates are ours: nobody can type or store them."""

_BAD = "Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens"
_DATA_OF = {CONTACT: "people", COMPANY: "company"}
_OTHER = {CONTACT: COMPANY, COMPANY: CONTACT}


def check_name(name: Any, field: str = "name") -> Problem | None:
    """Is it a name at all? In this order: text, not blank, not too long, no forbidden character."""
    if not isinstance(name, str):
        return invalid("Your name for this attribute must be a string", field)
    if not name.strip():
        return invalid("Your name for this attribute must not be blank", field)
    if len(name) > limits.NAME_CHARS:
        return invalid(f"Your name for this attribute must be at most {limits.NAME_CHARS} characters", field)
    if FORBIDDEN.search(name):
        return invalid(_BAD, field)
    return None


def check_new_name(schema: Schema, kind: str, name: Any, field: str = "name") -> Problem | None:
    """May an attribute of this kind be made under this name? Archived attributes keep theirs.

    People and companies share their names, but not the standard ones: `monthly_spend` is a company's own, and a
    custom attribute of people in the examples of the API.
    """
    problem = check_name(name, field)
    if problem is not None:
        return problem
    if name in reserved_names(kind) or name in schema.of(kind):
        return _taken(name, kind, kind, field)
    other = _OTHER.get(kind)
    if other is not None and name in schema.of(other):
        return _taken(name, other, kind, field)
    return None


def sanitise(name: str) -> str:
    """The name of the attribute that data under this key goes to: an underscore for each forbidden character."""
    return FORBIDDEN.sub("_", name)


def infer_type(name: str, value: Any) -> str | None:
    """The type of the attribute that this value makes; None for what no attribute can hold.

    A number under a name that ends in `_at` is a date. A number in quotes is text: whoever wants otherwise defines
    the attribute.
    """
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)):
        if name.endswith("_at"):
            return DATETIME
        return INTEGER if isinstance(value, int) else DECIMAL
    return STRING if isinstance(value, str) else None


def _taken(name: str, by: str, kind: str, field: str) -> Problem:
    """The wording of POST /data_attributes for people and companies; ours for the rest."""
    name = shown(name)
    if kind not in _DATA_OF:
        return invalid(f"There is already an attribute '{name}'. Use a different name.", field)
    return invalid(
        f"You already have '{name}' in your {_DATA_OF[by]} data. "
        f"To save this as new {_DATA_OF[kind]} data, use a different name.",
        field,
    )

"""Lists: a set of predefined choices, of which a record has one.

The REST API may send a value that is not among them; it is kept as it is and does not become a choice. Whether a
source may do so stands in `policy.py`. Source: attributes.md 2 and 3.

An option that has an id may be named by it as well; kept is the value that people see. One that is archived is
refused from every source.
"""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.refuse import refuse
from interlock.core.attributes.types import string
from interlock.kit.problems import Problem


def read(raw: Any, strict: bool, attribute: Attribute) -> str | Problem:
    value = string.read(raw, strict, attribute)
    if isinstance(value, Problem):
        return value
    named = [one for one in attribute.options if value in (one.value, one.id)]
    if named and all(one.archived for one in named):
        return refuse(attribute, "must not be an option that is archived")
    return next((one.value for one in named if not one.archived), value)


def is_option(value: str, attribute: Attribute) -> bool:
    """Options are matched to the letter: "Open" is not "open"."""
    return any(option.value == value for option in attribute.options if not option.archived)

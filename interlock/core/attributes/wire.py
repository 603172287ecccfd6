"""The names that the REST API has for our types of attributes. Source: attributes.md 2."""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import BOOLEAN, DATETIME, DECIMAL, INTEGER, LIST, REFERENCE, STRING, Attribute
from interlock.kit.problems import Problem, invalid

_READ = {
    STRING: "string",
    INTEGER: "integer",
    DECIMAL: "float",
    BOOLEAN: "boolean",
    DATETIME: "date",
    LIST: "string",  # beside an `options` array
    REFERENCE: "relationship",
}
_WRITTEN = {
    "string": STRING,
    "integer": INTEGER,
    "float": DECIMAL,
    "boolean": BOOLEAN,
    "datetime": DATETIME,
    "date": DATETIME,
    "options": LIST,
}


def rest_data_type(attribute: Attribute) -> str:
    """The `data_type` of a `data_attribute`.

    A reference is "relationship", the word of conversation attributes, since `data_attribute` has none: lists of data
    attributes leave references out.
    """
    return _READ[attribute.data_type]


def from_rest(name: Any) -> str | Problem:
    """Our type for the `data_type` of POST /data_attributes. The problem's wording is Intercom's."""
    found = _WRITTEN.get(name) if isinstance(name, str) else None
    return found if found is not None else invalid("Data Type isn't an option", "data_type")

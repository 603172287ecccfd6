"""The names that the REST API has for our types of attributes. Source: attributes.md 2."""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import (
    BOOLEAN,
    DATETIME,
    DECIMAL,
    FILES,
    INTEGER,
    LIST,
    REFERENCE,
    STRING,
    Attribute,
)
from interlock.core.attributes.text import shown
from interlock.kit.problems import Meaning, Problem, invalid

_READ = {
    STRING: "string",
    INTEGER: "integer",
    DECIMAL: "float",
    BOOLEAN: "boolean",
    DATETIME: "date",
    LIST: "string",  # beside an `options` array
    REFERENCE: "relationship",
    FILES: "files",
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


_OF_CONVERSATIONS = {
    STRING: "string",
    INTEGER: "integer",
    LIST: "list",
    DECIMAL: "decimal",
    BOOLEAN: "boolean",
    DATETIME: "datetime",
    REFERENCE: "relationship",
    FILES: "files",
}
"""The words of `/conversations/attributes`, in the order of its refusal."""


def conversation_data_type(attribute: Attribute) -> str:
    """The `data_type` of a conversation attribute."""
    return _OF_CONVERSATIONS[attribute.data_type]


def from_conversation(name: str) -> str | Problem:
    """Our type for the `data_type` of POST /conversations/attributes. The problem's wording is Intercom's."""
    found = next((ours for ours, theirs in _OF_CONVERSATIONS.items() if theirs == name), None)
    if found is not None:
        return found
    allowed = ", ".join(_OF_CONVERSATIONS.values())
    message = f"data_type '{shown(name)}' is not valid. Allowed types: {allowed}"
    return Problem("parameter_invalid", message, "data_type", meaning=Meaning.UNPROCESSABLE)


def rest_data_type(attribute: Attribute) -> str:
    """The `data_type` of a `data_attribute`.

    A reference is "relationship" and files are "files", the words of conversation attributes, since `data_attribute`
    has none: lists of data attributes leave both out.
    """
    return _READ[attribute.data_type]


def from_rest(name: Any) -> str | Problem:
    """Our type for the `data_type` of POST /data_attributes. The problem's wording is Intercom's."""
    found = _WRITTEN.get(name) if isinstance(name, str) else None
    return found if found is not None else invalid("Data Type isn't an option", "data_type")

"""Cursors: where a page ended, so that the next one begins right after it, however many rows it is to have.

A cursor is the last row's place in the order (its sort value and its id), not a count of rows: rows that come or go
meanwhile move nothing. To clients it is opaque base64.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

import msgspec

from interlock.core.attributes.definition import DECIMAL, LIST, STRING
from interlock.core.query.field import Field
from interlock.kit import limits
from interlock.kit.problems import Problem

_MESSAGE = "Invalid starting_after param. Please try again using a starting_after value from a paginated response"


class Position(NamedTuple):
    """A row's place: its sort value (None where it has none; whole numbers for booleans), then its id."""

    value: Any
    id: str


def bad_cursor() -> Problem:
    return Problem("client_error", _MESSAGE, "starting_after")


def encode_cursor(position: Position) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([position.value, position.id])).decode().rstrip("=")


def decode_cursor(cursor: str, field: Field) -> Position:
    """Raises `client_error` for anything that a page sorted by this field cannot have given out."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, msgspec.DecodeError, ValueError, RecursionError):
        raise bad_cursor() from None
    if not isinstance(found, list) or len(found) != 2 or not _is_text(found[1]):
        raise bad_cursor()
    value = found[0]
    if value is not None:
        if field.data_type in (STRING, LIST):
            fits = _is_text(value)
        elif field.data_type == DECIMAL:
            fits = isinstance(value, float)
        else:
            whole = isinstance(value, int) and not isinstance(value, bool)
            fits = whole and limits.INTEGER_MIN <= value <= limits.INTEGER_MAX
        if not fits:
            raise bad_cursor()
    return Position(value, found[1])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value

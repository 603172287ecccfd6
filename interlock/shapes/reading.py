"""Readings that many request bodies share: times, ids, and values that came absent."""

from __future__ import annotations

import re
from typing import Any

from interlock.core.attributes.types.datetime import EARLIEST, parse_iso
from interlock.kit import limits
from interlock.kit.lines import one_line
from interlock.kit.problems import invalid

_WHOLE = re.compile("-?[0-9]{1,19}")


def read_time(raw: Any, field: str) -> int | None:
    """A standard time: Unix seconds (also as text) or ISO 8601; null and "" are none.

    Raises 400 `parameter_invalid` with the field named, also for what was meant in milliseconds.
    """
    if raw is None or raw == "":
        return None
    seconds = raw
    if isinstance(raw, str):
        text = raw.strip()
        seconds = int(text) if _WHOLE.fullmatch(text) else parse_iso(text)
    elif isinstance(raw, float) and raw.is_integer():
        seconds = int(raw)
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        raise invalid(f"{field} must be Unix seconds or an ISO 8601 date", field)
    if seconds >= limits.MILLISECONDS_FROM:
        raise invalid(f"{field} looks like milliseconds: send Unix seconds", field)
    if seconds < EARLIEST:
        raise invalid(f"{field} must be a date between the years 1 and 5138", field)
    return seconds


def read_external_id(raw: str | int | None, field: str = "external_id") -> str | None:
    """An id of the client's own: text or a whole number, at most 255 characters; "" counts as none."""
    if raw is None or raw == "":
        return None
    text = str(raw)
    if len(text) > limits.STRING_CHARS:
        raise invalid(f"{field} must be at most {limits.STRING_CHARS} characters", field)
    return text


def read_subject(raw: str | None, field: str = "subject") -> str:
    """A subject: one line of plain text, at most 500 characters; absent is empty."""
    text = one_line(raw or "")
    if len(text) > limits.SUBJECT_CHARS:
        raise invalid(f"{field} must be at most {limits.SUBJECT_CHARS} characters", field)
    return text


def read_flag(text: str | None, field: str, default: bool = False) -> bool:
    """A yes or no of the query string. 400 `parameter_invalid` for anything but true, false, 1 and 0."""
    if text is None or text == "":
        return default
    if text.lower() not in ("true", "false", "1", "0"):
        raise invalid(f"{field} must be true or false", field)
    return text.lower() in ("true", "1")

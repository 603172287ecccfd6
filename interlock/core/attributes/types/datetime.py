"""Moments, kept as whole Unix seconds.

They come as Unix seconds or as ISO 8601 text: with an offset, without one (then UTC), or as a bare date (midnight
UTC). A number of 10^11 and above was meant in milliseconds, which is the commonest mistake of JavaScript callers,
and is refused rather than stored as a day in the far future. Since what is read must be accepted back, ISO dates
after November 5138 are refused as well. Source: attributes.md 4; the refusals are ours.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import floor, isfinite
from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.refuse import refuse, wrong_type
from interlock.core.attributes.types.numerals import number
from interlock.kit import limits
from interlock.kit.problems import Problem

EARLIEST = -62_135_596_800  # the first second of the year 1

_WANTED = "Unix seconds or an ISO 8601 date"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)


def read(raw: Any, strict: bool, attribute: Attribute) -> int | Problem:
    if not isinstance(raw, str):
        return _from_number(raw, strict, attribute)
    if not strict:
        raw = raw.strip()
        found = number(raw)
        if found is not None:
            return _from_number(found, strict, attribute)
    seconds = parse_iso(raw)
    if seconds is None:
        return refuse(attribute, f"must be {_WANTED}")
    if not EARLIEST <= seconds < limits.MILLISECONDS_FROM:
        return refuse(attribute, "must be a date between the years 1 and 5138")
    return seconds


def parse_iso(text: str) -> int | None:
    """The Unix seconds of an ISO 8601 text, its fraction of a second dropped; None when it is none."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    day, time, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{(offset or '').upper()}" if time else day)
    except ValueError:  # the thirteenth month
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _SECOND


def _from_number(raw: Any, strict: bool, attribute: Attribute) -> int | Problem:
    """`Date.now() / 1000` has a fraction: dropped where not strict, else refused like 4.5 for any whole number."""
    if type(raw) is float and isfinite(raw) and (not strict or raw.is_integer()):
        raw = floor(raw)
    if type(raw) is not int:
        return wrong_type(attribute, raw, _WANTED)
    if raw >= limits.MILLISECONDS_FROM:
        return refuse(attribute, "looks like milliseconds: send Unix seconds")
    if raw < EARLIEST:
        return refuse(attribute, "must be a date between the years 1 and 5138")
    return raw

"""The two ways of paging: by number, and by cursor.

Page numbers go on past the end: a page beyond the last is an empty list with 200, since the official SDKs ask until
they get one. A cursor is opaque base64 JSON with the place of the last row shown (its sort key and its id), so it
does not depend on the page size.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from interlock.kit import limits
from interlock.kit.problems import Problem, invalid
from interlock.rest.operation import Call

PAGE_MAX = 2**31 - 1  # times the largest page still fits into 64 bits
CURSOR_CHARS = 4096


# --- reading


def whole_number(call: Call, name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query string; 400 `parameter_invalid` naming it when it is none, or out of range."""
    text = call.query.get(name)
    if text is None:
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        raise invalid(f"{name} must be a whole number", name)
    number = int(text)
    if not low <= number <= high:
        raise invalid(f"{name} must be between {low} and {high}", name)
    return number


def read_page(call: Call) -> int:
    return whole_number(call, "page", 1, 1, PAGE_MAX)


def read_per_page(call: Call, default: int, high: int = limits.PER_PAGE_MAX) -> int:
    return whole_number(call, "per_page", default, 1, high)


def read_cursor(call: Call, shape: Any = Any) -> Any:
    """The decoded `starting_after` of the query string, None without one."""
    text = call.query.get("starting_after")
    return decode_cursor(text, shape) if text else None


# --- cursors


def encode_cursor(place: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode_cursor(text: str, shape: Any = Any) -> Any:
    """The place that a cursor of ours names; `shape` is its type. Any other text is 400 `client_error`."""
    try:
        if len(text) > CURSOR_CHARS:
            raise ValueError
        raw = base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4))
        if b"\\u0000" in raw:
            raise ValueError
        return msgspec.json.decode(raw, type=shape)
    except (binascii.Error, ValueError, RecursionError):  # msgspec's and UTF-8's errors are ValueErrors
        raise Problem(
            "client_error",
            "Invalid starting_after param. Please try again using a starting_after value from a paginated response",
            "starting_after",
        ) from None


# --- answering


def pages_by_number(call: Call, page: int, per_page: int, total: int, *, url: bool = True) -> dict[str, Any]:
    """The `pages` of a page-numbered list. `next` is a URL on the host that the client used (or, with `url=False`,
    `{page, per_page}`), and null on the last page and past it."""
    total_pages = -(-total // per_page)
    following: Any = None
    if page < total_pages:
        following = link(call, page=page + 1, per_page=per_page) if url else {"page": page + 1, "per_page": per_page}
    return {"type": "pages", "page": page, "per_page": per_page, "total_pages": total_pages, "next": following}


def pages_by_cursor(per_page: int, total: int, cursor: str | None, page: int = 1) -> dict[str, Any]:
    """The `pages` of a cursor list; `next` is left out on the last page, as clients expect."""
    answer: dict[str, Any] = {"type": "pages", "page": page, "per_page": per_page, "total_pages": -(-total // per_page)}
    if cursor is not None:
        answer["next"] = {"page": page + 1, "per_page": per_page, "starting_after": cursor}
    return answer


def link(call: Call, **changes: Any) -> str:
    """The address of this call with some query parameters changed and the others kept."""
    segments = [
        quote(call.params[segment[1:-1]], safe="") if segment.startswith("{") else segment
        for segment in call.operation.path.split("/")
    ]
    query = {**call.query, **{name: str(value) for name, value in changes.items()}}
    path = "/".join(segments)
    return f"{call.base_url}{path}?{urlencode(query)}" if query else f"{call.base_url}{path}"

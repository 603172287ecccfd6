"""The standard fields of a company: what may be written, and what a value must be like.

Nothing of this needs a database. Sources: attributes.md 4 and 9, description 2.16; decided here, since no source says
it:

* "" is none; a name, plan or industry has at most 255 characters, a website 2,048 (its form is not looked at);
* a plan is known by its name: its id is made from that, the same each time;
* `size` is not negative; `monthly_spend` loses its fraction, and beyond 2^31-1 is refused, not cut; none is 0.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any

from interlock.kit import limits
from interlock.kit.problems import invalid

WEBSITE_CHARS = 2048


def check(values: Mapping[str, Any]) -> dict[str, Any]:
    """Standard fields as a source has them, by the names of the API, as columns. Absent ones stay, None clears.

    Types and dates have been read already. Raises 400 `parameter_invalid` for the first that is wrong, in the order of
    the lines below.
    """
    columns: dict[str, Any] = {}
    for name in ("name", "industry"):
        if name in values:
            columns[name] = _text(name, values[name], limits.STRING_CHARS)
    if "website" in values:
        columns["website"] = _text("website", values["website"], WEBSITE_CHARS)
    if "plan" in values:
        columns["plan_name"] = _text("plan", values["plan"], limits.STRING_CHARS)
    if "size" in values:
        columns["size"] = _size(values["size"])
    if "monthly_spend" in values:
        columns["monthly_spend"] = _spend(values["monthly_spend"])
    if "remote_created_at" in values:
        columns["remote_created_at"] = values["remote_created_at"]
    return columns


def _text(field: str, raw: str | None, most: int) -> str | None:
    if not raw:
        return None
    if len(raw) > most:
        raise invalid(f"{field} must be at most {most} characters", field)
    return raw


def _size(raw: int | None) -> int | None:
    if raw is not None and raw < 0:
        raise invalid("size must not be negative", "size")
    return raw


def _spend(raw: float | None) -> int:
    spend, most = math.trunc(raw or 0), limits.MONTHLY_SPEND_MAX
    if abs(spend) > most:
        raise invalid(f"monthly_spend must be at most {most}", "monthly_spend")
    return spend


def plan_id(workspace_id: str, name: str | None) -> int | None:
    """The id of a plan: a 53-bit number, the same whenever a workspace names the plan. Plans are no records of ours."""
    if name is None:
        return None
    return int.from_bytes(hashlib.sha256(f"{workspace_id}\0{name}".encode()).digest()[:7], "big") >> 3

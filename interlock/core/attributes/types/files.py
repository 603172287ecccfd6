"""Files: a list of them, each by its id here or by its address elsewhere.

| sent | means |
|---|---|
| `["3f0c...", "https://example.com/a.pdf"]` | exactly these |
| `"3f0c..."`, `{"id": "3f0c..."}`, `{"url": "https://..."}` | exactly this one; objects may be in the list, too |
| `[]`, `null`, `""` | none |

Kept are texts: the id, or the address where there is no id. Whether an id is that of a file is not looked up here, as
no type asks the database. Source: attributes.md 2 and 7 for the type; the forms are ours.
"""

from __future__ import annotations

import re
from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.refuse import refuse
from interlock.core.attributes.text import storable
from interlock.kit import limits
from interlock.kit.problems import Problem

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def read(raw: Any, strict: bool, attribute: Attribute) -> list[str] | Problem:
    """In the order given, each once. One reading for every source: ids have no strict and no lenient spelling."""
    items = raw if isinstance(raw, list) else [raw]
    if len(items) > limits.ATTRIBUTE_FILES:
        return refuse(attribute, f"must be at most {limits.ATTRIBUTE_FILES} files")
    found: dict[str, None] = {}
    for item in items:
        named = _named(item)
        if named is None:
            return refuse(attribute, "must be an array of ids of files, or of their http addresses")
        found[named] = None
    return list(found)


def _named(item: Any) -> str | None:
    """The text that stands for a file; None for what stands for none."""
    if isinstance(item, dict):
        item = item.get("id") or item.get("url")
    if not isinstance(item, str) or not storable(item):
        return None
    if _ADDRESS.fullmatch(item):
        return item if len(item) <= limits.URL_CHARS else None
    return item if 0 < len(item) <= limits.STRING_CHARS and "://" not in item else None

"""A record: a contact, a company or a custom object instance, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Record:
    """One record as it is stored.

    `fields` holds the standard columns of its kind by column name, `details` the standard fields that have no
    column of their own (contacts only), `attributes` the custom values by name: text, numbers, booleans, Unix
    seconds. A value that was cleared is absent. Links of references are not here: `core/references`.
    """

    kind: str
    id: str
    fields: dict[str, Any]
    attributes: dict[str, Any]
    details: dict[str, Any] = field(default_factory=dict)
    links: dict[str, set[str]] = field(default_factory=dict)
    """Ids by the name of a reference attribute, where somebody has loaded them (matching in memory)."""

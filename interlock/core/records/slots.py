"""Slot columns: copies of searchable custom values in typed columns. Derived data: they can be made anew at any time.

`docs/decisions/0003-slots.md` says why: a filter over typed columns with the right index counts without touching
the table, which an expression over JSON never does on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from interlock.core.attributes.definition import BOOLEAN, DATETIME, DECIMAL, INTEGER, LIST, STRING, Attribute
from interlock.storage.tables import DECIMAL_SLOTS, INTEGER_SLOTS, SLOTS, TEXT_SLOTS

EMPTY: dict[str, Any] = dict.fromkeys(SLOTS)

SLOTS_FOR: dict[str, tuple[str, ...]] = {
    STRING: TEXT_SLOTS,
    LIST: TEXT_SLOTS,
    INTEGER: INTEGER_SLOTS,
    BOOLEAN: INTEGER_SLOTS,
    DATETIME: INTEGER_SLOTS,
    DECIMAL: DECIMAL_SLOTS,
}


def slot_values(definitions: Mapping[str, Attribute], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every slot column for one record's custom attributes. Those of archived ones are empty."""
    slots = EMPTY.copy()
    for name, value in attributes.items():
        definition = definitions.get(name)
        if definition is not None and definition.slot is not None and not definition.archived:
            slots[definition.slot] = slot_value(definition, value)
    return slots


def slot_value(definition: Attribute, value: Any) -> Any:
    """One value as its slot column takes it. None where the stored value is of another type than the definition."""
    kind = type(value)  # not isinstance: True is an int, too
    match definition.data_type:
        case "string" | "list":
            return value if kind is str else None
        case "decimal":
            return float(value) if kind is float or kind is int else None
        case "boolean":
            return int(value) if kind is bool else None
        case _:
            return value if kind is int else None


def free_slot(definitions: Iterable[Attribute], data_type: str) -> str | None:
    """A slot that no attribute of the kind has, or None: then search reads the JSON.

    An archived attribute has its slot until a job has emptied the column (`core/definitions/backfill.py`), so a free
    slot is empty for every record.

    The first slots are carried by the index of every other slot, so those who come first are searched best.
    """
    taken = {one.slot for one in definitions}
    return next((slot for slot in SLOTS_FOR.get(data_type, ()) if slot not in taken), None)

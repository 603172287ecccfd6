"""What every write to a record does: put the coerced values in, keep the difference, follow the links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.many import Writes
from interlock.core.records.record import Record


@dataclass(slots=True)
class Difference:
    """The fields that a write changed, as they were and as they are: one row of the history."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.before or self.after)

    def set_fields(self, record: Record, values: dict[str, Any]) -> None:
        """Write standard fields; those that are the same already do not count."""
        for name, value in values.items():
            if record.fields[name] != value:
                self.before[name], self.after[name] = record.fields[name], value
                record.fields[name] = value

    def set_details(self, record: Record, values: dict[str, Any]) -> None:
        """Write standard fields that have no column. None removes."""
        for name, value in values.items():
            old = record.details.get(name)
            if old != value:
                self.before[name], self.after[name] = old, value
                if value is None:
                    del record.details[name]
                else:
                    record.details[name] = value

    def set_attributes(self, record: Record, writes: Writes) -> None:
        """Merge custom values: absent ones stay, None clears."""
        for name, value in writes.values.items():
            old = record.attributes.get(name)
            if old != value or type(old) is not type(value):
                self.attribute(name, old, value)
                if value is None:
                    del record.attributes[name]
                else:
                    record.attributes[name] = value

    def attribute(self, name: str, before: Any, after: Any) -> None:
        """A custom attribute changed (of a reference: the ids it held)."""
        self.before.setdefault("custom_attributes", {})[name] = before
        self.after.setdefault("custom_attributes", {})[name] = after

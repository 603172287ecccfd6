"""What upserts, links, merges and deletions should come to: a model in plain Python, written from the specification.

It knows handles instead of ids ("thing1"), pairs instead of tables, and nothing of the server's code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

THING, CONTACT, COMPANY = "Thing", "contact", "company"


@dataclass(frozen=True)
class Reference:
    """An association. `inverse` is None where only its first end has a name; then many may point at one."""

    a_kind: str
    name: str
    many: bool
    b_kind: str
    inverse: str | None = None
    inverse_many: bool = True


REFERENCES = (
    Reference(THING, "buyer", False, CONTACT, "purchase", False),
    Reference(THING, "owner", False, CONTACT, "things", True),
    Reference(THING, "members", True, CONTACT, "member_of", False),
    Reference(THING, "watchers", True, CONTACT, "watching", True),
    Reference(THING, "seen_by", True, CONTACT),
    Reference(CONTACT, "wishes", True, THING),
    Reference(THING, "firm", False, COMPANY, "stock", True),
    Reference(THING, "next", False, THING, "previous", False),
    Reference(THING, "parent", False, THING, "children", True),
    Reference(THING, "friends", True, THING, "friend_of", True),
    Reference(CONTACT, "boss", False, CONTACT, "reports", True),
)


@dataclass(frozen=True)
class End:
    """One end of a reference, as the attribute of a kind."""

    reference: Reference
    side: int  # 0: where it was defined, 1: the inverse

    @property
    def kind(self) -> str:
        return (self.reference.a_kind, self.reference.b_kind)[self.side]

    @property
    def target(self) -> str:
        return (self.reference.b_kind, self.reference.a_kind)[self.side]

    @property
    def name(self) -> str:
        return self.reference.name if self.side == 0 else self.reference.inverse or ""

    @property
    def many(self) -> bool:
        return self.reference.many if self.side == 0 else self.reference.inverse_many

    @property
    def other_many(self) -> bool:
        return self.reference.inverse_many if self.side == 0 else self.reference.many


ENDS = tuple(End(one, side) for one in REFERENCES for side in (0, 1) if side == 0 or one.inverse is not None)


def ends_of(kind: str) -> list[End]:
    return [one for one in ENDS if one.kind == kind]


@dataclass
class Known:
    """A record. `number` is its place in the order of creation."""

    kind: str
    number: int
    external_id: str | None
    values: dict[str, Any] = field(default_factory=dict)
    role: str = "user"
    merged_into: str | None = None
    archived: bool = False


class Model:
    def __init__(self) -> None:
        self.records: dict[str, Known] = {}
        self.pairs: dict[Reference, set[tuple[str, str]]] = {one: set() for one in REFERENCES}
        self.made = 0
        self.type_archived = False

    # --- records

    def make(self, kind: str, external_id: str | None, role: str = "user") -> str:
        self.made += 1
        handle = f"{kind.lower()}{self.made}"
        self.records[handle] = Known(kind, self.made, external_id, role=role)
        return handle

    def of(self, kind: str, *, merged: bool = False) -> list[str]:
        return [
            handle for handle, one in self.records.items() if one.kind == kind and (merged or one.merged_into is None)
        ]

    def by_external_id(self, kind: str, external_id: str) -> str | None:
        found = [one for one in self.of(kind) if self.records[one].external_id == external_id]
        return found[0] if found else None

    def set_values(self, handle: str, values: dict[str, Any]) -> None:
        kept = self.records[handle].values
        for name, value in values.items():
            if value is None or value == "":
                kept.pop(name, None)
            else:
                kept[name] = value

    def delete(self, handle: str) -> None:
        """With its links; with a contact goes whatever was merged into it."""
        for pairs in self.pairs.values():
            pairs -= {pair for pair in pairs if handle in pair}
        for other in [one for one, known in self.records.items() if known.merged_into == handle]:
            del self.records[other]
        del self.records[handle]

    def merge(self, source: str, target: str) -> None:
        """Links move; where the target may have one only and has it, its own stays. Values that it lacks are taken."""
        for reference in REFERENCES:
            for side in (0, 1):
                if (reference.a_kind, reference.b_kind)[side] != CONTACT:
                    continue
                end = End(reference, side)
                for other in self._others(end, source):
                    mine = self._others(end, target)
                    self._unlink(end, source, other)
                    if end.many or not mine:
                        self._link(end, target, other)
        gone, stays = self.records[source], self.records[target]
        stays.values = {**gone.values, **stays.values}
        gone.merged_into = target
        for known in self.records.values():
            if known.merged_into == source:
                raise AssertionError("only leads are merged away, and nothing can be merged into a lead")

    # --- links

    def _others(self, end: End, own: str) -> list[str]:
        return [pair[1 - end.side] for pair in self.pairs[end.reference] if pair[end.side] == own]

    def _pair(self, end: End, own: str, other: str) -> tuple[str, str]:
        return (own, other) if end.side == 0 else (other, own)

    def _link(self, end: End, own: str, other: str) -> None:
        self.pairs[end.reference].add(self._pair(end, own, other))

    def _unlink(self, end: End, own: str, other: str) -> None:
        self.pairs[end.reference].discard(self._pair(end, own, other))

    def write(
        self, end: End, own: str, replace: Iterable[str] | None, add: Iterable[str], remove: Iterable[str]
    ) -> None:
        current = set(self._others(end, own))
        adding = set(add)
        if replace is not None:
            after = set(replace)
        elif adding and not end.many:
            after = adding
        else:
            after = (current - set(remove)) | adding
        for other in current - after:
            self._unlink(end, own, other)
        for other in after - current:
            if not end.other_many:
                pairs = self.pairs[end.reference]
                pairs -= {pair for pair in pairs if pair[1 - end.side] == other}
            self._link(end, own, other)

    # --- what should be read

    def linked(self, end: End, own: str) -> list[str]:
        """The newest record first. An archived type is hidden."""
        if self.type_archived and end.target == THING:
            return []
        return self.newest_first(self._others(end, own))

    def newest_first(self, handles: Iterable[str]) -> list[str]:
        return sorted(set(handles), key=lambda one: -self.records[one].number)

    def things_of(self, contact: str) -> list[str]:
        """The distinct union over all references between things and contacts."""
        if self.type_archived:
            return []
        found: set[str] = set()
        for reference, pairs in self.pairs.items():
            if {reference.a_kind, reference.b_kind} == {THING, CONTACT}:
                found |= {one for pair in pairs if contact in pair for one in pair if one != contact}
        return self.newest_first(found)

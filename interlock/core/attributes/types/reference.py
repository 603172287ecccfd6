"""References: which records to link, said in one of several forms, and not yet looked up.

| sent | means |
|---|---|
| `["21", 22, {"id": "23"}, {"external_id": "A-1"}]` | exactly these |
| `"21"`, `21`, `{"external_id": "A-1"}` | exactly this one |
| `[]`, `null`, `""` | none |
| `{"add": [...], "remove": [...]}` | these more, those no more, all others as they are |
| `{"type": "Order.list", "instances": [...], "total_count": 1, "has_more": false}` | exactly these: what was read |

A list that was cut when it was read cannot be written back, so that nobody drops links unseen. An element with both
an `id` and an `external_id` means the `id`. Source: custom_objects.md 4; what it leaves open is decided in
`docs/decisions/0004-references.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.refuse import refuse
from interlock.core.attributes.text import storable
from interlock.kit import limits
from interlock.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class Target:
    """A record at the other end, by exactly one of its ids."""

    id: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class LinkWrite:
    """What becomes of a record's links: either all are replaced, or single ones come and go (`replace` is None)."""

    replace: tuple[Target, ...] | None = None
    add: tuple[Target, ...] = ()
    remove: tuple[Target, ...] = ()


CLEAR = LinkWrite(replace=())


def read(raw: Any, strict: bool, attribute: Attribute) -> LinkWrite | Problem:
    """One reading for every source: ids have no strict and no lenient spelling."""
    try:
        return _read(raw, attribute)
    except Problem as problem:
        return problem


def _read(raw: Any, attribute: Attribute) -> LinkWrite:
    if raw is None or raw == "":
        return CLEAR
    if isinstance(raw, dict):
        if "instances" in raw:
            return _replace(_shown_whole(raw, attribute), attribute)
        if "add" in raw or "remove" in raw:
            return _change(raw, attribute)
    return _replace(raw if isinstance(raw, list) else [raw], attribute)


def _replace(items: list[Any], attribute: Attribute) -> LinkWrite:
    targets = _targets(items, attribute)
    _hold_to_one(targets, attribute)
    return LinkWrite(replace=targets)


def _change(raw: dict[str, Any], attribute: Attribute) -> LinkWrite:
    if not raw.keys() <= {"add", "remove"}:
        raise refuse(attribute, "takes `add` and `remove` and nothing beside them")
    add, remove = ([] if raw.get(key) is None else raw[key] for key in ("add", "remove"))
    if not (isinstance(add, list) and isinstance(remove, list)):
        raise refuse(attribute, "must have arrays in `add` and `remove`")
    _hold_to_limit(len(add) + len(remove), attribute)
    write = LinkWrite(add=_targets(add, attribute), remove=_targets(remove, attribute))
    if not set(write.add).isdisjoint(write.remove):
        raise refuse(attribute, "must not add and remove the same record")
    _hold_to_one(write.add, attribute)
    return write


def _shown_whole(raw: dict[str, Any], attribute: Attribute) -> list[Any]:
    """The instances of a list as it was read; refused unless it is known to be the whole list."""
    instances, total = raw["instances"], raw.get("total_count")
    if not isinstance(instances, list):
        raise refuse(attribute, "must have an array in `instances`")
    if total is not None and type(total) is not int:
        raise refuse(attribute, "must have a whole number in `total_count`")
    if raw.get("has_more") not in (None, False) or (total is not None and total > len(instances)):
        raise refuse(attribute, "was cut when it was read: writing it back would drop links. Use `add` and `remove`")
    return instances


def _targets(items: list[Any], attribute: Attribute) -> tuple[Target, ...]:
    """In the order given, each once."""
    _hold_to_limit(len(items), attribute)
    return tuple(dict.fromkeys([_target(item, attribute) for item in items]))


def _target(item: Any, attribute: Attribute) -> Target:
    if isinstance(item, dict):
        if item.get("id") is not None:
            return Target(id=_id(item["id"], attribute))
        return Target(external_id=_id(item.get("external_id"), attribute))
    return Target(id=_id(item, attribute))


def _id(raw: Any, attribute: Attribute) -> str:
    if type(raw) is int and limits.INTEGER_MIN <= raw <= limits.INTEGER_MAX:
        return str(raw)
    if not isinstance(raw, str) or not 0 < len(raw) <= limits.STRING_CHARS or not storable(raw):
        raise refuse(attribute, 'must be an array of ids, of {"id": ...} or of {"external_id": ...}')
    return raw


def _hold_to_limit(count: int, attribute: Attribute) -> None:
    if count > limits.REFERENCE_WRITTEN:
        raise refuse(attribute, f"must be at most {limits.REFERENCE_WRITTEN} ids in one write")


def _hold_to_one(targets: tuple[Target, ...], attribute: Attribute) -> None:
    if len(targets) > 1 and attribute.reference is not None and not attribute.reference.many:
        raise refuse(attribute, "refers to one record at most")

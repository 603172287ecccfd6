"""Rules of segments after an attribute got another name: they go on to mean the same."""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import COMPANY, STANDARD_KINDS
from interlock.core.query.fields import fields_of
from interlock.core.schema.schema import Schema

_PREFIX = "custom_attributes."


def renamed(rule: Any, kind: str, schema: Schema, of_kind: str, old: str, new: str) -> Any:
    """`rule` is about records of `kind`; `schema` still has the attribute of `of_kind` under its old name.

    Whatever cannot be understood stays as it is.
    """
    if not isinstance(rule, dict):
        return rule
    changed = dict(rule)
    if isinstance(rule.get("company"), dict):
        changed["company"] = renamed(rule["company"], COMPANY, schema, of_kind, old, new)
    elif "related" in rule:
        _rename_related(changed, kind, schema, of_kind, old, new)
    elif "field" in rule:
        changed["field"] = _name(rule["field"], kind, schema, of_kind, old, new)
    elif isinstance(rule.get("value"), list):
        changed["value"] = [renamed(one, kind, schema, of_kind, old, new) for one in rule["value"]]
    return changed


def _rename_related(rule: dict[str, Any], kind: str, schema: Schema, of_kind: str, old: str, new: str) -> None:
    name = rule["related"]
    if not isinstance(name, str):
        return
    attributes = schema.of(kind)
    attribute = attributes.get(name) or attributes.get(name.removeprefix(_PREFIX))
    if attribute is None or attribute.reference is None:
        return
    if kind == of_kind and attribute.name == old:
        rule["related"] = new if name == old else _PREFIX + new
    far = attribute.reference.to
    for key in ("of", "by"):
        if key in rule:
            rule[key] = _name(rule[key], far, schema, of_kind, old, new)
    if "where" in rule:
        rule["where"] = renamed(rule["where"], far, schema, of_kind, old, new)


def _name(name: Any, kind: str, schema: Schema, of_kind: str, old: str, new: str) -> Any:
    if kind != of_kind:
        return name
    if name == _PREFIX + old:
        return _PREFIX + new
    is_bare = kind not in STANDARD_KINDS and name == old and fields_of(schema, kind).get(old) is not None
    if is_bare and fields_of(schema, kind)[old].path == _PREFIX + old:
        return _PREFIX + new  # bare, the new name might be that of a standard field
    return name

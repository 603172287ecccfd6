"""The words in which a value is refused: one form for all, since people read them and programs find the field."""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import CONVERSATION, Attribute
from interlock.core.attributes.text import shown
from interlock.kit.problems import Problem, invalid


def noun(kind: str) -> str:
    """What an attribute of this kind is called. Source: attributes.md 3, for the conversation's wording."""
    return "Conversation attribute" if kind == CONVERSATION else "Custom attribute"


def refuse(attribute: Attribute, why: str) -> Problem:
    """400 `parameter_invalid`: "Custom attribute 'total' must be a number"."""
    return invalid(f"{noun(attribute.kind)} '{attribute.name}' {why}", attribute.full_name)


def wrong_type(attribute: Attribute, raw: Any, wanted: str) -> Problem:
    """The value is of a type that this attribute does not take."""
    if isinstance(raw, (dict, list)):
        what = "an object" if isinstance(raw, dict) else "an array"
        return refuse(attribute, f"must be {wanted}, not {what}")
    return refuse(attribute, f"must be {wanted}")


def unknown(kind: str, name: str) -> Problem:
    """Nobody has defined it. Wording: attributes.md 3."""
    name = shown(name)
    return invalid(f"{noun(kind)} '{name}' does not exist", f"custom_attributes.{name}")

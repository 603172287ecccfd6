"""The gate: every value of every attribute comes in here, whoever sends it."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from interlock.core.attributes.definition import FILES, LIST, REFERENCE, STRING, Attribute
from interlock.core.attributes.policy import POLICIES, Policy, Source, Verdict
from interlock.core.attributes.refuse import refuse
from interlock.core.attributes.types import READERS, Value, options, string
from interlock.core.attributes.types.reference import CLEAR, LinkWrite
from interlock.kit.problems import Problem


class Nothing(Enum):
    """The answer "as if it had not been sent", which is not the same as clearing."""

    NOTHING = "nothing"


NOTHING: Final = Nothing.NOTHING

Outcome = Value | LinkWrite | Nothing | Problem | None


def coerce(attribute: Attribute, raw: Any, source: Source) -> Outcome:
    """What is to be stored: a value, `None` (cleared), a `LinkWrite` for references, `NOTHING` or a `Problem`.

    Problems are returned, not raised, since each edge makes something else of them; `field` names the attribute.
    """
    return apply(POLICIES[source], attribute, raw)


def apply(policy: Policy, attribute: Attribute, raw: Any) -> Outcome:
    """`coerce`, where the row of the table is already at hand.

    When several things are wrong, the first of these counts: archived, protected, a reference from where none may
    come, the value's type, its size, not among the options.
    """
    is_reference = attribute.data_type == REFERENCE
    if attribute.archived:
        return NOTHING if policy.archived is Verdict.IGNORE else refuse(attribute, "is archived")
    if not attribute.messenger_writable and policy.protected is Verdict.IGNORE:
        return NOTHING
    if is_reference and policy.links is Verdict.IGNORE:
        return NOTHING
    if policy.is_clearing(raw) or (attribute.data_type == FILES and raw == []):
        return CLEAR if is_reference else None
    if policy.too_long is Verdict.CUT and attribute.data_type in (STRING, LIST):  # half a number is another number
        raw = string.cut(raw)
    value = READERS[attribute.data_type](raw, policy.strict, attribute)
    if attribute.data_type == LIST and policy.off_list is Verdict.REFUSE and isinstance(value, str):
        return value if options.is_option(value, attribute) else refuse(attribute, "must be one of its options")
    return value

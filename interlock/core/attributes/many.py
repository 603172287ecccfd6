"""All the `custom_attributes` of one write, through the gate at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from interlock.core.attributes.coerce import NOTHING, Outcome, apply
from interlock.core.attributes.definition import CONVERSATION, TICKET, Attribute
from interlock.core.attributes.names import check_new_name, infer_type, sanitise
from interlock.core.attributes.policy import POLICIES, Policy, Source, Verdict
from interlock.core.attributes.refuse import unknown
from interlock.core.attributes.text import shown
from interlock.core.attributes.types import Value
from interlock.core.attributes.types.reference import LinkWrite
from interlock.kit.problems import Problem, invalid

if TYPE_CHECKING:
    from interlock.core.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class NewAttribute:
    """An attribute to be made, of the kind that is written, and its first value."""

    name: str
    data_type: str
    value: Value


@dataclass(slots=True)
class Writes:
    """What a write comes to. `ignored` is only filled by sources that nobody answers: what was wrong, for a log."""

    values: dict[str, Value | None] = field(default_factory=dict)  # by name; None clears
    links: dict[str, LinkWrite] = field(default_factory=dict)  # by name
    create: list[NewAttribute] = field(default_factory=list)
    ignored: list[Problem] = field(default_factory=list)


def coerce_all(schema: Schema, kind: str, raw: Any, source: Source) -> Writes:
    """Every key of `raw`, an object or null, as the policy of the source has it.

    Raises the first `Problem` in the order of the keys as they were sent, an unknown name among the others in its
    turn. For the Messenger nothing is raised: a faulty value is left out, and the rest applies.
    """
    writes = Writes()
    policy = POLICIES[source]
    if raw is None:
        return writes
    if type(raw) is not dict and not isinstance(raw, Mapping):
        _fail(writes, policy, Problem("type_mismatch", "custom_attributes must be an object", "custom_attributes"))
        return writes
    attributes = schema.of(kind)
    for name, value in raw.items():
        attribute = attributes.get(name)
        if attribute is None:
            _take_unknown(writes, schema, kind, policy, name, value)
        else:
            _take(writes, policy, attribute.name, apply(policy, attribute, value))
    return writes


def _take(writes: Writes, policy: Policy, name: str, outcome: Outcome) -> None:
    if outcome is NOTHING:
        return
    if isinstance(outcome, LinkWrite):
        writes.links[name] = outcome
    elif isinstance(outcome, Problem):
        _fail(writes, policy, outcome)
    else:
        writes.values[name] = outcome


def _take_unknown(writes: Writes, schema: Schema, kind: str, policy: Policy, name: str, raw: Any) -> None:
    """A name that nobody has defined. Attributes of conversations and tickets are only made by their own endpoints."""
    if kind in (CONVERSATION, TICKET) or not policy.may_create(schema.workspace.settings):
        if policy.unknown is Verdict.REFUSE:
            _fail(writes, policy, unknown(kind, name))
        return
    clean = sanitise(name)
    attribute = schema.of(kind).get(clean)
    if attribute is not None:  # made when the same key was sent before
        _take(writes, policy, clean, apply(policy, attribute, raw))
        return
    writes.create = [one for one in writes.create if one.name != clean]  # of keys that become one, the last counts
    if policy.is_clearing(raw):
        return  # it is unknown already, and a type cannot be told
    made = _make(schema, kind, policy, clean, raw)
    if isinstance(made, Problem):
        _fail(writes, policy, made)
    else:
        writes.create.append(made)


def _make(schema: Schema, kind: str, policy: Policy, name: str, raw: Any) -> NewAttribute | Problem:
    place = f"custom_attributes.{shown(name)}"
    problem = check_new_name(schema, kind, name, place)
    if problem is not None:
        return problem
    data_type = infer_type(name, raw)
    if data_type is None:
        return invalid(f"Custom attribute '{name}' must be a string, number or boolean", place)
    outcome = apply(policy, Attribute(id=0, kind=kind, name=name, data_type=data_type), raw)
    if isinstance(outcome, (str, int, float)):
        return NewAttribute(name, data_type, outcome)
    assert isinstance(outcome, Problem)  # the attribute is new: neither archived nor protected, and no reference
    return outcome


def _fail(writes: Writes, policy: Policy, problem: Problem) -> None:
    if policy.faulty is Verdict.IGNORE:
        writes.ignored.append(problem)
    else:
        raise problem

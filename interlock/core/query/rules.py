"""The rules of segments: the language of search with more leaves, read to the same predicates.

A rule is one of these, and a group holds up to 15 of them, groups too:

* `{"operator": "AND" | "OR", "value": [rules]}`, three levels of them inside one another.
* `{"field", "operator", "value"}`: as in a search, with the operators of the field's type. Dates compare to the
  second, and may be `{"days_ago": 30}`, which moves with the time. `"operator": "is_unknown"` holds where there is no
  value, `"has_any_value"` where there is one. As in a search no other comparison but `!=`, `NIN` and `!~` holds for a
  record without a value: `files < 1` finds nobody whose `files` is unknown. `tag_id` speaks of tags; `segment_id` is
  refused, so that no segment depends on another one.
* `{"event", "metric": "count" | "first" | "last", "operator", "value"}`, of people: how often an event happened (0
  where it never did, so `count < 3` finds people without it), or when first or last (which somebody whom it never
  happened to satisfies by `!=` only).
* `{"company": rule}`, of people: they belong to a company that the rule holds for.
* `{"related", "match", "where", ...}`: something about the records that a reference attribute points at. All
  conditions in one `where` hold for *the same* record: "an order with total > 100 that is open" is one `related` with
  two conditions in its `where`, while two `related` may be satisfied by two orders. `match` is
  * `any` (if it is not said): there is such a record; without `where`, any record at all;
  * `none`: there is none. Who has no related records at all is found, too;
  * `count` with `operator` and `value`: how many there are, 0 for none at all;
  * `sum` with `of`, `operator` and `value`: the sum of a number over those that satisfy `where`; a record without the
    number counts as 0, and the sum of no records is 0;
  * `newest` with `by` (`created_at` if it is not said): the newest related record exists *and* satisfies `where`. It is
    chosen among all of them, not among those that satisfy `where`; records without the date are older than all others,
    and of two that are equally old the one with the greater id is the newer.

Rules inside `where` and `company` speak of the other record; one more `related` may be inside them (the items of an
order), and there it ends. Every number of records, filters and levels has its limit in `kit/limits.py`.

What is wrong is a 400 problem whose field is the place: `rules.value.0.where.field`. Of several the first counts, in
the order in which the rules are written; inside one rule: its form, its field, its operator, its value.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from interlock.core.attributes.definition import (
    COMPANY,
    CONTACT,
    DATETIME,
    DECIMAL,
    INTEGER,
    REFERENCE,
    Attribute,
)
from interlock.core.query.days import DateRules
from interlock.core.query.field import ORDER_OPERATORS, Column, Custom, Field, InSegment, Links, Sets
from interlock.core.query.fields import fields_of
from interlock.core.query.filter import ABSENT, NEGATIVE, POSITIVE, days_ago, is_unknown, nothing, read_filter, shown
from interlock.core.query.predicate import And, Compare, Happened, Measure, Member, Not, Or, Predicate, Related
from interlock.core.schema.schema import Schema, Segment
from interlock.kit import clock, limits
from interlock.kit.problems import Problem, invalid, missing
from interlock.kit.sums import fifteen

UNKNOWN, KNOWN = "is_unknown", "has_any_value"
ROLES = {"user": "user", "contact": "lead"}
"""The role of the people that a segment of each `person_type` is about."""

_GROUPS: dict[str, type[And] | type[Or]] = {"AND": And, "OR": Or}
_LEAVES = ("field", "event", "company", "related")
_NUMBER_OPERATORS = tuple(one for one in ORDER_OPERATORS if one not in ("IN", "NIN"))
_MATCHES = ("any", "none", "count", "sum", "newest")
_METRICS = ("count", "first", "last")


def read_rules(rules: Any, schema: Schema, kind: str, now: int) -> Predicate:
    """Raises a 400 problem that names the place."""
    return _Reader(schema, now).rule(rules, kind, "rules", 1, 0)


# --- segments


def segment_predicate(schema: Schema, segment: Segment, now: int) -> Predicate | None:
    """Who is in a segment; None where its rules fit the definitions no more, and nobody is."""
    try:
        where = read_rules(segment.rules, schema, segment.kind, now)
    except Problem:
        return None
    return with_role(schema, segment.kind, segment.person_type, where)


def with_role(schema: Schema, kind: str, person_type: str, where: Predicate) -> Predicate:
    if kind != CONTACT:
        return where
    return And((Compare(fields_of(schema, CONTACT)["role"], "eq", ROLES[person_type]), where))


def read_membership(schema: Schema, fields: Mapping[str, Field], field: Field, operator: Any, value: Any) -> Predicate:
    """`segment_id` in a search for contacts: the rules of the segments. A segment that there is not has no members."""
    compared = read_filter(field.path, field, operator, value, DateRules.exact())
    negative = isinstance(compared, Not)
    compare = compared.part if isinstance(compared, Not) else compared
    assert isinstance(compare, Compare)
    of_people = {id: one for id, one in schema.segments.items() if one.kind == CONTACT}
    wanted = list(compare.value) if compare.op == "in" else [compare.value]
    if compare.op == "missing":  # in none
        wanted, negative = list(of_people), not negative
    now = clock.seconds()
    found = [segment_predicate(schema, of_people[id], now) for id in dict.fromkeys(wanted) if id in of_people]
    parts = tuple([one for one in found if one is not None])
    where = Or(parts) if len(parts) > 1 else parts[0] if parts else nothing(fields["id"])
    return Not(where) if negative else where


def attributes_used(schema: Schema, segment: Segment) -> frozenset[int]:
    """The ids of the attributes that the rules of a segment speak of."""
    reader = _Reader(schema, clock.seconds())
    with contextlib.suppress(Problem):  # what was read before the place that fits no more is used all the same
        reader.rule(segment.rules, segment.kind, "rules", 1, 0)
    return frozenset(reader.used)


# --- reading


class _Reader:
    """Reads one set of rules, and remembers which attributes they speak of."""

    def __init__(self, schema: Schema, now: int) -> None:
        self.schema = schema
        self.now = now
        self.dates = DateRules.of_segments(now)
        self.used: set[int] = set()
        self._parts = 0

    def rule(self, rule: Any, kind: str, place: str, level: int, scope: int) -> Predicate:
        """`level`: of groups inside one another; `scope`: of records inside records."""
        self._parts += 1
        if self._parts > limits.SEGMENT_PARTS:
            raise invalid(f"Rules may have at most {limits.SEGMENT_PARTS} parts", "rules")
        if not isinstance(rule, dict):
            raise invalid("A rule must be an object", place)
        leaves = [one for one in _LEAVES if one in rule]
        if len(leaves) > 1:
            raise invalid(f"A rule is about one thing, and not about {' and '.join(leaves)}", place)
        match leaves:
            case ["field"]:
                return self._field(rule, kind, place)
            case ["event"]:
                return self._event(rule, kind, place)
            case ["company"]:
                return self._company(rule, kind, place, scope)
            case ["related"]:
                return self._related(rule, kind, place, scope)
        return self._group(rule, kind, place, level, scope)

    def _group(self, rule: dict[str, Any], kind: str, place: str, level: int, scope: int) -> Predicate:
        operator, rules = rule.get("operator"), rule.get("value")
        group = _GROUPS.get(operator) if isinstance(operator, str) else None
        if group is None:
            if operator is None or (isinstance(operator, str) and (operator in POSITIVE or operator in NEGATIVE)):
                raise missing("A rule must have a field, an event, a company, or something related", f"{place}.field")
            raise _not_one_of(operator, tuple(_GROUPS), f"{place}.operator")
        if level > limits.SEGMENT_LEVELS:
            raise invalid(f"Groups may be nested at most {limits.SEGMENT_LEVELS} levels deep", place)
        if not isinstance(rules, list) or not rules:
            raise invalid(f"The value of {operator} must be an array of at least one rule", f"{place}.value")
        if len(rules) > limits.SEGMENT_FILTERS:
            raise invalid(f"A group may have at most {limits.SEGMENT_FILTERS} rules", f"{place}.value")
        parts = [self.rule(one, kind, f"{place}.value.{number}", level + 1, scope) for number, one in enumerate(rules)]
        return parts[0] if len(parts) == 1 else group(tuple(parts))

    def _field(self, rule: dict[str, Any], kind: str, place: str) -> Predicate:
        name, operator = rule["field"], rule.get("operator")
        field = self._known(name, kind, f"{place}.field")
        if isinstance(field.place, InSegment):
            raise Problem("invalid_field", "A segment cannot be defined by other segments", f"{place}.field")
        if operator in (UNKNOWN, KNOWN):
            return is_unknown(field) if operator == UNKNOWN else Not(is_unknown(field))
        try:
            return read_filter(name, field, operator, rule.get("value", ABSENT), self.dates)
        except Problem as problem:
            at = "operator" if problem.code == "invalid_operator" else "value"
            raise Problem(problem.code, problem.message, f"{place}.{at}") from None

    def _known(self, name: Any, kind: str, place: str) -> Field:
        field = fields_of(self.schema, kind).get(name) if isinstance(name, str) else None
        if field is None:
            raise Problem("invalid_field", f"{shown(name)} is not a valid field of {self.schema.label(kind)}", place)
        if isinstance(field.place, Custom | Links):
            self.used.add(self.schema.of(kind)[field.place.name].id)
        return field

    # --- what is around a person

    def _event(self, rule: dict[str, Any], kind: str, place: str) -> Predicate:
        self._only_people(kind, "Events happen", f"{place}.event")
        name, metric = rule["event"], rule.get("metric", "count")
        if not isinstance(name, str) or not name or len(name) > limits.STRING_CHARS or "\0" in name:
            message = f"event must be the name of an event, of at most {limits.STRING_CHARS} characters"
            raise invalid(message, f"{place}.event")
        if metric not in _METRICS:
            raise invalid(f"metric must be one of: {', '.join(_METRICS)}", f"{place}.metric")
        op, negative = _operator(rule, place)
        value = rule.get("value")
        if metric == "count":
            wanted = _count(value, f"{place}.value")
        elif isinstance(value, dict):
            wanted = _placed(lambda: days_ago(metric, value, self.now), f"{place}.value")
        else:
            wanted = self._typed(metric, DATETIME, value, f"{place}.value")
        happened = Happened(name, metric, op, wanted)
        return Not(happened) if negative else happened

    def _company(self, rule: dict[str, Any], kind: str, place: str, scope: int) -> Predicate:
        self._only_people(kind, "Companies have", f"{place}.company")
        self._check_scope(scope, f"{place}.company")
        return Member(self.rule(rule["company"], COMPANY, f"{place}.company", 1, scope + 1))

    def _only_people(self, kind: str, what: str, place: str) -> None:
        if kind != CONTACT:
            raise invalid(f"{what} people, and not {self.schema.label(kind)}", place)

    def _check_scope(self, scope: int, place: str) -> None:
        if scope >= limits.SEGMENT_SCOPES:
            raise invalid(f"Records may be inside records {limits.SEGMENT_SCOPES} times at most", place)

    def _related(self, rule: dict[str, Any], kind: str, place: str, scope: int) -> Predicate:
        attribute = self._reference(rule["related"], kind, f"{place}.related")
        self._check_scope(scope, f"{place}.related")
        end = attribute.reference
        assert end is not None
        match, where = rule.get("match", "any"), rule.get("where")
        if match not in _MATCHES:
            raise invalid(f"match must be one of: {', '.join(_MATCHES)}", f"{place}.match")
        inside = None
        if where is not None:
            inside = self.rule(where, end.to, f"{place}.where", 1, scope + 1)
        links = Links(attribute.name, end.id, end.side)
        if match in ("any", "none"):
            found = Related(links, end.to, "any", inside)
            return Not(found) if match == "none" else found
        if match == "newest":
            by = self._known(rule.get("by", "created_at"), end.to, f"{place}.by")
            if by.data_type != DATETIME or isinstance(by.place, Sets):
                raise invalid(f"{by.path} is not a date", f"{place}.by")
            return Related(links, end.to, "newest", inside, by)
        return self._measured(rule, links, end.to, match, inside, place)

    def _measured(
        self, rule: dict[str, Any], links: Links, kind: str, measure: Measure, inside: Predicate | None, place: str
    ) -> Predicate:
        of = None
        if measure == "sum":
            if rule.get("of") is None:
                raise missing("A sum must say of what", f"{place}.of")
            of = self._known(rule["of"], kind, f"{place}.of")
            if of.data_type not in (INTEGER, DECIMAL):
                raise invalid(f"{of.path} is not a number", f"{place}.of")
        op, negative = _operator(rule, place)
        if of is None:
            value = _count(rule.get("value"), f"{place}.value")
        else:
            value = self._typed("value", of.data_type, rule.get("value"), f"{place}.value")
            value = fifteen(value) if of.data_type == DECIMAL else value
        related = Related(links, kind, measure, inside, of, op, value)
        return Not(related) if negative else related

    def _reference(self, name: Any, kind: str, place: str) -> Attribute:
        """By its bare name or its path. A reference to an archived type shows nothing, so nothing can be said of it."""
        found = None
        if isinstance(name, str):
            attributes = self.schema.of(kind)
            found = attributes.get(name) or attributes.get(name.removeprefix("custom_attributes."))
        usable = found is not None and found.data_type == REFERENCE and not found.archived
        if found is None or not usable or found.reference is None:
            label = self.schema.label(kind)
            raise Problem("invalid_field", f"{shown(name)} is not a reference attribute of {label}", place)
        self.used.add(found.id)
        target = self.schema.types.get(found.reference.to)
        if target is not None and target.archived:
            raise Problem("invalid_field", f"The object type {target.identifier} is archived", place)
        return found

    def _typed(self, name: str, data_type: str, value: Any, place: str) -> Any:
        """A single value of a type, as a search reads it."""
        if value is None:
            raise missing("A rule must have a value", place)
        field = Field(name, data_type, Column(name), ORDER_OPERATORS)
        compared = _placed(lambda: read_filter(name, field, "=", value, DateRules.exact()), place)
        assert isinstance(compared, Compare)
        return compared.value


def _operator(rule: dict[str, Any], place: str) -> tuple[Any, bool]:
    operator = rule.get("operator")
    if operator not in _NUMBER_OPERATORS:
        raise _not_one_of(operator, _NUMBER_OPERATORS, f"{place}.operator")
    negative = operator in NEGATIVE
    return (NEGATIVE if negative else POSITIVE)[operator], negative


def _not_one_of(operator: Any, allowed: tuple[str, ...], place: str) -> Problem:
    message = f"'{shown(operator)}' is not a valid operator. Must be one of: {', '.join(allowed)}"
    return Problem("invalid_operator", message, place)


def _count(value: Any, place: str) -> int:
    if value is None:
        raise missing("A rule must have a value", place)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= limits.INTEGER_MAX:
        raise invalid("A count must be a whole number", place)
    return value


def _placed(read: Any, place: str) -> Any:
    try:
        return read()
    except Problem as problem:
        raise Problem(problem.code, problem.message, place) from None

"""Attributes and schemas for these tests, made without a database; and any JSON that somebody may send."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from interlock.core.attributes.definition import Attribute, Option, ReferenceEnd
from interlock.core.attributes.policy import Source
from interlock.core.schema.schema import ObjectType, Schema, Workspace, WorkspaceSettings
from interlock.kit.problems import Problem

STRICT = [Source.API, Source.TEAMMATE, Source.WORKFLOW]
LENIENT = [Source.CSV, Source.CONNECTOR, Source.MESSENGER_PAGE, Source.MESSENGER_SIGNED]
MESSENGER = [Source.MESSENGER_PAGE, Source.MESSENGER_SIGNED]
ANSWERED = [source for source in Source if source not in MESSENGER]


def attribute(data_type: str, name: str = "x", kind: str = "contact", **more: Any) -> Attribute:
    if data_type == "list":
        more.setdefault("options", (Option("open"), Option("shipped")))
    if data_type == "reference":
        more.setdefault("reference", ReferenceEnd("r1", "a", "t1", many=True))
    return Attribute(id=1, kind=kind, name=name, data_type=data_type, **more)


def reference_one() -> Attribute:
    return attribute("reference", reference=ReferenceEnd("r1", "a", "t1", many=False))


def schema(*attributes: Attribute, **settings: Any) -> Schema:
    by_kind: dict[str, dict[str, Attribute]] = {}
    for one in attributes:
        by_kind.setdefault(one.kind, {})[one.name] = one
    workspace = Workspace("w1", "abcdefgh", "Shop", "US", "UTC", "2.14", 0, WorkspaceSettings(**settings))
    return Schema(workspace, 1, {"t1": ObjectType("t1", "Order", "Order", "Orders")}, by_kind)


def is_problem(outcome: Any, *words: str) -> bool:
    """A 400 that names the field and has these words in it."""
    return (
        isinstance(outcome, Problem)
        and outcome.code == "parameter_invalid"
        and outcome.field == "custom_attributes.x"
        and all(word in outcome.message for word in words)
    )


_text = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=300),
    st.sampled_from(["", "null", "undefined", "true", " FALSE ", "4", "4.5", "1e999", "9" * 255, "0" * 400, "1_000"]),
    st.sampled_from(["2023-03-04", "2023-03-04T09:46:14Z", "9999-12-31", "0001-01-01T00:00+14:00", "open", "\ud83d"]),
    st.from_regex(r"\A[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-6][0-9](Z|[+-][0-9]{2}:?[0-9]{2})?)?\Z"),
    st.datetimes(timezones=st.timezones() | st.none()).map(lambda moment: moment.isoformat()),
)
_number = st.one_of(
    st.integers(),
    st.integers(min_value=-(2**65), max_value=2**65),
    st.integers(min_value=-(10**12), max_value=10**12),
    st.floats(),
    st.sampled_from([10**400, -(10**400), 2**53, float(2**53), float(2**54), -0.0, 10**11, 10**11 - 1]),
)
_scalar = st.one_of(st.none(), st.booleans(), _number, _text)
_reference = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["id", "external_id", "type", "total_count", "has_more"], _scalar),
        **dict.fromkeys(["add", "remove", "instances"], st.deferred(lambda: anything)),
    },
)
anything: st.SearchStrategy[Any] = st.one_of(
    _scalar,
    _reference,
    st.recursive(
        _scalar, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=3), max_leaves=6
    ),
)

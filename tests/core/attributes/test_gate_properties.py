"""What holds for every type, from every source, whatever is sent."""

from __future__ import annotations

from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.attributes.coerce import NOTHING, Outcome, coerce
from interlock.core.attributes.definition import CONTACT, DATA_TYPES, Attribute
from interlock.core.attributes.many import Writes, coerce_all
from interlock.core.attributes.policy import Source
from interlock.core.attributes.types.reference import LinkWrite, Target
from interlock.core.schema.schema import Schema
from interlock.kit.problems import Problem
from tests.core.attributes.making import LENIENT, MESSENGER, STRICT, anything, attribute, reference_one, schema

EARLIEST, MILLISECONDS = -62_135_596_800, 10**11

flags = st.fixed_dictionaries({"archived": st.booleans(), "messenger_writable": st.booleans()})
attributes = st.builds(lambda data_type, more: attribute(data_type, **more), st.sampled_from(DATA_TYPES), flags)


def is_text(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > 255 or "\0" in value:
        return False
    return value.encode("utf-8", "replace").decode() == value


def is_storable(value: Any, data_type: str) -> bool:
    if data_type in ("string", "list"):
        return is_text(value) and value != ""
    if data_type == "boolean":
        return type(value) is bool
    if data_type == "decimal":
        return type(value) is float and isfinite(value)
    if type(value) is not int:
        return False
    return EARLIEST <= value < MILLISECONDS if data_type == "datetime" else -(2**63) <= value < 2**63


def is_link_write(write: Any) -> bool:
    if not isinstance(write, LinkWrite) or (write.replace is not None and (write.add or write.remove)):
        return False
    targets = [*(write.replace or ()), *write.add, *write.remove]
    ids = [target.id if target.id is not None else target.external_id for target in targets]
    return len(set(targets)) == len(targets) <= 1000 and all(is_text(one) and one for one in ids)


def holds(attribute: Attribute, outcome: Outcome) -> bool:
    if outcome is NOTHING:
        return True
    if isinstance(outcome, Problem):
        return outcome.field == attribute.full_name and is_utf8(outcome.message)
    if attribute.data_type == "reference":
        return is_link_write(outcome)
    return outcome is None or is_storable(outcome, attribute.data_type)


def is_utf8(text: str) -> bool:
    return text.encode("utf-8", "replace").decode() == text


@given(attributes, anything, st.sampled_from(Source))
def test_what_comes_out_can_be_stored(attribute: Attribute, raw: Any, source: Source) -> None:
    assert holds(attribute, coerce(attribute, raw, source))


@pytest.mark.parametrize("data_type", [one for one in DATA_TYPES if one != "reference"])
@pytest.mark.parametrize("source", Source)
@given(raw=anything)
def test_what_was_read_can_be_written_back(source: Source, data_type: str, raw: Any) -> None:
    to = attribute(data_type)
    once = coerce(to, raw, source)
    if not isinstance(once, Problem):
        again = coerce(to, once, source)
        assert again == once
        assert type(again) is type(once)


@given(attributes, anything)
def test_what_the_api_stored_every_source_but_a_picker_may_store(to: Attribute, raw: Any) -> None:
    to = attribute(to.data_type)
    stored = coerce(to, raw, Source.API)
    if stored is None or isinstance(stored, (Problem, LinkWrite)) or stored in ("undefined", "null"):
        return
    for source in LENIENT:
        assert coerce(to, stored, source) == stored


@given(attributes, anything, st.sampled_from(STRICT), st.sampled_from(LENIENT))
def test_a_value_that_strict_takes_lenient_takes_as_well(
    to: Attribute, raw: Any, strict: Source, lenient: Source
) -> None:
    to = attribute(to.data_type)
    if not isinstance(coerce(to, raw, strict), Problem):
        assert not isinstance(coerce(to, raw, lenient), Problem)


@given(st.sampled_from([one for one in DATA_TYPES if one != "reference"]), st.sampled_from(Source), anything)
def test_objects_and_arrays_never_become_values(data_type: str, source: Source, raw: Any) -> None:
    for nested in ([raw], {"id": raw}, {"instances": [raw]}):
        assert isinstance(coerce(attribute(data_type), nested, source), Problem)


@given(anything, st.sampled_from(Source))
def test_a_reference_to_one_never_gets_two(raw: Any, source: Source) -> None:
    outcome = coerce(reference_one(), raw, source)
    if isinstance(outcome, LinkWrite):
        assert len(outcome.replace or outcome.add) <= 1


@given(st.lists(st.text(min_size=1, max_size=40) | st.integers(min_value=0, max_value=99), max_size=30))
def test_ids_are_kept_in_order_each_once(ids: list[Any]) -> None:
    outcome = coerce(attribute("reference"), ids, Source.API)
    if not isinstance(outcome, Problem):
        assert outcome == LinkWrite(replace=tuple(dict.fromkeys(Target(id=str(one)) for one in ids)))


known = [attribute(data_type, name=data_type) for data_type in DATA_TYPES]


@given(
    st.dictionaries(
        st.sampled_from(DATA_TYPES) | st.text(st.characters(codec=None), max_size=200), anything, max_size=6
    )
    | anything,
    st.sampled_from(Source),
    st.booleans(),
)
def test_many_values_at_once_raise_nothing_but_problems(raw: Any, source: Source, creates: bool) -> None:
    known_here = schema(*known, create_unknown_attributes=creates, messenger_creates_attributes=creates)
    outcome = write_all(known_here, raw, source)
    if isinstance(outcome, Problem):
        assert source not in MESSENGER
        assert outcome.field is not None
        assert is_utf8(outcome.field + outcome.message)
        return
    assert all(value is None or is_storable(value, name) for name, value in outcome.values.items())
    assert all(is_link_write(write) for write in outcome.links.values())
    assert all(is_storable(new.value, new.data_type) for new in outcome.create)
    assert len({new.name for new in outcome.create}) == len(outcome.create)


def write_all(known_here: Schema, raw: Any, source: Source) -> Writes | Problem:
    try:
        return coerce_all(known_here, CONTACT, raw, source)
    except Problem as problem:
        return problem

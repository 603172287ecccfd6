"""Whatever is done to the options of a conversation attribute: at least two can be chosen, no two look the same, and
none that there ever was is forgotten."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.core.attributes.definition import CONVERSATION, LIST, Attribute, Option
from interlock.core.attributes.types import options
from interlock.core.definitions import conversation, define
from interlock.core.definitions.wanted import WantedAttribute
from interlock.kit.problems import Problem
from interlock.storage.database import Database
from tests.core.definitions.shop import Shop

labels = st.sampled_from(["a", "b", "c", "d", "e"])
wishes = st.lists(labels, max_size=4)
places = st.integers(0, 7)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), labels),
        st.tuples(st.just("rename"), places, labels),
        st.tuples(st.just("archive"), places),
        st.tuples(st.just("wish"), wishes),
    ),
    min_size=1,
    max_size=8,
)


async def carry_out(shop: Shop, one: Attribute, step: tuple[Any, ...]) -> Attribute:
    what, *rest = step
    if what == "add":
        return await shop.define(conversation.add_option, one.id, {"label": rest[0]}, "test")
    if what == "wish":
        return await shop.change(one.id, options=tuple(Option(label) for label in rest[0]))
    option = one.options[rest[0] % len(one.options)]
    if what == "archive":
        return await shop.define(conversation.archive_option, one.id, option.id, "test")
    return await shop.define(conversation.change_option, one.id, option.id, {"label": rest[1]}, "test")


def check(before: Attribute, after: Attribute, step: tuple[Any, ...]) -> None:
    active = [one for one in after.options if not one.archived]
    assert len(active) >= 2
    assert len({one.value for one in active}) == len(active)
    assert len({one.id for one in after.options}) == len(after.options)
    assert {one.id for one in before.options} <= {one.id for one in after.options}
    for one in active:
        assert options.read(one.value, True, after) == one.value
        assert options.read(one.id, True, after) == one.value
    for one in after.options:
        if one.archived:
            assert isinstance(options.read(one.id, True, after), Problem)
    what, *rest = step
    if what == "wish":
        assert [one.value for one in active] == rest[0]
        kept = {one.value: one.id for one in before.options if not one.archived}
        assert all(kept.get(one.value, one.id) == one.id for one in active)
    if what == "add":
        assert (after.options[:-1], after.options[-1].value) == (before.options, rest[0])


def allowed(one: Attribute, step: tuple[Any, ...]) -> bool:
    what, *rest = step
    active = [each.value for each in one.options if not each.archived]
    if what == "wish":
        return len(rest[0]) >= 2 and len(set(rest[0])) == len(rest[0])
    if what == "add":
        return rest[0] not in active
    option = one.options[rest[0] % len(one.options)]
    if what == "archive":
        return option.archived or len(active) > 2
    return option.archived or rest[1] == option.value or rest[1] not in active


@settings(max_examples=20)
@given(steps=steps)
async def test_any_changes_one_after_another(database: Database, steps: list[tuple[Any, ...]]) -> None:
    shop = await Shop.open(database)
    wanted = WantedAttribute("urgency", LIST, options=(Option("a"), Option("b")))
    one = await shop.define(define.create_attribute, CONVERSATION, wanted)
    for step in steps:
        refused = False
        try:
            after = await carry_out(shop, one, step)
        except Problem:
            after, refused = (await shop.schema()).by_id[one.id], True
        assert refused is not allowed(one, step), (step, one.options)
        if refused:
            assert after.options == one.options
        else:
            check(one, after, step)
        assert (await shop.schema()).by_id[one.id].options == after.options
        one = after

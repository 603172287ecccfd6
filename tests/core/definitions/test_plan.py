"""Plans: what a change of the schema does and costs, told before and done after."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.definitions import backfill, define, settings
from interlock.core.definitions.telling import sentence
from interlock.core.definitions.wanted import TypeChange
from interlock.kit.problems import Problem
from interlock.storage.database import Database
from tests.core.definitions.shop import Shop

ORDER: dict[str, Any] = {
    "identifier": "Order",
    "name": "Order",
    "plural_name": "Orders",
    "description": "A purchase",
    "attributes": [
        {"name": "title", "data_type": "string", "description": "What was bought"},
        {"name": "total", "data_type": "decimal"},
        {"name": "status", "data_type": "list", "options": ["open", "shipped"]},
        {
            "name": "person",
            "data_type": "reference",
            "reference": {"to": "contact", "many": False, "inverse": {"name": "orders", "many": True}},
        },
    ],
}
EMPTY: dict[str, Any] = {"object_types": [], "contact": {"attributes": []}, "company": {"attributes": []}}


def document(**parts: Any) -> dict[str, Any]:
    return copy.deepcopy({**EMPTY, "object_types": [ORDER], **parts})


@pytest.fixture
async def shop(database: Database) -> Shop:
    shop = await Shop.open(database)
    await shop.apply(document())
    return shop


def actions(plan: Any) -> list[tuple[str, str | None]]:
    return [(one.action, one.attribute) for one in plan.changes]


class TestThePlan:
    async def test_the_document_of_the_founding_example(self, database: Database) -> None:
        shop = await Shop.open(database)
        planned = await shop.plan({"object_types": [copy.deepcopy(ORDER)]})
        assert actions(planned) == [
            ("add_type", None),
            ("add_attribute", "title"),
            ("add_attribute", "total"),
            ("add_attribute", "status"),
            ("add_attribute", "person"),
            ("add_attribute", "orders"),
        ]
        assert planned.lost == 0
        assert (await shop.schema()).identifiers == {}, "a plan changes nothing"
        await shop.apply({"object_types": [copy.deepcopy(ORDER)]}, planned)
        assert await shop.pull() == document()

    async def test_what_is_pulled_is_what_was_applied(self, shop: Shop) -> None:
        assert await shop.pull() == document()
        assert not (await shop.plan(await shop.pull())).changes

    async def test_what_is_not_said_stays(self, shop: Shop) -> None:
        assert not (await shop.plan({})).changes
        assert not (await shop.plan({"object_types": [{"identifier": "Order"}]})).changes
        assert not (await shop.plan({"contact": {"attributes": []}})).changes, "orders belongs to what is not said"

    async def test_what_is_missing_from_a_list_is_archived_and_comes_back_when_it_is_listed(self, shop: Shop) -> None:
        await shop.put("Order", "A", title="Shoes", total=4.5)
        wish = document()
        del wish["object_types"][0]["attributes"][1]
        assert actions(await shop.apply(wish)) == [("archive_attribute", "total")]
        await backfill.run(shop.database)
        assert (await shop.values("Order"))["A"] == {"title": "Shoes", "total": 4.5}
        assert actions(await shop.apply(document())) == [("unarchive_attribute", "total")]

    async def test_a_type_that_is_missing_is_archived_with_what_points_at_it(self, shop: Shop) -> None:
        planned = await shop.apply(EMPTY)
        assert actions(planned) == [("archive_type", None), ("archive_attribute", "orders")]
        assert await shop.pull() == EMPTY
        assert not (await shop.plan(EMPTY)).changes
        back = await shop.apply(document())
        assert actions(back) == [("unarchive_type", None), ("unarchive_attribute", "orders")]
        assert await shop.pull() == document()

    async def test_descriptions_options_and_protection(self, shop: Shop) -> None:
        wish = document(contact={"attributes": [{"name": "plan", "data_type": "string"}]})
        await shop.apply(wish)
        order = wish["object_types"][0]
        order["description"], order["plural_name"] = "Bought", "Purchases"
        order["attributes"][0]["description"] = "What"
        order["attributes"][2]["options"] = ["open", {"value": "gone", "description": "Left the house"}]
        wish["contact"]["attributes"][0]["messenger_writable"] = False
        planned = await shop.apply(wish)
        assert {one.action for one in planned.changes} == {
            "describe_type",
            "describe_attribute",
            "change_options",
            "protect_attribute",
        }
        pulled = await shop.pull()
        assert pulled == wish
        assert all(sentence(one) for one in planned.changes)


class TestRenames:
    async def test_a_type_goes_by_its_new_identifier_with_all_that_it_has(self, shop: Shop) -> None:
        await shop.put("Order", "A", title="Shoes")
        wish = document()
        wish["object_types"][0] |= {"identifier": "Purchase", "was": "Order"}
        assert actions(await shop.apply(wish)) == [("rename_type", None)]
        assert (await shop.values("Purchase"))["A"] == {"title": "Shoes"}
        assert not (await shop.plan(wish)).changes, "`was` counts only while that name exists"

    async def test_stored_values_go_by_the_new_name(self, shop: Shop) -> None:
        await shop.put("Order", "A", title="Shoes", total=1.0)
        await shop.put("Order", "B", total=2.0)
        wish = document()
        wish["object_types"][0]["attributes"][0] |= {"name": "what", "was": "title"}
        planned = await shop.apply(wish)
        assert [(one.values, one.values_lost) for one in planned.changes] == [(1, 0)]
        assert await shop.values("Order") == {"A": {"what": "Shoes", "total": 1.0}, "B": {"total": 2.0}}
        await shop.put("Order", "A", what="Boots")
        assert not (await shop.plan(wish)).changes

    async def test_both_ends_of_a_reference(self, shop: Shop) -> None:
        wish = document()
        person = wish["object_types"][0]["attributes"][3]
        person |= {"name": "buyer", "was": "person"}
        person["reference"]["inverse"] |= {"name": "purchases", "was": "orders"}
        assert actions(await shop.apply(wish)) == [("rename_attribute", "buyer"), ("rename_attribute", "purchases")]

    async def test_an_attribute_of_qualification_data_stays_in_it(self, shop: Shop) -> None:
        id = await shop.add("contact", "budget", "integer")
        await shop.define(settings.set_qualification, [settings.Named(id=id)])
        wish = document(contact={"attributes": [{"name": "money", "was": "budget", "data_type": "decimal"}]})
        planned = await shop.apply(wish)
        assert {use.name for one in planned.changes for use in one.used_by} == {"Qualification attributes"}
        assert [one.name for one in settings.qualification(await shop.schema())] == ["money"]

    @pytest.mark.parametrize(
        ("attributes", "place"),
        [
            ([{"name": "total", "was": "title", "data_type": "string"}], "attributes[0].was"),
            ([{"name": "a", "was": "title", "data_type": "string"}] * 2, "attributes[1].name"),
            (
                [
                    {"name": "a", "was": "title", "data_type": "string"},
                    {"name": "b", "was": "title", "data_type": "string"},
                ],
                "attributes[1].was",
            ),
            ([{"name": "a.b", "was": "title", "data_type": "string"}], "attributes[0].name"),
            ([{"name": "id", "data_type": "string"}], "attributes[0].name"),
            ([{"name": "x", "data_type": "list", "options": ["a"]}], "attributes[0].options"),
            ([{"name": "title", "data_type": "list"}], "attributes[0].options"),
            ([{"name": "x", "data_type": "reference"}], "attributes[0].reference"),
            ([{"name": "x", "data_type": "reference", "reference": {"to": "y"}}], "attributes[0].reference.to"),
        ],
    )
    async def test_what_contradicts_itself_names_the_place(
        self, shop: Shop, attributes: list[dict[str, Any]], place: str
    ) -> None:
        wish = document()
        wish["object_types"][0]["attributes"] = attributes
        with pytest.raises(Problem) as raised:
            await shop.plan(wish)
        assert raised.value.field == f"object_types[0].{place}"


class TestOutOfDate:
    async def test_definitions_have_changed(self, shop: Shop) -> None:
        wish = document(company={"attributes": [{"name": "tier", "data_type": "string"}]})
        planned = await shop.plan(wish)
        await shop.add("contact", "seats", "integer")
        with pytest.raises(Problem) as raised:
            await shop.apply(wish, planned)
        assert raised.value.code == "plan_out_of_date"

    async def test_another_wish(self, shop: Shop) -> None:
        planned = await shop.plan(document(company={"attributes": [{"name": "tier", "data_type": "string"}]}))
        with pytest.raises(Problem, match="out of date"):
            await shop.apply(EMPTY, planned)

    @pytest.mark.parametrize("change", [lambda hash: hash + "0", lambda hash: "", lambda hash: "x.y", lambda h: h[1:]])
    async def test_another_hash(self, shop: Shop, change: Any) -> None:
        wish = document()
        planned = await shop.plan(wish)
        with pytest.raises(Problem, match="out of date"):
            await shop.apply(wish, type(planned)(change(planned.hash), []))

    async def test_more_would_be_lost_than_was_planned(self, shop: Shop) -> None:
        await shop.put("Order", "A", title="4")
        wish = document()
        wish["object_types"][0]["attributes"][0]["data_type"] = "integer"
        planned = await shop.plan(wish)
        await shop.put("Order", "B", title="5")
        await shop.put("Order", "C", title="many")
        with pytest.raises(Problem, match="out of date"):
            await shop.apply(wish, planned)
        assert (await shop.values("Order"))["A"] == {"title": "4"}, "nothing was done"
        again = await shop.apply(wish)
        assert (again.changes[0].values, again.changes[0].values_lost) == (2, 1)

    async def test_what_is_in_use_cannot_be_archived(self, shop: Shop) -> None:
        id = await shop.add("contact", "budget", "integer")
        await shop.define(settings.set_qualification, [settings.Named(id=id)])
        with pytest.raises(Problem) as raised:
            await shop.plan(document())
        assert raised.value.code == "data_invalid"

    async def test_limits_hold(self, shop: Shop) -> None:
        await shop.define(settings.change, {"max_active_attributes": 1})
        wish = document(company={"attributes": [{"name": "tier", "data_type": "string"}]})
        with pytest.raises(Problem) as raised:
            await shop.plan(wish)
        assert raised.value.code == "custom_data_limit_reached"
        del wish["object_types"][0]["attributes"][3]["reference"]["inverse"]
        await shop.apply(wish)


async def test_two_workspaces_do_not_meet(shop: Shop, database: Database) -> None:
    other = await Shop.open(database)
    await other.apply(document())
    await other.put("Order", "A", title="theirs")
    wish = document()
    wish["object_types"][0]["attributes"][0] |= {"name": "what", "was": "title"}
    await shop.apply(wish)
    assert (await other.values("Order"))["A"] == {"title": "theirs"}


async def test_an_archived_type_in_between(shop: Shop) -> None:
    await shop.define(define.update_type, "Order", TypeChange(archived=True))
    pulled = await shop.pull()
    assert not (await shop.plan(pulled)).changes


# --- any schema


@st.composite
def _schemas(draw: st.DrawFn) -> dict[str, Any]:
    """A document that contradicts itself in nothing."""
    identifiers = draw(st.lists(st.sampled_from(["Order", "Item", "Visit"]), unique=True, max_size=3))
    taken: dict[str, set[str]] = {kind: set() for kind in ("contact", "company", *identifiers)}
    sections: dict[str, list[dict[str, Any]]] = {kind: [] for kind in taken}

    def free(kind: str) -> list[str]:
        used = taken[kind] | (taken["contact"] | taken["company"] if kind in ("contact", "company") else set())
        return sorted({"a", "b", "c", "tier", "Score"} - used)

    for kind in sections:
        for _ in range(draw(st.integers(0, 3))):
            if names := free(kind):
                name = draw(st.sampled_from(names))
                taken[kind].add(name)
                sections[kind].append(_attribute(draw, name, kind, taken, free))
    types = [{"identifier": one, "attributes": sections[one]} for one in identifiers]
    return {
        "object_types": types,
        "contact": {"attributes": sections["contact"]},
        "company": {"attributes": sections["company"]},
    }


def _attribute(draw: st.DrawFn, name: str, kind: str, taken: Any, free: Any) -> dict[str, Any]:
    data_type = draw(st.sampled_from(["string", "integer", "decimal", "boolean", "datetime", "list", "reference"]))
    one: dict[str, Any] = {"name": name, "data_type": data_type}
    if data_type == "list":
        one["options"] = draw(st.lists(st.sampled_from(["x", "y", "z"]), unique=True, min_size=2))
    if data_type == "reference":
        to = draw(st.sampled_from(sorted(taken)))
        one["reference"] = {"to": to, "many": draw(st.booleans())}
        if names := free(to):
            inverse = draw(st.sampled_from([None, *names]))
            if inverse is not None:
                taken[to].add(inverse)
                one["reference"]["inverse"] = {"name": inverse, "many": draw(st.booleans())}
    return one


def _sorted(pulled: dict[str, Any]) -> dict[str, Any]:
    """Without the order of attributes and types, and without the names that types get by themselves."""
    types = {one["identifier"]: _by_name(one["attributes"]) for one in pulled["object_types"]}
    return {"object_types": types, **{kind: _by_name(pulled[kind]["attributes"]) for kind in ("contact", "company")}}


def _by_name(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["name"]: one for one in attributes}


def _ends(pulled: dict[str, Any]) -> dict[str, Any]:
    """The same, with a reference at each of its ends: which of the two it is written at may change."""
    kinds = _sorted(pulled)
    kinds = {**kinds.pop("object_types"), **kinds}
    found: dict[str, Any] = {(kind, name): one for kind, of_kind in kinds.items() for name, one in of_kind.items()}
    for (kind, name), one in [*found.items()]:
        reference = dict(one.get("reference", {}))
        inverse = reference.pop("inverse", None)
        if reference:
            found[kind, name] = (reference["to"], reference["many"], inverse and inverse["name"])
        if inverse is not None:
            found[reference["to"], inverse["name"]] = (kind, inverse["many"], name)
    return found


@given(schema=_schemas())
async def test_whatever_is_applied_is_pulled_and_needs_no_second_plan(
    database: Database, schema: dict[str, Any]
) -> None:
    shop = await Shop.open(database)
    await shop.apply(copy.deepcopy(schema))
    assert _sorted(await shop.pull()) == _sorted(schema)
    assert not (await shop.plan(copy.deepcopy(schema))).changes
    assert not (await shop.plan(await shop.pull())).changes


@given(first=_schemas(), second=_schemas())
async def test_from_any_schema_to_any_other(database: Database, first: dict[str, Any], second: dict[str, Any]) -> None:
    shop = await Shop.open(database)
    await shop.apply(copy.deepcopy(first))
    before = await shop.schema()
    try:
        planned = await shop.plan(copy.deepcopy(second))
    except Problem as problem:
        if problem.code == "parameter_invalid" and problem.field:  # one thing cannot become the other: it says where
            return
        raise
    done = await shop.apply(copy.deepcopy(second), planned)
    assert done.changes == planned.changes
    assert _ends(await shop.pull()) == _ends(second)
    assert not (await shop.plan(await shop.pull())).changes
    after = await shop.schema()
    assert before.by_id.keys() <= after.by_id.keys(), "nothing is ever deleted"

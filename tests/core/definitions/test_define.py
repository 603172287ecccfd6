"""Object types and attributes: made, described, archived, brought back."""

from __future__ import annotations

import asyncio

import pytest

from interlock.core.attributes.many import NewAttribute
from interlock.core.definitions import backfill, define
from interlock.core.definitions.wanted import TypeChange, WantedInverse, WantedReference, WantedType
from interlock.kit.problems import Problem
from interlock.storage.database import Database
from tests.core.definitions.shop import Shop, wanted


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await Shop.open(database)


class TestTypes:
    async def test_a_type_comes_with_its_attributes(self, shop: Shop) -> None:
        await shop.add_type("PeteUserTrainingTopic", wanted("Title"), wanted("score", "decimal"))
        schema = await shop.schema()
        made = schema.type("PeteUserTrainingTopic")
        assert (made.name, made.plural_name) == ("PeteUserTrainingTopic", "PeteUserTrainingTopics")
        assert set(schema.of(made.id)) == {"Title", "score"}

    @pytest.mark.parametrize("identifier", ["", "a b", "a/b", "ä", "x" * 65, "a.b", "contact", "Company", "TICKET"])
    async def test_what_is_no_identifier(self, shop: Shop, identifier: str) -> None:
        with pytest.raises(Problem) as raised:
            await shop.add_type(identifier)
        assert (raised.value.code, raised.value.field) == ("parameter_invalid", "identifier")

    async def test_identifiers_are_unique_and_case_sensitive(self, shop: Shop) -> None:
        await shop.add_type("Order")
        await shop.add_type("order")
        with pytest.raises(Problem, match="already an object type 'Order'"):
            await shop.add_type("Order")

    @pytest.mark.parametrize(
        "name",
        ["id", "type", "external_id", "external_created_at", "external_updated_at", "created_at", "updated_at"],
    )
    async def test_what_every_instance_has_is_no_name_for_an_attribute(self, shop: Shop, name: str) -> None:
        with pytest.raises(Problem) as raised:
            await shop.add_type("Order", wanted("fine"), wanted(name))
        assert raised.value.field == "attributes[1].name"
        assert "Order" not in (await shop.schema()).identifiers, "all or nothing"

    async def test_a_type_is_archived_and_comes_back(self, shop: Shop) -> None:
        kind = await shop.add_type("Order", wanted("title"))
        await shop.define(define.update_type, "Order", TypeChange(archived=True))
        assert (await shop.schema()).types[kind].archived
        with pytest.raises(Problem, match="archived"):
            await shop.add(kind, "more")
        with pytest.raises(Problem, match="archived"):
            await shop.add("contact", "orders", "reference", reference=WantedReference("Order"))
        await shop.define(define.update_type, "Order", TypeChange("What was bought", False))
        assert (await shop.schema()).types[kind].description == "What was bought"

    async def test_the_limit_counts_active_types(self, database: Database) -> None:
        shop = await Shop.open(database, max_object_types=2)
        await shop.add_type("A")
        await shop.add_type("B")
        with pytest.raises(Problem) as raised:
            await shop.add_type("C")
        assert raised.value.code == "object_type_limit_reached"
        await shop.define(define.update_type, "A", TypeChange(archived=True))
        await shop.add_type("C")
        with pytest.raises(Problem):
            await shop.define(define.update_type, "A", TypeChange(archived=False))


class TestAttributes:
    async def test_names_are_unique_across_people_and_companies(self, shop: Shop) -> None:
        await shop.add("company", "tier")
        with pytest.raises(Problem) as raised:
            await shop.add("contact", "tier")
        assert raised.value.message == (
            "You already have 'tier' in your company data. To save this as new people data, use a different name."
        )

    async def test_an_archived_attribute_keeps_its_name(self, shop: Shop) -> None:
        id = await shop.add("contact", "tier")
        await shop.change(id, archived=True)
        with pytest.raises(Problem, match="already have 'tier'"):
            await shop.add("contact", "tier")

    @pytest.mark.parametrize(
        ("data_type", "more", "field"),
        [
            ("text", {}, "data_type"),
            ("list", {"options": ()}, "options"),
            ("reference", {}, "reference"),
            ("string", {"reference": WantedReference("contact")}, "reference"),
            ("reference", {"reference": WantedReference("Nothing")}, "reference.to"),
            ("string", {"description": "x" * 1025}, "description"),
            ("string", {"description": "\0"}, "description"),
        ],
    )
    async def test_what_cannot_be_defined_names_its_field(
        self, shop: Shop, data_type: str, more: dict[str, object], field: str
    ) -> None:
        with pytest.raises(Problem) as raised:
            await shop.define(define.create_attribute, "contact", define.WantedAttribute("x", data_type, **more))
        assert raised.value.field == field

    async def test_the_limit_counts_active_attributes_of_people_and_companies(self, database: Database) -> None:
        shop = await Shop.open(database, max_active_attributes=2)
        first = await shop.add("contact", "a")
        await shop.add("company", "b")
        for kind in ("contact", "company"):
            with pytest.raises(Problem) as raised:
                await shop.add(kind, "c")
            assert raised.value.code == "custom_data_limit_reached"
        await shop.add_type("Order", wanted("not_counted"))
        await shop.change(first, archived=True)
        await shop.add("contact", "c")
        with pytest.raises(Problem):
            await shop.change(first, archived=False)

    async def test_attributes_that_a_write_brings_are_made_as_far_as_there_is_room(self, database: Database) -> None:
        shop = await Shop.open(database, max_active_attributes=1)
        new = [NewAttribute("a", "string", "x"), NewAttribute("b", "string", "y")]
        with pytest.raises(Problem):
            await shop.schemas.define(shop.id, define.create_missing, "contact", new)
        schema = await shop.schemas.define(shop.id, _create_missing, "contact", new)
        assert set(schema.of("contact")) == {"a"}

    async def test_an_attribute_of_qualification_data_cannot_be_archived(self, shop: Shop) -> None:
        from interlock.core.definitions import settings

        id = await shop.add("contact", "budget", "integer")
        await shop.define(settings.set_qualification, [settings.Named(id=id)])
        with pytest.raises(Problem) as raised:
            await shop.change(id, archived=True)
        assert (raised.value.code, raised.value.message) == ("data_invalid", define.NOT_ARCHIVABLE)
        await shop.define(settings.set_qualification, [])
        await shop.change(id, archived=True)

    async def test_two_who_make_the_same_attribute_at_once(self, shop: Shop) -> None:
        results = await asyncio.gather(*(shop.add("contact", "tier") for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(one, int) for one in results) == 1
        assert all(isinstance(one, int | Problem) for one in results)

    async def test_many_who_define_different_ones_at_once(self, shop: Shop) -> None:
        await asyncio.gather(*(shop.add("contact", f"a{n}") for n in range(6)))
        slots = [one.slot for one in (await shop.schema()).of("contact").values()]
        assert len(slots) == 6
        assert len(set(slots)) == 6, "no slot is given twice"


async def _create_missing(tx, schema, kind, new):
    return await define.create_missing(tx, schema, kind, new, fill_up=True)


class TestReferences:
    async def test_one_call_makes_both_ends(self, shop: Shop) -> None:
        kind = await shop.add_type("Order")
        reference = WantedReference("contact", False, WantedInverse("orders", True, "What they bought"))
        await shop.add(kind, "person", "reference", reference=reference)
        schema = await shop.schema()
        near, far = schema.of(kind)["person"], schema.of("contact")["orders"]
        assert near.reference is not None
        assert far.reference is not None
        assert near.reference.id == far.reference.id
        assert (near.reference.to, near.reference.many, near.reference.inverse_name) == ("contact", False, "orders")
        assert (far.reference.to, far.reference.many, far.reference.inverse_name) == (kind, True, "person")
        assert far.description == "What they bought"

    async def test_a_type_may_refer_to_itself_while_it_is_made(self, shop: Shop) -> None:
        reference = WantedReference("Order", False, WantedInverse("children"))
        kind = await shop.add_type("Order", wanted("parent", "reference", reference=reference))
        assert set((await shop.schema()).of(kind)) == {"parent", "children"}

    async def test_the_ends_need_different_names(self, shop: Shop) -> None:
        reference = WantedReference("Order", False, WantedInverse("parent"))
        with pytest.raises(Problem) as raised:
            await shop.add_type("Order", wanted("parent", "reference", reference=reference))
        assert raised.value.field == "attributes[0].reference.inverse.name"

    @pytest.mark.parametrize("to", ["contact", "company", "conversation", "ticket"])
    async def test_every_kind_can_be_pointed_at(self, shop: Shop, to: str) -> None:
        inverse = WantedInverse("orders")
        await shop.add_type("Order", wanted("x", "reference", reference=WantedReference(to, True, inverse)))
        assert (await shop.schema()).of(to)["orders"].reference is not None

    async def test_an_inverse_counts_against_the_limit_of_people(self, database: Database) -> None:
        shop = await Shop.open(database, max_active_attributes=0)
        reference = WantedReference("contact", False, WantedInverse("orders"))
        with pytest.raises(Problem) as raised:
            await shop.add_type("Order", wanted("person", "reference", reference=reference))
        assert raised.value.code == "custom_data_limit_reached"


class TestSlots:
    async def test_a_slot_is_free_again_when_its_column_has_been_emptied(self, shop: Shop) -> None:
        kind = await shop.add_type("Order", *(wanted(f"d{n}", "decimal") for n in range(4)))
        id = await shop.put("Order", "A", d0=1.5, d1=2.5)
        first = (await shop.schema()).of(kind)["d0"]
        await shop.change(first.id, archived=True)
        assert await shop.add(kind, "late", "decimal")
        assert (await shop.schema()).of(kind)["late"].slot is None, "the column still has the old values"
        await backfill.run(shop.database)
        schema = await shop.schema()
        assert schema.of(kind)["d0"].slot is None
        assert (schema.of(kind)["late"].slot, schema.of(kind)["late"].slot_ready) == ("d1", True)
        assert (await shop.slots(kind))[id] == {"d2": 2.5}

    async def test_what_comes_back_is_filled_before_it_is_used(self, shop: Shop) -> None:
        kind = await shop.add_type("Order", wanted("total", "decimal"))
        ids = [await shop.put("Order", f"A{n}", total=n + 0.5) for n in range(3)]
        total = (await shop.schema()).of(kind)["total"]
        await shop.change(total.id, archived=True)
        await backfill.run(shop.database)
        assert await shop.slots(kind) == {id: {} for id in ids}
        back = await shop.change(total.id, archived=False)
        assert (back.slot, back.slot_ready) == ("d1", False)
        later = await shop.put("Order", "A3", total=9.5)
        await backfill.run(shop.database)
        assert (await shop.schema()).by_id[total.id].slot_ready
        assert await shop.slots(kind) == {**{id: {"d1": n + 0.5} for n, id in enumerate(ids)}, later: {"d1": 9.5}}


def test_a_type_needs_no_names() -> None:
    assert WantedType("Order").attributes == ()

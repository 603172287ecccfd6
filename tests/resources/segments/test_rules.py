"""What rules mean, and what is said of rules that mean nothing."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.kit import clock, limits
from resources.segments.making import BIG_OPEN, ORDER, SEGMENTS, found, named, order, person
from support.client import Client

DAY = 86_400


@pytest.fixture
async def shop(client: Client) -> Client:
    """Ann has a big open order; Bob's big one is shipped and his open one small; Cy has none."""
    await client.ok("POST", "/interlock/v1/object_types", ORDER)
    for name in ("files", "visits"):
        attribute = {"name": name, "model": "contact", "data_type": "integer"}
        await client.ok("POST", "/data_attributes", attribute)
    ann = await person(client, "ann", custom_attributes={"files": 0})
    bob = await person(client, "bob", custom_attributes={"files": 3})
    await person(client, "cy")
    await order(client, "1", ann, total=150, status="open", ordered_at=1000)
    await order(client, "2", bob, total=150, status="shipped", ordered_at=3000)
    await order(client, "3", bob, total=20.5, status="open", ordered_at=2000)
    await order(client, "4", bob)
    return client


class TestRelated:
    async def test_conditions_hold_for_the_same_instance(self, shop: Client) -> None:
        assert await found(shop, BIG_OPEN) == ["ann"]
        big, open = BIG_OPEN["where"]["value"]  # type: ignore[index]
        apart = {
            "operator": "AND",
            "value": [{"related": "orders", "where": big}, {"related": "orders", "where": open}],
        }
        assert await found(shop, apart) == ["ann", "bob"]

    async def test_any_and_none(self, shop: Client) -> None:
        assert await found(shop, {"related": "orders"}) == ["ann", "bob"]
        assert await found(shop, {"related": "custom_attributes.orders", "match": "none"}) == ["cy"]
        assert await found(shop, {**BIG_OPEN, "match": "none"}) == ["bob", "cy"]

    @pytest.mark.parametrize(
        ("operator", "value", "names"),
        [(">=", 2, ["bob"]), ("=", 0, ["cy"]), ("<", 2, ["ann", "cy"]), ("!=", 3, ["ann", "cy"]), (">", 3, [])],
    )
    async def test_count(self, shop: Client, operator: str, value: int, names: list[str]) -> None:
        assert await found(shop, {"related": "orders", "match": "count", "operator": operator, "value": value}) == names

    @pytest.mark.parametrize(
        ("operator", "value", "names"),
        [("=", 170.5, ["bob"]), ("=", 0, ["cy"]), ("<=", 150, ["ann", "cy"]), ("!=", 0, ["ann", "bob"])],
    )
    async def test_sum(self, shop: Client, operator: str, value: float, names: list[str]) -> None:
        rule = {"related": "orders", "match": "sum", "of": "total", "operator": operator, "value": value}
        assert await found(shop, rule) == names

    async def test_a_sum_is_exact(self, shop: Client) -> None:
        dee = await person(shop, "dee")
        for number in range(3):
            await order(shop, f"dee{number}", dee, total=0.1)
        rule = {"related": "orders", "match": "sum", "of": "total", "operator": "=", "value": 0.3}
        assert await found(shop, rule) == ["dee"]

    async def test_newest(self, shop: Client) -> None:
        shipped = {"field": "status", "operator": "=", "value": "shipped"}
        assert await found(shop, {"related": "orders", "match": "newest", "where": shipped, "by": "ordered_at"}) == [
            "bob"
        ]
        unknown = {"field": "status", "operator": "is_unknown"}  # bob's order 4 was made last
        assert await found(shop, {"related": "orders", "match": "newest", "where": unknown}) == ["bob"]
        assert await found(shop, {"related": "orders", "match": "newest"}) == ["ann", "bob"]


class TestOtherLeaves:
    async def test_unknown_is_not_less(self, shop: Client) -> None:
        def files(operator: str, **more: Any) -> dict[str, Any]:
            return {"field": "custom_attributes.files", "operator": operator, **more}

        assert await found(shop, files("<", value=1)) == ["ann"]
        assert await found(shop, files("is_unknown")) == ["cy"]
        assert await found(shop, files("has_any_value")) == ["ann", "bob"]
        assert await found(shop, {"operator": "OR", "value": [files("<", value=1), files("is_unknown")]}) == [
            "ann",
            "cy",
        ]

    async def test_events(self, shop: Client) -> None:
        now = clock.seconds()
        for at in (now - 40 * DAY, now - 2 * DAY):
            await shop.send("POST", "/events", {"event_name": "bought", "created_at": at, "user_id": "bob"})
        assert await found(shop, {"event": "bought", "operator": ">=", "value": 2}) == ["bob"]
        assert await found(shop, {"event": "bought", "operator": "<", "value": 1}) == ["ann", "cy"]
        last = {"event": "bought", "metric": "last", "operator": ">", "value": {"days_ago": 7}}
        assert await found(shop, last) == ["bob"]
        first = {"event": "bought", "metric": "first", "operator": ">", "value": {"days_ago": 7}}
        assert await found(shop, first) == []

    async def test_tags(self, shop: Client) -> None:
        ann = (await shop.ok("GET", "/contacts/find_by_external_id/ann"))["id"]
        tag = (await shop.ok("POST", "/tags", {"name": "VIP", "users": [{"id": ann}]}))["id"]
        assert await found(shop, {"field": "tag_id", "operator": "=", "value": tag}) == ["ann"]
        assert await found(shop, {"field": "tag_id", "operator": "!=", "value": tag}) == ["bob", "cy"]

    async def test_companies_of_people_and_segments_of_companies(self, shop: Client) -> None:
        made = await shop.ok("POST", "/companies", {"company_id": "acme", "name": "Acme", "monthly_spend": 10})
        bob = (await shop.ok("GET", "/contacts/find_by_external_id/bob"))["id"]
        await shop.ok("POST", f"/contacts/{bob}/companies", {"id": made["id"]})
        spend = {"field": "monthly_spend", "operator": ">", "value": 5}
        assert await found(shop, {"company": spend}) == ["bob"]
        assert await found(shop, spend, kind="company") == ["Acme"]

    async def test_leads_and_users_are_different_people(self, shop: Client) -> None:
        await shop.ok("POST", "/contacts", {"role": "lead", "name": "ann"})
        assert (await shop.ok("POST", f"{SEGMENTS}/preview", {"rules": named("ann")}))["data"][0]["role"] == "user"
        body = {"rules": named("ann"), "person_type": "contact"}
        assert (await shop.ok("POST", f"{SEGMENTS}/preview", body))["data"][0]["role"] == "lead"


def _and(*rules: Any) -> dict[str, Any]:
    return {"operator": "AND", "value": list(rules)}


_DEEP = _and(_and(_and(_and(named("a")))))
_TOTAL = {"field": "total", "operator": ">", "value": 1}
_COUNT = {"related": "orders", "match": "count"}


class TestWhatIsWrong:
    """The place is named; everything is a 400, and nothing is stored."""

    @pytest.mark.parametrize(
        ("rules", "code", "place"),
        [
            (None, "parameter_not_found", "rules"),
            ("x", "parameter_invalid", "rules"),
            ([], "parameter_invalid", "rules"),
            ({}, "parameter_not_found", "rules.field"),
            ({"operator": "XOR", "value": [named("a")]}, "invalid_operator", "rules.operator"),
            ({"operator": ["AND"], "value": [named("a")]}, "invalid_operator", "rules.operator"),
            ({"operator": "AND", "value": []}, "parameter_invalid", "rules.value"),
            (_and(*[named("a")] * 16), "parameter_invalid", "rules.value"),
            (_DEEP, "parameter_invalid", "rules.value.0.value.0.value.0"),
            (_and(*[_and(*[named("a")] * 15)] * 15), "parameter_invalid", "rules"),
            ({"field": "nope", "operator": "=", "value": 1}, "invalid_field", "rules.field"),
            ({"field": ["name"], "operator": "=", "value": 1}, "invalid_field", "rules.field"),
            ({"field": "segment_id", "operator": "=", "value": "x"}, "invalid_field", "rules.field"),
            (
                _and(named("a"), {"field": "name", "operator": ">", "value": "a"}),
                "invalid_operator",
                "rules.value.1.operator",
            ),
            ({"field": "name", "operator": "="}, "parameter_not_found", "rules.value"),
            ({"field": "name", "operator": "=", "value": 5}, "parameter_invalid", "rules.value"),
            ({"field": "name", "operator": "=", "value": "a\0"}, "parameter_invalid", "rules.value"),
            ({"field": "created_at", "operator": ">", "value": {"days_ago": -1}}, "parameter_invalid", "rules.value"),
            ({"field": "created_at", "operator": ">", "value": {"days": 1}}, "parameter_invalid", "rules.value"),
            ({"field": "name", "event": "x"}, "parameter_invalid", "rules"),
            ({"event": "", "operator": "=", "value": 1}, "parameter_invalid", "rules.event"),
            ({"event": "x" * 10_000, "operator": "=", "value": 1}, "parameter_invalid", "rules.event"),
            ({"event": "x", "metric": "most", "operator": "=", "value": 1}, "parameter_invalid", "rules.metric"),
            ({"event": "x", "operator": "~", "value": 1}, "invalid_operator", "rules.operator"),
            ({"event": "x", "operator": "=", "value": "1"}, "parameter_invalid", "rules.value"),
            ({"event": "x", "metric": "last", "operator": "="}, "parameter_not_found", "rules.value"),
            ({"event": "x", "metric": "last", "operator": "=", "value": []}, "parameter_invalid", "rules.value"),
            ({"company": _TOTAL}, "invalid_field", "rules.company.field"),
            ({"company": {"event": "x", "operator": "=", "value": 1}}, "parameter_invalid", "rules.company.event"),
            ({"related": "files"}, "invalid_field", "rules.related"),
            ({"related": None}, "invalid_field", "rules.related"),
            ({"related": "orders", "match": ["any"]}, "parameter_invalid", "rules.match"),
            ({"related": "orders", "where": []}, "parameter_invalid", "rules.where"),
            ({"related": "orders", "where": _and(named("a"))}, "invalid_field", "rules.where.value.0.field"),
            (
                _and({"related": "orders", "where": {**_TOTAL, "value": "x"}}),
                "parameter_invalid",
                "rules.value.0.where.value",
            ),
            (_COUNT, "invalid_operator", "rules.operator"),
            ({**_COUNT, "operator": ">"}, "parameter_not_found", "rules.value"),
            ({**_COUNT, "operator": ">", "value": -1}, "parameter_invalid", "rules.value"),
            ({**_COUNT, "operator": ">", "value": 2**70}, "parameter_invalid", "rules.value"),
            ({"related": "orders", "match": "sum", "operator": ">", "value": 1}, "parameter_not_found", "rules.of"),
            (
                {"related": "orders", "match": "sum", "of": "status", "operator": ">", "value": 1},
                "parameter_invalid",
                "rules.of",
            ),
            (
                {"related": "orders", "match": "sum", "of": "total", "operator": ">", "value": []},
                "parameter_invalid",
                "rules.value",
            ),
            ({"related": "orders", "match": "newest", "by": "total"}, "parameter_invalid", "rules.by"),
        ],
    )
    async def test_of_rules(self, shop: Client, rules: Any, code: str, place: str) -> None:
        for path in (SEGMENTS, f"{SEGMENTS}/preview"):
            error = await shop.error(400, "POST", path, {"name": "S", "rules": rules})
            assert (error["code"], error["field"]) == (code, place)
        assert (await shop.ok("GET", "/segments"))["segments"] == []

    async def test_records_inside_records_end(self, shop: Client) -> None:
        back = {"related": "orders", "where": {"related": "customer"}}
        assert await found(shop, back) == ["ann", "bob"]
        deeper = {"related": "orders", "where": {"related": "customer", "where": {"related": "orders"}}}
        error = await shop.error(400, "POST", f"{SEGMENTS}/preview", {"rules": deeper})
        assert error["field"] == "rules.where.where.related"

    @pytest.mark.parametrize(
        ("body", "code", "field"),
        [
            ({"rules": named("a")}, "parameter_not_found", "name"),
            ({"name": "  ", "rules": named("a")}, "parameter_invalid", "name"),
            ({"name": "x" * (limits.NAME_CHARS + 1), "rules": named("a")}, "parameter_invalid", "name"),
            ({"name": "a\0b", "rules": named("a")}, "parameter_invalid", "name"),
            ({"name": 5, "rules": named("a")}, "type_mismatch", "name"),
            ({"name": "S", "kind": "ticket", "rules": named("a")}, "parameter_invalid", "kind"),
            ({"name": "S", "person_type": "lead", "rules": named("a")}, "parameter_invalid", "person_type"),
            (
                {"name": "S", "kind": "company", "person_type": "contact", "rules": named("a")},
                "parameter_invalid",
                "person_type",
            ),
        ],
    )
    async def test_of_the_rest(self, client: Client, body: Any, code: str, field: str) -> None:
        error = await client.error(400, "POST", SEGMENTS, body)
        assert (error["code"], error["field"]) == (code, field)

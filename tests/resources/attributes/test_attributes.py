"""Attributes of every kind, what uses them, qualification data."""

from __future__ import annotations

from typing import Any

import pytest

from support.client import Client

PATH = "/interlock/v1/attributes"
QUALIFICATION = "/interlock/v1/qualification_attributes"


async def make(client: Client, name: str, kind: str = "contact", **more: Any) -> dict[str, Any]:
    return await client.ok("POST", PATH, {"kind": kind, "name": name, "data_type": "string", **more})


async def test_attributes_of_every_kind_in_one_list(client: Client) -> None:
    await client.ok(
        "POST",
        "/interlock/v1/object_types",
        {"identifier": "Order", "attributes": [{"name": "title", "data_type": "string"}]},
    )
    await make(client, "tier")
    await make(client, "sector", "company")
    listed = (await client.ok("GET", PATH))["data"]
    assert [(one["kind"], one["name"]) for one in listed] == [
        ("contact", "tier"),
        ("company", "sector"),
        ("Order", "title"),
    ]
    assert (await client.ok("GET", f"{PATH}?kind=Order"))["total_count"] == 1
    await client.ok("PUT", f"{PATH}/{listed[0]['id']}", {"archived": True, "description": "Old"})
    assert (await client.ok("GET", f"{PATH}?kind=contact"))["total_count"] == 0
    assert (await client.ok("GET", f"{PATH}?kind=contact&include_archived=true"))["data"][0]["description"] == "Old"


async def test_references_between_people(client: Client) -> None:
    reference = {"to": "contact", "many": False, "inverse": {"name": "reports", "many": True}}
    made = await make(client, "manager", data_type="reference", reference=reference)
    assert made["reference"] == reference
    boss = await client.ok("POST", "/contacts", {"external_id": "boss"})
    body = {"external_id": "me", "custom_attributes": {"manager": [boss["id"]]}}
    await client.ok("POST", "/contacts", body)
    shown = await client.ok("GET", f"/contacts/{boss['id']}")
    assert shown["custom_attributes"]["reports"]["total_count"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "Order", "name": "x", "data_type": "string"}, "kind"),
        ({"name": "x", "data_type": "string"}, "kind"),
        ({"kind": "contact", "name": "email", "data_type": "string"}, "name"),
        ({"kind": "contact", "name": "x", "data_type": "reference", "reference": {"to": "y"}}, "reference.to"),
    ],
)
async def test_bad_attributes_name_the_field(client: Client, body: dict[str, Any], field: str) -> None:
    assert (await client.error(400, "POST", PATH, body))["field"] == field


class TestUsage:
    @pytest.mark.parametrize("name", ["tier", "1", "a b", "Ünï"])
    async def test_how_many_records_have_a_value(self, client: Client, name: str) -> None:
        made = await make(client, name)
        for n, value in enumerate(("x", "y", None)):
            body = {"external_id": f"p{n}", "custom_attributes": {name: value}}
            await client.ok("POST", "/contacts", body)
        usage = await client.ok("GET", f"{PATH}/{made['id']}/usage")
        assert (usage["records"], usage["used_by"]) == (2, [])

    async def test_of_a_reference(self, client: Client) -> None:
        reference = {"to": "contact", "many": True, "inverse": {"name": "followers"}}
        made = await make(client, "follows", data_type="reference", reference=reference)
        ids = [(await client.ok("POST", "/contacts", {"external_id": f"p{n}"}))["id"] for n in range(3)]
        await client.ok("PUT", f"/contacts/{ids[0]}", {"custom_attributes": {"follows": ids[1:]}})
        usage = await client.ok("GET", f"{PATH}/{made['id']}/usage")
        assert usage["records"] == 1
        assert usage["used_by"] == [{"by": "inverse_attribute", "name": "contact.followers", "blocks_archiving": False}]

    async def test_an_unknown_one(self, client: Client) -> None:
        assert (await client.error(404, "GET", f"{PATH}/4/usage"))["code"] == "field_not_found"


class TestQualification:
    async def test_an_ordered_set_of_custom_and_standard_ones(self, client: Client) -> None:
        budget = await make(client, "budget", data_type="integer")
        wanted = [{"model": "company", "full_name": "size"}, budget["id"], {"model": "contact", "full_name": "phone"}]
        chosen = await client.ok("PUT", QUALIFICATION, {"attributes": wanted})
        assert [(one["id"], one["full_name"]) for one in chosen["attributes"]] == [
            (None, "size"),
            (budget["id"], "custom_attributes.budget"),
            (None, "phone"),
        ]
        assert await client.ok("GET", QUALIFICATION) == chosen
        assert await client.ok("PUT", QUALIFICATION, chosen) == chosen, "what was read is taken back"
        assert (await client.ok("PUT", QUALIFICATION, {"attributes": []}))["attributes"] == []

    async def test_what_cannot_be_asked_for(self, client: Client) -> None:
        moment = await make(client, "renewal", data_type="datetime")
        gone = await make(client, "gone")
        await client.ok("PUT", f"{PATH}/{gone['id']}", {"archived": True})
        for one in (
            moment["id"],
            gone["id"],
            4,
            {"model": "contact", "full_name": "created_at"},
            {"model": "contact", "full_name": "custom_attributes.nothing"},
            {},
        ):
            error = await client.error(400, "PUT", QUALIFICATION, {"attributes": [one]})
            assert error["field"] == "attributes[0]"

    async def test_each_only_once(self, client: Client) -> None:
        budget = await make(client, "budget", data_type="integer")
        twice = [budget["id"], {"model": "contact", "full_name": "custom_attributes.budget"}]
        assert (await client.error(400, "PUT", QUALIFICATION, {"attributes": twice}))["field"] == "attributes[1]"

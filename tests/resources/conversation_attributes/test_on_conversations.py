"""What conversations have of their attributes: values that follow renames, references that are seen from both ends."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.changes import history
from interlock.core.definitions import backfill
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from support.client import Client

PATH = "/conversations/attributes"
ORDERS = "/custom_object_instances/Order"


async def make(client: Client, name: str, data_type: str = "string", **more: Any) -> dict[str, Any]:
    return await client.ok("POST", PATH, {"name": name, "data_type": data_type, **more})


async def talk(client: Client, **values: Any) -> str:
    """A conversation with these values."""
    contact = await client.ok("POST", "/contacts", {"role": "lead"})
    body = {"from": {"type": "lead", "id": contact["id"]}, "body": "Hello"}
    id = (await client.ok("POST", "/conversations", body))["conversation_id"]
    await put(client, id, **values)
    return id


async def put(client: Client, id: str, **values: Any) -> None:
    if values:
        await client.ok("PUT", f"/conversations/{id}", {"custom_attributes": values})


async def values(client: Client, id: str) -> dict[str, Any]:
    return (await client.ok("GET", f"/conversations/{id}"))["custom_attributes"]


def numbers(reference: dict[str, Any]) -> list[str]:
    return sorted(one["external_id"] for one in reference["instances"])


class TestValues:
    async def test_of_every_type(self, client: Client) -> None:
        options = [{"label": "Low"}, {"label": "High"}]
        made = await make(client, "urgency", "list", options=options)
        for name, data_type in (
            ("topic", "string"),
            ("count", "integer"),
            ("price", "decimal"),
            ("paid", "boolean"),
            ("due", "datetime"),
            ("papers", "files"),
        ):
            await make(client, name, data_type)
        written = {"topic": "x", "count": 3, "price": 3.5, "paid": True, "due": 1_700_000_000}
        uploaded = await client.ok("POST", "/interlock/v1/files", files={"file": ("a.txt", b"x", "text/plain")})
        written |= {"papers": [uploaded["id"], "https://example.com/a.pdf"], "urgency": made["options"][1]["id"]}
        id = await talk(client, **written)
        assert await values(client, id) == {**written, "urgency": "High"}

    async def test_required_asks_nothing_of_the_api(self, client: Client) -> None:
        await make(client, "topic", required=True)
        assert await values(client, await talk(client)) == {}

    async def test_a_name_that_nobody_has_made(self, client: Client) -> None:
        id = await talk(client)
        error = await client.error(400, "PUT", f"/conversations/{id}", {"custom_attributes": {"anything": 1}})
        assert (error["code"], error["message"]) == (
            "parameter_invalid",
            "Conversation attribute 'anything' does not exist",
        )

    async def test_values_follow_a_new_name(self, client: Client) -> None:
        topic, count = await make(client, "topic"), await make(client, "count", "integer")
        id = await talk(client, topic="x", count=3)
        await client.ok("PUT", f"{PATH}/{topic['id']}", {"name": "subject"})
        await client.ok("PUT", f"{PATH}/{count['id']}", {"name": "topic"})
        assert await values(client, id) == {"subject": "x", "topic": 3}
        await put(client, id, subject="y")
        assert await values(client, id) == {"subject": "y", "topic": 3}

    async def test_values_follow_a_new_label(self, client: Client) -> None:
        options = [{"label": "Low"}, {"label": "High"}, {"label": "Highest"}]
        made = await make(client, "urgency", "list", options=options)
        low, high, _ = made["options"]
        one, two = await talk(client, urgency="Low"), await talk(client, urgency="High")
        await client.ok("DELETE", f"{PATH}/{made['id']}/options/{high['id']}")
        for option, label in ((low, "Lowest"), (high, "Higher")):
            await client.ok("PUT", f"{PATH}/{made['id']}/options/{option['id']}", {"label": label})
        assert await values(client, one) == {"urgency": "Lowest"}
        assert await values(client, two) == {"urgency": "Higher"}
        error = await client.error(400, "PUT", f"/conversations/{one}", {"custom_attributes": {"urgency": "Higher"}})
        assert error["field"] == "custom_attributes.urgency"

    async def test_an_archived_attribute_hides_its_values_until_it_is_back(
        self, client: Client, database: Database, workspace: Made
    ) -> None:
        made = await make(client, "topic")
        id = await talk(client, topic="x")
        await client.ok("DELETE", f"{PATH}/{made['id']}")
        assert await values(client, id) == {}
        await client.error(400, "PUT", f"/conversations/{id}", {"custom_attributes": {"topic": "y"}})
        await backfill.run(database)
        await client.ok("PUT", f"/interlock/v1/attributes/{made['id']}", {"archived": False})
        await backfill.run(database)
        await client.app.schemas.refresh(workspace.workspace_id)
        [shown] = (await client.ok("GET", "/interlock/v1/attributes?kind=conversation"))["data"]
        assert shown["indexed"] is True
        assert await values(client, id) == {"topic": "x"}

    async def test_what_is_defined_leaves_its_history(
        self, client: Client, database: Database, workspace: Made
    ) -> None:
        made = await make(client, "topic")
        await client.ok("PUT", f"{PATH}/{made['id']}", {"name": "subject", "required": True})
        await client.ok("PUT", f"{PATH}/{made['id']}", {"name": "subject"})
        await client.ok("DELETE", f"{PATH}/{made['id']}")
        found = await database.read(history.of_record, workspace.workspace_id, "attribute", str(made["id"]), 10)
        assert [one.action for one in found] == ["archived", "updated", "created"]
        assert found[1].after == {"name": "subject", "required": True}


@pytest.fixture
async def orders(client: Client) -> None:
    """A conversation has many `shown` and one `chosen`; an order has one `talk`, whose inverse is `about`. There are
    the orders 1 to 3."""
    reference = {"to": "conversation", "many": False, "inverse": {"name": "about", "many": True}}
    attributes = [{"name": "talk", "data_type": "reference", "reference": reference}]
    await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Order", "attributes": attributes})
    await make(client, "shown", "relationship", reference={"type": "many", "object_type_id": "Order"})
    await make(client, "chosen", "relationship", reference={"type": "one", "object_type_id": "Order"})
    for number in ("1", "2", "3"):
        await client.ok("POST", ORDERS, {"external_id": number})


def order(*wanted: int) -> list[dict[str, str]]:
    return [{"external_id": str(number)} for number in wanted]


@pytest.mark.usefixtures("orders")
class TestReferences:
    async def test_display_and_selection(self, client: Client) -> None:
        id = await talk(client, shown=order(1, 2, 3), chosen=order(2))
        found = await values(client, id)
        assert (found["shown"]["type"], numbers(found["shown"])) == ("Order.list", ["1", "2", "3"])
        assert numbers(found["chosen"]) == ["2"]
        await put(client, id, chosen=order(3), shown=[])
        found = await values(client, id)
        assert (numbers(found["chosen"]), numbers(found["shown"])) == (["3"], [])

    async def test_one_is_one(self, client: Client) -> None:
        id = await talk(client)
        for wrong in (order(1, 2), order(9), ["nobody"]):
            body = {"custom_attributes": {"chosen": wrong}}
            error = await client.error(400, "PUT", f"/conversations/{id}", body)
            assert error["field"] == "custom_attributes.chosen"

    async def test_seen_from_the_instance(self, client: Client) -> None:
        id = await talk(client, about=order(1, 2))
        shown = await client.ok("GET", f"{ORDERS}?external_id=1")
        [linked] = shown["custom_attributes"]["talk"]["instances"]
        assert (linked["type"], linked["id"]) == ("conversation", id)
        other = await talk(client, about=order(1))
        assert numbers((await values(client, id))["about"]) == ["2"]
        assert numbers((await values(client, other))["about"]) == ["1"]

    async def test_written_from_the_instance(self, client: Client) -> None:
        id = await talk(client)
        body = {"external_id": "1", "custom_attributes": {"talk": [id]}}
        shown = await client.ok("POST", ORDERS, body)
        assert [one["id"] for one in shown["custom_attributes"]["talk"]["instances"]] == [id]
        assert numbers((await values(client, id))["about"]) == ["1"]
        for wrong in (["1"], [{"external_id": id}]):
            body = {"external_id": "1", "custom_attributes": {"talk": wrong}}
            assert "not found" in (await client.error(400, "POST", ORDERS, body))["message"]

    async def test_instances_of_a_conversation_are_listed(self, client: Client) -> None:
        id, other = await talk(client, shown=order(1, 3)), await talk(client, chosen=order(2))
        for conversation, expected in ((id, ["1", "3"]), (other, ["2"]), ("1", [])):
            found = await client.ok("GET", f"{ORDERS}?references_conversation_id={conversation}")
            assert sorted(one["external_id"] for one in found["data"]) == expected
            assert found["total_count"] == len(expected)

    async def test_a_deleted_instance_is_linked_no_more(self, client: Client) -> None:
        id = await talk(client, shown=order(1, 2), chosen=order(1), about=order(1))
        await client.ok("DELETE", f"{ORDERS}?external_id=1")
        found = await values(client, id)
        assert {name: numbers(found[name]) for name in found} == {"shown": ["2"], "chosen": [], "about": []}

    async def test_a_deleted_conversation_is_linked_no_more(self, client: Client) -> None:
        id = await talk(client, about=order(1))
        await client.ok("DELETE", f"/conversations/{id}")
        shown = await client.ok("GET", f"{ORDERS}?external_id=1")
        assert shown["custom_attributes"]["talk"]["instances"] == []

    async def test_links_follow_a_new_name_and_go_with_what_does_not_fit(self, client: Client) -> None:
        id = await talk(client, shown=order(1))
        await put(client, id, shown={"add": order(2)})
        await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Ship"})
        [shown] = [one for one in (await client.ok("GET", PATH))["data"] if one["name"] == "shown"]
        path = f"{PATH}/{shown['id']}"
        await client.ok("PUT", path, {"name": "options"})
        assert numbers((await values(client, id))["options"]) == ["1", "2"]
        await client.ok("PUT", path, {"reference": {"type": "one"}})
        assert numbers((await values(client, id))["options"]) == ["2"]
        await client.ok("PUT", path, {"reference": {"type": "one", "object_type_id": "Ship"}})
        found = (await values(client, id))["options"]
        assert (found["type"], found["instances"]) == ("Ship.list", [])

    async def test_an_archived_inverse_does_not_come_back_with_another_type(self, client: Client) -> None:
        await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Ship"})
        [about] = [one for one in (await client.ok("GET", PATH))["data"] if one["name"] == "about"]
        await client.ok("PUT", f"{PATH}/{about['id']}", {"reference": {"type": "many", "object_type_id": "Ship"}})
        shown = await client.ok("GET", f"{ORDERS}?external_id=1")
        assert "talk" not in shown["custom_attributes"]
        document = await client.ok("GET", "/interlock/v1/schema")
        assert (await client.ok("POST", "/interlock/v1/schema/plan", {"schema": document}))["changes"] == []

    async def test_instances_of_another_workspace_are_not_there(self, client: Client, other_workspace: Made) -> None:
        other = Client(client.app, other_workspace.token)
        await other.ok("POST", "/interlock/v1/object_types", {"identifier": "Order"})
        theirs = await other.ok("POST", ORDERS, {"external_id": "T"})
        id = await talk(client)
        body = {"custom_attributes": {"chosen": [theirs["id"]]}}
        await client.error(400, "PUT", f"/conversations/{id}", body)

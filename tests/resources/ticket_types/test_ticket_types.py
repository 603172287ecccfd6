"""Ticket types, their attributes and the states of tickets are made and changed."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from support.client import Client

STATES = "/interlock/v1/ticket_states"


async def _type(client: Client, **more: Any) -> Any:
    return await client.ok("POST", "/ticket_types", {"name": "Bug", **more})


async def _ticket(client: Client, kind: Any, **values: Any) -> Any:
    sent = {"ticket_type_id": kind["id"], "contacts": [{"email": "a@example.com"}], "ticket_attributes": values}
    return await client.ok("POST", "/tickets", sent)


async def test_a_type_has_two_attributes_and_four_states(client: Client) -> None:
    made = await _type(client, description="Report", category="Customer")
    workspace = (await client.ok("GET", "/me"))["app"]["id_code"]
    assert (made["type"], made["category"], made["icon"]) == ("ticket_type", "Customer", "🎟️")
    assert (made["workspace_id"], made["archived"], made["is_internal"]) == (workspace, False, False)
    title, description = made["ticket_type_attributes"]["data"]
    assert title == {
        "type": "ticket_type_attribute",
        "id": title["id"],
        "workspace_id": workspace,
        "name": "_default_title_",
        "description": "",
        "data_type": "string",
        "input_options": {"multiline": False},
        "order": 0,
        "required_to_create": False,
        "required_to_create_for_contacts": False,
        "visible_on_create": True,
        "visible_to_contacts": True,
        "default": True,
        "ticket_type_id": int(made["id"]),
        "archived": False,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    assert (description["name"], description["input_options"]) == ("_default_description_", {"multiline": True})
    states = made["ticket_states"]["data"]
    assert [(one["category"], one["internal_label"], one["external_label"]) for one in states] == [
        ("submitted", "Submitted", "Submitted"),
        ("in_progress", "In progress", "In progress"),
        ("waiting_on_customer", "Waiting on customer", "Waiting on you"),
        ("resolved", "Resolved", "Resolved"),
    ]  # fmt: skip
    assert await client.ok("GET", f"/ticket_types/{made['id']}") == made
    assert (await client.ok("GET", "/ticket_types"))["data"] == [made]


async def test_a_type_is_changed_but_for_its_category_once_it_has_tickets(client: Client) -> None:
    made = await _type(client)
    path = f"/ticket_types/{made['id']}"
    sent = {"name": "Bug 2", "description": "d", "category": "Tracker", "icon": "🦁", "is_internal": True}
    changed = await client.ok("PUT", path, {**sent, "archived": True})
    assert {name: changed[name] for name in sent} == sent
    assert changed["archived"] is True
    assert (await client.ok("PUT", path, {"archived": False, "name": None}))["name"] == "Bug 2"
    await _ticket(client, made)
    assert (await client.error(400, "PUT", path, {"category": "Customer"}))["field"] == "category"
    assert (await client.ok("PUT", path, {"category": "Tracker"}))["category"] == "Tracker"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"name": None}, "parameter_not_found"),
        ({"name": "  "}, "parameter_invalid"),
        ({"name": "x" * 10_000}, "parameter_invalid"),
        ({"name": 1}, "type_mismatch"),
        ({"category": "customer"}, "parameter_invalid"),
        ({"icon": "🦁" * 100}, "parameter_invalid"),
        ({"is_internal": "no"}, "type_mismatch"),
    ],
)
async def test_what_is_wrong_in_a_type_is_refused(client: Client, sent: dict[str, Any], code: str) -> None:
    assert (await client.error(400, "POST", "/ticket_types", {"name": "Bug", **sent}))["code"] == code
    assert (await client.ok("GET", "/ticket_types"))["data"] == []


async def test_what_is_not_there_is_not_found(client: Client, other_workspace: Made) -> None:
    made = await _type(client)
    other = Client(client.app, other_workspace.token)
    attribute = {"name": "a", "description": "", "data_type": "string"}
    for who, path in ((client, "/ticket_types/1"), (other, f"/ticket_types/{made['id']}")):
        await who.error(404, "GET", path)
        await who.error(404, "PUT", path, {"name": "x"})
        await who.error(404, "POST", f"{path}/attributes", attribute)
        await who.error(404, "PUT", f"{path}/attributes/1", {"name": "x"})
    await client.error(404, "PUT", f"/ticket_types/{made['id']}/attributes/1", {"name": "x"})


# --- attributes


async def test_values_of_every_type_are_read_back(client: Client) -> None:
    kind = await _type(client)
    path = f"/ticket_types/{kind['id']}/attributes"
    orders = []
    for data_type in ("string", "list", "integer", "decimal", "boolean", "datetime", "files"):
        more = {"list_items": "Low, High,Low"} if data_type == "list" else {}
        made = await client.ok("POST", path, {"name": data_type, "description": "d", "data_type": data_type, **more})
        orders.append(made["order"])
        if data_type == "list":
            assert [one["name"] for one in made["input_options"]["list_items"]] == ["Low", "High"]
    assert orders == [2, 3, 4, 5, 6, 7, 8]
    values = {
        "string": "text",
        "list": "High",
        "integer": 4,
        "decimal": 1.5,
        "boolean": False,
        "datetime": 1_600_000_000,
        "files": "https://example.com/a.pdf",
    }
    ticket = await _ticket(client, kind, **values)
    shown = ticket["ticket_attributes"]
    assert {name: shown[name] for name in values if name != "files"} == {
        name: value for name, value in values.items() if name != "files"
    }
    assert (shown["files"]["name"], shown["files"]["content_type"]) == ("a.pdf", "application/pdf")
    written = {name: value for name, value in shown.items() if value is not None}
    assert await client.ok("PUT", f"/tickets/{ticket['id']}", {"ticket_attributes": written}) == ticket
    cleared = await client.ok("PUT", f"/tickets/{ticket['id']}", {"ticket_attributes": dict.fromkeys(values)})
    assert cleared["ticket_attributes"] == {"_default_title_": None, "_default_description_": None}
    for name, wrong in (
        ("string", 1),
        ("string", "x" * 1001),
        ("list", "Middle"),
        ("list", 1),
        ("integer", "4"),
        ("integer", 2**70),
        ("decimal", "x"),
        ("boolean", 1),
        ("datetime", "soon"),
        ("files", ["https://a.b/1", "https://a.b/2"]),
        ("files", "unknown"),
        ("files", 1),
    ):
        problem = await client.error(400, "PUT", f"/tickets/{ticket['id']}", {"ticket_attributes": {name: wrong}})
        assert problem["field"] == f"ticket_attributes.{name}"


async def test_a_file_is_shown_with_its_address(client: Client) -> None:
    uploaded = await client.send("POST", "/interlock/v1/files", files={"file": ("a.txt", b"hello", "text/plain")})
    assert uploaded.status_code in (200, 201), uploaded.text
    file = uploaded.json()
    kind = await _type(client)
    many = {"name": "Photo", "description": "", "data_type": "files", "allow_multiple_values": True}
    await client.ok("POST", f"/ticket_types/{kind['id']}/attributes", many)
    ticket = await _ticket(client, kind, Photo=[file["id"]])
    (photo,) = ticket["ticket_attributes"]["Photo"]
    assert (photo["name"], photo["filesize"]) == ("a.txt", 5)
    sent = {"ticket_attributes": {"Photo": [photo, "https://example.com/b.png"]}}
    changed = await client.ok("PUT", f"/tickets/{ticket['id']}", sent)
    assert [one["name"] for one in changed["ticket_attributes"]["Photo"]] == ["a.txt", "b.png"]
    told = changed["ticket_parts"]["ticket_parts"][-1]["updated_attribute_data"]["value"]
    assert told["label"] == ["a.txt", "https://example.com/b.png"]


async def test_list_items_keep_their_ids_and_tickets_their_items(client: Client) -> None:
    kind = await _type(client)
    path = f"/ticket_types/{kind['id']}/attributes"
    made = await client.ok(
        "POST", path, {"name": "P", "description": "", "data_type": "list", "list_items": "Low,High"}
    )
    low, high = made["input_options"]["list_items"]
    ticket = await _ticket(client, kind, P=low["id"])
    changed = await client.ok("PUT", f"{path}/{made['id']}", {"list_items": "High,Urgent"})
    items = changed["input_options"]["list_items"]
    assert [(one["name"], one["archived"]) for one in items] == [("High", False), ("Urgent", False), ("Low", True)]
    assert (items[0]["id"], items[2]["id"]) == (high["id"], low["id"])
    shown = await client.ok("GET", f"/tickets/{ticket['id']}")
    assert shown["ticket_attributes"]["P"] == "Low"
    await client.error(400, "PUT", f"/tickets/{ticket['id']}", {"ticket_attributes": {"P": low["id"]}})


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": None}, "name"),
        ({"description": None}, "description"),
        ({"data_type": None}, "data_type"),
        ({"data_type": "relationship"}, "data_type"),
        ({"name": "_default_title_"}, "name"),
        ({"data_type": "list"}, "list_items"),
        ({"data_type": "list", "list_items": " , "}, "list_items"),
        ({"list_items": "a"}, "list_items"),
        ({"data_type": "integer", "multiline": True}, "multiline"),
        ({"allow_multiple_values": True}, "allow_multiple_values"),
    ],
)
async def test_what_is_wrong_in_an_attribute_is_refused(client: Client, sent: dict[str, Any], field: str) -> None:
    kind = await _type(client)
    body = {"name": "a", "description": "", "data_type": "string", **sent}
    assert (await client.error(400, "POST", f"/ticket_types/{kind['id']}/attributes", body))["field"] == field
    assert await client.ok("GET", f"/ticket_types/{kind['id']}") == kind


async def test_attributes_are_changed_but_the_default_ones_stay(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = await _type(client)
    path = f"/ticket_types/{kind['id']}/attributes"
    made = await client.ok("POST", path, {"name": "a", "description": "", "data_type": "string"})
    sent = {"name": "b", "description": "d", "required_to_create": True, "visible_to_contacts": False}
    changed = await client.ok("PUT", f"{path}/{made['id']}", {**sent, "archived": True, "multiline": True})
    assert changed == {
        **made, **sent, "archived": True, "input_options": {"multiline": True}, "updated_at": changed["updated_at"],
    }  # fmt: skip
    title = kind["ticket_type_attributes"]["data"][0]["id"]
    assert (await client.ok("PUT", f"{path}/{title}", {"required_to_create": True}))["required_to_create"] is True
    for wrong in ({"name": "x"}, {"archived": True}):
        await client.error(400, "PUT", f"{path}/{title}", wrong)
    monkeypatch.setattr(limits, "TICKET_TYPE_ATTRIBUTES", 3)
    await client.error(400, "POST", path, {"name": "c", "description": "", "data_type": "string"})


# --- states


async def test_states_are_listed_with_their_types(client: Client) -> None:
    one, two = await _type(client), await _type(client, category="Tracker")
    sent = {"category": "in_progress", "internal_label": "Testing", "external_label": "Busy"}
    made = await client.ok("POST", STATES, {**sent, "ticket_type_ids": [two["id"]]})
    assert [each["id"] for each in made["ticket_types"]["data"]] == [two["id"]]
    listed = (await client.ok("GET", "/ticket_states"))["data"]
    assert len(listed) == 5
    assert listed[-1] == made == await client.ok("GET", f"{STATES}/{made['id']}")
    assert listed[0]["ticket_types"]["data"][0] == {
        name: one[name] for name in ("type", "id", "name", "description", "icon", "archived", "is_internal", "category")
    }
    assert len((await client.ok("GET", f"/ticket_types/{two['id']}"))["ticket_states"]["data"]) == 5
    assert len((await client.ok("GET", f"/ticket_types/{one['id']}"))["ticket_states"]["data"]) == 4
    ticket = await _ticket(client, one)
    path = f"/tickets/{ticket['id']}"
    assert (await client.error(400, "PUT", path, {"ticket_state_id": made["id"]}))["code"] == "ticket_state_id_invalid"
    await client.ok("PUT", f"{STATES}/{made['id']}", {"ticket_type_ids": None})
    moved = await client.ok("PUT", path, {"ticket_state_id": made["id"]})
    assert moved["ticket_state"] == {"type": "ticket_state", "id": made["id"], **sent}
    archived = await client.ok("PUT", f"{STATES}/{made['id']}", {"archived": True, "internal_label": "Old"})
    assert (archived["archived"], archived["internal_label"]) == (True, "Old")
    assert (await client.ok("GET", path))["ticket_state"]["internal_label"] == "Old"
    other = await _ticket(client, two)
    await client.error(400, "PUT", f"/tickets/{other['id']}", {"ticket_state_id": made["id"]})


async def test_what_is_wrong_in_a_state_is_refused(client: Client, other_workspace: Made) -> None:
    good = {"category": "submitted", "internal_label": "New"}
    for sent, field in (
        ({"category": None}, "category"),
        ({"category": "new"}, "category"),
        ({"internal_label": None}, "internal_label"),
        ({"external_label": " "}, "external_label"),
        ({"internal_label": "x" * 256}, "internal_label"),
        ({"ticket_type_ids": []}, "ticket_type_ids"),
        ({"ticket_type_ids": ["1"]}, "ticket_type_ids.0"),
    ):
        assert (await client.error(400, "POST", STATES, {**good, **sent}))["field"] == field
    default = (await client.ok("GET", "/ticket_states"))["data"][0]
    kind = await _type(client)
    for sent in ({"archived": True}, {"ticket_type_ids": [kind["id"]]}, {"category": "resolved"}):
        await client.error(400, "PUT", f"{STATES}/{default['id']}", sent)
    assert (await client.ok("PUT", f"{STATES}/{default['id']}", {"external_label": "Got it"}))["archived"] is False
    await client.error(404, "PUT", f"{STATES}/1", {"archived": True})
    other = Client(client.app, other_workspace.token)
    await other.error(404, "GET", f"{STATES}/{default['id']}")
    assert len((await other.ok("GET", "/ticket_states"))["data"]) == 4

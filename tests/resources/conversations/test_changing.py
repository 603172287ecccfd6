"""Conversations are changed, rated, merged and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.definitions import define
from interlock.core.definitions.wanted import WantedAttribute, WantedReference, WantedType
from interlock.core.staff import access
from interlock.storage.database import Database
from resources.conversations.conftest import Desk, parts, types
from support.client import Client


@pytest.fixture
async def attributes(desk: Desk) -> None:
    """Conversations have `issue_type`, `urgency` and many `orders`; there are the orders 1 to 3."""
    schemas = desk.client.app.schemas
    await schemas.define(desk.workspace_id, define.create_type, WantedType("Order"))
    for wanted in (
        WantedAttribute("issue_type", "string"),
        WantedAttribute("urgency", "integer"),
        WantedAttribute("orders", "reference", reference=WantedReference("Order", many=True)),
    ):
        await schemas.define(desk.workspace_id, define.create_attribute, CONVERSATION, wanted)
    for number in ("1", "2", "3"):
        await desk.client.ok("POST", "/custom_object_instances/Order", {"external_id": number})


async def change(desk: Desk, id: str, **wanted: Any) -> dict[str, Any]:
    return await desk.client.ok("PUT", f"/conversations/{id}", wanted)


async def test_title_and_read_are_changed(desk: Desk) -> None:
    id = await desk.begun()
    await desk.replies(id)
    shown = await change(desk, id, read=True, title="  A title ")
    assert (shown["read"], shown["title"]) == (True, "A title")
    assert types(shown) == ["comment"]
    assert (await change(desk, id, title=None))["title"] is None
    before = await desk.get(id)
    assert await change(desk, id) == before


@pytest.mark.usefixtures("attributes")
async def test_each_attribute_that_changes_is_a_part(desk: Desk) -> None:
    id = await desk.begun()
    shown = await change(desk, id, custom_attributes={"issue_type": "Billing", "urgency": 3})
    assert shown["custom_attributes"]["issue_type"] == "Billing"
    assert types(shown) == ["conversation_attribute_updated_by_admin"] * 2
    assert parts(shown)[1]["event_details"] == {"attribute": {"name": "urgency"}, "value": {"name": "3"}}
    shown = await change(desk, id, custom_attributes={"issue_type": "Billing", "urgency": 4})
    assert parts(shown)[2]["event_details"]["value"] == {"name": "4", "previous": "3"}
    assert len(parts(shown)) == 3


@pytest.mark.usefixtures("attributes")
async def test_a_conversation_refers_to_orders(desk: Desk) -> None:
    id = await desk.begun()
    shown = await change(desk, id, custom_attributes={"orders": [{"external_id": "1"}, {"external_id": "3"}]})
    orders = shown["custom_attributes"]["orders"]
    assert (orders["type"], orders["total_count"]) == ("Order.list", 2)
    assert sorted(one["external_id"] for one in orders["instances"]) == ["1", "3"]
    listed = (await desk.client.ok("GET", "/conversations"))["conversations"][0]
    assert listed["custom_attributes"] == shown["custom_attributes"]


@pytest.mark.usefixtures("attributes")
async def test_wrong_values_change_nothing(desk: Desk) -> None:
    id = await desk.begun()
    for wanted in (
        {"custom_attributes": {"nobody": 1}},
        {"custom_attributes": {"urgency": "many"}},
        {"custom_attributes": {"orders": ["9"]}},
        {"title": "x" * 256},
        {"read": "yes"},
        {"custom_attributes": [1]},
        {"title": "x\0"},
    ):
        await desk.client.error(400, "PUT", f"/conversations/{id}", {"title": "new", **wanted})
    error = await desk.client.error(404, "PUT", f"/conversations/{id}", {"title": "new", "company_id": "9"})
    assert error["code"] == "company_not_found"
    assert (await desk.get(id))["title"] is None


async def test_a_conversation_is_about_a_company(desk: Desk) -> None:
    company = await desk.client.ok("POST", "/companies", {"company_id": "c", "name": "ACME"})
    id = await desk.begun()
    shown = await change(desk, id, company_id=company["id"])
    assert (shown["company"]["id"], shown["company"]["name"]) == (company["id"], "ACME")
    assert (await change(desk, id, company_id=None))["company"] is None
    await change(desk, id, company_id=company["id"])
    await desk.client.ok("DELETE", f"/companies/{company['id']}")
    assert (await desk.get(id))["company"] is None


async def test_priorities_are_set_in_preview_and_on_our_own_path(desk: Desk) -> None:
    id = await desk.begun()
    assert (await change(desk, id, priority="high"))["priority"] == "none"
    shown = await desk.client.at("Preview").ok("PUT", f"/conversations/{id}", {"priority": "high"})
    assert (shown["priority"], types(shown)) == ("high", ["priority_changed"])
    path = f"/interlock/v1/conversations/{id}"
    shown = await desk.client.ok("PUT", path, {"priority": "urgent", "admin_id": desk.admin})
    assert (shown["priority"], parts(shown)[-1]["author"]["type"]) == ("urgent", "admin")
    assert (await desk.client.error(400, "PUT", path, {"priority": "highest"}))["field"] == "priority"


async def test_a_contact_rates_the_conversation(desk: Desk) -> None:
    joe = await desk.contact(external_id="7")
    id = await desk.begun(joe)
    await desk.manages(id, "assignment", assignee_id=desk.admin)
    path = f"/interlock/v1/conversations/{id}/rating"
    shown = await desk.client.ok("POST", path, {"rating": 4, "remark": "Quick"})
    rating = shown["conversation_rating"]
    assert (rating["rating"], rating["remark"]) == (4, "Quick")
    assert rating["contact"] == {"type": "contact", "id": joe["id"], "external_id": "7"}
    assert rating["teammate"] == {"type": "admin", "id": str(desk.admin)}
    assert (await desk.client.ok("POST", path, {"rating": 1}))["conversation_rating"]["remark"] == ""
    for wrong in ({}, {"rating": 0}, {"rating": 6}, {"rating": "x"}):
        assert (await desk.client.error(400, "POST", path, wrong))["field"] == "rating"
    other = await desk.contact()
    error = await desk.client.error(404, "POST", path, {"rating": 1, "contact_id": other["id"]})
    assert error["message"] == "User Not Found"


# --- merging


async def test_the_secondary_is_closed_and_linked_to_the_primary(desk: Desk) -> None:
    joe = await desk.contact()
    secondary, primary = await desk.begun(joe), await desk.begun(joe)
    await desk.replies(secondary, "stays here")
    path = f"/conversations/{secondary}/merge"
    shown = await desk.client.ok("POST", path, {"merge_into_conversation_id": int(primary)})
    assert shown["id"] == primary
    assert (types(shown), parts(shown)[0]["author"]["type"]) == (["merged_primary_conversation"], "bot")
    assert shown["linked_objects"]["data"] == [{"type": "conversation", "id": secondary, "category": None}]
    gone = await desk.get(secondary)
    assert (gone["state"], types(gone)) == ("closed", ["comment", "close", "merged_secondary_conversation"])
    assert gone["linked_objects"]["data"][0]["id"] == primary
    error = await desk.client.error(422, "POST", path, {"merge_into_conversation_id": int(primary)})
    assert error == {"code": "merge_failed", "message": "Secondary conversation has already been merged"}
    await desk.client.ok("DELETE", f"/conversations/{secondary}")
    assert (await desk.get(primary))["linked_objects"]["total_count"] == 0


async def test_what_cannot_be_merged_is_refused(desk: Desk) -> None:
    id = await desk.begun()
    path = f"/conversations/{id}/merge"
    for raw in (None, "x", "1", 1.5, True, -1, []):
        error = await desk.client.error(400, "POST", path, {"merge_into_conversation_id": raw})
        message = "merge_into_conversation_id must be a valid integer conversation ID"
        assert error == {"code": "parameter_invalid", "message": message}
    assert (await desk.client.error(400, "POST", path))["code"] == "parameter_invalid"
    error = await desk.client.error(422, "POST", path, {"merge_into_conversation_id": int(id)})
    assert error == {"code": "merge_failed", "message": "Cannot merge a conversation into itself"}
    error = await desk.client.error(422, "POST", path, {"merge_into_conversation_id": 5})
    assert error == {"code": "merge_failed", "message": "Primary conversation not found"}
    error = await desk.client.error(404, "POST", "/conversations/5/merge", {"merge_into_conversation_id": int(id)})
    assert error == {"code": "not_found", "message": "Resource Not Found"}


# --- deleting


async def test_a_deleted_conversation_is_gone_and_remembered(desk: Desk) -> None:
    joe = await desk.contact()
    first, second = await desk.begun(joe), await desk.begun(joe)
    await desk.replies(first)
    answer = await desk.client.ok("DELETE", f"/conversations/{first}")
    assert answer == {"id": first, "object": "conversation", "deleted": True}
    await desk.client.ok("DELETE", f"/conversations/{second}?retain_metrics=false")
    await desk.client.error(404, "GET", f"/conversations/{first}")
    await desk.client.error(404, "DELETE", f"/conversations/{first}")
    assert (await desk.client.ok("GET", "/conversations"))["total_count"] == 0
    listed = await desk.client.ok("GET", "/conversations/deleted?order=asc")
    assert [(one["id"], one["metrics_retained"]) for one in listed["conversations"]] == [(first, True), (second, False)]
    assert (listed["type"], listed["total_count"]) == ("conversations.list", 2)


async def test_deleted_ones_are_listed_page_by_page(desk: Desk) -> None:
    joe = await desk.contact()
    made = [await desk.begun(joe) for _ in range(3)]
    for id in made:
        await desk.client.ok("DELETE", f"/conversations/{id}")
    page = await desk.client.ok("GET", "/conversations/deleted?per_page=2")
    assert page["pages"]["next"].startswith("http://interlock.test/conversations/deleted?")
    rest = await desk.client.ok("GET", page["pages"]["next"].removeprefix("http://interlock.test"))
    assert sorted(one["id"] for one in page["conversations"] + rest["conversations"]) == made
    assert rest["pages"]["next"] is None
    assert (await desk.client.ok("GET", "/conversations/deleted?page=99"))["conversations"] == []
    for query in ("per_page=61", "order=up", "page=0"):
        assert (await desk.client.error(400, "GET", f"/conversations/deleted?{query}"))["code"] == "parameter_invalid"


async def test_metrics_are_deleted_only_with_the_scope_for_it(desk: Desk, database: Database) -> None:
    id = await desk.begun()
    token, _ = await access.create(database, desk.workspace_id, "half", ["write_conversations"])
    half = Client(desk.client.app, token)
    path = f"/conversations/{id}?retain_metrics=false"
    assert (await half.error(403, "DELETE", path))["code"] == "forbidden"
    assert (await half.at("2.15").ok("DELETE", path))["deleted"] is True
    listed = await desk.client.ok("GET", "/conversations/deleted")
    assert listed["conversations"][0]["metrics_retained"] is True


async def test_deleted_ids_are_new_in_2_16(desk: Desk) -> None:
    error = await desk.client.at("2.15").error(400, "GET", "/conversations/deleted")
    assert error == {
        "code": "intercom_version_invalid",
        "message": "Requested resource is not available in current API version.",
    }

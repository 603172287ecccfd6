"""Tags on contacts, conversations and tickets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.core.attributes.definition import CONTACT, CONVERSATION, TICKET
from interlock.core.tags import store
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Tx
from resources.tags.making import PLACES, history, person, tag, thread, updated_at
from support.client import Client

NO_THREAD = {CONVERSATION: ("not_found", "Conversation not found"), TICKET: ("ticket_not_found", "Ticket not found")}


def _word(error: dict[str, Any]) -> tuple[str, str]:
    return error["code"], error["message"]


async def test_a_contact_is_tagged_and_shows_it(client: Client) -> None:
    ann, vip = await person(client, "ann"), await tag(client, "VIP")
    me = await client.ok("GET", "/me")
    put = await client.ok("POST", f"/contacts/{ann}/tags", {"id": vip["id"]})
    assert put == {
        "type": "tag",
        "id": vip["id"],
        "name": "VIP",
        "applied_at": put["applied_at"],
        "applied_by": {"type": "admin", "id": me["id"]},
    }
    assert await client.ok("POST", f"/contacts/{ann}/tags", {"id": int(vip["id"])}) == put
    assert await client.ok("GET", f"/contacts/{ann}/tags") == {"type": "list", "data": [put]}
    assert (await client.ok("GET", f"/contacts/{ann}"))["tags"] == {
        "type": "list",
        "data": [{"type": "tag", "id": vip["id"], "url": f"/tags/{vip['id']}"}],
        "url": f"/contacts/{ann}/tags",
        "total_count": 1,
        "has_more": False,
    }
    assert await client.ok("DELETE", f"/contacts/{ann}/tags/{vip['id']}") == put
    assert (await client.ok("GET", f"/contacts/{ann}"))["tags"]["data"] == []
    after = {"tag_id": vip["id"], "name": "VIP"}
    assert (await history(client, CONTACT, ann))[1:] == [("tagged", after), ("untagged", after)]


async def test_a_contact_shows_ten_tags_and_how_many_there_are(client: Client) -> None:
    ann = await person(client, "ann")
    made = [await client.ok("POST", "/tags", {"name": f"tag {n}", "users": [{"id": ann}]}) for n in range(12)]
    shown = (await client.ok("GET", f"/contacts/{ann}"))["tags"]
    assert [one["id"] for one in shown["data"]] == [one["id"] for one in made[:10]]
    assert (shown["total_count"], shown["has_more"]) == (12, True)
    assert len((await client.ok("GET", f"/contacts/{ann}/tags"))["data"]) == 12
    listed = await client.ok("GET", "/contacts")
    assert listed["data"][0]["tags"] == shown


async def test_unknown_contacts_and_tags(client: Client) -> None:
    ann, vip = await person(client, "ann"), await tag(client, "VIP")
    for id in ("123", "0" * 24):
        for method, path in (("POST", "tags"), ("GET", "tags"), ("DELETE", f"tags/{vip['id']}")):
            body = {"id": "nobody knows"} if method == "POST" else None  # the contact comes first
            error = await client.error(404, method, f"/contacts/{id}/{path}", body)
            assert _word(error) == ("not_found", "User Not Found")
    for id in ("123", 123, "x" * 20_000):
        error = await client.error(404, "POST", f"/contacts/{ann}/tags", {"id": id})
        assert _word(error) == ("not_found", "Resource Not Found")
    for id in ("123", vip["id"]):  # it is not on the contact
        error = await client.error(404, "DELETE", f"/contacts/{ann}/tags/{id}")
        assert _word(error) == ("not_found", "Resource Not Found")


@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": ""}])
async def test_the_id_of_a_tag_is_needed(client: Client, body: dict[str, Any]) -> None:
    ann = await person(client, "ann")
    error = await client.error(400, "POST", f"/contacts/{ann}/tags", body)
    assert (error["code"], error["field"]) == ("parameter_not_found", "id")


async def test_a_merged_contact_cannot_be_tagged(client: Client) -> None:
    lead = (await client.ok("POST", "/contacts", {"role": "lead"}))["id"]
    ann, vip = await person(client, "ann"), await tag(client, "VIP")
    await client.ok("POST", "/contacts/merge", {"from": lead, "into": ann, "skip_duplicate_validation": True})
    await client.error(404, "POST", f"/contacts/{lead}/tags", {"id": vip["id"]})
    await client.error(404, "POST", "/tags", {"name": "VIP", "users": [{"id": lead}]})


@pytest.mark.parametrize("kind", PLACES)
async def test_a_thread_is_tagged_by_a_teammate(client: Client, workspace: Made, kind: str) -> None:
    id, vip, me = await thread(client, workspace, kind), await tag(client, "VIP"), await client.ok("GET", "/me")
    path = f"{PLACES[kind]}/{id}/tags"
    put = await client.ok("POST", path, {"id": int(vip["id"]), "admin_id": int(me["id"])})
    assert (put["id"], put["name"], put["applied_by"]) == (vip["id"], "VIP", {"type": "admin", "id": me["id"]})
    assert await client.ok("POST", path, {"id": vip["id"], "admin_id": me["id"]}) == put
    assert await updated_at(client, kind, id) == put["applied_at"]
    assert await client.ok("DELETE", f"{path}/{vip['id']}", {"admin_id": me["id"]}) == put
    after = {"tag_id": vip["id"], "name": "VIP", "by": "admin"}
    assert await history(client, kind, id) == [("tagged", after), ("untagged", after)]


@pytest.mark.parametrize("kind", PLACES)
async def test_a_tag_is_taken_off_a_thread_without_a_body(client: Client, workspace: Made, kind: str) -> None:
    id, vip, me = await thread(client, workspace, kind), await tag(client, "VIP"), await client.ok("GET", "/me")
    path = f"{PLACES[kind]}/{id}/tags"
    put = await client.ok("POST", path, {"id": vip["id"], "admin_id": me["id"]})
    assert await client.ok("DELETE", f"{path}/{vip['id']}") == put


@pytest.mark.parametrize("kind", PLACES)
async def test_what_is_unknown_about_a_thread(client: Client, workspace: Made, kind: str) -> None:
    """The thread first, then the tag, then the teammate."""
    id, vip = await thread(client, workspace, kind), await tag(client, "VIP")
    place = PLACES[kind]
    wrong = {"id": "1", "admin_id": "1"}
    for method, path, body in (("POST", "tags", wrong), ("DELETE", "tags/1", None)):
        error = await client.error(404, method, f"{place}/123/{path}", body)
        assert _word(error) == NO_THREAD[kind]
    assert _word(await client.error(404, "POST", f"{place}/{id}/tags", wrong)) == ("tag_not_found", "Tag not found")
    for body in ({"id": vip["id"], "admin_id": "1"}, {"id": vip["id"], "admin_id": "x" * 10_000}):
        assert (await client.error(404, "POST", f"{place}/{id}/tags", body))["code"] == "admin_not_found"
    for tag_id, body in (("1", {"admin_id": "1"}), (vip["id"], None)):
        error = await client.error(404, "DELETE", f"{place}/{id}/tags/{tag_id}", body)
        assert _word(error) == ("tag_not_found", "Tag not found")
    error = await client.error(404, "DELETE", f"{place}/{id}/tags/{vip['id']}", {"admin_id": "1"})
    assert error["code"] == "admin_not_found"


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize(("body", "field"), [({}, "id"), ({"id": "1"}, "admin_id"), ({"admin_id": "1"}, "id")])
async def test_what_a_thread_needs(client: Client, kind: str, body: dict[str, Any], field: str) -> None:
    error = await client.error(400, "POST", f"{PLACES[kind]}/123/tags", body)
    assert (error["code"], error["field"]) == ("parameter_not_found", field)


async def test_tagging_and_deleting_a_contact_at_once_leave_nothing_behind(client: Client, workspace: Made) -> None:
    vip = await tag(client, "VIP")
    for n in range(5):
        ann = await person(client, str(n))
        put, gone = await asyncio.gather(
            client.post(f"/contacts/{ann}/tags", {"id": vip["id"]}), client.delete(f"/contacts/{ann}")
        )
        assert (put.status_code, gone.status_code) in ((200, 200), (404, 200))

    async def count(tx: Tx) -> int:
        return await store.count(tx, workspace.workspace_id, CONTACT, vip["id"])

    assert await client.app.database.read(count) == 0

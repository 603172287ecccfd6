"""What is put onto records: tags, notes, consent to subscriptions, and the segments that they are in."""

from __future__ import annotations

from contract.pairs import expected
from contract.test_conversations import NOBODY, begin
from contract.test_tickets import make_ticket, make_type
from contract.walk import Walk, lacks

SUBSCRIPTION = ("type", "id", "state", "default_translation", "translations", "consent_type", "content_types")


async def test_tags(walk: Walk) -> None:
    ann = await walk.make_user(email="ann@example.com", external_id="ann")
    admin = (await walk.ok("GET", "/me"))["id"]
    company = await walk.make_company("c1", name="Umbrella")
    await walk.ok("POST", f"/contacts/{ann['id']}/companies", {"id": company["id"]})
    tag = await walk.ok("POST", "/tags", {"name": "Important"})
    assert not lacks(tag, "type", "id", "name")
    assert ("users" in tag) is walk.since("2.16")
    again = await walk.ok("POST", "/tags", {"name": "important", "companies": [{"company_id": "c1"}]})
    assert again["id"] == tag["id"]
    if walk.since("2.16"):
        assert [one["tagged"] for one in again["companies"]] == [True]
    await walk.ok("POST", "/tags", {"name": "Important", "companies": [{"company_id": "c1", "untag": True}]})
    await walk.ok("POST", "/tags", {"name": "Important", "users": [{"id": ann["id"]}]})
    await walk.refused(400, "parameter_invalid", "POST", "/tags", {"test": "invalid"})
    unknown = {"name": "test", "companies": [{"company_id": "unknown"}]}
    if not walk.since("2.16"):
        await walk.refused(404, "company_not_found", "POST", "/tags", unknown)
    assert [one["name"] for one in (await walk.ok("GET", "/tags"))["data"]] == ["Important"]
    assert (await walk.ok("GET", f"/tags/{tag['id']}"))["name"] == "Important"
    await walk.refused(404, "not_found", "GET", "/tags/1")
    await of_contacts(walk, ann["id"], tag["id"])
    await of_threads(walk, ann["id"], tag["id"], admin)
    await removing(walk, tag["id"])
    assert walk.seen >= expected("tags", walk.version)


async def of_contacts(walk: Walk, ann: str, tag: str) -> None:
    path = f"/contacts/{ann}/tags"
    put_on = await walk.ok("POST", path, {"id": tag})
    assert not lacks(put_on, "type", "id", "name", "applied_at", "applied_by")
    assert [one["id"] for one in (await walk.ok("GET", path))["data"]] == [tag]
    await walk.refused(404, "not_found", "GET", f"/contacts/{NOBODY}/tags")
    await walk.refused(404, "not_found", "POST", f"/contacts/{NOBODY}/tags", {"id": tag})
    await walk.refused(404, "not_found", "POST", path, {"id": "1"})
    await walk.refused(404, "not_found", "DELETE", f"{path}/1")
    await walk.refused(404, "not_found", "DELETE", f"/contacts/{NOBODY}/tags/{tag}")
    assert (await walk.ok("DELETE", f"{path}/{tag}"))["id"] == tag


async def of_threads(walk: Walk, ann: str, tag: str, admin: str) -> None:
    conversation = await begin(walk, ann)
    ticket = await make_ticket(walk, (await make_type(walk))["id"], ann)
    by = {"id": tag, "admin_id": admin}
    for path, none, code in (
        (f"/conversations/{conversation}/tags", "/conversations/1/tags", "not_found"),
        (f"/tickets/{ticket['id']}/tags", "/tickets/1/tags", "ticket_not_found"),
    ):
        assert not lacks(await walk.ok("POST", path, by), "type", "id", "name", "applied_at", "applied_by")
        await walk.refused(404, code, "POST", none, by)
        await walk.refused(404, code, "DELETE", f"{none}/{tag}", {"admin_id": admin})
        await walk.refused(404, "tag_not_found", "DELETE", f"{path}/1", {"admin_id": admin})
        assert (await walk.ok("DELETE", f"{path}/{tag}", {"admin_id": admin}))["id"] == tag


async def removing(walk: Walk, tag: str) -> None:
    rules = {"field": "tag_id", "operator": "=", "value": tag}
    segment = await walk.ok("POST", "/interlock/v1/segments", {"name": "Tagged", "person_type": "user", "rules": rules})
    await walk.refused(400, "tag_has_dependent_objects", "DELETE", f"/tags/{tag}")
    await walk.ok("DELETE", f"/interlock/v1/segments/{segment['id']}")
    assert (await walk.send("DELETE", f"/tags/{tag}")).status_code == 200
    await walk.refused(404, "not_found", "DELETE", f"/tags/{tag}")


async def test_notes(walk: Walk) -> None:
    ann = (await walk.make_user(email="ann@example.com"))["id"]
    admin = (await walk.ok("GET", "/me"))["id"]
    company = (await walk.make_company("c1", name="Umbrella"))["id"]
    path = f"/contacts/{ann}/notes"
    note = await walk.ok("POST", path, {"admin_id": admin, "body": "Hello"})
    assert not lacks(note, "type", "id", "created_at", "contact", "author", "body")
    assert note["body"] == "<p>Hello</p>"
    assert ("company" in note) is walk.since("2.16")
    await walk.refused(404, "not_found", "POST", path, {"admin_id": "1", "body": "Hello"})
    await walk.refused(404, "not_found", "POST", f"/contacts/{NOBODY}/notes", {"admin_id": admin, "body": "Hello"})
    assert (await walk.ok("GET", path))["total_count"] == 1
    await walk.refused(404, "not_found", "GET", f"/contacts/{NOBODY}/notes")
    assert (await walk.ok("GET", f"/notes/{note['id']}"))["id"] == note["id"]
    await walk.refused(404, "not_found", "GET", "/notes/1")
    path, unknown = f"/companies/{company}/notes", f"/companies/{NOBODY}/notes"
    if walk.has("createCompanyNote"):
        of_company = await walk.ok("POST", path, {"admin_id": admin, "body": "Hello"})
        assert not lacks(of_company, "type", "id", "created_at", "company", "author", "body")
        await walk.refused(404, "not_found", "POST", path, {"admin_id": "1", "body": "Hello"})
        await walk.refused(404, "company_not_found", "POST", unknown, {"body": "Hello"})
    else:  # where they are made is newer than where they are read
        await walk.at("2.16").ok("POST", path, {"admin_id": admin, "body": "Hello"})
    if walk.has("listCompanyNotes"):
        listed = await walk.ok("GET", path)
        assert not lacks(listed["data"][0], "type", "id", "created_at", "author", "body")
        await walk.refused(404, "company_not_found", "GET", unknown)
    assert walk.seen >= expected("notes", walk.version)


async def test_subscription_types(walk: Walk) -> None:
    ann = (await walk.make_user(email="ann@example.com"))["id"]
    listed = await walk.ok("GET", "/subscription_types")
    assert not lacks(listed["data"][0], *SUBSCRIPTION)
    one, path = listed["data"][0]["id"], f"/contacts/{ann}/subscriptions"
    wanted = {"id": one, "consent_type": "opt_out"}
    assert not lacks(await walk.ok("POST", path, wanted), *SUBSCRIPTION)
    await walk.refused(404, "not_found", "POST", f"/contacts/{NOBODY}/subscriptions", wanted)
    await walk.refused(404, "not_found", "POST", path, wanted | {"id": "invalid_id"})
    assert [each["id"] for each in (await walk.ok("GET", path))["data"]] == [one]
    await walk.refused(404, "not_found", "GET", f"/contacts/{NOBODY}/subscriptions")
    assert not lacks(await walk.ok("DELETE", f"{path}/{one}"), *SUBSCRIPTION)
    await walk.refused(404, "not_found", "DELETE", f"/contacts/{NOBODY}/subscriptions/{one}")
    await walk.refused(404, "not_found", "DELETE", f"{path}/invalid_id")
    assert walk.seen >= expected("subscription types", walk.version)


async def test_segments(walk: Walk) -> None:
    ann = (await walk.make_user(email="ann@example.com"))["id"]
    company = (await walk.make_company("c1", name="Umbrella"))["id"]
    rules = {"field": "email", "operator": "$", "value": "@example.com"}
    wanted = {"name": "Ours", "person_type": "user", "rules": rules}
    made = await walk.ok("POST", "/interlock/v1/segments", wanted)
    listed = await walk.ok("GET", "/segments?include_count=true")
    assert [one["count"] for one in listed["segments"] if one["id"] == made["id"]] == [1]
    shown = ("type", "id", "name", "created_at", "updated_at", "person_type")
    assert not lacks(await walk.ok("GET", f"/segments/{made['id']}"), *shown)
    await walk.refused(404, "not_found", "GET", f"/segments/{NOBODY}")
    of_ann = await walk.ok("GET", f"/contacts/{ann}/segments")
    assert made["id"] in {one["id"] for one in of_ann["data"]}
    assert not lacks(of_ann["data"][0], *shown)
    await walk.refused(404, "not_found", "GET", f"/contacts/{NOBODY}/segments")
    assert (await walk.ok("GET", f"/companies/{company}/segments"))["type"] == "list"
    await walk.refused(404, "company_not_found", "GET", f"/companies/{NOBODY}/segments")
    assert walk.seen >= expected("segments", walk.version)

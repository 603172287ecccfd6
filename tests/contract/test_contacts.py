"""Contacts: made, changed, found, archived, blocked, deleted, merged."""

from __future__ import annotations

from typing import Any

from contract.pairs import expected
from contract.walk import Walk, lacks

FIELDS = (
    *("type", "id", "workspace_id", "external_id", "role", "email", "phone", "name", "avatar", "owner_id"),
    *("social_profiles", "has_hard_bounced", "marked_email_as_spam", "unsubscribed_from_emails", "created_at"),
    *("updated_at", "signed_up_at", "last_seen_at", "last_replied_at", "last_contacted_at", "last_email_opened_at"),
    *("last_email_clicked_at", "language_override", "browser", "browser_version", "browser_language", "os", "location"),
    *("android_app_name", "android_app_version", "android_device", "android_os_version", "android_sdk_version"),
    *("android_last_seen_at", "ios_app_name", "ios_app_version", "ios_device", "ios_os_version", "ios_sdk_version"),
    *("ios_last_seen_at", "custom_attributes", "tags", "notes", "companies"),
)
MERGED = "contact_merged"


def check(walk: Walk, contact: dict[str, Any]) -> None:
    """It has every field, and those of its version."""
    assert not lacks(contact, *FIELDS)
    assert ("formatted_phone" in contact) is (walk.version == "Preview")
    assert ("enabled_push_messaging" in contact) is walk.since("2.13")
    for name in ("tags", "notes", "companies"):
        assert not lacks(contact[name], "data", "url", "total_count", "has_more")


async def test_contacts(walk: Walk) -> None:
    await walk.ok("POST", "/data_attributes", {"name": "paid", "model": "contact", "data_type": "boolean"})
    owner = (await walk.ok("GET", "/me"))["id"]
    owner = owner if walk.since("2.16") else int(owner)
    whole = {
        "external_id": "ada",
        "email": "ada@example.com",
        "phone": "+353871234567",
        "name": "Ada",
        "avatar": "https://example.com/ada.png",
        "signed_up_at": 1734537243,
        "last_seen_at": 1734537243,
        "owner_id": owner,
        "unsubscribed_from_emails": False,
        "custom_attributes": {"paid": True},
    }
    made = await walk.make_user(**whole)
    check(walk, made)
    assert made["owner_id"] == owner
    assert made["custom_attributes"] == {"paid": True}
    lead = await walk.make_lead(name="A visitor")
    check(walk, lead)
    company = await walk.make_company("c1", name="Umbrella")
    await walk.ok("POST", f"/contacts/{made['id']}/companies", {"id": company["id"]})

    read = await walk.ok("GET", f"/contacts/{made['id']}")
    check(walk, read)
    assert read["companies"]["total_count"] == 1
    if walk.has("ShowContactByExternalId"):
        check(walk, await walk.ok("GET", "/contacts/find_by_external_id/ada"))
    changed = await walk.ok("PUT", f"/contacts/{made['id']}", {"name": "Ada L.", "owner_id": owner})
    check(walk, changed)
    assert (changed["name"], changed["owner_id"]) == ("Ada L.", owner)

    await lists(walk, owner)
    await states(walk, made["id"], lead["id"])
    assert walk.seen >= expected("contacts", walk.version)


async def lists(walk: Walk, owner: Any) -> None:
    listed = await walk.ok("GET", "/contacts")
    assert listed["total_count"] == 2
    assert {one["owner_id"] for one in listed["data"]} == {owner, None}
    first = await walk.ok("GET", "/contacts?per_page=1")
    following = first["pages"]["next"]
    assert not lacks(following, "per_page", "starting_after")
    second = await walk.ok("GET", f"/contacts?per_page=1&starting_after={following['starting_after']}")
    assert {first["data"][0]["id"], second["data"][0]["id"]} == {one["id"] for one in listed["data"]}

    of_owner = {"field": "owner_id", "operator": "=", "value": str(owner) if walk.since("2.16") else owner}
    wanted: dict[str, Any] = {"query": {"operator": "AND", "value": [of_owner]}, "pagination": {"per_page": 5}}
    if walk.since("2.16"):
        wanted["sort"] = {"field": "created_at", "order": "ascending"}
    found = await walk.ok("POST", "/contacts/search", wanted)
    assert found["total_count"] == 1
    check_in_list = set(FIELDS) - {"enabled_push_messaging"}
    assert not lacks(found["data"][0], *check_in_list)
    assert found["data"][0]["owner_id"] == owner
    if walk.since("2.16"):
        unsorted = {**wanted, "sort": {"field": "created_at", "order": "desc"}}
        await walk.refused(400, "invalid_sort_order", "POST", "/contacts/search", unsorted)
    else:
        assert await walk.ok("POST", "/contacts/search", {**wanted, "sort": {"order": "desc"}}) == found


async def states(walk: Walk, user: str, lead: str) -> None:
    archived = await walk.ok("POST", f"/contacts/{user}/archive")
    assert archived == {"type": "contact", "id": user, "external_id": "ada", "archived": True}
    unarchived = await walk.ok("POST", f"/contacts/{user}/unarchive")
    assert unarchived == {**archived, "archived": False}
    if walk.has("BlockContact"):
        blocked = await walk.ok("POST", f"/contacts/{lead}/block")
        assert (blocked["id"], blocked["blocked"]) == (lead, True)
    deleted = await walk.ok("DELETE", f"/contacts/{user}")
    assert deleted == {"type": "contact", "id": user, "external_id": "ada", "deleted": True}
    await walk.refused(404, "not_found", "GET", f"/contacts/{user}")


async def test_merging(walk: Walk) -> None:
    user = await walk.make_user(email="ada@example.com", external_id="ada")
    same = await walk.make_lead(email="ada@example.com")
    stranger = await walk.make_lead(email="bob@example.com")
    merged = await walk.ok("POST", "/contacts/merge", {"from": same["id"], "into": user["id"]})
    check(walk, merged)
    assert merged["id"] == user["id"]
    apart = {"from": stranger["id"], "into": user["id"]}
    if walk.since("2.16"):
        await walk.refused(400, "invalid_merge", "POST", "/contacts/merge", apart)
        apart["skip_duplicate_validation"] = True
    await walk.ok("POST", "/contacts/merge", apart)

    by_id, by_external_id = f"/contacts/{same['id']}", f"/contacts/find_by_external_id/{same['external_id']}"
    for path in (by_id, by_external_id) if walk.has("ShowContactByExternalId") else (by_id,):
        if walk.since("2.16"):
            gone = await walk.refused(410, MERGED, "GET", path)
            assert gone.headers["link"] == f'</contacts/{user["id"]}>; rel="canonical"'
        else:
            await walk.refused(404, "not_found", "GET", path)

    with_history = await walk.ok("GET", f"/contacts/{user['id']}?include_merge_history=true")
    assert ("merge_history" in with_history) is walk.since("2.16")
    if walk.has("ListContactMergeHistory"):
        assert {one["source_contact_id"] for one in with_history["merge_history"]} == {same["id"], stranger["id"]}
        await history(walk, user["id"])
    assert walk.seen >= expected("merging", walk.version)


async def history(walk: Walk, user: str) -> None:
    first = await walk.ok("GET", f"/contacts/{user}/merge_history?per_page=1")
    assert first["has_more"] is True
    assert not lacks(first["data"][0], "type", "source_contact_id", "source_contact_role", "merged_at")
    second = await walk.ok("GET", f"/contacts/{user}/merge_history?per_page=1&cursor={first['next_cursor']}")
    assert second["has_more"] is False
    assert first["data"] != second["data"]
    another_lead = await walk.make_lead(name="A visitor")
    for id in ("123", another_lead["id"]):
        await walk.refused(404, "not_found", "GET", f"/contacts/{id}/merge_history")

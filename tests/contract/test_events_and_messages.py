"""What customers did, who they were before anybody knew them, and what they are sent."""

from __future__ import annotations

from contract.pairs import expected
from contract.walk import Walk, lacks
from interlock.kit import clock

VISITOR = (
    *("type", "id", "user_id", "anonymous", "email", "phone", "name", "pseudonym", "avatar", "app_id", "companies"),
    *("location_data", "created_at", "remote_created_at", "signed_up_at", "updated_at", "session_count"),
    *("social_profiles", "owner_id", "unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced", "tags"),
    *("segments", "custom_attributes", "referrer", "utm_campaign", "utm_content", "utm_medium", "utm_source"),
    *("utm_term", "do_not_track"),
)


async def test_data_events(walk: Walk) -> None:
    await walk.make_user(email="ann@example.com", external_id="ann")
    event = {"event_name": "placed-order", "created_at": clock.seconds() - 60, "user_id": "ann"}
    answer = await walk.send("POST", "/events", event | {"metadata": {"total": 3, "due_date": 1_734_537_243}})
    assert (answer.status_code, answer.content) == (202, b"")
    summary = {"event_name": "placed-order", "count": 4, "first": 1_700_000_000, "last": 1_710_000_000}
    answer = await walk.send("POST", "/events/summaries", {"user_id": "ann", "event_summaries": summary})
    assert answer.status_code == 200
    listed = await walk.ok("GET", "/events?type=user&user_id=ann")
    assert not lacks(listed, "type", "email", "intercom_user_id", "user_id", "events")
    counted = await walk.ok("GET", "/events?type=user&user_id=ann&summary=true")
    assert not lacks(counted["events"][0], "name", "first", "last", "count")
    assert walk.seen >= expected("data events", walk.version)


async def test_visitors(walk: Walk) -> None:
    visitor = await walk.ok("POST", "/interlock/v1/visitors", {"user_id": "3ecf64d0-9ed1-4e9f-88e1-da7d6e6782f3"})
    path = f"/visitors?user_id={visitor['user_id']}"
    assert not lacks(await walk.ok("GET", path), *VISITOR)
    await walk.refused(404, "not_found", "GET", "/visitors?user_id=unknown")
    named = await walk.ok("PUT", "/visitors", {"id": visitor["id"], "name": "Gareth"})
    assert named["name"] == "Gareth"
    await walk.refused(404, "not_found", "PUT", "/visitors", {"user_id": "fail", "name": "Gareth"})
    wanted = {"type": "user", "user": {"email": "gareth@example.com"}, "visitor": {"user_id": visitor["user_id"]}}
    user = await walk.ok("POST", "/visitors/convert", wanted)
    assert (user["type"], user["role"], user["name"]) == ("contact", "user", "Gareth")
    await walk.refused(404, "not_found", "GET", path)
    assert walk.seen >= expected("visitors", walk.version)


async def test_messages(walk: Walk) -> None:
    ann = await walk.make_user(email="ann@example.com", external_id="ann")
    admin = (await walk.ok("GET", "/me"))["id"]
    said = await walk.ok("POST", "/messages", {"from": {"type": "user", "id": ann["id"]}, "body": "heyy"})
    assert not lacks(said, "type", "id", "created_at", "body", "message_type", "conversation_id")
    to = {"from": {"type": "admin", "id": admin}, "to": {"type": "user", "id": ann["id"]}}
    in_app = await walk.ok("POST", "/messages", to | {"message_type": "inapp", "body": "heyy"})
    assert not lacks(in_app, "type", "id", "created_at", "subject", "body", "message_type")
    mail = to | {"message_type": "email", "subject": "Thanks", "body": "For everything", "template": "plain"}
    mailed = await walk.ok("POST", "/messages", mail)
    assert mailed["message_type"] == "email"
    await walk.refused(400, "parameter_invalid", "POST", "/messages", to | {"message_type": "inapp", "body": None})
    subjectless = to | {"message_type": "email", "body": "hey there"}
    await walk.refused(422, "parameter_not_found", "POST", "/messages", subjectless)
    if walk.has("getWhatsAppMessageStatus"):
        await walk.work()
        status = await walk.ok("GET", f"/messages/status?ruleset_id={mailed['id']}")
        assert not lacks(status, "type", "ruleset_id", "pages", "total_count", "events")
        assert not lacks(status["events"][0], "id", "conversation_id", "status", "type", "created_at", "updated_at")
        answer = await walk.send("GET", "/messages/status")
        assert answer.status_code == 400
    assert walk.seen >= expected("messages", walk.version)

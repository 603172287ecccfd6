"""The life of a conversation, from a visitor's first message until it is deleted, on both databases.

A clock that stands still between the steps makes every duration exact. After each step the change feed is read on, and
has told just that step.
"""

from __future__ import annotations

import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.storage.database import Database
from stories.life import Life, newest, numbers, parts
from support.client import Client
from support.clocks import DAY, HOUR, MINUTE, StandingClock
from support.feed import Feed

ORDER = {
    "identifier": "Order",
    "attributes": [{"name": "title", "data_type": "string"}, {"name": "total", "data_type": "decimal"}],
}
MERGED = ("conversation", "merged")
ROOT = "/conversations/attributes"
YES = {"text": "Yes, please", "uuid": "a5e1c524-5ddd-4c3e-9328-6bca5d6e3edb"}
NO = {"text": "No", "uuid": "b5e1c524-5ddd-4c3e-9328-6bca5d6e3edb"}


@pytest.fixture
async def life(new_database: Database, monkeypatch: pytest.MonkeyPatch) -> Life:
    """A workspace of its own database, since jobs are done with the clock moved."""
    clock = StandingClock(monkeypatch)
    made = await create_workspace(new_database, "Shop")
    one = Life(Client(build(new_database), made.token), clock)
    one.admin = made.admin_id
    colleague = await one.ok("POST", "/interlock/v1/admins", {"name": "Bea", "email": "bea@example.com"})
    one.colleague = int(colleague["id"])
    team = await one.ok("POST", "/interlock/v1/teams", {"name": "Returns", "admin_ids": [one.admin, one.colleague]})
    one.team = int(team["id"])
    await one.ok("POST", "/interlock/v1/object_types", ORDER)
    for name, many in (("Orders", "many"), ("Main order", "one")):
        reference = {"type": many, "object_type_id": "Order"}
        await one.ok("POST", ROOT, {"name": name, "data_type": "relationship", "reference": reference})
    await one.ok("POST", ROOT, {"name": "Reason", "data_type": "string"})
    for number, total in (("1001", 20.5), ("1002", 99)):
        values = {"title": f"Order {number}", "total": total}
        await one.ok("POST", "/custom_object_instances/Order", {"external_id": number, "custom_attributes": values})
    await one.feed.news(per_page=50)
    return one


async def test_the_life_of_a_conversation(life: Life) -> None:
    await a_visitor_writes(life)
    await it_is_assigned(life)
    await it_is_noted_and_answered(life)
    await it_gets_a_tag_and_attributes(life)
    await it_sleeps_and_is_woken_by_the_timer(life)
    await it_sleeps_and_is_woken_by_the_customer(life)
    await it_is_tracked_and_becomes_a_ticket(life)
    await it_is_closed_and_rated(life)
    await a_word_is_taken_back(life)
    await the_lead_becomes_a_user(life)
    await another_one_is_merged_into_it(life)
    await it_is_deleted(life)


async def a_visitor_writes(life: Life) -> None:
    visitor = await life.ok("POST", "/interlock/v1/visitors", {"user_id": "cookie-1"})
    await life.told("visitor created")
    life.clock.forward(MINUTE)
    begun = {"from": {"type": "contact", "id": visitor["id"]}, "body": "Where is my order?\nIt is late."}
    message = await life.ok("POST", "/conversations", begun)
    assert (message["type"], message["message_type"]) == ("user_message", "inapp")
    life.id = message["conversation_id"]
    life.names[life.id] = "talk"
    shown = await life.get()
    (person,) = shown["contacts"]["contacts"]
    life.lead = person["id"]
    life.names[life.lead] = "lead"

    lead = await life.ok("GET", f"/contacts/{life.lead}")
    assert (lead["role"], lead["last_replied_at"]) == ("lead", life.clock.now)
    gone = await life.client.get("/visitors?user_id=cookie-1")
    assert gone.status_code == 404
    assert (shown["state"], shown["open"], shown["read"]) == ("open", True, True)
    assert (shown["waiting_since"], shown["created_at"]) == (life.clock.now, life.clock.now)
    assert (shown["admin_assignee_id"], shown["team_assignee_id"], shown["teammates"]) == (0, 0, None)
    assert (shown["source"]["author"]["type"], shown["source"]["author"]["id"]) == ("lead", life.lead)
    assert shown["source"]["delivered_as"] == "customer_initiated"
    assert parts(shown) == []
    assert shown["first_contact_reply"]["created_at"] == life.clock.now
    assert numbers(shown, "count_conversation_parts", "count_reopens", "first_contact_reply_at") == (
        *(1, 0),
        life.clock.now,
    )
    plain = await life.ok("GET", f"/conversations/{life.id}?display_as=plaintext")
    assert plain["source"]["body"] == "Where is my order?\nIt is late."
    news = await life.feed.news()
    words = [f"{one['type']} {one['action']}" for one in news]
    assert words.index("contact created") < words.index("conversation created")
    assert words.count("conversation created") == 1
    assert {one["id"] for one in news if one["type"] == "conversation"} == {life.id}
    await life.only(
        ("state", "=", "open"),
        ("source.author.type", "=", "lead"),
        ("source.body", "~", "order"),
        ("contact_ids", "=", life.lead),
        ("waiting_since", ">", life.clock.now - 1),
        ("admin_assignee_id", "=", 0),
    )


async def it_is_assigned(life: Life) -> None:
    life.clock.forward(MINUTE)
    shown = await life.manages("assignment", type="team", assignee_id=str(life.team))
    assert shown["team_assignee_id"] == life.team
    assert newest(shown) == ("assignment", "admin", None, "open")
    assert parts(shown)[-1]["assigned_to"] == {"type": "team", "id": str(life.team)}
    await life.told("talk assigned")
    shown = await life.manages("assignment", type="admin", assignee_id=str(life.colleague), body="Yours, I think")
    assert (shown["team_assignee_id"], shown["admin_assignee_id"]) == (life.team, life.colleague)
    assert newest(shown)[2] == "<p>Yours, I think</p>"
    assert shown["waiting_since"] == life.clock.now - MINUTE, "what teammates tell each other answers nobody"
    assert numbers(shown, "count_assignments", "time_to_assignment", "first_assignment_at") == (
        *(2, MINUTE),
        life.clock.now,
    )
    await life.told("talk assigned")
    await life.only(
        ("admin_assignee_id", "=", life.colleague),
        ("team_assignee_id", "=", life.team),
        ("teammate_ids", "=", str(life.admin)),
        ("statistics.count_assignments", "=", 2),
    )
    assert await life.found(("admin_assignee_id", "=", 0)) == []
    metrics = await life.ok("GET", f"/teams/{life.team}/metrics")
    assert {one["admin_id"]: one["open"] for one in metrics["data"]} == {str(life.colleague): 1, str(life.admin): 0}


async def it_is_noted_and_answered(life: Life) -> None:
    waiting_since = life.clock.now - MINUTE
    shown = await life.replies("note", "<b>Careful</b><script>alert(1)</script>")
    assert newest(shown) == ("note", "admin", "<b>Careful</b>", "open")
    assert (shown["waiting_since"], shown["read"]) == (waiting_since, True), "a note is nothing for the contact"
    await life.told("talk noted")

    life.clock.forward(HOUR)
    shown = await life.replies("quick_reply", reply_options=[YES, NO])
    assert parts(shown)[-1]["metadata"] == {"quick_reply_options": [YES, NO]}
    assert (shown["waiting_since"], shown["read"]) == (None, False)
    assert numbers(shown, "time_to_admin_reply", "first_admin_reply_at", "median_time_to_reply") == (
        *(HOUR + MINUTE, life.clock.now),
        HOUR + MINUTE,
    )
    (team_time,) = shown["statistics"]["assigned_team_first_response_time"]
    assert team_time == {"team_id": life.team, "team_name": "Returns", "response_time": HOUR}
    await life.told("lead updated", "talk replied")
    assert (await life.ok("GET", f"/contacts/{life.lead}"))["last_contacted_at"] == life.clock.now

    life.clock.forward(MINUTE)
    chosen = {"message_type": "quick_reply", "type": "user", "intercom_user_id": life.lead, "reply_options": [YES]}
    shown = await life.ok("POST", f"/conversations/{life.id}/reply", chosen)
    assert newest(shown) == ("comment", "lead", "<p>Yes, please</p>", "open")
    assert parts(shown)[-1]["metadata"] == {"quick_reply_uuid": YES["uuid"]}
    assert (shown["waiting_since"], shown["read"]) == (life.clock.now, True)
    await life.told("lead updated", "talk replied")

    life.clock.forward(3 * MINUTE)
    shown = await life.replies("comment", "<p>It is <i>on its way</i></p>")
    assert newest(shown) == ("comment", "admin", "<p>It is <i>on its way</i></p>", "open")
    assert numbers(shown, "median_time_to_reply", "time_to_admin_reply", "count_conversation_parts") == (
        *((HOUR + MINUTE + 3 * MINUTE) // 2, HOUR + MINUTE),
        7,
    )
    await life.told("lead updated", "talk replied")
    assert {one["id"] for one in shown["teammates"]["teammates"]} == {str(life.admin)}
    await life.only(("statistics.last_admin_reply_at", "=", life.clock.now), ("read", "=", False))
    assert await life.found(("waiting_since", "=", None)) == [life.id]

    shown = await life.ok("PUT", f"/conversations/{life.id}", {"read": True})
    assert shown["read"] is True
    await life.told("talk read")
    await life.ok("PUT", f"/conversations/{life.id}", {"read": True})
    await life.told()


async def it_gets_a_tag_and_attributes(life: Life) -> None:
    tag = await life.ok("POST", "/tags", {"name": "Late"})
    await life.told("tag created")
    path = f"/conversations/{life.id}/tags"
    put_on = await life.ok("POST", path, {"id": tag["id"], "admin_id": str(life.admin)})
    assert (put_on["applied_at"], put_on["applied_by"]["id"]) == (life.clock.now, str(life.admin))
    (change,) = await life.told("talk tagged")
    assert change["data"]["after"]["tag_id"] == tag["id"]
    assert [one["name"] for one in (await life.get())["tags"]["tags"]] == ["Late"]
    await life.only(("tag_ids", "=", tag["id"]))

    wanted = {
        "Orders": [{"external_id": "1001"}, {"external_id": "1002"}],
        "Main order": {"external_id": "1002"},
        "Reason": "delivery",
    }
    shown = await life.ok("PUT", f"/conversations/{life.id}", {"title": "Late order", "custom_attributes": wanted})
    values = shown["custom_attributes"]
    assert values["Reason"] == "delivery"
    assert {one["external_id"] for one in values["Orders"]["instances"]} == {"1001", "1002"}
    assert (values["Orders"]["type"], values["Orders"]["total_count"]) == ("Order.list", 2)
    (main,) = values["Main order"]["instances"]
    assert main["custom_attributes"] == {"title": "Order 1002", "total": 99}
    added = [one for one in parts(shown) if one["part_type"] == "conversation_attribute_updated_by_admin"]
    assert {one["event_details"]["attribute"]["name"] for one in added} >= {"Reason"}
    news = await life.feed.news()
    assert [one["action"] for one in news if one["id"] == life.id] == ["updated"]
    await life.only(
        ("title", "=", "Late order"),
        ("custom_attributes.Main order", "=", main["id"]),
        ("custom_attributes.Reason", "=", "delivery"),
    )
    for one in values["Orders"]["instances"]:
        await life.only(("custom_attributes.Orders", "=", one["id"]))

    other = next(one["id"] for one in values["Orders"]["instances"] if one["id"] != main["id"])
    shown = await life.ok("PUT", f"/conversations/{life.id}", {"custom_attributes": {"Main order": other}})
    (main,) = shown["custom_attributes"]["Main order"]["instances"]
    assert main["external_id"] == "1001", "one takes the place of the other"
    await life.feed.news()


async def it_sleeps_and_is_woken_by_the_timer(life: Life) -> None:
    until = life.clock.now + 2 * DAY
    shown = await life.manages("snoozed", snoozed_until=until)
    assert (shown["state"], shown["open"], shown["snoozed_until"]) == ("snoozed", True, until)
    assert newest(shown) == ("snoozed", "admin", None, "snoozed")
    await life.told("talk snoozed")
    await life.only(("state", "=", "snoozed"), ("snoozed_until", "=", until))
    await life.replies("note", "Still asleep")
    assert (await life.get())["state"] == "snoozed"
    await life.told("talk noted")

    life.clock.forward(2 * DAY - 1)
    await life.work()
    assert (await life.get())["state"] == "snoozed"
    life.clock.forward(1)
    await life.work()
    shown = await life.get()
    assert (shown["state"], shown["snoozed_until"]) == ("open", None)
    assert newest(shown) == ("timer_unsnooze", "bot", None, "open")
    await life.told("talk unsnoozed")
    events = (await life.ok("GET", f"/conversations/{life.id}/handling_events"))["handling_events"]
    assert [(one["type"], one["reason"]) for one in events][-2:-1] == [("paused", "Snoozed")]
    assert events[-1]["type"] == "resumed"
    await life.work()
    await life.told()


async def it_sleeps_and_is_woken_by_the_customer(life: Life) -> None:
    await life.manages("snoozed", snoozed_until=life.clock.now + DAY)
    await life.told("talk snoozed")
    life.clock.forward(HOUR)
    shown = await life.says("Anything new?")
    assert (shown["state"], shown["snoozed_until"]) == ("open", None)
    assert newest(shown)[:3] == ("comment", "lead", "<p>Anything new?</p>")
    assert (shown["waiting_since"], shown["statistics"]["count_reopens"]) == (life.clock.now, 0)
    await life.told("lead updated", "talk replied")
    count = len(parts(shown))
    life.clock.forward(2 * DAY)
    await life.work()
    assert len(parts(await life.get())) == count, "the timer has gone"
    await life.told()


async def it_is_tracked_and_becomes_a_ticket(life: Life) -> None:
    outage = await life.ok("POST", "/ticket_types", {"name": "Outage", "category": "Tracker"})
    question = await life.ok("POST", "/ticket_types", {"name": "Question", "category": "Customer"})
    await life.told("ticket_type created", "ticket_type created")
    wanted = {
        "ticket_type_id": outage["id"],
        "contacts": [{"email": "ops@example.com"}],
        "ticket_attributes": {"_default_title_": "Carrier is down", "_default_description_": "All parcels"},
    }
    tracker = await life.ok("POST", "/tickets", wanted)
    life.names[tracker["id"]] = "tracker"
    await life.told("contact created", "tracker created")
    shown = await life.ok("POST", f"/tickets/{tracker['id']}/linked_conversations", {"conversation_id": life.id})
    linked = {"type": "ticket", "id": tracker["id"], "category": "Tracker"}
    assert shown["linked_objects"]["data"] == [linked]
    assert (await life.get())["linked_objects"]["data"] == [linked]
    tracker = await life.ok("GET", f"/tickets/{tracker['id']}")
    assert [one["id"] for one in tracker["linked_objects"]["data"]] == [life.id]
    await life.told("talk linked", "tracker linked")

    conversion = {"ticket_type_id": question["id"], "attributes": {"_default_title_": "Where is it?"}}
    ticket = await life.ok("POST", f"/conversations/{life.id}/convert", conversion)
    assert (ticket["id"], ticket["category"]) == (life.id, "Customer")
    assert ticket["ticket_state"]["category"] == "submitted"
    assert (ticket["admin_assignee_id"], ticket["team_assignee_id"]) == (life.colleague, life.team)
    assert [one["id"] for one in ticket["contacts"]["contacts"]] == [life.lead]
    said = {one["body"] for one in ticket["ticket_parts"]["ticket_parts"]}
    assert "<p>Anything new?</p>" in said
    news = await life.feed.news()
    assert {(one["type"], one["action"]) for one in news} == {("conversation", "converted"), ("ticket", "created")}
    again = await life.client.error(400, "POST", f"/conversations/{life.id}/convert", conversion)
    assert again["code"] == "parameter_invalid"

    states = question["ticket_states"]["data"]
    life.clock.forward(MINUTE)
    for category in ("in_progress", "waiting_on_customer", "resolved"):
        state = next(one for one in states if one["category"] == category)
        change = {"ticket_state_id": state["id"], "admin_id": str(life.admin)}
        ticket = await life.ok("PUT", f"/tickets/{life.id}", change)
        assert ticket["ticket_state"]["category"] == category
        assert ticket["ticket_parts"]["ticket_parts"][-1]["ticket_state"] == category
        assert await life.found(("state", "=", category), kind="tickets") == [life.id]
        news = await life.feed.news()
        assert ("ticket", "updated") in {(one["type"], one["action"]) for one in news}
    assert ticket["open"] is True
    assert (await life.get())["state"] == "open", "a resolved ticket is not closed"


async def it_is_closed_and_rated(life: Life) -> None:
    begun = (await life.get())["statistics"]["first_contact_reply_at"]
    assigned_at = (await life.get())["statistics"]["first_assignment_at"]
    shown = await life.manages("close", body="It has arrived. Bye!")
    assert (shown["state"], shown["open"], shown["waiting_since"]) == ("closed", False, None)
    assert newest(shown)[0:3] == ("close", "admin", "<p>It has arrived. Bye!</p>")
    now = life.clock.now
    assert numbers(shown, "first_close_at", "last_close_at", "last_closed_by_id") == (now, now, str(life.admin))
    assert numbers(shown, "time_to_first_close", "handling_time") == (now - begun, now - assigned_at)
    assert (await life.ok("GET", f"/tickets/{life.id}"))["open"] is False
    assert 0 < shown["statistics"]["adjusted_handling_time"] < now - assigned_at, "it has slept in between"
    news = await life.feed.news()
    assert [one["action"] for one in news if one["type"] == "conversation"][-1] == "closed"
    await life.only(("state", "=", "closed"), ("open", "=", False), ("statistics.last_close_at", "=", now))

    rating = {"rating": 4, "remark": "A bit slow", "contact_id": life.lead}
    shown = await life.ok("POST", f"/interlock/v1/conversations/{life.id}/rating", rating)
    rated = shown["conversation_rating"]
    assert (rated["rating"], rated["remark"], rated["created_at"]) == (4, "A bit slow", now)
    assert (rated["contact"]["id"], rated["teammate"]["id"]) == (life.lead, str(life.colleague))
    news = await life.feed.news()
    assert {(one["type"], one["id"], one["action"]) for one in news} == {
        (kind, life.id, "rated") for kind in ("conversation", "ticket")
    }
    await life.only(("conversation_rating.score", ">", 3), ("conversation_rating.remark", "~", "slow"))

    life.clock.forward(MINUTE)
    shown = await life.says("My card is Zebra")
    assert newest(shown) == ("open", "lead", "<p>My card is Zebra</p>", "open")
    assert (shown["state"], shown["statistics"]["count_reopens"]) == ("open", 1)
    news = await life.feed.news()
    assert [one["action"] for one in news if one["type"] == "conversation"] == ["replied"]
    assert (await life.ok("GET", f"/tickets/{life.id}"))["open"] is True


async def a_word_is_taken_back(life: Life) -> None:
    part = parts(await life.get())[-1]
    wanted = {"type": "conversation_part", "conversation_id": life.id, "conversation_part_id": part["id"]}
    shown = await life.ok("POST", "/conversations/redact", wanted)
    assert parts(shown)[-1]["redacted"] is True
    assert "Zebra" not in str(shown)
    news = await life.feed.news()
    assert {(one["type"], one["action"]) for one in news if one["id"] == life.id} == {
        ("conversation", "redacted"),
        ("ticket", "redacted"),
    }
    assert "Zebra" not in str(news)
    assert "Zebra" not in str(await life.ok("GET", f"/tickets/{life.id}"))
    anew = Feed(life.client)
    assert "Zebra" not in str(await anew.news(per_page=100)), "nothing that was told before says it either"
    source = (await life.get())["source"]
    wanted = {"type": "source", "conversation_id": life.id, "source_id": source["id"]}
    shown = await life.ok("POST", "/conversations/redact", wanted)
    assert shown["source"]["redacted"] is True
    assert "late" not in shown["source"]["body"]
    await life.told("talk redacted")
    assert await life.found(("source.body", "~", "order")) == []


async def the_lead_becomes_a_user(life: Life) -> None:
    life.clock.forward(MINUTE)
    wanted = {"email": "ann@example.com", "external_id": "ann", "name": "Ann"}
    user = await life.ok("POST", "/contacts", {"role": "user", **wanted})
    life.names[user["id"]] = "user"
    await life.told("user created")
    merging = {"from": life.lead, "into": user["id"], "skip_duplicate_validation": True}
    merged = await life.ok("POST", "/contacts/merge", merging)
    assert merged["role"] == "user"
    assert merged["last_replied_at"] is not None
    news = await life.feed.news()
    assert ("lead", "merged") in {(life.names.get(one["id"]), one["action"]) for one in news}

    shown = await life.get()
    assert [(one["id"], one["external_id"]) for one in shown["contacts"]["contacts"]] == [(user["id"], "ann")]
    ticket = await life.ok("GET", f"/tickets/{life.id}")
    assert [one["id"] for one in ticket["contacts"]["contacts"]] == [user["id"]]
    await life.only(("contact_ids", "=", user["id"]))
    assert await life.found(("contact_ids", "=", life.lead)) == []
    life.lead = user["id"]
    life.names[user["id"]] = "lead"
    shown = await life.says("It is me, Ann")
    assert newest(shown)[:2] == ("comment", "user")
    await life.feed.news()


async def another_one_is_merged_into_it(life: Life) -> None:
    life.clock.forward(MINUTE)
    begun = {"from": {"type": "user", "id": life.lead}, "body": "The same again"}
    second = (await life.ok("POST", "/conversations", begun))["conversation_id"]
    life.names[second] = "second"
    await life.told("second created", "lead updated")
    listed = await life.ok("GET", "/conversations")
    assert [one["id"] for one in listed["conversations"]] == [second, life.id]
    shown = await life.ok("POST", f"/conversations/{second}/merge", {"merge_into_conversation_id": int(life.id)})
    assert shown["id"] == life.id
    assert newest(shown)[0] == "merged_primary_conversation"
    assert {"type": "conversation", "id": second, "category": None} in shown["linked_objects"]["data"]
    other = await life.ok("GET", f"/conversations/{second}")
    assert other["state"] == "closed"
    assert parts(other)[-1]["part_type"] == "merged_secondary_conversation"
    assert [one["id"] for one in other["linked_objects"]["data"]] == [life.id]
    news = await life.feed.news()
    assert [life.names[one["id"]] for one in news if (one["type"], one["action"]) == MERGED] == ["second", "talk"]


async def it_is_deleted(life: Life) -> None:
    life.clock.forward(MINUTE)
    tag_id = (await life.get())["tags"]["tags"][0]["id"]
    assert await life.ok("DELETE", f"/tickets/{life.id}") == {"id": life.id, "object": "ticket", "deleted": True}
    assert (await life.get())["state"] == "open", "the conversation goes on without being a ticket"
    news = await life.feed.news()
    assert ("ticket", "deleted") in {(one["type"], one["action"]) for one in news}
    gone = await life.ok("DELETE", f"/conversations/{life.id}")
    assert gone == {"id": life.id, "object": "conversation", "deleted": True}
    (news_of_it,) = await life.told("talk deleted")
    assert news_of_it["data"]["after"] == {"metrics_retained": True}
    await life.client.error(404, "GET", f"/conversations/{life.id}")
    listed = await life.ok("GET", "/conversations/deleted")
    assert [(one["id"], one["deleted_at"]) for one in listed["conversations"]] == [(life.id, life.clock.now)]
    assert await life.found(("tag_ids", "=", tag_id)) == []
    listed = await life.ok("GET", "/conversations")
    assert life.id not in {one["id"] for one in listed["conversations"]}
    for one in listed["conversations"]:
        assert one["linked_objects"]["data"] == [], "what was merged into it leads nowhere"


async def test_a_rating_stays_with_a_lead_who_becomes_a_user(life: Life) -> None:
    await a_visitor_writes(life)
    rating = f"/interlock/v1/conversations/{life.id}/rating"
    await life.ok("POST", rating, {"rating": 5, "contact_id": life.lead})
    user = await life.ok("POST", "/contacts", {"role": "user", "external_id": "ann"})
    merging = {"from": life.lead, "into": user["id"], "skip_duplicate_validation": True}
    await life.ok("POST", "/contacts/merge", merging)
    rated = (await life.get())["conversation_rating"]["contact"]
    assert (rated["id"], rated["external_id"]) == (user["id"], "ann")
    await life.only(("conversation_rating.contact_id", "=", user["id"]))

"""Teammates close, open, snooze and assign conversations, and say who takes part."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import bindparam, select

from interlock.core.jobs import store as jobs
from interlock.core.threads.snooze import unsnooze
from interlock.kit import limits
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import jobs as jobs_table
from resources.conversations.conftest import Desk, parts, types

_TIMERS = Query(
    select(*jobs.COLUMNS).where(jobs_table.c.workspace_id == bindparam("key"), jobs_table.c.kind == "unsnooze")
)


async def timers(database: Database, desk: Desk) -> list[jobs.Job]:
    async def read(tx: Tx) -> list[jobs.Job]:
        return [jobs.job(row) for row in await tx.all(_TIMERS, key=desk.workspace_id)]

    return await database.read(read)


async def goes_off(desk: Desk, timer: jobs.Job) -> None:
    await desk.client.app.schemas.write(desk.workspace_id, unsnooze, timer)


# --- states


async def test_closing_says_goodbye(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    shown = await desk.manages(id, "close", type="admin", body="Goodbye :)")
    part = parts(shown)[0]
    assert (part["part_type"], part["body"], part["state"]) == ("close", "<p>Goodbye :)</p>", "closed")
    assert (shown["state"], shown["open"], shown["waiting_since"]) == ("closed", False, None)
    assert shown["statistics"]["last_closed_by_id"] == str(desk.admin)
    assert (await desk.client.ok("GET", f"/contacts/{joe['id']}"))["last_contacted_at"] == part["created_at"]


async def test_what_is_closed_or_open_already_stays_as_it_is(desk: Desk) -> None:
    id = await desk.begun()
    assert types(await desk.manages(id, "open")) == []
    await desk.manages(id, "close")
    assert types(await desk.manages(id, "close")) == ["close"]
    shown = await desk.manages(id, "close", body="One more thing")
    assert (types(shown), shown["state"]) == (["close", "comment"], "closed")
    shown = await desk.manages(id, "open")
    assert (types(shown)[-1], shown["state"], shown["open"]) == ("open", "open", True)


async def test_a_snoozed_conversation_is_open_and_wakes_at_its_time(desk: Desk, database: Database) -> None:
    id = await desk.begun()
    until = int(time.time()) + 3600
    shown = await desk.manages(id, "snoozed", snoozed_until=until)
    assert (types(shown), shown["state"], shown["open"]) == (["snoozed"], "snoozed", True)
    assert shown["snoozed_until"] == until
    (timer,) = await timers(database, desk)
    assert (timer.wake_at, timer.key) == (until * 1_000_000, id)
    assert timer.payload == {"conversation_id": id}


async def test_the_timer_opens_what_is_due(desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await desk.begun()
    until = int(time.time()) + 10
    await desk.manages(id, "snoozed", snoozed_until=until)
    (timer,) = await timers(database, desk)
    await goes_off(desk, timer)
    assert (await desk.get(id))["state"] == "snoozed", "it is not due yet"
    monkeypatch.setattr("interlock.kit.clock.seconds", lambda: until)
    await goes_off(desk, timer)
    shown = await desk.get(id)
    assert (shown["state"], shown["snoozed_until"]) == ("open", None)
    assert parts(shown)[-1]["part_type"] == "timer_unsnooze"
    assert parts(shown)[-1]["author"]["type"] == "bot"
    await goes_off(desk, timer)
    assert len(parts(await desk.get(id))) == len(parts(shown)), "twice is once"


async def test_a_timer_of_what_is_gone_does_nothing(desk: Desk, database: Database) -> None:
    id = await desk.begun()
    await desk.manages(id, "snoozed", snoozed_until=int(time.time()) + 10)
    (timer,) = await timers(database, desk)
    await desk.client.ok("DELETE", f"/conversations/{id}")
    assert await timers(database, desk) == []
    await goes_off(desk, timer)


async def test_snoozing_again_moves_the_one_timer(desk: Desk, database: Database) -> None:
    id = await desk.begun()
    now = int(time.time())
    await desk.manages(id, "snoozed", snoozed_until=now + 100)
    await desk.manages(id, "snoozed", snoozed_until=now + 200)
    (timer,) = await timers(database, desk)
    assert timer.wake_at == (now + 200) * 1_000_000


@pytest.mark.parametrize("wakes", ["contact", "comment", "open", "close"])
async def test_whatever_ends_the_snooze_takes_the_timer_away(desk: Desk, database: Database, wakes: str) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    await desk.manages(id, "snoozed", snoozed_until=int(time.time()) + 100)
    if wakes == "contact":
        shown = await desk.says(id, joe)
    elif wakes == "comment":
        shown = await desk.replies(id)
    else:
        shown = await desk.manages(id, wakes)
    assert shown["state"] == ("closed" if wakes == "close" else "open")
    assert shown["snoozed_until"] is None
    assert await timers(database, desk) == []


async def test_a_note_lets_it_sleep_and_so_does_a_reply_that_says_so(desk: Desk) -> None:
    id = await desk.begun()
    await desk.manages(id, "snoozed", snoozed_until=int(time.time()) + 100)
    assert (await desk.replies(id, "x", "note"))["state"] == "snoozed"
    wanted = {"message_type": "comment", "type": "admin", "admin_id": desk.admin, "body": "x", "skip_unsnooze": True}
    preview = desk.client.at("Preview")
    assert (await preview.ok("POST", f"/conversations/{id}/reply", wanted))["state"] == "snoozed"
    assert (await desk.client.ok("POST", f"/conversations/{id}/reply", wanted))["state"] == "open"


async def test_a_snooze_ends_in_the_future(desk: Desk) -> None:
    id = await desk.begun()
    for until in (1, int(time.time()) - 1, 2**62, "soon"):
        wanted = {"message_type": "snoozed", "admin_id": desk.admin, "snoozed_until": until}
        error = await desk.client.error(400, "POST", f"/conversations/{id}/parts", wanted)
        assert (error["code"], error["field"]) == ("parameter_invalid", "snoozed_until")
    assert (await desk.get(id))["state"] == "open"


# --- assigning


async def test_a_conversation_is_assigned_to_a_teammate_and_to_a_team(desk: Desk, colleague: int, team: int) -> None:
    id = await desk.begun()
    shown = await desk.manages(id, "assignment", type="admin", assignee_id=colleague)
    assert shown["admin_assignee_id"] == colleague
    assert parts(shown)[0]["assigned_to"] == {"type": "admin", "id": str(colleague)}
    shown = await desk.manages(id, "assignment", type="team", assignee_id=str(team))
    assert (shown["admin_assignee_id"], shown["team_assignee_id"]) == (colleague, team)
    assert parts(shown)[1]["assigned_to"] == {"type": "team", "id": str(team)}
    shown = await desk.manages(id, "assignment", type="admin", assignee_id="0")
    assert (shown["admin_assignee_id"], shown["team_assignee_id"]) == (0, team)
    assert types(shown) == ["assignment"] * 3
    assert parts(shown)[2]["assigned_to"] is None
    assert shown["statistics"]["count_assignments"] == 2


async def test_a_closed_conversation_is_assigned_and_opened(desk: Desk) -> None:
    id = await desk.begun()
    await desk.manages(id, "close")
    shown = await desk.manages(id, "assignment", type="admin", assignee_id=desk.admin)
    assert (types(shown)[-1], shown["state"], shown["open"]) == ("assign_and_reopen", "open", True)


async def test_unassigning_what_nobody_has_does_nothing(desk: Desk) -> None:
    id = await desk.begun()
    assert types(await desk.manages(id, "assignment", assignee_id=0)) == []


async def test_the_first_answer_of_a_team_is_timed(desk: Desk, team: int) -> None:
    id = await desk.begun()
    await desk.manages(id, "assignment", type="team", assignee_id=team)
    shown = await desk.replies(id, created_at=int(time.time()) + 30)
    (answer,) = shown["statistics"]["assigned_team_first_response_time"]
    assert (answer["team_id"], answer["team_name"]) == (team, "Support")
    assert 25 <= answer["response_time"] <= 30
    assert len((await desk.replies(id))["statistics"]["assigned_team_first_response_time"]) == 1


WRONG: list[tuple[dict[str, Any], int, str, str | None]] = [
    ({}, 400, "parameter_not_found", "message_type"),
    ({"message_type": "delete"}, 400, "parameter_invalid", "message_type"),
    ({"message_type": 5}, 400, "type_mismatch", "message_type"),
    ({"message_type": "close", "admin_id": None}, 400, "parameter_not_found", "admin_id"),
    ({"message_type": "close", "admin_id": 5}, 404, "admin_not_found", None),
    ({"message_type": "close", "admin_id": "9" * 10_000}, 404, "admin_not_found", None),
    ({"message_type": "snoozed"}, 400, "parameter_not_found", "snoozed_until"),
    ({"message_type": "assignment"}, 400, "parameter_not_found", "assignee_id"),
    ({"message_type": "assignment", "type": "bot", "assignee_id": 1}, 400, "parameter_invalid", "type"),
    ({"message_type": "assignment", "type": "admin", "assignee_id": 5}, 404, "admin_not_found", None),
    ({"message_type": "assignment", "type": "team", "assignee_id": "x"}, 404, "team_not_found", None),
]


@pytest.mark.parametrize(("wanted", "status", "code", "field"), WRONG)
async def test_what_is_wrong_is_named(
    desk: Desk, wanted: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    id = await desk.begun()
    wanted = {"admin_id": desk.admin, **wanted}
    error = await desk.client.error(status, "POST", f"/conversations/{id}/parts", wanted)
    assert (error["code"], error.get("field")) == (code, field)
    error = await desk.client.error(404, "POST", "/conversations/9/parts", {"message_type": "open", "admin_id": 1})
    assert error == {"code": "not_found", "message": "Resource Not Found"}


# --- who takes part


async def test_a_contact_joins_and_leaves(desk: Desk) -> None:
    joe, ann = await desk.contact(), await desk.contact(external_id="70")
    id = await desk.begun(joe)
    path = f"/conversations/{id}/customers"
    wanted = {"admin_id": desk.admin, "customer": {"user_id": "70"}}
    shown = await desk.client.ok("POST", path, wanted)
    assert [one["id"] for one in shown["contacts"]["contacts"]] == [joe["id"], ann["id"]]
    assert [one["id"] for one in shown["customers"]] == [joe["id"], ann["id"]]
    assert types(shown) == ["participant_added"]
    assert types(await desk.client.ok("POST", path, wanted)) == ["participant_added"]
    await desk.says(id, ann, "Hello, too")
    shown = await desk.client.ok("DELETE", f"{path}/{ann['id']}", {"admin_id": desk.admin})
    assert shown["customers"] == [{"type": "user", "id": joe["id"]}]
    assert types(shown)[-1] == "participant_removed"


async def test_an_address_of_nobody_becomes_a_lead(desk: Desk) -> None:
    id = await desk.begun()
    wanted = {"admin_id": desk.admin, "customer": {"email": "new@example.com"}}
    shown = await desk.client.ok("POST", f"/conversations/{id}/customers", wanted)
    (lead,) = [one["id"] for one in shown["customers"] if one["type"] == "lead"]
    assert (await desk.client.ok("GET", f"/contacts/{lead}"))["email"] == "new@example.com"
    again = await desk.client.ok("POST", f"/conversations/{await desk.begun()}/customers", wanted)
    assert lead in [one["id"] for one in again["customers"]]


async def test_a_contact_brings_another(desk: Desk) -> None:
    joe, ann = await desk.contact(), await desk.contact()
    id = await desk.begun(joe)
    inside = {"intercom_user_id": joe["id"]}
    wanted = {"customer": {"intercom_user_id": ann["id"], "customer": inside}}
    shown = await desk.client.ok("POST", f"/conversations/{id}/customers", wanted)
    assert parts(shown)[0]["author"]["id"] == joe["id"]


async def test_the_last_contact_cannot_leave(desk: Desk) -> None:
    joe = await desk.contact()
    id = await desk.begun(joe)
    error = await desk.client.error(
        422, "DELETE", f"/conversations/{id}/customers/{joe['id']}", {"admin_id": desk.admin}
    )
    assert error == {"code": "parameter_invalid", "message": "Removing the last customer is not allowed"}


async def test_who_is_not_there_can_neither_join_nor_leave(desk: Desk) -> None:
    joe, ann = await desk.contact(), await desk.contact()
    id, by = await desk.begun(joe), {"admin_id": desk.admin}
    unknown = {"code": "not_found", "message": "User Not Found"}
    gone = {"code": "not_found", "message": "Resource Not Found"}
    path = f"/conversations/{id}/customers"
    wanted = {**by, "customer": {"intercom_user_id": "6762f19e1bb69f9f2193bbd5"}}
    assert await desk.client.error(404, "POST", path, wanted) == unknown
    assert await desk.client.error(404, "DELETE", f"{path}/{ann['id']}", by) == unknown
    wanted = {**by, "customer": {"intercom_user_id": ann["id"]}}
    assert await desk.client.error(404, "POST", "/conversations/1/customers", wanted) == gone
    assert await desk.client.error(404, "DELETE", f"/conversations/1/customers/{joe['id']}", by) == gone
    wanted = {"admin_id": 1, "customer": {"intercom_user_id": ann["id"]}}
    assert (await desk.client.error(404, "POST", path, wanted))["code"] == "admin_not_found"
    assert (await desk.client.error(400, "POST", path, by))["code"] == "parameter_not_found"
    wanted = {**by, "customer": {"email": "no address"}}
    assert (await desk.client.error(400, "POST", path, wanted))["code"] == "parameter_invalid"


async def test_blocking_a_contact_closes_what_is_only_theirs(desk: Desk, database: Database) -> None:
    joe, ann = await desk.contact(), await desk.contact()
    alone, shared, snoozed = await desk.begun(joe), await desk.begun(joe), await desk.begun(joe)
    wanted = {"admin_id": desk.admin, "customer": {"intercom_user_id": ann["id"]}}
    await desk.client.ok("POST", f"/conversations/{shared}/customers", wanted)
    await desk.manages(snoozed, "snoozed", snoozed_until=int(time.time()) + 100)
    await desk.client.ok("POST", f"/contacts/{joe['id']}/block")
    states = [(await desk.get(id))["state"] for id in (alone, shared, snoozed)]
    assert states == ["closed", "open", "closed"]
    assert await timers(database, desk) == []


async def test_a_conversation_has_room_for_so_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONVERSATION_CONTACTS", 2)
    id = await desk.begun()
    path = f"/conversations/{id}/customers"
    ann, bob = await desk.contact(), await desk.contact()
    await desk.client.ok("POST", path, {"admin_id": desk.admin, "customer": {"intercom_user_id": ann["id"]}})
    before = await desk.get(id)
    for customer in ({"intercom_user_id": bob["id"]}, {"email": "new@example.com"}):
        error = await desk.client.error(400, "POST", path, {"admin_id": desk.admin, "customer": customer})
        assert (error["code"], error["field"]) == ("parameter_invalid", "customer")
        assert error["message"] == "A conversation may have at most 2 contacts"
    assert await desk.get(id) == before
    assert (await desk.client.ok("GET", "/contacts"))["total_count"] == 3
    await desk.client.ok("POST", path, {"admin_id": desk.admin, "customer": {"intercom_user_id": ann["id"]}})

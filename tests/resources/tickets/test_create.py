"""Tickets are made: at once, or by a job."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.core.jobs import store as jobs
from interlock.core.schema.cache import SchemaCache
from interlock.core.threads import ticket_jobs
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database
from resources.tickets.conftest import Make
from support.client import Client


async def test_a_ticket_has_every_documented_field(client: Client, new_type: Make, new_user: Make) -> None:
    kind = await new_type(category="Back-office", icon="🦁", description="d")
    user = await new_user()
    sent = {
        "ticket_type_id": int(kind["id"]),
        "contacts": [{"id": user["id"]}],
        "ticket_attributes": {"_default_title_": "example", "_default_description_": "there is a problem"},
    }
    made = await client.ok("POST", "/tickets", sent)
    assert made["ticket_attributes"] == sent["ticket_attributes"]
    assert (made["type"], made["category"], made["open"], made["is_shared"]) == ("ticket", "Back-office", True, False)
    assert (made["admin_assignee_id"], made["team_assignee_id"]) == (0, 0)
    assert made["ticket_state"]["category"] == "submitted"
    assert made["ticket_type"]["id"] == kind["id"]
    assert "ticket_states" not in made["ticket_type"]
    assert made["contacts"]["contacts"] == [{"type": "contact", "id": user["id"], "external_id": user["external_id"]}]
    assert made["linked_objects"] == {"type": "list", "data": [], "total_count": 0, "has_more": False}
    assert made["previous_ticket_state_id"] is None
    assert "snoozed_until" not in made
    (part,) = made["ticket_parts"]["ticket_parts"]
    assert (part["part_type"], part["ticket_state"], part["previous_ticket_state"]) == (
        "ticket_state_updated_by_admin",
        "submitted",
        "submitted",
    )
    assert part["author"]["type"] == "bot"
    assert await client.ok("GET", f"/tickets/{made['id']}") == made


async def test_people_are_shown_numbers_one_after_the_other(new_ticket: Make) -> None:
    assert [(await new_ticket())["ticket_id"] for _ in range(3)] == ["1", "2", "3"]


async def test_tickets_that_are_made_at_the_same_time_have_different_numbers(
    client: Client, new_type: Make, new_user: Make
) -> None:
    sent = {"ticket_type_id": (await new_type())["id"], "contacts": [{"id": (await new_user())["id"]}]}
    made = await asyncio.gather(*(client.ok("POST", "/tickets", sent) for _ in range(10)))
    assert sorted(int(one["ticket_id"]) for one in made) == list(range(1, 11))


async def test_an_address_of_nobody_makes_a_lead(client: Client, new_ticket: Make, new_user: Make) -> None:
    made = await new_ticket(contacts=[{"email": "New@Example.com"}])
    lead = await client.ok("GET", f"/contacts/{made['contacts']['contacts'][0]['id']}")
    assert (lead["role"], lead["email"]) == ("lead", "New@Example.com")
    again = await new_ticket(contacts=[{"email": "new@example.com"}])
    assert again["contacts"] == made["contacts"]
    user = await new_user(external_id="mine")
    assert (await new_ticket(contacts=[{"external_id": "mine"}]))["contacts"]["contacts"][0]["id"] == user["id"]


async def test_everything_that_may_be_said_about_a_new_ticket(
    client: Client, new_ticket: Make, admin_id: int, database: Database, workspace: Made
) -> None:
    company = await client.ok("POST", "/companies", {"company_id": "acme", "name": "Acme"})
    (team,) = (await client.ok("GET", "/teams"))["teams"]
    made = await new_ticket(
        company_id=company["id"],
        created_at=1_600_000_000,
        assignment={"admin_assignee_id": str(admin_id), "team_assignee_id": team["id"]},
        skip_notifications=True,
    )
    assert made["created_at"] == 1_600_000_000
    assert (made["admin_assignee_id"], made["team_assignee_id"]) == (admin_id, int(team["id"]))
    told = [one["part_type"] for one in made["ticket_parts"]["ticket_parts"]]
    assert told == ["ticket_state_updated_by_admin", "assignment", "assignment"]


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"ticket_type_id": None}, 400, "parameter_not_found", "ticket_type_id"),
        ({"ticket_type_id": "x" * 10_000}, 404, "not_found", None),
        ({"ticket_type_id": []}, 400, "type_mismatch", "ticket_type_id"),
        ({"contacts": []}, 400, "parameter_not_found", "contacts"),
        ({"contacts": [{}]}, 400, "parameter_not_found", "contacts.0"),
        ({"contacts": [{"id": "a"}, {"id": "b"}]}, 400, "parameter_invalid", "contacts"),
        ({"contacts": [{"id": "a", "email": "a@b.co"}]}, 400, "parameter_invalid", "contacts.0"),
        ({"contacts": [{"id": "nobody"}]}, 404, "not_found", None),
        ({"contacts": [{"email": "no address"}]}, 400, "parameter_invalid", "email"),
        ({"created_at": 10**17}, 400, "parameter_invalid", "created_at"),
        ({"company_id": "none"}, 404, "company_not_found", None),
        ({"assignment": {"admin_assignee_id": "1"}}, 404, "assignee_not_found", None),
        ({"assignment": {"team_assignee_id": "one"}}, 404, "assignee_not_found", None),
        ({"conversation_to_link_id": "1"}, 400, "parameter_invalid", "conversation_to_link_id"),
        ({"ticket_attributes": {"Priority": 1}}, 400, "parameter_invalid", "ticket_attributes"),
        ({"ticket_attributes": {"_default_title_": 1}}, 400, "parameter_invalid", "ticket_attributes._default_title_"),
        ({"ticket_attributes": "x"}, 400, "type_mismatch", "ticket_attributes"),
    ],
)
async def test_what_is_wrong_is_refused_and_leaves_nothing(
    client: Client,
    new_type: Make,
    new_user: Make,
    change: dict[str, Any],
    status: int,
    code: str,
    field: str | None,
) -> None:
    sent = {"ticket_type_id": (await new_type())["id"], "contacts": [{"email": "a@example.com"}], **change}
    problem = await client.error(status, "POST", "/tickets", sent)
    assert problem["code"] == code
    if field is not None:
        assert problem["field"] == field
    everything = {"query": {"field": "created_at", "operator": ">", "value": "1"}}
    assert (await client.ok("POST", "/tickets/search", everything))["total_count"] == 0
    leads = {"query": {"field": "role", "operator": "=", "value": "lead"}}
    assert (await client.ok("POST", "/contacts/search", leads))["total_count"] == 0


async def test_types_of_another_workspace_are_not_there(
    client: Client, database: Database, other_workspace: Made, new_user: Make
) -> None:
    other = Client(client.app, other_workspace.token)
    kind = await other.ok("POST", "/ticket_types", {"name": "Theirs"})
    user = await new_user()
    sent = {"ticket_type_id": kind["id"], "contacts": [{"id": user["id"]}]}
    await client.error(404, "POST", "/tickets", sent)


async def test_required_attributes_are_required(client: Client, new_type: Make, new_user: Make) -> None:
    kind = await new_type()
    attribute = {"name": "Size", "description": "", "data_type": "integer", "required_to_create": True}
    made = await client.ok("POST", f"/ticket_types/{kind['id']}/attributes", attribute)
    sent: dict[str, Any] = {"ticket_type_id": kind["id"], "contacts": [{"id": (await new_user())["id"]}]}
    for path in ("/tickets", "/tickets/enqueue"):
        problem = await client.error(400, "POST", path, sent)
        assert (problem["code"], problem["message"]) == ("parameter_invalid", "Missing required ticket attributes")
    sent["ticket_attributes"] = {"Size": 4}
    assert (await client.ok("POST", "/tickets", sent))["ticket_attributes"]["Size"] == 4
    await client.ok("PUT", f"/ticket_types/{kind['id']}/attributes/{made['id']}", {"archived": True})
    assert (await client.error(400, "POST", "/tickets", sent))["field"] == "ticket_attributes.Size"
    await client.ok("POST", "/tickets", {**sent, "ticket_attributes": {}})


async def test_an_archived_type_has_no_new_tickets(client: Client, new_type: Make, new_user: Make) -> None:
    kind = await new_type()
    await client.ok("PUT", f"/ticket_types/{kind['id']}", {"archived": True})
    sent = {"ticket_type_id": kind["id"], "contacts": [{"id": (await new_user())["id"]}]}
    assert (await client.error(400, "POST", "/tickets", sent))["field"] == "ticket_type_id"


# --- by a job


async def _run(database: Database, workspace: Made, job_id: str) -> Any:
    job = await database.read(jobs.get, workspace.workspace_id, job_id)
    assert job is not None
    return await SchemaCache(database).write(workspace.workspace_id, ticket_jobs.create_queued, job)


async def test_a_ticket_is_made_by_a_job(
    client: Client, database: Database, workspace: Made, new_type: Make, new_user: Make
) -> None:
    sent = {
        "ticket_type_id": (await new_type())["id"],
        "contacts": [{"id": (await new_user())["id"]}],
        "ticket_attributes": {"_default_title_": "Later"},
    }
    job = await client.ok("POST", "/tickets/enqueue", sent)
    assert (job["type"], job["status"], job["resource_type"]) == ("job", "pending", "ticket")
    assert (job["resource_id"], job["resource_url"]) == (None, None)
    assert job["url"] == f"http://interlock.test/jobs/status/{job['id']}"
    assert await client.ok("GET", f"/jobs/status/{job['id']}") == job
    done = await _run(database, workspace, job["id"])
    assert (await client.ok("GET", f"/tickets/{done['ticket_id']}"))["ticket_attributes"]["_default_title_"] == "Later"


async def test_what_is_wrong_is_not_put_into_the_queue(client: Client, new_user: Make, new_type: Make) -> None:
    sent = {"ticket_type_id": "1", "contacts": [{"id": (await new_user())["id"]}]}
    await client.error(404, "POST", "/tickets/enqueue", sent)
    kind = await new_type()
    bad = {"ticket_type_id": kind["id"], "contacts": [{"email": "a@b.co"}], "ticket_attributes": {"x": 1}}
    await client.error(400, "POST", "/tickets/enqueue", bad)


async def test_unknown_jobs_and_timers_are_not_found(
    client: Client, database: Database, workspace: Made, other_workspace: Made, new_ticket: Make
) -> None:
    async def timer(tx: Any) -> str:
        return await jobs.enqueue(tx, workspace.workspace_id, "unsnooze_ticket", {}, key="1")

    for id in ("1", "x" * 1000, await database.transact(timer)):
        problem = await client.error(404, "GET", f"/jobs/status/{id}")
        assert (problem["code"], problem["message"]) == ("job_not_found", "Job Not Found")

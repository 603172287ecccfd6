"""Data events: recorded once, listed, counted; and their types."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from interlock.core.activity import prune
from interlock.core.changes import history
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.storage.database import Database
from support.client import Client

NOW = int(time.time())
TYPES = "/interlock/v1/data_event_types"


@pytest.fixture
async def ann(client: Client) -> dict[str, Any]:
    body = {"role": "user", "external_id": "ann", "email": "Ann@Example.com"}
    return await client.ok("POST", "/contacts", body)


async def submit(client: Client, name: str = "placed-order", at: int = NOW, **more: Any) -> None:
    who = {} if {"id", "email"} & more.keys() else {"user_id": "ann"}
    answer = await client.post("/events", {"event_name": name, "created_at": at, **who, **more})
    assert (answer.status_code, answer.content) == (202, b""), answer.text


async def listed(client: Client, query: str = "user_id=ann") -> dict[str, Any]:
    return await client.ok("GET", f"/events?type=user&{query}")


async def counted(client: Client, query: str = "user_id=ann") -> dict[str, int]:
    answer = await listed(client, f"{query}&summary=true")
    return {one["name"]: one["count"] for one in answer["events"]}


class TestRecording:
    async def test_by_each_id_of_a_user(self, client: Client, ann: dict[str, Any]) -> None:
        for number, who in enumerate(({"user_id": "ann"}, {"id": ann["id"]}, {"email": "ann@example.COM"})):
            await submit(client, at=NOW - number, **who)
        assert [one["created_at"] for one in (await listed(client))["events"]] == [NOW, NOW - 1, NOW - 2]

    async def test_a_lead_by_its_id_alone(self, client: Client) -> None:
        lead = await client.ok("POST", "/contacts", {"role": "lead", "email": "lead@example.com"})
        await submit(client, id=lead["id"])
        body = {"event_name": "x", "created_at": NOW}
        for who in ({"user_id": lead["external_id"]}, {"email": "lead@example.com"}):
            await client.error(404, "POST", "/events", {**body, **who})
        answer = await listed(client, f"intercom_user_id={lead['id']}")
        assert (answer["intercom_user_id"], len(answer["events"])) == (lead["id"], 1)

    async def test_the_same_event_counts_once(self, client: Client, ann: dict[str, Any]) -> None:
        await submit(client, metadata={"n": 1})
        await submit(client, metadata={"n": 2})
        await submit(client, "other")
        await submit(client, at=NOW - 1)
        assert await counted(client) == {"placed-order": 2, "other": 1}
        assert [one["metadata"] for one in (await listed(client))["events"] if one["metadata"]] == [{"n": 1}]

    async def test_many_at_once_are_all_counted(self, client: Client, ann: dict[str, Any]) -> None:
        await asyncio.gather(*(submit(client, at=NOW - number % 20) for number in range(40)))
        assert await counted(client) == {"placed-order": 20}

    async def test_metadata_comes_back_in_its_order(self, client: Client, ann: dict[str, Any]) -> None:
        metadata = {
            "z": "text",
            "order_date": NOW,
            "link": {"url": "https://example.com", "value": "Here"},
            "price": {"amount": 5, "currency": "usd"},
            "a": 1.5,
        }
        await submit(client, metadata=metadata)
        [shown] = (await listed(client))["events"]
        assert list(shown["metadata"].items()) == list(metadata.items())

    async def test_a_change_tells_of_it(
        self, client: Client, ann: dict[str, Any], workspace: Made, database: Database
    ) -> None:
        await submit(client, metadata={"n": 1})
        await submit(client, metadata={"n": 1})
        [event] = (await listed(client))["events"]
        [one] = await database.read(history.of_record, workspace.workspace_id, "data_event", event["id"], 10)
        assert (one.action, one.before) == ("created", {})
        told = {"name": "placed-order", "contact_id": ann["id"], "created_at": NOW, "metadata": {"n": 1}}
        assert one.after == told

    @pytest.mark.parametrize(
        ("body", "code", "field"),
        [
            (None, "parameter_not_found", "event_name"),
            ({}, "parameter_not_found", "event_name"),
            ({"event_name": " "}, "parameter_not_found", "event_name"),
            ({"event_name": "n" * 10_000}, "parameter_invalid", "event_name"),
            ({"event_name": 4}, "type_mismatch", "event_name"),
            ({"event_name": "x"}, "parameter_not_found", "created_at"),
            ({"event_name": "x", "created_at": None}, "parameter_not_found", "created_at"),
            ({"event_name": "x", "created_at": 1.5}, "parameter_invalid", "created_at"),
            ({"event_name": "x", "created_at": NOW * 1000}, "parameter_invalid", "created_at"),
            ({"event_name": "x", "created_at": "soon"}, "parameter_invalid", "created_at"),
            ({"event_name": "x", "created_at": True}, "type_mismatch", "created_at"),
            ({"event_name": "x", "created_at": NOW}, "parameter_not_found", "user_id"),
            ({"event_name": "x", "created_at": NOW, "user_id": ""}, "parameter_not_found", "user_id"),
            ({"event_name": "x", "created_at": NOW, "user_id": "u" * 10_000}, "parameter_invalid", "user_id"),
            ({"event_name": "x", "created_at": NOW, "user_id": [1]}, "type_mismatch", "user_id"),
            ({"event_name": "x", "created_at": NOW, "user_id": "ann", "metadata": []}, "type_mismatch", "metadata"),
            (
                {"event_name": "x", "created_at": NOW, "user_id": "nobody", "metadata": {"a": {"b": 1}}},
                "parameter_invalid",
                "metadata.a",
            ),
        ],
    )
    async def test_what_is_wrong(self, client: Client, ann: dict[str, Any], body: Any, code: str, field: str) -> None:
        error = await client.error(400, "POST", "/events", body)
        assert (error["code"], error["field"]) == (code, field)
        assert (await client.ok("GET", TYPES))["data"] == []

    async def test_nobody(self, client: Client, other_workspace: Made) -> None:
        theirs = await Client(client.app, other_workspace.token).ok("POST", "/contacts", {"external_id": "bob"})
        for who in ({"user_id": "bob"}, {"id": theirs["id"]}, {"id": "i" * 10_000}, {"email": "a@b.c"}):
            body = {"event_name": "x", "created_at": NOW, **who}
            error = await client.error(404, "POST", "/events", body)
            assert (error["code"], error["message"]) == ("not_found", "User Not Found")
        assert (await client.ok("GET", TYPES))["data"] == []

    async def test_a_merged_lead_has_none(self, client: Client, ann: dict[str, Any]) -> None:
        lead = await client.ok("POST", "/contacts", {"role": "lead"})
        body = {"from": lead["id"], "into": ann["id"], "skip_duplicate_validation": True}
        await client.ok("POST", "/contacts/merge", body)
        await client.error(404, "POST", "/events", {"event_name": "x", "created_at": NOW, "id": lead["id"]})

    async def test_an_event_takes_three_statements(
        self, client: Client, ann: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await submit(client, at=NOW - 1)
        tx = Counting()
        real = client.app.schemas.database.transact

        async def transact(unit: Any, *arguments: Any) -> Any:
            async def counting(tx_here: Any, *inside: Any) -> Any:
                tx.inner = tx_here
                return await unit(tx, *inside)

            return await real(counting, *arguments)

        monkeypatch.setattr(client.app.schemas.database, "transact", transact)
        await submit(client)
        assert tx.statements == 3


class Counting:
    """A transaction that counts what it is asked."""

    def __init__(self) -> None:
        self.inner: Any = None
        self.statements = 0

    def __getattr__(self, name: str) -> Any:
        if name in ("one", "all", "value", "run", "many"):
            self.statements += 1
        return getattr(self.inner, name)


class TestListing:
    async def test_the_answer_is_a_summary_of_single_events(self, client: Client, ann: dict[str, Any]) -> None:
        await submit(client, at=NOW)
        answer = await listed(client)
        assert {name: answer[name] for name in ("type", "email", "intercom_user_id", "user_id")} == {
            "type": "event.summary",
            "email": "Ann@Example.com",
            "intercom_user_id": ann["id"],
            "user_id": "ann",
        }
        [event] = answer["events"]
        assert (event["name"], event["event_name"], event["count"]) == ("placed-order", "placed-order", 1)
        assert event["first"] == event["last"]
        assert event["first"].endswith(".000+00:00")

    async def test_who_has_neither_email_nor_user_id(self, client: Client) -> None:
        lead = await client.ok("POST", "/contacts", {"role": "lead"})
        answer = await listed(client, f"intercom_user_id={lead['id']}")
        assert (answer["email"], answer["events"]) == ("", [])

    async def test_pages_end_by_themselves(self, client: Client, ann: dict[str, Any]) -> None:
        for number in range(5):
            await submit(client, f"event-{number}", NOW - number // 2)
        answer = await listed(client, "user_id=ann&per_page=2")
        seen = [one["event_name"] for one in answer["events"]]
        since = answer["pages"]["since"]
        while answer["pages"]["next"] is not None:
            answer = await client.ok("GET", answer["pages"]["next"])
            seen += [one["event_name"] for one in answer["events"]]
        assert sorted(seen) == [f"event-{number}" for number in range(5)]
        assert (await client.ok("GET", since))["events"] == []
        await submit(client, "new", NOW + 1)
        answer = await client.ok("GET", since)
        assert [one["event_name"] for one in answer["events"]] == ["new"]
        assert (await client.ok("GET", answer["pages"]["since"]))["events"] == []

    async def test_what_is_older_than_90_days_is_counted_and_not_listed(
        self, client: Client, ann: dict[str, Any]
    ) -> None:
        await submit(client, at=NOW - 91 * 86_400)
        await submit(client, at=NOW - 89 * 86_400)
        assert len((await listed(client))["events"]) == 1
        assert await counted(client) == {"placed-order": 2}

    async def test_the_first_and_the_last_time(self, client: Client, ann: dict[str, Any]) -> None:
        for at in (1_389_913_942, 1_389_913_941, 1_389_913_943):
            await submit(client, at=at)
        [shown] = (await listed(client, "email=ann@example.com&summary=true"))["events"]
        assert shown == {
            "name": "placed-order",
            "first": "2014-01-16T23:12:21.000+00:00",
            "last": "2014-01-16T23:12:23.000+00:00",
            "count": 3,
            "description": "",
        }

    async def test_the_filter_as_the_description_has_it(self, client: Client, ann: dict[str, Any]) -> None:
        await submit(client)
        assert len((await listed(client, "filter[user_id]=ann"))["events"]) == 1

    @pytest.mark.parametrize(
        ("query", "status", "field"),
        [
            ("", 400, "type"),
            ("type=lead&user_id=ann", 400, "type"),
            ("type=user", 400, "user_id"),
            ("type=user&user_id=", 400, "user_id"),
            ("type=user&user_id=nobody", 404, None),
            ("type=user&user_id=ann&per_page=0", 400, "per_page"),
            ("type=user&user_id=ann&per_page=x", 400, "per_page"),
            ("type=user&user_id=ann&summary=maybe", 400, "summary"),
            ("type=user&user_id=ann&before=zzz", 400, "before"),
            ("type=user&user_id=ann&since=bnVsbA", 400, "since"),
            ("type=user&user_id=ann&before=WzFlOTksIngiXQ", 400, "before"),
            ("type=user&user_id=ann&before=WzksIlx1MDAwMCJd", 400, "before"),
        ],
    )
    async def test_what_is_wrong(
        self, client: Client, ann: dict[str, Any], query: str, status: int, field: str | None
    ) -> None:
        assert (await client.error(status, "GET", f"/events?{query}")).get("field") == field


class TestSummaries:
    async def test_they_add_to_what_is_counted(self, client: Client, ann: dict[str, Any]) -> None:
        await submit(client, "placed-order", 2000)
        one = {"event_name": "placed-order", "count": 5, "first": 1000, "last": 1500}
        answer = await client.post("/events/summaries", {"user_id": "ann", "event_summaries": one})
        assert (answer.status_code, answer.content) == (200, b"")
        several = [one, {"event_name": "new", "count": 1, "first": 3000, "last": 3000}]
        assert (await client.post("/events/summaries", {"id": ann["id"], "event_summaries": several})).is_success
        assert await counted(client) == {"placed-order": 11, "new": 1}
        shown = (await listed(client, "user_id=ann&summary=true"))["events"][1]
        assert (shown["first"], shown["last"]) == ("1970-01-01T00:16:40.000+00:00", "1970-01-01T00:33:20.000+00:00")
        assert [one["name"] for one in (await client.ok("GET", TYPES))["data"]] == ["new", "placed-order"]

    async def test_counting_ends_at_what_can_be_told(self, client: Client, ann: dict[str, Any]) -> None:
        one = {"event_name": "x", "count": limits.EVENT_COUNT_MAX, "first": 1, "last": 2}
        for _ in range(9):  # 9 * 120 * 2^53 would be more than 64 bits have
            answer = await client.post("/events/summaries", {"user_id": "ann", "event_summaries": [one] * 120})
            assert answer.status_code == 200
        assert await counted(client) == {"x": limits.EVENT_COUNT_MAX}

    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            (None, 400, "user_id"),
            ({"event_summaries": []}, 400, "user_id"),
            ({"user_id": "ann"}, 400, "event_summaries"),
            ({"user_id": "ann", "event_summaries": []}, 400, "event_summaries"),
            ({"user_id": "ann", "event_summaries": "x"}, 400, "event_summaries"),
            ({"user_id": "ann", "event_summaries": [{"event_name": "x"}] * 200}, 400, "event_summaries"),
            ({"user_id": "ann", "event_summaries": {}}, 400, "event_summaries.event_name"),
            ({"user_id": "ann", "event_summaries": {"event_name": "x"}}, 400, "event_summaries.first"),
            (
                {"user_id": "ann", "event_summaries": {"event_name": "x", "first": 2, "last": 1}},
                400,
                "event_summaries.first",
            ),
            (
                {"user_id": "ann", "event_summaries": {"event_name": "x", "first": 1, "count": 0}},
                400,
                "event_summaries.count",
            ),
            (
                {"user_id": "ann", "event_summaries": {"event_name": "x", "first": 1, "count": 2**60}},
                400,
                "event_summaries.count",
            ),
            ({"user_id": "nobody", "event_summaries": {"event_name": "x", "first": 1}}, 404, None),
        ],
    )
    async def test_what_is_wrong(
        self, client: Client, ann: dict[str, Any], body: Any, status: int, field: str | None
    ) -> None:
        assert (await client.error(status, "POST", "/events/summaries", body)).get("field") == field
        assert await counted(client) == {}


class TestTypes:
    async def test_a_type_is_made_by_its_first_event(self, client: Client, ann: dict[str, Any]) -> None:
        await asyncio.gather(*(submit(client, name, NOW - number) for number in range(4) for name in ("b", "a")))
        assert [(one["name"], one["archived"]) for one in (await client.ok("GET", TYPES))["data"]] == [
            ("a", False),
            ("b", False),
        ]
        assert await counted(client) == {"a": 4, "b": 4}

    async def test_no_more_than_the_limit(
        self, client: Client, ann: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "EVENT_TYPES", 3)
        names = [f"type {number}" for number in range(6)]
        bodies = [{"event_name": name, "created_at": NOW, "user_id": "ann"} for name in names]
        answers = await asyncio.gather(*(client.post("/events", body) for body in bodies))
        assert sorted(answer.status_code for answer in answers) == [202] * 3 + [400] * 3
        refused = next(answer for answer in answers if answer.status_code == 400)
        assert refused.json()["errors"][0]["code"] == "data_event_type_limit_reached"
        kept = [one["name"] for one in (await client.ok("GET", TYPES))["data"]]
        assert len(kept) == 3
        await submit(client, kept[0], NOW - 1)
        await client.ok("PUT", f"{TYPES}/{kept[0]}", {"archived": True})
        await submit(client, "one more")
        error = await client.error(400, "PUT", f"{TYPES}/{kept[0]}", {"archived": False})
        assert error["code"] == "data_event_type_limit_reached"

    async def test_events_of_an_archived_type_are_refused(self, client: Client, ann: dict[str, Any]) -> None:
        await submit(client, "a/b")
        for _ in range(2):
            assert (await client.ok("PUT", f"{TYPES}/a%2Fb", {"archived": True}))["archived"] is True
        body = {"event_name": "a/b", "created_at": NOW - 1, "user_id": "ann"}
        assert "archived" in (await client.error(400, "POST", "/events", body))["message"]
        summary = {"user_id": "ann", "event_summaries": {"event_name": "a/b", "first": 1}}
        await client.error(400, "POST", "/events/summaries", summary)
        assert (await client.ok("GET", TYPES))["data"] == []
        assert (await client.ok("GET", f"{TYPES}?include_archived=true"))["total_count"] == 1
        assert await counted(client) == {"a/b": 1}
        await client.ok("PUT", f"{TYPES}/a%2Fb", {"archived": False})
        await submit(client, "a/b", NOW - 1)
        await client.error(404, "PUT", f"{TYPES}/c", {"archived": False})
        await client.error(400, "PUT", f"{TYPES}/a%2Fb", {})


class TestLater:
    async def test_old_events_go_and_counts_stay(
        self, client: Client, ann: dict[str, Any], database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await submit(client, at=NOW - 10)
        await submit(client, at=NOW + 1000)
        monkeypatch.setattr("interlock.kit.clock.seconds", lambda: NOW + 90 * 86_400 + 500)
        while await prune.step(database):
            pass
        monkeypatch.undo()
        assert [one["created_at"] for one in (await listed(client))["events"]] == [NOW + 1000]
        assert await counted(client) == {"placed-order": 2}

    async def test_an_old_event_stays_known_for_90_days(
        self, client: Client, ann: dict[str, Any], database: Database
    ) -> None:
        await submit(client, at=1000)
        await prune.step(database)
        await submit(client, at=1000)
        assert await counted(client) == {"placed-order": 1}

    async def test_merged_people_have_the_events_of_both(self, client: Client, ann: dict[str, Any]) -> None:
        lead = await client.ok("POST", "/contacts", {"role": "lead"})
        await submit(client, at=NOW)
        await submit(client, at=NOW - 5, id=lead["id"])
        await submit(client, "only", at=NOW - 5, id=lead["id"])
        body = {"from": lead["id"], "into": ann["id"], "skip_duplicate_validation": True}
        await client.ok("POST", "/contacts/merge", body)
        assert await counted(client) == {"placed-order": 2, "only": 1}
        assert len((await listed(client))["events"]) == 3

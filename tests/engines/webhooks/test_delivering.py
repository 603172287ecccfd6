"""Notifications are signed, sent until they are taken, and neither lost nor made twice."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any

import pytest

from interlock.core.webhooks import store
from interlock.engines.jobs import handlers
from interlock.engines.jobs.runner import Runner
from interlock.engines.webhooks.fan_out import FanOut, prune, tell
from interlock.kit import limits
from interlock.storage.database import Database, Unavailable
from interlock.storage.open import open_database
from support.receiver import Receiver
from tests.engines.jobs.making import DAY, Clock
from tests.engines.webhooks.world import WEBHOOKS, World

ADA = {"email": "ada@example.com"}


async def test_what_is_sent(world: World, receiver: Receiver) -> None:
    id = await world.webhook("contact.user.created")
    ada = await world.client.ok("POST", "/contacts", ADA)
    await world.run()
    [got] = receiver.requests
    body = got.json
    assert {name: body[name] for name in ("type", "topic", "delivery_attempts", "self")} == {
        "type": "notification_event",
        "topic": "contact.user.created",
        "delivery_attempts": 1,
        "self": None,
    }
    assert body["id"].startswith("notif_")
    assert body["app_id"] == ada["workspace_id"]
    assert body["created_at"] <= body["first_sent_at"]
    assert body["data"]["type"] == "notification_event_data"
    assert body["data"]["item"] == ada
    [delivery] = await world.deliveries(id)
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("delivered", 200, 1)
    assert delivery["notification_id"] == body["id"]


async def test_signatures_are_of_the_very_bytes(world: World, receiver: Receiver) -> None:
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", {"name": "Grüße"} | ADA)
    await world.run()
    [got] = receiver.requests
    key = world.secrets[id].encode()
    assert got.headers["x-hub-signature"] == "sha1=" + hmac.new(key, got.body, hashlib.sha1).hexdigest()
    stamp, _, dated = got.headers["x-interlock-signature"].removeprefix("t=").partition(",v1=")
    assert dated == hmac.new(key, f"{stamp}.".encode() + got.body, hashlib.sha256).hexdigest()
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"].startswith("Interlock-Webhooks/")


async def test_only_the_topics_that_were_asked_for_and_only_from_then_on(world: World, receiver: Receiver) -> None:
    ada = await world.client.ok("POST", "/contacts", ADA)
    await world.stamp()
    await world.webhook("contact.deleted")
    await world.client.ok("PUT", f"/contacts/{ada['id']}", {"name": "Ada"})
    await world.client.ok("DELETE", f"/contacts/{ada['id']}")
    await world.run()
    assert receiver.topics == ["contact.deleted"]


async def test_a_notification_keeps_its_id_and_counts_its_attempts(
    world: World, receiver: Receiver, moved: Clock
) -> None:
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    receiver.answers = [500, (302, {"Location": f"{receiver.url}/elsewhere"}), 404]
    waits = []
    await world.run()
    for _ in range(3):
        [waiting] = await world.deliveries(id, state="waiting")
        waits.append(waiting["next_attempt_at"] - waiting["first_sent_at"] - int(moved.ahead))
        await world.send()  # not yet
        moved.forward(waits[-1] + 1)
        await world.send()
    assert len(receiver.requests) == 4, "a redirect is not followed"
    bodies = [one.json for one in receiver.requests]
    assert [one["delivery_attempts"] for one in bodies] == [1, 2, 3, 4]
    assert len({(one["id"], one["first_sent_at"], one["created_at"]) for one in bodies}) == 1
    assert 5 <= waits[0] <= 11
    assert waits[2] > waits[0]
    [done] = await world.deliveries(id)
    assert (done["state"], done["attempts"]) == ("delivered", 4)


async def test_a_receiver_says_how_long_to_wait(world: World, receiver: Receiver, moved: Clock) -> None:
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    receiver.answers = [(503, {"Retry-After": "1000"}), 429, (429, {"Retry-After": "9" * 20})]
    waits = []
    await world.run()
    for _ in range(3):
        [waiting] = await world.deliveries(id, state="waiting")
        waits.append(waiting["next_attempt_at"] - waiting["first_sent_at"] - int(moved.ahead))
        moved.forward(waits[-1] + 1)
        await world.send()
    assert 999 <= waits[0] <= 1001
    assert 59 <= waits[1] < 100
    assert abs(waits[2] - limits.RETRY_AFTER_MAX) <= 2
    assert (await world.deliveries(id))[0]["state"] == "delivered"


async def test_who_does_not_answer_in_time_is_tried_again(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "OUTBOUND_SECONDS", 0.05)
    receiver.hold = asyncio.Event()
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    await world.run()
    receiver.hold.set()
    [delivery] = await world.deliveries(id)
    assert delivery["state"] == "waiting"
    assert "no answer within" in delivery["problem"]


async def test_it_is_given_up_after_a_week(world: World, receiver: Receiver, moved: Clock) -> None:
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    receiver.answers = [500] * 1000
    await world.run()
    for _ in range(9):
        moved.forward(DAY - 1)
        await world.send()
    [over] = await world.deliveries(id)
    assert (over["state"], over["next_attempt_at"]) == ("failed", None)
    assert over["problem"] == "The receiver answered 500"
    assert 7 <= len(receiver.requests) <= 9


async def test_many_errors_in_a_row_pause_it_and_nothing_is_lost(
    world: World, receiver: Receiver, moved: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WEBHOOK_ERRORS", 3)
    id = await world.webhook("contact.user.created")
    receiver.answers = [500, 500, 500]
    for number in range(5):
        await world.client.ok("POST", "/contacts", {"external_id": str(number)})
        await world.run()
    assert len(receiver.requests) == 3
    assert (await world.client.ok("GET", f"{WEBHOOKS}/{id}"))["paused_until"] is not None
    moved.forward(limits.WEBHOOK_PAUSE + 120)
    await world.send()
    assert {one["state"] for one in await world.deliveries(id)} == {"delivered"}
    assert len({one.json["id"] for one in receiver.requests}) == 5


async def test_private_addresses_are_not_called(new_database: Database, receiver: Receiver) -> None:
    world = await World.open(new_database, receiver, allowed=False)
    port = receiver.url.rpartition(":")[2]
    hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "169.254.169.254"]
    ids = [await world.webhook("contact.user.created", url=f"http://{host}:{port}") for host in hosts]
    await world.client.ok("POST", "/contacts", ADA)
    await world.run()
    assert receiver.requests == []
    for id in ids:
        [delivery] = await world.deliveries(id)
        assert "not a public address" in delivery["problem"]
    await world.close()


async def test_what_a_name_stands_for_is_not_told(new_database: Database, receiver: Receiver) -> None:
    world = await World.open(new_database, receiver, allowed=False)
    port = receiver.url.rpartition(":")[2]
    id = await world.webhook("contact.user.created", url=f"http://localhost:{port}")
    await world.client.ok("POST", "/contacts", ADA)
    await world.run()
    [delivery] = await world.deliveries(id)
    assert delivery["problem"].startswith("localhost is not a public address")
    assert "127.0.0.1" not in delivery["problem"]
    assert "::1" not in delivery["problem"]
    await world.close()


# --- nothing lost, nothing doubled


async def test_telling_twice_makes_one_delivery(world: World) -> None:
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    await world.stamp()
    others = [FanOut(world.context) for _ in range(4)]
    await asyncio.gather(*(one.step() for one in others))
    assert await world.context.schemas.write(world.workspace_id, tell, id) == 0
    assert len(await world.deliveries(id)) == 1


async def test_what_fails_while_telling_is_told_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the server died in the middle of the batch."""
    id = await world.webhook("contact.user.created")
    for number in range(3):
        await world.client.ok("POST", "/contacts", {"external_id": str(number)})
    await world.stamp()

    async def die(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as killed:
        killed.setattr("interlock.core.webhooks.store.advance", die)
        await world.fan_out.step()
    assert await world.deliveries(id) == []
    await FanOut(world.context).step()  # of the next server
    assert len(await world.deliveries(id)) == 3


async def test_a_webhook_that_cannot_be_told_rests_and_the_others_go_on(
    world: World, moved: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await world.webhook("contact.user.created") for _ in range(3)]
    broken, tried = ids[0], []
    advance = store.advance

    async def breaks(tx: Any, workspace_id: str, id: str, position: int) -> None:
        if id == broken:
            tried.append(id)
            raise AssertionError("of ours")
        await advance(tx, workspace_id, id, position)

    monkeypatch.setattr(store, "advance", breaks)
    await world.client.ok("POST", "/contacts", ADA)
    await world.tell()
    assert [len(await world.deliveries(id)) for id in ids] == [0, 1, 1]
    await world.tell()
    assert len(tried) == 1, "it is not tried again at once"
    for _ in range(5):
        moved.forward(limits.FAN_OUT_PAUSE)
        await world.tell()
    assert 2 <= len(tried) <= 4, "and less and less often"
    monkeypatch.setattr(store, "advance", advance)
    moved.forward(limits.FAN_OUT_PAUSE_MAX)
    await world.tell()
    assert [len(await world.deliveries(id)) for id in ids] == [1, 1, 1]


async def test_a_database_that_is_away_is_no_fault_of_a_webhook(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    await world.stamp()

    async def away(*_: Any) -> None:
        raise Unavailable

    with monkeypatch.context() as gone:
        gone.setattr(store, "advance", away)
        with pytest.raises(Unavailable):
            await world.fan_out.step()
    await world.tell()
    assert len(await world.deliveries(id)) == 1


async def test_a_shape_that_cannot_be_made_holds_nothing_back(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.webhook("contact.user.created")
    ada = await world.client.ok("POST", "/contacts", ADA)

    def broken(*_: Any) -> None:
        raise KeyError("of ours")

    monkeypatch.setattr("interlock.shapes.contact.contact", broken)
    await world.run()
    assert receiver.requests[0].json["data"]["item"] == {"type": "contact", "id": ada["id"]}


async def test_a_webhook_that_is_off_is_told_nothing_until_it_is_replayed(world: World, receiver: Receiver) -> None:
    id = await world.webhook("contact.user.created", "contact.deleted")
    one = await world.client.ok("POST", "/contacts", {"external_id": "1"})
    await world.run()
    await world.client.ok("PUT", f"{WEBHOOKS}/{id}", {"active": False})
    await world.client.ok("POST", "/contacts", {"external_id": "2"})
    await world.run()
    await world.client.ok("PUT", f"{WEBHOOKS}/{id}", {"active": True})
    await world.client.ok("POST", "/contacts", {"external_id": "3"})
    await world.run()
    assert [got.json["data"]["item"]["external_id"] for got in receiver.requests] == ["1", "3"]
    made = one["created_at"]
    done = await world.client.post(f"{WEBHOOKS}/{id}/replay", {"from": made - 5, "to": made + 5})
    assert done.status_code == 202
    await world.send()
    again = receiver.requests[2:]
    assert sorted(got.json["data"]["item"]["external_id"] for got in again) == ["1", "2", "3"]
    assert len({got.json["id"] for got in receiver.requests}) == 3, "each keeps the id that it had"
    job = await world.client.ok("GET", f"/interlock/v1/jobs/{done.json()['job_id']}")
    assert (job["state"], job["result"]) == ("done", {"sent": 3})


async def test_a_replay_goes_on_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FAN_OUT_BATCH", 2)
    id = await world.webhook("contact.user.created")
    for number in range(5):
        await world.client.ok("POST", "/contacts", {"external_id": str(number)})
    await world.run()
    assert len(world.receiver.requests) == 5
    await world.client.post(f"{WEBHOOKS}/{id}/replay", {"from": 0, "to": 4_000_000_000})
    await world.send()
    assert len(world.receiver.requests) == 10


async def test_one_delivery_is_sent_again(world: World, receiver: Receiver) -> None:
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    await world.run()
    [delivery] = await world.deliveries(id)
    path = f"{WEBHOOKS}/deliveries/{delivery['id']}"
    again = await world.client.post(f"{path}/replay")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    await world.send()
    assert [one.json["delivery_attempts"] for one in receiver.requests] == [1, 2]
    assert len({one.json["id"] for one in receiver.requests}) == 1
    assert (await world.client.ok("GET", path))["state"] == "delivered"


@pytest.mark.parametrize("answer", [200, 500])
async def test_what_is_sent_again_during_an_attempt_is_sent_again(
    world: World, receiver: Receiver, answer: int
) -> None:
    """The answer to the attempt that is under way does not end what was asked for meanwhile."""
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    await world.tell()
    receiver.hold, receiver.answers = asyncio.Event(), [answer]
    first = Runner(world.context, handlers.outbound())
    await first.step()
    await receiver.came.wait()
    [delivery] = await world.deliveries(id)
    path = f"{WEBHOOKS}/deliveries/{delivery['id']}"
    assert (await world.client.post(f"{path}/replay")).status_code == 202
    receiver.hold.set()
    await first.stop()  # when what came of it is stored
    assert (await world.client.ok("GET", path))["state"] == "waiting"
    await world.send()
    assert len(receiver.requests) == 2
    assert (await world.client.ok("GET", path))["state"] == "delivered"


async def test_replays_answers_and_the_end_of_a_webhook_do_not_wait_for_each_other(
    migrated_postgres: Any, receiver: Receiver
) -> None:
    """All lock the webhook first, then its deliveries."""
    database = await open_database(migrated_postgres(), 8)
    world = await World.open(database, receiver)
    id = await world.webhook("contact.user.created")
    for number in range(10):
        await world.client.ok("POST", "/contacts", {"external_id": str(number)})
    await world.tell()
    receiver.answers = [500, 200] * 10
    for _ in range(3):
        replays = [world.client.post(f"{WEBHOOKS}/{id}/replay", {"from": 0, "to": 4_000_000_000}) for _ in range(3)]
        await asyncio.gather(*replays, world.runners[0].drain(), world.runners[1].drain())
    receiver.answers.clear()
    await world.client.post(f"{WEBHOOKS}/{id}/replay", {"from": 0, "to": 4_000_000_000})
    await world.send()
    assert {one["state"] for one in await world.deliveries(id)} == {"delivered"}
    again = world.client.post(f"{WEBHOOKS}/{id}/replay", {"from": 0, "to": 4_000_000_000})
    end = world.client.ok("DELETE", f"{WEBHOOKS}/{id}")
    await asyncio.gather(again, world.send(), end)
    await world.send()
    stuck = await world.client.ok("GET", "/interlock/v1/jobs", params={"state": "stuck"})
    assert stuck["data"] == []
    await world.close()
    await database.close()


async def test_a_ping_comes_unasked(world: World, receiver: Receiver) -> None:
    id = await world.webhook("contact.deleted")
    assert (await world.client.post(f"{WEBHOOKS}/{id}/ping")).status_code == 202
    await world.send()
    assert receiver.topics == ["ping"]


async def test_deliveries_that_are_over_go_after_a_while(world: World, moved: Clock) -> None:
    id = await world.webhook("contact.user.created")
    await world.client.ok("POST", "/contacts", ADA)
    await world.run()
    await prune(world.database)
    assert len(await world.deliveries(id)) == 1
    moved.forward((limits.DELIVERY_DAYS + 1) * DAY)
    await prune(world.database)
    assert await world.deliveries(id) == []

"""Two at once in one conversation or ticket: nobody sees a 5xx, nothing is left of what is deleted, counts are right.

First each race by itself on PostgreSQL, where one transaction is held open while the other runs, in both orders
(SQLite has one writer at a time). Then a crowd at random, on both databases.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update

from interlock.core.jobs import work_store
from interlock.core.jobs.outcome import LeaseLost
from interlock.core.jobs.store import Job
from interlock.core.people import contact, merge
from interlock.core.people.merge import Merging
from interlock.core.schema.schema import Schema
from interlock.core.tags import tags as tag_units
from interlock.core.threads import (
    conversation,
    leaving,
    manage,
    parts,
    tagging,
    ticket,
    ticket_becoming,
    ticket_links,
    ticket_reply,
)
from interlock.core.threads import merge as thread_merge
from interlock.core.threads import snooze as timers
from interlock.core.threads.conversation import Beginning
from interlock.core.threads.manage import Acting, Assignment
from interlock.core.threads.parts import Reply
from interlock.core.threads.people import Who
from interlock.core.threads.ticket import TicketChanges
from interlock.core.threads.ticket_becoming import Conversion
from interlock.core.threads.ticket_reply import TicketReply
from interlock.core.threads.words import UNSNOOZE
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.kit import clock
from interlock.kit.problems import Problem
from interlock.storage import tables
from interlock.storage.database import Database, Tx
from interlock.storage.open import open_database
from interlock.storage.query import Query
from stories.threads_kept import broken_promises
from stories.worlds import World

Unit = Callable[[Tx, Schema], Awaitable[Any]]
GONE = (
    *("not_found", "ticket_not_found", "conversation_not_found", "admin_not_found", "team_not_found", "tag_not_found"),
    "contact_merged",
)
REFUSED = (*GONE, "merge_failed", "parameter_invalid", "assignee_not_found", "already_linked_to_tracker")
WHO, WORKER = "test:1", "a worker"


# --- one race at a time, on PostgreSQL


class Desk:
    """Conversations and tickets under names, made anew for each race, and what can be done to them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids: dict[str, str] = {}
        self.number = 0
        self.owner = ""
        self.timer: Job | None = None

    async def make(self) -> None:
        send = self.world.client.ok
        self.number += 1
        if not self.owner:
            self.owner = (await send("GET", "/me"))["id"]
            for name, category in (("request", "Customer"), ("tracker", "Tracker")):
                self.ids[name] = (await send("POST", "/ticket_types", {"name": name, "category": category}))["id"]
        ids = self.ids
        colleague = {"name": "Bea", "email": f"bea{self.number}@example.com"}
        ids["admin"] = (await send("POST", "/interlock/v1/admins", colleague))["id"]
        ids["team"] = (await send("POST", "/interlock/v1/teams", {"name": f"Team {self.number}"}))["id"]
        ids["tag"] = (await send("POST", "/tags", {"name": f"Tag {self.number}"}))["id"]
        for name in ("lead", "user"):
            ids[name] = (await send("POST", "/contacts", {"role": name}))["id"]
        for name in ("talk", "other"):
            begun = {"from": {"type": "lead", "id": ids["lead"]}, "body": "Hello"}
            ids[name] = (await send("POST", "/conversations", begun))["conversation_id"]
        for name, kind in (("ticket", "request"), ("outage", "tracker")):
            wanted = {"ticket_type_id": ids[kind], "contacts": [{"id": ids["lead"]}]}
            ids[name] = (await send("POST", "/tickets", wanted))["id"]

    async def run(self, unit: Unit) -> Any:
        try:
            return await self.world.client.app.schemas.write(self.world.workspace_id, unit)
        except (Problem, LeaseLost) as problem:
            return problem

    async def race(self, first: Unit, second: Unit) -> tuple[Any, Any]:
        """`first` has done its work but not committed when `second` begins."""
        worked, commit = asyncio.Event(), asyncio.Event()

        async def held(tx: Tx, schema: Schema) -> Any:
            result = await first(tx, schema)
            worked.set()
            await commit.wait()
            return result

        one = asyncio.create_task(self.run(held))
        waiting = asyncio.create_task(worked.wait())
        await asyncio.wait({one, waiting}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        two = asyncio.create_task(self.run(second))
        await asyncio.wait({two}, timeout=0.03)
        commit.set()
        waiting.cancel()
        return await one, await two

    # --- what can be done, by name

    def actions(self) -> dict[str, Unit]:
        ids, owner = dict(self.ids), self.owner
        later = clock.seconds() + 3600
        talk, other, lead = ids["talk"], ids["other"], Who(ids["lead"])
        return {
            "the lead replies": lambda tx, s: parts.reply_of_contact(tx, s, talk, lead, Reply("comment", "Hm"), WHO),
            "a teammate replies": lambda tx, s: parts.reply_of_admin(tx, s, talk, owner, Reply("comment", "Hi"), WHO),
            "somebody notes": lambda tx, s: parts.reply_of_admin(tx, s, talk, ids["admin"], Reply("note", "Hi"), WHO),
            "it is closed": lambda tx, s: manage.close(tx, s, talk, owner, "", WHO),
            "it is opened": lambda tx, s: manage.reopen(tx, s, talk, owner, WHO),
            "it is snoozed": lambda tx, s: manage.snooze(tx, s, talk, owner, later, WHO),
            "its timer goes off": self._timer_goes_off,
            "it is assigned": lambda tx, s: manage.assign(tx, s, talk, owner, Assignment("admin", ids["admin"]), WHO),
            "a team gets it": lambda tx, s: manage.assign(tx, s, talk, owner, Assignment("team", ids["team"]), WHO),
            "the teammate leaves": lambda tx, s: leaving.deactivate_admin(tx, s, ids["admin"], WHO, None),
            "the team goes": lambda tx, s: leaving.delete_team(tx, s, ids["team"], WHO, None),
            "it is tagged": lambda tx, s: tagging.tag(tx, s, "conversation", talk, ids["tag"], owner, WHO),
            "the tag goes": lambda tx, s: tag_units.delete(tx, s, ids["tag"], WHO),
            "the lead is merged": lambda tx, s: merge.merge(tx, s, Merging(ids["lead"], ids["user"], True), WHO),
            "the lead is deleted": lambda tx, s: contact.delete(tx, s, ids["lead"], WHO),
            "the user joins": lambda tx, s: manage.attach(tx, s, talk, Who(ids["user"]), Acting(owner), WHO),
            "the user is deleted": lambda tx, s: contact.delete(tx, s, ids["user"], WHO),
            "the lead begins another": lambda tx, s: conversation.create_by_contact(tx, s, lead, Beginning("Hi"), WHO),
            "it is merged away": lambda tx, s: thread_merge.merge(tx, s, talk, other, True, WHO),
            "another is merged into it": lambda tx, s: thread_merge.merge(tx, s, other, talk, True, WHO),
            "the other is deleted": lambda tx, s: conversation.delete(tx, s, other, True, WHO),
            "it is deleted": lambda tx, s: conversation.delete(tx, s, talk, True, WHO),
            "it becomes a ticket": lambda tx, s: ticket_becoming.convert(tx, s, talk, Conversion(ids["request"]), WHO),
            "its ticket is deleted": lambda tx, s: ticket.delete(tx, s, talk, WHO),
            "it is tracked": lambda tx, s: ticket_links.link(tx, s, ids["outage"], talk, WHO),
            "the tracker is deleted": lambda tx, s: ticket.delete(tx, s, ids["outage"], WHO),
            "the ticket is assigned": self._changes("ticket", TicketChanges(assignee_id=ids["admin"])),
            "the ticket sleeps": self._changes("ticket", TicketChanges(fields={"snoozed_until": later})),
            "the ticket is answered": self._answers("ticket"),
            "the ticket is tagged": lambda tx, s: tagging.tag(tx, s, "ticket", ids["ticket"], ids["tag"], owner, WHO),
            "the ticket is deleted": lambda tx, s: ticket.delete(tx, s, ids["ticket"], WHO),
            "as a ticket it is answered": self._answers("talk"),
        }

    async def _timer_goes_off(self, tx: Tx, schema: Schema) -> None:
        """As the runner does it: what it effects, then the job."""
        assert self.timer is not None
        await work_store.settle(tx, WORKER, self.timer, await timers.unsnooze(tx, schema, self.timer))

    def _changes(self, name: str, wanted: TicketChanges) -> Unit:
        return lambda tx, s: ticket.update(tx, s, self.ids[name], wanted, WHO)

    def _answers(self, name: str) -> Unit:
        said = TicketReply("comment", "Hi")
        return lambda tx, s: ticket_reply.reply_of_contact(tx, s, self.ids[name], Who(self.ids["lead"]), said, WHO)


PAIRS = (
    ("the lead replies", "a teammate replies"),
    ("the lead replies", "the lead replies"),
    ("the lead replies", "it is closed"),
    ("the lead replies", "it is snoozed"),
    ("the lead replies", "its timer goes off"),
    ("it is snoozed", "its timer goes off"),
    ("it is snoozed", "it is closed"),
    ("it is snoozed", "it is deleted"),
    ("its timer goes off", "it is deleted"),
    ("it is assigned", "the teammate leaves"),
    ("it is assigned", "it is deleted"),
    ("a team gets it", "the team goes"),
    ("somebody notes", "the teammate leaves"),
    ("it is deleted", "the teammate leaves"),
    ("the ticket is assigned", "the teammate leaves"),
    ("it is tagged", "the tag goes"),
    ("it is tagged", "it is deleted"),
    ("the ticket is tagged", "the tag goes"),
    ("the ticket is tagged", "the ticket is deleted"),
    ("the lead replies", "the lead is merged"),
    ("a teammate replies", "the lead is merged"),
    ("the lead begins another", "the lead is merged"),
    ("the lead begins another", "the lead is deleted"),
    ("the user joins", "the lead is merged"),
    ("the user joins", "the user is deleted"),
    ("the user joins", "it is deleted"),
    ("the lead replies", "the lead is deleted"),
    ("the lead replies", "it is deleted"),
    ("a teammate replies", "it is deleted"),
    ("somebody notes", "it is deleted"),
    ("the lead is merged", "it is deleted"),
    ("the lead is deleted", "it is deleted"),
    ("it is merged away", "another is merged into it"),
    ("it is merged away", "it is deleted"),
    ("it is merged away", "the other is deleted"),
    ("it is merged away", "the lead replies"),
    ("it becomes a ticket", "it is deleted"),
    ("it becomes a ticket", "the lead replies"),
    ("it becomes a ticket", "it becomes a ticket"),
    ("it becomes a ticket", "it is assigned"),
    ("it becomes a ticket", "the lead is merged"),
    ("it is tracked", "it is deleted"),
    ("it is tracked", "it is tracked"),
    ("it is tracked", "the tracker is deleted"),
    ("it is tracked", "the lead replies"),
    ("the tracker is deleted", "it is deleted"),
    ("the ticket is answered", "the ticket is deleted"),
    ("the ticket is answered", "the lead is merged"),
    ("the ticket is answered", "the lead is deleted"),
    ("the ticket sleeps", "the ticket is deleted"),
)
ONCE_A_TICKET = (
    ("as a ticket it is answered", "the lead replies"),
    ("as a ticket it is answered", "it is deleted"),
    ("as a ticket it is answered", "its ticket is deleted"),
    ("its ticket is deleted", "it is deleted"),
    ("its ticket is deleted", "the lead replies"),
    ("it is assigned", "its ticket is deleted"),
    ("the teammate leaves", "its ticket is deleted"),
)


@pytest.fixture
async def desk(migrated_postgres: Callable[[], str]) -> AsyncIterator[Desk]:
    database = await open_database(migrated_postgres(), 4)
    yield Desk(await World.make(database))
    await database.close()


async def test_whoever_commits_first_nothing_is_left_over(desk: Desk) -> None:
    wrong: dict[str, Any] = {}
    for pair in (*PAIRS, *ONCE_A_TICKET):
        for one, two in {pair, pair[::-1]}:
            await desk.make()
            await prepare(desk, pair)
            actions = desk.actions()
            try:
                outcomes = await desk.race(actions[one], actions[two])
            except Exception as problem:  # noqa: BLE001 - whatever it is, it is the finding
                wrong[f"{one}, {two}"] = repr(problem)
                continue
            problems = [each.code for each in outcomes if isinstance(each, Problem) and each.code not in REFUSED]
            if problems or (found := await broken_promises(desk.world)):
                wrong[f"{one}, {two}"] = problems or found
                desk.world = await fresh(desk)
    assert wrong == {}, "\n".join(f"{names}: {what}" for names, what in wrong.items())


async def prepare(desk: Desk, pair: tuple[str, str]) -> None:
    """What both have to do with: the ticket that it is, a snooze that is over, somebody who has it."""
    actions = desk.actions()
    if pair in ONCE_A_TICKET:
        await desk.run(actions["it becomes a ticket"])
    if "the teammate leaves" in pair and "it is assigned" not in pair:
        await desk.run(actions["it is assigned"])
    if "its timer goes off" in pair:
        await desk.run(actions["it is snoozed"])
        talks, jobs, past = tables.conversations, tables.jobs, clock.seconds() - 1

        async def is_over(tx: Tx) -> None:
            await tx.run(Query(update(talks).where(talks.c.id == desk.ids["talk"]).values(snoozed_until=past)))
            await tx.run(Query(update(jobs).where(jobs.c.key == desk.ids["talk"]).values(wake_at=past * 1_000_000)))

        await desk.world.database.transact(is_over)
        (desk.timer,) = await desk.world.database.transact(work_store.claim, WORKER, [UNSNOOZE], 60_000_000, 10)


async def fresh(desk: Desk) -> World:
    """Another workspace: what one race broke is not found again by those that follow."""
    desk.owner = ""
    return await World.make(desk.world.database)


# --- at random


class Crowd:
    """Many clients around the same few conversations, tickets, people, tags and teammates."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.there: dict[str, list[str]] = {}
        self.failures: list[Any] = []
        self.statuses: Counter[int] = Counter()
        self.owner = self.request = self.tracker = ""
        self.number = 0

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.world.client.send(method, path, body)
        self.statuses[status] += 1
        if status >= 500:
            self.failures.append((method, path, body, answer))
        return answer if status == 200 else None

    def some(self, kind: str) -> str:
        several = self.there.get(kind)
        return self.random.choice(several) if several else "1"

    def keep(self, kind: str, made: Any, key: str = "id") -> None:
        if made:
            self.there[kind] = [*self.there.get(kind, [])[-4:], made[key]]

    async def begin(self) -> None:
        self.owner = (await self.call("GET", "/me"))["id"]
        self.request = (await self.call("POST", "/ticket_types", {"name": "R", "category": "Customer"}))["id"]
        self.tracker = (await self.call("POST", "/ticket_types", {"name": "T", "category": "Tracker"}))["id"]
        for _ in range(3):
            for make in (self.person, self.talk, self.a_ticket, self.a_tag, self.colleague):
                await make()

    async def act(self, count: int) -> None:
        often = (self.says, self.says, self.answers, self.manages, self.manages, self.tags_it, self.becomes)
        rest = (self.joins, self.removes, self.removes, self.merges, self.merges_people, self.links, self.works)
        often = (*often, self.changes_ticket)
        for _ in range(count):
            await self.random.choice(
                (*often, self.person, self.talk, self.a_ticket, self.a_tag, self.colleague, *rest)
            )()

    async def person(self) -> None:
        self.keep("contacts", await self.call("POST", "/contacts", {"role": self.random.choice(("user", "lead"))}))

    async def talk(self) -> None:
        begun = {"from": {"type": "user", "id": self.some("contacts")}, "body": "Hello"}
        self.keep("conversations", await self.call("POST", "/conversations", begun), "conversation_id")

    async def a_ticket(self) -> None:
        wanted = {"ticket_type_id": self.random.choice((self.request, self.tracker))}
        wanted["contacts"] = [{"id": self.some("contacts")}]  # type: ignore[assignment]
        self.keep("tickets", await self.call("POST", "/tickets", wanted))

    async def a_tag(self) -> None:
        self.number += 1
        self.keep("tags", await self.call("POST", "/tags", {"name": f"T{self.number}"}))

    async def colleague(self) -> None:
        self.number += 1
        wanted = {"name": "Bea", "email": f"bea{self.number}@example.com"}
        self.keep("admins", await self.call("POST", "/interlock/v1/admins", wanted))

    async def says(self) -> None:
        id = self.some("conversations")
        said = {"message_type": "comment", "type": "user", "body": "Hm", "intercom_user_id": self.some("contacts")}
        shown = await self.call("GET", f"/conversations/{id}")
        if shown and shown["contacts"]["contacts"]:
            said["intercom_user_id"] = shown["contacts"]["contacts"][0]["id"]
        await self.call("POST", f"/{self.random.choice(('conversations', 'tickets'))}/{id}/reply", said)

    async def answers(self) -> None:
        said = {"message_type": self.random.choice(("comment", "note")), "type": "admin", "body": "Hi"}
        said["admin_id"] = self.some("admins")
        kind = self.random.choice(("conversations", "tickets"))
        await self.call("POST", f"/{kind}/{self.some(kind)}/reply", said)

    async def manages(self) -> None:
        wanted: dict[str, Any] = {"message_type": self.random.choice(("close", "open", "snoozed", "assignment"))}
        wanted |= {"admin_id": self.owner, "type": "admin", "assignee_id": self.some("admins")}
        wanted["snoozed_until"] = clock.seconds() + self.random.choice((1, 3600))
        await self.call("POST", f"/conversations/{self.some('conversations')}/parts", wanted)

    async def tags_it(self) -> None:
        kind = self.random.choice(("conversations", "tickets", "contacts"))
        wanted = {"id": self.some("tags"), "admin_id": self.owner}
        await self.call("POST", f"/{kind}/{self.some(kind)}/tags", wanted)

    async def becomes(self) -> None:
        id = self.some("conversations")
        if await self.call("POST", f"/conversations/{id}/convert", {"ticket_type_id": self.request}):
            self.keep("tickets", {"id": id})

    async def joins(self) -> None:
        path = f"/conversations/{self.some('conversations')}/customers"
        wanted = {"admin_id": self.owner, "customer": {"intercom_user_id": self.some("contacts")}}
        if self.random.random() < 0.7:
            await self.call("POST", path, wanted)
        else:
            await self.call("DELETE", f"{path}/{self.some('contacts')}", {"admin_id": self.owner})

    async def removes(self) -> None:
        kind = self.random.choice(("conversations", "tickets", "tags", "contacts", "admins"))
        await self.call("DELETE", f"{'/interlock/v1' if kind == 'admins' else ''}/{kind}/{self.some(kind)}")

    async def merges(self) -> None:
        into = {"merge_into_conversation_id": int(self.some("conversations"))}
        await self.call("POST", f"/conversations/{self.some('conversations')}/merge", into)

    async def merges_people(self) -> None:
        wanted = {"from": self.some("contacts"), "into": self.some("contacts"), "skip_duplicate_validation": True}
        await self.call("POST", "/contacts/merge", wanted)

    async def links(self) -> None:
        path = f"/tickets/{self.some('tickets')}/linked_conversations"
        if self.random.random() < 0.7:
            await self.call("POST", path, {"conversation_id": self.some("conversations")})
        else:
            await self.call("DELETE", f"{path}/{self.some('conversations')}")

    async def changes_ticket(self) -> None:
        wanted = {"assignee_id": self.some("admins"), "snoozed_until": clock.seconds() + self.random.choice((1, 3600))}
        await self.call("PUT", f"/tickets/{self.some('tickets')}", wanted)

    async def works(self) -> None:
        context = Context.of(self.world.database)
        await Runner(context, handlers.units()).drain()
        await context.close()


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_crowd_leaves_nothing_over(new_database: Database, seed: int) -> None:
    world = await World.make(new_database)
    crowd = Crowd(world, seed)
    await crowd.begin()
    await asyncio.gather(*(crowd.act(40) for _ in range(10)))
    assert crowd.failures == []
    assert crowd.statuses[200] > 150
    assert await broken_promises(world) == []
    page = await world.client.ok("GET", "/conversations?per_page=150")
    assert page["total_count"] == len(page["conversations"])


async def test_of_replies_at_once_each_is_kept(database: Database) -> None:
    world = await World.make(database)
    crowd = Crowd(world, 3)
    await crowd.begin()
    id, number = crowd.some("conversations"), 12
    said = {"message_type": "comment", "type": "admin", "admin_id": crowd.owner}
    replies = [crowd.call("POST", f"/conversations/{id}/reply", {**said, "body": f"n{n}"}) for n in range(number)]
    answers = await asyncio.gather(*replies)
    assert crowd.failures == []
    shown = await world.client.ok("GET", f"/conversations/{id}")
    bodies = [one["body"] for one in shown["conversation_parts"]["conversation_parts"]]
    assert sorted(bodies) == sorted(f"<p>n{n}</p>" for n in range(number))
    assert shown["statistics"]["count_conversation_parts"] == number + 1
    last = [one["conversation_parts"]["conversation_parts"][-1]["body"] for one in answers]
    assert sorted(last) == sorted(bodies), "each is answered with its own part as the last"
    assert await broken_promises(world) == []

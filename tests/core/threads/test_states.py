"""The states of a conversation, held against a model of a page: whatever happens in whatever order, both agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select

from interlock.core.jobs import store as jobs
from interlock.core.people import contact
from interlock.core.people.contact import ContactWrite
from interlock.core.people.contact_fields import Standard
from interlock.core.records.record import Record
from interlock.core.schema.cache import SchemaCache
from interlock.core.schema.schema import Schema
from interlock.core.threads import conversation, find, manage, parts, show, snooze
from interlock.core.threads.conversation import Beginning
from interlock.core.threads.manage import Assignment
from interlock.core.threads.parts import Reply
from interlock.core.threads.people import Who
from interlock.core.threads.show import Shown
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import jobs as jobs_table

BEGINNING = 1_900_000_000
_TIMER = Query(
    select(*jobs.COLUMNS).where(
        jobs_table.c.workspace_id == bindparam("ws"),
        jobs_table.c.kind == "unsnooze",
        jobs_table.c.key == bindparam("id"),
    )
)


@dataclass
class Model:
    """What a conversation is after a contact has begun it, and what the actions of `STEPS` make of it."""

    now: int = BEGINNING
    state: str = "open"
    until: int | None = None
    waiting_since: int | None = BEGINNING
    read: bool = True
    assignee: int | None = None
    parts: list[str] = field(default_factory=list)
    reopens: int = 0

    def _to(self, state: str, until: int | None = None) -> None:
        if self.state == "closed" and state != "closed":
            self.reopens += 1
        self.state, self.until = state, until

    def contact(self) -> None:
        self.parts.append("open" if self.state == "closed" else "comment")
        self._to("open")
        self.read = True
        self.waiting_since = self.waiting_since or self.now

    def _answer(self) -> None:
        self.waiting_since, self.read = None, False

    def comment(self) -> None:
        self.parts.append("comment")
        if self.state == "snoozed":
            self._to("open")
        self._answer()

    def quick_reply(self) -> None:
        self.comment()
        self.parts[-1] = "quick_reply"

    def comment_softly(self) -> None:
        self.parts.append("comment")
        self._answer()

    def note(self) -> None:
        self.parts.append("note")

    def close(self) -> None:
        if self.state != "closed":
            self.parts.append("close")
            self._to("closed")
            self.waiting_since = None

    def close_saying(self) -> None:
        self.parts.append("comment" if self.state == "closed" else "close")
        self._to("closed")
        self._answer()

    def open(self) -> None:
        if self.state != "open":
            self.parts.append("open")
            self._to("open")

    def snooze(self) -> None:
        self.parts.append("snoozed")
        self._to("snoozed", self.now + 100)

    def assign(self, admin_id: int) -> None:
        self.parts.append("assign_and_reopen" if self.state == "closed" else "assignment")
        self.assignee = admin_id
        if self.state == "closed":
            self._to("open")

    def unassign(self) -> None:
        if self.assignee is not None:
            self.parts.append("assign_and_reopen" if self.state == "closed" else "assignment")
            self.assignee = None
            if self.state == "closed":
                self._to("open")

    def timer(self) -> None:
        if self.state == "snoozed" and self.until is not None and self.until <= self.now:
            self.parts.append("timer_unsnooze")
            self._to("open")


STEPS = [
    *("contact", "comment", "quick_reply", "comment_softly", "note", "close", "close_saying", "open", "snooze"),
    *("assign", "unassign", "timer", "wait", "wait"),
]


class Acting:
    """The same actions, carried out."""

    def __init__(self, database: Database, made: Made) -> None:
        self.database = database
        self.schemas = SchemaCache(database)
        self.key, self.admin = made.workspace_id, made.admin_id
        self.id, self.who = "", Who()

    async def write(self, unit: Any, *arguments: Any) -> Any:
        return await self.schemas.write(self.key, unit, *arguments)

    async def begin(self) -> None:
        made = await self.write(contact.create, ContactWrite(Standard({"role": "user"})), "test")
        self.who = Who(made.record.id)
        record: Record = await self.write(conversation.create_by_contact, self.who, Beginning("Hi"), "test")
        self.id = record.id

    async def act(self, step: str, now: int) -> None:
        by_admin = (self.id, self.admin)
        yes = [{"text": "Yes", "uuid": "u"}]
        match step:
            case "contact":
                await self.write(parts.reply_of_contact, self.id, self.who, Reply("comment", "x"), "test")
            case "comment" | "note":
                await self.write(parts.reply_of_admin, *by_admin, Reply(step, "x"), "test")
            case "quick_reply":
                await self.write(parts.reply_of_admin, *by_admin, Reply(step, options=yes), "test")
            case "comment_softly":
                await self.write(parts.reply_of_admin, *by_admin, Reply("comment", "x", skip_unsnooze=True), "test")
            case "close" | "close_saying":
                await self.write(manage.close, *by_admin, "x" if step == "close_saying" else "", "test")
            case "open":
                await self.write(manage.reopen, *by_admin, "test")
            case "snooze":
                await self.write(manage.snooze, *by_admin, now + 100, "test")
            case "assign" | "unassign":
                to = Assignment("admin", self.admin if step == "assign" else 0)
                await self.write(manage.assign, *by_admin, to, "test")
            case "timer":
                timer = await self.timer()
                if timer is not None and timer.wake_at <= now * 1_000_000:
                    await self.write(snooze.unsnooze, timer)
                    await self.write(_finish, timer)

    async def timer(self) -> jobs.Job | None:
        async def read(tx: Tx) -> jobs.Job | None:
            row = await tx.one(_TIMER, ws=self.key, id=self.id)
            return jobs.job(row) if row is not None else None

        return await self.database.read(read)

    async def shown(self) -> Shown:
        async def read(tx: Tx, schema: Schema) -> Shown:
            return await show.show_one(tx, schema, await find.conversation(tx, schema, self.id))

        return await self.database.read(read, await self.schemas.get(self.key))


async def _finish(tx: Tx, schema: Schema, timer: jobs.Job) -> None:
    """As the runner does with a timer that has gone off."""
    await jobs.cancel(tx, schema.workspace.id, timer.kind, timer.key or "")


@given(steps=st.lists(st.sampled_from(STEPS), max_size=14))
async def test_every_order_of_events_leaves_what_the_rules_say(
    database: Database, workspace: Made, steps: list[str]
) -> None:
    model, acting = Model(), Acting(database, workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("interlock.kit.clock.seconds", lambda: model.now)
        await acting.begin()
        for step in steps:
            if step == "wait":
                model.now += 60
                continue
            await acting.act(step, model.now)
            getattr(model, step)(*([acting.admin] if step == "assign" else []))
            await agree(model, acting)


async def agree(model: Model, acting: Acting) -> None:
    shown = await acting.shown()
    fields = shown.record.fields
    assert fields["state"] == model.state
    assert fields["open"] == (model.state != "closed")
    assert fields["snoozed_until"] == model.until
    assert fields["waiting_since"] == model.waiting_since
    assert fields["read"] == model.read
    assert fields["admin_assignee_id"] == model.assignee
    assert [one.part_type for one in shown.parts or ()] == model.parts
    assert shown.record.details.get("statistics.count_reopens", 0) == model.reopens
    assert shown.record.details["statistics.count_conversation_parts"] == len(model.parts) + 1
    if shown.parts:
        assert shown.parts[-1].details["state"] == model.state
    timer = await acting.timer()
    assert (timer.wake_at if timer else None) == (model.until * 1_000_000 if model.until else None)

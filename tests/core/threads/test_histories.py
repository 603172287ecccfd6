"""What is written down of a conversation: one change for each thing that happens, and nothing of what was said."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, select

from interlock.core.changes import change
from interlock.core.people import contact
from interlock.core.people.contact import ContactWrite
from interlock.core.people.contact_fields import Standard
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS
from interlock.core.schema.cache import SchemaCache
from interlock.core.schema.schema import Schema
from interlock.core.threads import author, conversation, find, manage, merge, parts, show
from interlock.core.threads.conversation import Beginning, Changes
from interlock.core.threads.parts import Reply
from interlock.core.threads.people import Who
from interlock.core.threads.words import ADMIN_INITIATED
from interlock.core.workspaces.bootstrap import Made
from interlock.kit.problems import Problem
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes

_HISTORY = Query(
    select(changes.c.record_id, changes.c.action, changes.c.before, changes.c.after)
    .where(changes.c.workspace_id == bindparam("key"), changes.c.kind == "conversation")
    .order_by(changes.c.id)
)


class Desk:
    def __init__(self, database: Database, made: Made) -> None:
        self.database, self.key, self.admin = database, made.workspace_id, made.admin_id
        self.schemas = SchemaCache(database)

    async def write(self, unit: Any, *arguments: Any) -> Any:
        return await self.schemas.write(self.key, unit, *arguments)

    async def contact(self) -> Record:
        return (await self.write(contact.create, ContactWrite(Standard({"role": "user"})), "test")).record

    async def begun(self, by: Record, body: str = "Hi") -> Record:
        return await self.write(conversation.create_by_contact, Who(by.id), Beginning(body), "test")

    async def history(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        async def read(tx: Tx) -> Any:
            return await tx.all(_HISTORY, key=self.key)

        rows = await self.database.read(read)
        return [(row[1], msgspec.json.decode(row[2]), msgspec.json.decode(row[3])) for row in rows]


@pytest.fixture
def desk(database: Database, workspace: Made) -> Desk:
    return Desk(database, workspace)


async def test_each_thing_that_happens_is_one_change(desk: Desk) -> None:
    joe = await desk.contact()
    one = await desk.begun(joe)
    by_admin = (one.id, desk.admin)
    said = await desk.write(parts.reply_of_admin, *by_admin, Reply("comment", "x"), "test")
    await desk.write(parts.reply_of_admin, *by_admin, Reply("note", "x"), "test")
    await desk.write(manage.close, *by_admin, "", "test")
    await desk.write(manage.close, *by_admin, "", "test")
    await desk.write(parts.reply_of_contact, one.id, Who(joe.id), Reply("comment", "x"), "test")
    await desk.write(conversation.update, one.id, Changes({"read": True}), "test")
    await desk.write(conversation.update, one.id, Changes({"read": True}), "test")
    await desk.write(conversation.update, one.id, Changes({"title": "T"}), "test")
    await desk.write(conversation.delete, one.id, True, "test")
    history = await desk.history()
    assert [action for action, _, _ in history] == [
        change.CREATED,
        change.REPLIED,
        change.NOTED,
        change.CLOSED,
        change.REPLIED,
        change.UPDATED,
        change.DELETED,
    ]
    replied = history[1]
    assert (replied[2]["part_id"], replied[2]["by"]) == (said.part.id, "admin")
    assert (replied[1]["read"], replied[2]["read"]) == (True, False)
    assert (history[4][1]["state"], history[4][2]["state"], history[4][2]["by"]) == ("closed", "open", "user")


async def test_reading_is_a_change_of_its_own(desk: Desk) -> None:
    one = await desk.begun(await desk.contact())
    await desk.write(parts.reply_of_admin, one.id, desk.admin, Reply("comment", "x"), "test")
    await desk.write(conversation.update, one.id, Changes({"read": True}), "test")
    assert (await desk.history())[-1][0] == change.READ


async def test_what_was_said_is_in_no_change(desk: Desk) -> None:
    """So that taking it back takes it back from everywhere."""
    joe = await desk.contact()
    one = await desk.begun(joe, "secret one")
    said = await desk.write(parts.reply_of_contact, one.id, Who(joe.id), Reply("comment", "secret two"), "test")
    await desk.write(parts.redact_part, one.id, said.part.id, "test")
    await desk.write(parts.redact_source, one.id, one.fields["source_id"], "test")
    await desk.write(conversation.delete, one.id, True, "test")
    assert "secret" not in str(await desk.history())


async def test_merging_is_told_of_both(desk: Desk) -> None:
    joe = await desk.contact()
    secondary, primary = await desk.begun(joe), await desk.begun(joe)
    await desk.write(merge.merge, secondary.id, primary.id, True, "test")
    merged = [after for action, _, after in await desk.history() if action == change.MERGED]
    assert [one.get("merged_into") or one.get("merged_from") for one in merged] == [primary.id, secondary.id]


async def test_an_outbound_message_is_a_conversation_when_the_contact_answers(desk: Desk) -> None:
    joe = await desk.contact()

    async def send(tx: Tx, schema: Schema) -> Record:
        wanted = Beginning("Hello Joe", delivered_as=ADMIN_INITIATED, live=False)
        by = author.Author("admin", str(desk.admin), "Ann", "ann@example.com")
        return await conversation.start(tx, schema, [joe], by, wanted, "test")

    sent: Record = await desk.write(send)
    with pytest.raises(Problem, match="Resource Not Found"):
        await desk.write(parts.reply_of_admin, sent.id, desk.admin, Reply("comment", "x"), "test")
    with pytest.raises(Problem, match="Resource Not Found"):
        await desk.write(parts.reply_of_contact, sent.id, Who((await desk.contact()).id), Reply("comment", "x"), "t")
    said = await desk.write(parts.reply_of_contact, sent.id, Who(joe.id), Reply("comment", "Hello Ann"), "test")
    assert (said.record.fields["live"], said.record.fields["source_delivered_as"]) == (1, ADMIN_INITIATED)
    assert said.record.details["first_contact_reply"]["created_at"] == said.part.created_at


class Counting:
    """A transaction that counts its statements."""

    def __init__(self, tx: Tx) -> None:
        self.tx, self.count = tx, 0

    def __getattr__(self, name: str) -> Any:
        if name in ("all", "one", "value", "run"):
            self.count += 1
        return getattr(self.tx, name)


async def test_a_page_takes_the_same_statements_however_long_it_is(desk: Desk) -> None:
    joe = await desk.contact()
    made = [await desk.begun(joe) for _ in range(12)]

    async def counted(tx: Tx, schema: Schema, number: int) -> int:
        counting = Counting(tx)
        assert len(await show.show(counting, schema, made[:number])) == number  # type: ignore[arg-type]
        return counting.count

    schema = await desk.schemas.get(desk.key)
    few, many = [await desk.database.read(counted, schema, number) for number in (1, 12)]
    assert few == many == 1


async def test_it_is_found_and_locked_by_its_own_workspace_alone(desk: Desk, other_workspace: Made) -> None:
    one = await desk.begun(await desk.contact())
    theirs = await desk.schemas.get(other_workspace.workspace_id)

    async def look(tx: Tx) -> Record | None:
        return await CONVERSATIONS.get(tx, theirs.workspace.id, one.id, "conversation")

    assert await desk.database.read(look) is None
    with pytest.raises(Problem):
        await desk.database.read(find.conversation, theirs, one.id)

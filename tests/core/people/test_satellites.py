"""What is kept beside people and companies goes where they go: to the user that a lead is merged into, or away."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select

from interlock.app import build
from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.people import company
from interlock.core.records.satellite_store import SATELLITES, Satellite
from interlock.core.records.store import COMPANIES, CONTACTS
from interlock.core.threads import store
from interlock.core.threads.author import of_contact as author_of
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import data_event_summaries
from support.client import Client
from support.threads import conversation

EACH = [(kind, one) for kind in (CONTACT, COMPANY) for one in SATELLITES[kind]]


@pytest.fixture
def client(database: Database, workspace: Made) -> Client:
    return Client(build(database), workspace.token)


class Counting:
    """Counts the statements of a unit of work."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        self.count += 1
        return getattr(self.tx, name)


class Rows:
    """Rows of satellite tables, put there as they are."""

    def __init__(self, database: Database, workspace_id: str) -> None:
        self.database = database
        self.workspace_id = workspace_id

    async def put(self, one: Satellite, kind: str, id: str, mark: str) -> None:
        """A row about a record; `mark` stands in every other text, so that two marks are two rows."""
        values: dict[str, Any] = {}
        for column in one.table.c:
            word = str(column.type).split()[0]
            json = column.name in ("details", "metadata", "attributes")
            empty = "{}" if json else {"BIGINT": 1, "SMALLINT": 1, "BOOLEAN": False}.get(word, mark)
            values[column.name] = None if column.nullable else empty
        values |= {"workspace_id": self.workspace_id, one.column: id}
        if one.kind_column:
            values[one.kind_column] = kind

        async def write(tx: Tx) -> None:
            await tx.run(Query(insert(one.table)), **values)

        await self.database.transact(write)

    async def count(self, one: Satellite, kind: str, id: str) -> int:
        columns = one.table.c
        where = [columns.workspace_id == self.workspace_id, columns[one.column] == id]
        if one.kind_column:
            where.append(columns[one.kind_column] == kind)

        async def read(tx: Tx) -> int:
            return await tx.value(Query(select(func.count()).select_from(one.table).where(*where)))

        return await self.database.read(read)


@pytest.fixture
def rows(database: Database, workspace: Made) -> Rows:
    return Rows(database, workspace.workspace_id)


def in_key(one: Satellite) -> bool:
    """Is the record part of the key, so that another one may have a row which is the same otherwise?"""
    return one.column in one.table.primary_key.columns


async def contact(client: Client, **fields: Any) -> str:
    return (await client.ok("POST", "/contacts", {"role": "user", **fields}))["id"]


@pytest.mark.parametrize(("kind", "one"), EACH, ids=lambda one: one if isinstance(one, str) else one.table.name)
async def test_nothing_is_left_of_a_record_that_is_deleted(
    client: Client, rows: Rows, kind: str, one: Satellite
) -> None:
    if kind == CONTACT:
        id, other = [await contact(client) for _ in range(2)]
    else:
        id, other = [(await client.ok("POST", "/companies", {"company_id": name}))["id"] for name in "ab"]
    for each in (id, other):
        for mark in "12":
            await rows.put(one, kind, each, mark if in_key(one) else each + mark)
    await client.ok("DELETE", f"/{'contacts' if kind == CONTACT else 'companies'}/{id}")
    assert [await rows.count(one, kind, each) for each in (id, other)] == [0, 2]


@pytest.mark.parametrize("one", SATELLITES[CONTACT], ids=lambda one: one.table.name)
async def test_what_a_lead_has_is_the_users_after_a_merge(client: Client, rows: Rows, one: Satellite) -> None:
    lead, user = await contact(client, role="lead"), await contact(client)
    for id, mark in ((lead, "1"), (lead, "2"), (user, "2"), (user, "3")):
        await rows.put(one, CONTACT, id, mark if in_key(one) else id + mark)
    body = {"from": lead, "into": user, "skip_duplicate_validation": True}
    await client.ok("POST", "/contacts/merge", body)
    kept = 3 if in_key(one) else 4  # one of the lead's was the user's already
    assert [await rows.count(one, CONTACT, id) for id in (lead, user)] == [0, kept]
    await client.ok("DELETE", f"/contacts/{user}")
    assert await rows.count(one, CONTACT, user) == 0


async def test_what_a_deleted_contact_has_said_stays_under_its_name(
    client: Client, database: Database, workspace: Made
) -> None:
    ann = await contact(client, name="Ann", email="ann@example.com")
    key = workspace.workspace_id
    thread = await conversation(database, key)

    async def speak(tx: Tx) -> None:
        record = await CONTACTS.get(tx, key, ann, CONTACT)
        assert record is not None
        author = author_of(record)
        await store.append(tx, key, thread, author.part("comment", 1, "<p>Hello</p>"))
        member = author.participant(1)
        assert member is not None
        await store.add_participant(tx, key, thread, member)

    await database.transact(speak)
    await client.ok("DELETE", f"/contacts/{ann}")
    parts, _ = await database.read(store.newest, key, thread)
    assert [(one.body, one.details["author_name"]) for one in parts] == [("<p>Hello</p>", "Ann")]
    assert await database.read(store.participants_of, key, [thread]) == {thread: []}


async def test_a_merge_through_the_api_moves_tags_notes_and_consent(client: Client) -> None:
    lead, user = await contact(client, role="lead"), await contact(client)
    for name, ids in (("lead", [lead]), ("both", [lead, user])):
        await client.ok("POST", "/tags", {"name": name, "users": [{"id": id} for id in ids]})
    for id in (lead, user):
        await client.ok("POST", f"/contacts/{id}/notes", {"body": id})
    news = {"default_translation": {"name": "News"}, "state": "live"}
    type_id = (await client.ok("POST", "/interlock/v1/subscription_types", news))["id"]
    for id, said in ((lead, "opt_out"), (user, "opt_in")):
        await client.ok("POST", f"/contacts/{id}/subscriptions", {"id": type_id, "consent_type": said})
    body = {"from": lead, "into": user, "skip_duplicate_validation": True}
    shown = await client.ok("POST", "/contacts/merge", body)
    assert shown["tags"]["total_count"] == shown["notes"]["total_count"] == 2
    assert {one["name"] for one in (await client.ok("GET", f"/contacts/{user}/tags"))["data"]} == {"lead", "both"}
    assert {one["contact"]["id"] for one in (await client.ok("GET", f"/contacts/{user}/notes"))["data"]} == {user}
    assert shown["opted_out_subscription_types"]["total_count"] == 1  # who has said no once is not written to
    assert shown["opted_in_subscription_types"]["total_count"] == 0


async def test_events_of_both_are_counted_together(client: Client, rows: Rows, database: Database) -> None:
    (one,) = (each for each in SATELLITES[CONTACT] if each.table is data_event_summaries)
    lead, user = await contact(client, role="lead"), await contact(client)
    for id, name in ((lead, "both"), (lead, "lead"), (user, "both")):
        await rows.put(one, CONTACT, id, name)
    await client.ok("POST", "/contacts/merge", {"from": lead, "into": user, "skip_duplicate_validation": True})
    columns = data_event_summaries.c

    async def read(tx: Tx) -> dict[str, int]:
        query = Query(select(columns.name, columns.count).where(columns.contact_id == user))
        return {row[0]: row[1] for row in await tx.all(query)}

    assert await database.read(read) == {"both": 2, "lead": 1}


async def test_fifty_companies_take_as_many_statements_as_two(client: Client, workspace: Made) -> None:
    made = [(await client.ok("POST", "/companies", {"company_id": str(n)}))["id"] for n in range(50)]
    await client.ok("POST", "/tags", {"name": "VIP", "companies": [{"id": id} for id in made]})
    for id in made[:3]:
        await client.ok("POST", f"/companies/{id}/notes", {"body": "Hello"})
    schema = await client.app.schemas.get(workspace.workspace_id)

    async def count(tx: Tx, ids: list[str]) -> int:
        records = await COMPANIES.lock_many(tx, workspace.workspace_id, ids, COMPANY)
        counting = Counting(tx)
        await company.show_all(counting, schema, list(records.values()))  # type: ignore[arg-type]
        return counting.count

    counts = [await client.app.database.transact(count, ids) for ids in (made[:2], made)]
    assert counts == [3, 3]  # tags, notes, and their authors

"""What every write of a contact leaves in its history, and that nothing is left by one that fails."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, select

from interlock.core.changes import change
from interlock.core.people import contact, contact_fields, find, merge
from interlock.core.people.contact import ContactWrite
from interlock.core.people.merge import Merging
from interlock.core.people.show import Shown, show
from interlock.core.records.record import Record
from interlock.core.records.slots import EMPTY
from interlock.core.records.store import CONTACTS
from interlock.core.schema.cache import SchemaCache
from interlock.core.schema.schema import Schema
from interlock.core.workspaces.bootstrap import Made
from interlock.kit.problems import Problem
from interlock.shapes.contact import Contact
from interlock.shapes.contact import contact as to_json
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import changes

THROUGH = "token:test"
_history = Query(
    select(changes.c.record_id, changes.c.action, changes.c.before, changes.c.after, changes.c.through)
    .where(changes.c.workspace_id == bindparam("key"))
    .order_by(changes.c.id)
)


@pytest.fixture
def schemas(database: Database) -> SchemaCache:
    return SchemaCache(database)


class People:
    """Writes contacts of one workspace, and reads what was noted of them."""

    def __init__(self, schemas: SchemaCache, workspace_id: str) -> None:
        self.schemas = schemas
        self.workspace_id = workspace_id

    async def create(self, **values: Any) -> Record:
        attributes = values.pop("custom_attributes", None)
        wanted = ContactWrite(contact_fields.check(values), attributes)
        done: Shown = await self.write(contact.create, wanted, THROUGH)
        return done.record

    async def update(self, record: Record, **values: Any) -> None:
        await self.write(contact.update, record.id, ContactWrite(contact_fields.check(values)), THROUGH)

    async def write(self, unit: Any, *arguments: Any) -> Any:
        return await self.schemas.write(self.workspace_id, unit, *arguments)

    async def read(self, unit: Any, *arguments: Any) -> Any:
        return await self.schemas.database.read(unit, await self.schemas.get(self.workspace_id), *arguments)

    async def history(self) -> list[tuple[str, str, Any, Any]]:
        rows = await self.schemas.database.read(_rows, self.workspace_id)
        assert {row[4] for row in rows} <= {THROUGH}
        return [(row[0], row[1], msgspec.json.decode(row[2]), msgspec.json.decode(row[3])) for row in rows]


async def _rows(tx: Tx, key: str) -> list[Any]:
    return await tx.all(_history, key=key)


@pytest.fixture
def people(schemas: SchemaCache, workspace: Made) -> People:
    return People(schemas, workspace.workspace_id)


async def test_each_write_is_one_change_with_what_it_changed(people: People) -> None:
    one = await people.create(email="a@example.com", name="Ann")
    await people.update(one, name="Bea")
    await people.update(one, name="Bea")
    await people.write(contact.set_state, one.id, change.ARCHIVED, THROUGH)
    await people.write(contact.set_state, one.id, change.ARCHIVED, THROUGH)
    await people.write(contact.set_state, one.id, change.UNARCHIVED, THROUGH)
    await people.write(contact.set_state, one.id, change.BLOCKED, THROUGH)
    await people.write(contact.delete, one.id, THROUGH)
    found = await people.history()
    assert {id for id, *_ in found} == {one.id}
    assert [action for _, action, _, _ in found] == [
        change.CREATED,
        change.UPDATED,
        change.ARCHIVED,
        change.UNARCHIVED,
        change.BLOCKED,
        change.DELETED,
    ]
    assert found[0][3] == {"role": "user", "email": "a@example.com", "name": "Ann"}
    assert found[1][2:] == ({"name": "Ann"}, {"name": "Bea"})
    assert found[2][2:] == ({"archived": False}, {"archived": True})
    assert (found[-1][2]["name"], found[-1][3]) == ("Bea", {})


async def test_a_merge_is_noted_on_both_sides(people: People) -> None:
    user, lead = await people.create(email="a@example.com"), await people.create(role="lead", email="a@example.com")
    await people.write(merge.merge, Merging(lead.id, user.id), THROUGH)
    changed = {id: (before, after) for id, action, before, after in await people.history() if action == change.MERGED}
    assert changed[lead.id] == (
        {"merged_into": None, "email": "a@example.com"},
        {"merged_into": user.id, "email": None},
    )
    assert changed[user.id][1]["merged_from"] == {"type": "contact", "id": lead.id}


async def test_a_write_that_is_refused_leaves_nothing(people: People) -> None:
    one, other = await people.create(email="a@example.com"), await people.create(external_id="1")
    before = await people.history()
    for values in ({"email": "a@example.com", "name": "New"}, {"owner_id": 5, "name": "New"}):
        with pytest.raises(Problem):
            await people.update(other, **values)
        with pytest.raises(Problem):
            await people.create(**values)
    with pytest.raises(Problem):
        await people.write(merge.merge, Merging(one.id, other.id), THROUGH)
    assert await people.history() == before
    assert (await people.read(find.contact, other.id)).fields["name"] is None


async def test_an_email_that_changes_is_no_longer_verified(people: People) -> None:
    one = await people.create(email="a@example.com", email_verified=True)
    assert one.details == {"email_verified": True}
    await people.update(one, email="a@example.com", name="Ann")
    assert (await people.read(find.contact, one.id)).details == {"email_verified": True}
    await people.update(one, email="b@example.com")
    assert (await people.read(find.contact, one.id)).details == {}


async def test_a_chain_of_merges_is_followed_to_its_end(people: People) -> None:
    chain = [await people.create(external_id=str(number)) for number in range(4)]

    async def link(tx: Tx, schema: Schema) -> None:
        for one, into in itertools.pairwise(chain):
            one.fields |= {"merged_into": into.id, "live": 0}
            await CONTACTS.update(tx, schema.workspace.id, one, EMPTY)

    await people.write(link)
    for one in chain[:3]:
        with pytest.raises(Problem) as raised:
            await people.read(find.contact, one.id)
        assert raised.value.headers["Link"] == f'</contacts/{chain[3].id}>; rel="canonical"'


async def test_a_workspace_may_let_unknown_names_make_attributes(people: People) -> None:
    async def allow(tx: Tx, schema: Schema) -> None:
        from interlock.core.definitions.editor import Editor

        settings = replace(schema.workspace.settings, create_unknown_attributes=True)
        await (await Editor.open(tx, schema)).put_workspace(replace(schema.workspace, settings=settings))

    with pytest.raises(Problem):
        await people.create(external_id="1", custom_attributes={"seats": 3})
    await people.schemas.define(people.workspace_id, allow)
    wanted = ContactWrite(contact_fields.check({"external_id": "1"}), {"seats": 3})
    made: Shown = await people.write(contact.create, wanted, THROUGH)
    assert to_json(made)["custom_attributes"] == {"seats": 3}


class Counting:
    """Counts the statements of a unit of work."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        self.count += 1
        return getattr(self.tx, name)


async def test_fifty_contacts_take_as_many_statements_as_two(people: People) -> None:
    made = [await people.create(external_id=str(number)) for number in range(50)]

    async def count(tx: Tx, schema: Schema, records: list[Record]) -> int:
        counting = Counting(tx)
        await show(counting, schema, records, with_merges=True)  # type: ignore[arg-type]
        return counting.count

    assert await people.read(count, made[:2]) == await people.read(count, made) == 3


async def test_the_description_of_a_contact_names_every_key(people: People) -> None:
    shown: Shown = (await people.read(show, [await people.create(external_id="1")], True))[0]
    assert to_json(shown).keys() == set(Contact.__struct_fields__)
    msgspec.convert(to_json(shown), Contact)

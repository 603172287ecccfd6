"""Notes on contacts and on companies, never on both.

Of several problems the first counts: 404 for the contact (`not_found`, "User Not Found") or the company
(`company_not_found`), then 404 `not_found` for the author.

Decided here, since no source says it:

* A note without `admin_id` is by the teammate of the token: the owner of the workspace.
* Archived and blocked contacts may be written about; a merged one is 404, and its notes are the other's.
* The note of a deleted contact or company is gone with it.
"""

from __future__ import annotations

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.changes import change
from interlock.core.notes import store
from interlock.core.notes.store import Note, Signed
from interlock.core.people import find
from interlock.core.records.store import COMPANIES, CONTACTS
from interlock.core.schema.schema import Schema
from interlock.core.staff import find as staff
from interlock.core.staff.store import Admin, owner
from interlock.kit import clock, ids
from interlock.kit.problems import not_found
from interlock.storage.database import Tx


async def write(
    tx: Tx, schema: Schema, kind: str, record_id: str, body: str, admin_id: str | int | None, through: str
) -> Signed:
    """A new note. `body` is clean HTML."""
    await _lock(tx, schema, kind, record_id)
    author = await _author(tx, schema, admin_id)
    now, by = clock.seconds(), author.id if author is not None else None
    one = Note(ids.decimal_id(), kind, record_id, by, body, now)
    await store.insert_note(tx, schema.workspace.id, one)
    after = {f"{kind}_id": record_id, "author_id": by}  # what it says is in the note alone
    row = change.row(schema.workspace.id, "note", one.id, change.CREATED, through, clock.micros(), {}, after)
    await change.note(tx, row)
    return Signed(one, author)


async def _lock(tx: Tx, schema: Schema, kind: str, id: str) -> None:
    """Nobody deletes or merges the record while it is written about."""
    key = schema.workspace.id
    if kind == CONTACT:
        await find.present(tx, schema, await CONTACTS.lock(tx, key, id, CONTACT), merged_is_gone=False)
    elif await COMPANIES.lock(tx, key, id, COMPANY) is None:
        raise find.no_company()


async def _author(tx: Tx, schema: Schema, admin_id: str | int | None) -> Admin | None:
    if admin_id is None:
        return await owner(tx, schema.workspace.id)
    found = await staff.admin(tx, schema.workspace.id, admin_id)
    if found is None:
        raise not_found()
    return found


async def get(tx: Tx, schema: Schema, id: str) -> Signed:
    """404 `not_found`."""
    one = await store.get(tx, schema.workspace.id, id)
    if one is None:
        raise not_found()
    return (await store.signed(tx, schema.workspace.id, [one]))[0]


async def page(
    tx: Tx, schema: Schema, kind: str, record_id: str, limit: int, place: int | str
) -> tuple[list[Signed], int]:
    """A page of the notes of a record, the newest first, and how many it has.

    `place` is how many come before the page, or the id of the last one on the page before it.
    """
    key = schema.workspace.id
    if kind == CONTACT:
        await find.contact(tx, schema, record_id, merged_is_gone=False)
    else:
        await find.company(tx, schema, record_id)
    if isinstance(place, int):
        found = await store.page(tx, key, kind, record_id, limit, place)
    else:
        found = await store.before(tx, key, kind, record_id, limit, place)
    return await store.signed(tx, key, found), await store.count(tx, key, kind, record_id)

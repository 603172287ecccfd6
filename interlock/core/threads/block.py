"""Blocking a contact, with what that means for the contact's conversations."""

from __future__ import annotations

from interlock.core.changes import change
from interlock.core.people import contact
from interlock.core.records.record import Record
from interlock.core.schema.schema import Schema
from interlock.core.threads import manage
from interlock.storage.database import Tx


async def block(tx: Tx, schema: Schema, id: str, through: str, merged_is_gone: bool = True) -> Record:
    """The contact is blocked, and its conversations are closed (engagement.md 1). Problems: `contact.set_state`."""
    record = await contact.set_state(tx, schema, id, change.BLOCKED, through, merged_is_gone)
    await manage.close_all_of_contact(tx, schema, id, through)
    return record

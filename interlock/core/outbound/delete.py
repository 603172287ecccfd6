"""Deleting a contact, with what that means for the mail to them."""

from __future__ import annotations

from interlock.core.attributes.definition import CONTACT
from interlock.core.outbound import mail
from interlock.core.people import contact as people
from interlock.core.records.record import Record
from interlock.core.records.store import CONTACTS
from interlock.core.schema.schema import Schema
from interlock.storage.database import Tx


async def delete(tx: Tx, schema: Schema, id: str, through: str, merged_is_gone: bool = True) -> Record:
    """Mail that waits is never sent, and what was sent names no address any more. Problems: `people.delete`.

    Before the contact itself: by its receipts, which go with it, its mails are known. Nobody mails it meanwhile.
    """
    record = await CONTACTS.lock(tx, schema.workspace.id, id, CONTACT)
    if record is not None and record.fields["merged_into"] is None:
        await mail.forget(tx, schema.workspace.id, id)
    return await people.delete(tx, schema, id, through, merged_is_gone)

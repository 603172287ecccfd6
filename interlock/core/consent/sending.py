"""May somebody be written to?"""

from __future__ import annotations

from interlock.core.consent import store
from interlock.core.consent.types import LIVE
from interlock.core.records.record import Record
from interlock.core.schema.schema import Schema
from interlock.storage.database import Tx


async def may_send(tx: Tx, schema: Schema, contact: Record, type_id: str | None = None) -> bool:
    """May a contact get an email, about a subscription type or (without one) about nothing in particular?

    No to those who have unsubscribed from emails as a whole, about a type that is not live, and about a type that
    they have opted out of, or not into where that is needed.
    """
    if contact.fields["unsubscribed_from_emails"]:
        return False
    if type_id is None:
        return True
    key = schema.workspace.id
    one = await store.get_type(tx, key, type_id)
    if one is None or one.state != LIVE:
        return False
    return one.allows(await store.preference(tx, key, contact.id, type_id))

"""What a contact has said about subscription types.

Of several problems the first counts: 404 `not_found` for the contact ("User Not Found"), then for the type.

Decided here, since no source says it:

* Both answers can be given to both types, and what was said is kept, also where it is what holds for everybody:
  Intercom lists what was "explicitly configured".
* To forget what a contact has never said is 404 `not_found`.
* A merged contact is 404.
"""

from __future__ import annotations

from interlock.core.attributes.definition import CONTACT
from interlock.core.changes import change
from interlock.core.consent import store, types
from interlock.core.consent.store import SubscriptionType
from interlock.core.people import find
from interlock.core.records.store import CONTACTS
from interlock.core.schema.schema import Schema
from interlock.kit import clock
from interlock.kit.problems import not_found
from interlock.storage.database import Tx


async def say(
    tx: Tx, schema: Schema, contact_id: str, type_id: str, consent_type: str, through: str
) -> SubscriptionType:
    """Opt a contact in or out. Saying the same again changes nothing."""
    one, said = await _locked(tx, schema, contact_id, type_id)
    if said != consent_type:
        now = clock.seconds()
        await store.say(tx, schema.workspace.id, contact_id, type_id, consent_type, now)
        await CONTACTS.touch(tx, schema.workspace.id, [contact_id], now)
        await _note(tx, schema, contact_id, one, said, consent_type, through)
    return one


async def forget(tx: Tx, schema: Schema, contact_id: str, type_id: str, through: str) -> SubscriptionType:
    """What holds for everybody holds for the contact again."""
    one, said = await _locked(tx, schema, contact_id, type_id)
    if said is None:
        raise not_found()
    await store.forget(tx, schema.workspace.id, contact_id, type_id)
    await CONTACTS.touch(tx, schema.workspace.id, [contact_id], clock.seconds())
    await _note(tx, schema, contact_id, one, said, None, through)
    return one


async def _locked(tx: Tx, schema: Schema, contact_id: str, type_id: str) -> tuple[SubscriptionType, str | None]:
    """The type, and what the contact, who is locked, has said about it."""
    record = await CONTACTS.lock(tx, schema.workspace.id, contact_id, CONTACT)
    await find.present(tx, schema, record, merged_is_gone=False)
    one = await types.get(tx, schema, type_id)
    return one, await store.preference(tx, schema.workspace.id, contact_id, type_id)


async def _note(
    tx: Tx,
    schema: Schema,
    contact_id: str,
    one: SubscriptionType,
    before: str | None,
    after: str | None,
    through: str,
) -> None:
    action = change.SUBSCRIBED if one.allows(after) else change.UNSUBSCRIBED
    said = ({"subscription_type_id": one.id, "consent_type": each} for each in (before, after))
    row = change.row(schema.workspace.id, CONTACT, contact_id, action, through, clock.micros(), *said)
    await change.note(tx, row)


async def of_contact(tx: Tx, schema: Schema, contact_id: str) -> list[SubscriptionType]:
    """What a contact has said something about. 404 `not_found` for the contact."""
    await find.contact(tx, schema, contact_id, merged_is_gone=False)
    return await store.types_of(tx, schema.workspace.id, contact_id)

"""Merging two contacts, with what that means for the conversations that the second one takes over."""

from __future__ import annotations

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.people import merge as people
from interlock.core.people.merge import Merging
from interlock.core.people.show import Shown
from interlock.core.records.slots import slot_values
from interlock.core.records.store import CONVERSATIONS
from interlock.core.schema.schema import Schema
from interlock.core.threads import conversation_store
from interlock.core.threads.words import RATED_BY
from interlock.storage.database import Tx


async def merge(
    tx: Tx, schema: Schema, wanted: Merging, through: str, merged_is_gone: bool = True, with_merges: bool = False
) -> Shown:
    """One contact becomes another, who takes part in its conversations from now on and has said what it said of them.

    Who wrote which part stays as it was written. Problems: `people.merge`.
    """
    shown = await people.merge(tx, schema, wanted, through, merged_is_gone, with_merges)
    key = schema.workspace.id
    rated = await conversation_store.rated_by(tx, key, wanted.into_id, wanted.from_id)
    records = (await CONVERSATIONS.lock_many(tx, key, rated, CONVERSATION)).values()
    for record in records:
        record.details[RATED_BY] = wanted.into_id
    slots = schema.of(CONVERSATION)
    await CONVERSATIONS.update_many(tx, key, [(one, slot_values(slots, one.attributes)) for one in records])
    return shown

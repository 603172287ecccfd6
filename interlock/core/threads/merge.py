"""Merging two conversations: the secondary is closed and linked to the primary, and both keep what was said.

Decided here, since no source says it: the secondary's contacts do not come along, so that nobody sees what another
has written; a conversation that was merged away may be a primary; who writes into it afterwards opens it again.
"""

from __future__ import annotations

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.changes import change
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.threads import author as authors
from interlock.core.threads.turn import Turn
from interlock.core.threads.words import CLOSE, CLOSED, MERGED_PRIMARY, MERGED_SECONDARY
from interlock.kit import clock
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Tx

MERGED_INTO, LINKED = "merged_into", "linked_conversations"


async def merge(tx: Tx, schema: Schema, id: str, into_id: str, may_tickets: bool, through: str) -> Record:
    """Merge the conversation `id` into another one, the primary, which is answered.

    Of several problems the first counts: 422 `merge_failed` for itself, for a primary that is not there, 404
    `not_found` for the secondary, 403 `forbidden` for one that is a ticket by now, where tickets must not be written
    (`may_tickets`), 422 for one that has been merged already.
    """
    if id == into_id:
        raise Problem("merge_failed", "Cannot merge a conversation into itself")
    pair = await CONVERSATIONS.lock_many(tx, schema.workspace.id, [id, into_id], CONVERSATION)
    await ensure_current(tx, schema)
    primary, secondary = pair.get(into_id), pair.get(id)
    if primary is None or not primary.fields["live"]:
        raise Problem("merge_failed", "Primary conversation not found")
    if secondary is None or not secondary.fields["live"]:
        raise not_found()
    if secondary.fields["ticket_id"] is not None and not may_tickets:
        raise Problem("forbidden", "Forbidden request")
    if MERGED_INTO in secondary.details:
        raise Problem("merge_failed", "Secondary conversation has already been merged")
    by, now = authors.bot(schema.workspace.app_id), clock.seconds()
    _link(primary, id)
    _link(secondary, into_id)
    secondary.details[MERGED_INTO] = into_id
    of_secondary = Turn(schema, secondary, through, now)
    if of_secondary.state != CLOSED:
        of_secondary.close(by)
        of_secondary.say(by, CLOSE, None)
    of_secondary.say(by, MERGED_SECONDARY, None)
    of_secondary.tell(change.MERGED, merged_into=into_id)
    await of_secondary.save(tx)
    of_primary = Turn(schema, primary, through, now)
    of_primary.say(by, MERGED_PRIMARY, None)
    of_primary.tell(change.MERGED, merged_from=id)
    await of_primary.save(tx)
    return primary


def _link(record: Record, other_id: str) -> None:
    linked = record.details.setdefault(LINKED, [])
    if other_id not in linked:
        linked.append(other_id)

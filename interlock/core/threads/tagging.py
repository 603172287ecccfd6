"""Tags on conversations and tickets.

Of several problems the first counts: 404 for the conversation or the ticket, 404 `tag_not_found`, 404
`admin_not_found`. Taking off a tag that is not there is 404 `tag_not_found`, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.records.record import Record
from interlock.core.schema.schema import Schema
from interlock.core.staff import find as staff
from interlock.core.tags import applying, tags
from interlock.core.tags.store import Tagging
from interlock.core.threads import find
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Tx


async def tag(tx: Tx, schema: Schema, kind: str, id: str, tag_id: str, admin_id: str | int, through: str) -> Tagging:
    """To have the tag already is fine."""
    await _LOCK[kind](tx, schema, id)
    one = await tags.share(tx, schema, tag_id, _no_tag())
    admin = await _admin(tx, schema, admin_id)
    return await applying.put_on_one(tx, schema, kind, one, id, admin, through, by="admin")


async def untag(
    tx: Tx, schema: Schema, kind: str, id: str, tag_id: str, admin_id: str | int | None, through: str
) -> Tagging:
    """`admin_id` may be left out: the description does not require the body that it is in."""
    await _LOCK[kind](tx, schema, id)
    one = await tags.share(tx, schema, tag_id, _no_tag())
    if admin_id is not None:
        await _admin(tx, schema, admin_id)
    gone = await applying.take_off_one(tx, schema, kind, one, id, through, by="admin")
    if gone is None:
        raise _no_tag()
    return gone


async def _admin(tx: Tx, schema: Schema, raw: str | int) -> int:
    found = await staff.admin(tx, schema.workspace.id, raw)
    if found is None:
        raise Problem("admin_not_found", "Admin not found", "admin_id")
    return found.id


async def _conversation(tx: Tx, schema: Schema, id: str) -> Record:
    return await find.lock_conversation(tx, schema, id, not_found("Conversation not found"))


async def _ticket(tx: Tx, schema: Schema, id: str) -> Record:
    return await find.lock_ticket(tx, schema, id)


_LOCK: dict[str, Callable[[Tx, Schema, str], Awaitable[Record]]] = {CONVERSATION: _conversation, TICKET: _ticket}


def _no_tag() -> Problem:
    return Problem("tag_not_found", "Tag not found")

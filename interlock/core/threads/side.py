"""Side conversations: teammates ask somebody else about a conversation, and the contact does not see it.

Intercom makes them in its inbox and only lists them in its API; here they are made and answered under
`/interlock/v1/`. Who answers is a teammate, or whoever has the address that is named: they need not be a contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from interlock.core.changes import change
from interlock.core.files.attachments import Attached
from interlock.core.schema.schema import Schema
from interlock.core.threads import find, people, side_store, store
from interlock.core.threads.author import Author
from interlock.core.threads.side_store import Side
from interlock.core.threads.store import Part
from interlock.core.threads.words import COMMENT, OPEN
from interlock.kit import clock, html, ids
from interlock.kit.lines import one_line
from interlock.kit.problems import missing, not_found
from interlock.storage.database import Tx

KIND = "side_conversation"


@dataclass(frozen=True, slots=True)
class Message:
    """What is said, by a teammate or (`email`) by somebody outside."""

    body: str
    admin_id: str | int | None = None
    email: str | None = None
    name: str | None = None
    attached: Attached = field(default_factory=Attached)


@dataclass(frozen=True, slots=True)
class Shown:
    """A side conversation with its newest parts, and how many it has."""

    side: Side
    parts: Sequence[Part]
    total: int


async def start(
    tx: Tx, schema: Schema, conversation_id: str, subject: str, to: Sequence[str], said: Message, through: str
) -> Shown:
    """A teammate begins one, with addresses. 404 `not_found` for the conversation, then 404 `admin_not_found`."""
    await find.lock_conversation(tx, schema, conversation_id)
    by = await _author(tx, schema, said)
    now = clock.seconds()
    side = Side(ids.decimal_id(), conversation_id, OPEN, one_line(subject), now, now, {"to": list(to)})
    await side_store.insert_side(tx, schema.workspace.id, side)
    return await _say(tx, schema, side, by, said, change.CREATED, through)


async def reply(tx: Tx, schema: Schema, conversation_id: str, id: str, said: Message, through: str) -> Shown:
    """404 `not_found` for the conversation or the side conversation, then 404 `admin_not_found`."""
    await find.lock_conversation(tx, schema, conversation_id)
    side = await side_store.lock(tx, schema.workspace.id, conversation_id, id)
    if side is None:
        raise not_found()
    by = await _author(tx, schema, said)
    side.updated_at = clock.seconds()
    await side_store.update_side(tx, schema.workspace.id, side)
    return await _say(tx, schema, side, by, said, change.REPLIED, through)


async def _author(tx: Tx, schema: Schema, said: Message) -> Author:
    if said.admin_id is not None:
        return await people.acting(tx, schema, said.admin_id)
    if said.email:
        return Author("user", "", said.name, said.email)
    raise missing("admin_id or email is required", "admin_id")


async def _say(tx: Tx, schema: Schema, side: Side, by: Author, said: Message, action: str, through: str) -> Shown:
    key = schema.workspace.id
    part = by.part(COMMENT, side.updated_at, html.clean(said.body), attachments=said.attached.shown or None)
    await store.append(tx, key, side.id, part)
    await said.attached.add(tx, key)
    after = {"part_id": part.id, "by": by.type, "conversation_id": side.conversation_id}
    await change.note(tx, change.row(key, KIND, side.id, action, through, clock.micros(), {}, after))
    return (await _show(tx, schema, [side]))[0]


async def page(tx: Tx, schema: Schema, conversation_id: str, limit: int, offset: int) -> tuple[list[Shown], int]:
    """The side conversations of one, the newest first, and how many. 404 `not_found` for the conversation."""
    await find.conversation(tx, schema, conversation_id)
    sides, total = await side_store.page(tx, schema.workspace.id, conversation_id, limit, offset)
    return await _show(tx, schema, sides), total


async def _show(tx: Tx, schema: Schema, sides: Sequence[Side]) -> list[Shown]:
    parts = await side_store.parts_of(tx, schema.workspace.id, [one.id for one in sides])
    return [Shown(one, *parts[one.id]) for one in sides]

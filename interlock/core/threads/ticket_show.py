"""What a ticket shows beside its own fields, for any number of them with the same few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interlock.core.attributes.definition import FILES, TICKET
from interlock.core.files import store as file_store
from interlock.core.files.store import File
from interlock.core.query.parse import Search
from interlock.core.query.search import Found, search
from interlock.core.records.record import Record
from interlock.core.records.store import TICKETS
from interlock.core.schema.schema import Schema
from interlock.core.threads import conversation_store, store, ticket_state_store, ticket_store, ticket_type_store
from interlock.core.threads.conversation_store import ContactName
from interlock.core.threads.store import CONTACT_MEMBER, PARTS_SHOWN, Part
from interlock.core.threads.ticket_state_store import TicketState
from interlock.core.threads.ticket_store import LinkedObject
from interlock.core.threads.ticket_type_store import TicketType
from interlock.core.threads.ticket_values import is_address
from interlock.kit import limits
from interlock.storage.database import Tx

CONVERTED = "converted"
"""In a ticket's details: it was a conversation, whose first message it shows as a part."""
PREVIOUS_STATE = "previous_state_id"


@dataclass(frozen=True, slots=True)
class ShownTicket:
    """A ticket with everything that its JSON holds."""

    schema: Schema
    record: Record
    type: TicketType | None
    state: TicketState | None
    contacts: Sequence[ContactName] = ()
    links: Sequence[LinkedObject] = ()
    link_count: int = 0
    parts: Sequence[Part] = ()
    part_count: int = 0
    files: Mapping[str, File] = field(default_factory=dict)


async def show(
    tx: Tx, schema: Schema, records: Sequence[Record], only: Mapping[str, Sequence[Part]] | None = None
) -> list[ShownTicket]:
    """In the order of `records`, by at most nine statements.

    `only`: the parts to show of each, where not its newest are wanted (a webhook tells of the new one).
    """
    if not records:
        return []
    key, ids = schema.workspace.id, [one.id for one in records]
    types = await ticket_type_store.types_by_id(tx, key, sorted({one.fields["ticket_type_id"] for one in records}))
    states = await ticket_state_store.states_by_id(tx, key, sorted({one.fields["state_id"] for one in records}))
    members = await store.participants_of(tx, key, ids)
    contact_ids = {id: [one.member_id for one in members[id] if one.kind == CONTACT_MEMBER] for id in ids}
    names = await conversation_store.contact_names(tx, key, [one for of in contact_ids.values() for one in of])
    links = await ticket_store.linked_objects(tx, key, ids, limits.LINKED_SHOWN)
    if only is not None:
        parts = {id: (list(only.get(id, ())), len(only.get(id, ()))) for id in ids}
    else:
        parts = await _parts(tx, key, records)
    files = await file_store.get_files(tx, key, _file_ids(records, types))
    return [
        ShownTicket(
            schema,
            one,
            types.get(one.fields["ticket_type_id"]),
            states.get(one.fields["state_id"]),
            [names[id] for id in contact_ids[one.id] if id in names],
            *links[one.id],
            *parts[one.id],
            files,
        )
        for one in records
    ]


async def show_one(tx: Tx, schema: Schema, record: Record, only: Sequence[Part] | None = None) -> ShownTicket:
    return (await show(tx, schema, [record], {record.id: only} if only is not None else None))[0]


async def _parts(tx: Tx, key: str, records: Sequence[Record]) -> dict[str, tuple[list[Part], int]]:
    """With the message that a converted conversation began with, where there is room for it."""
    found = await ticket_store.newest_parts(tx, key, [one.id for one in records], PARTS_SHOWN)
    converted = [one.id for one in records if one.details.get(CONVERTED)]
    for id, source in (await ticket_store.sources(tx, key, converted)).items():
        shown, total = found[id]
        found[id] = ([source, *shown] if total < PARTS_SHOWN else shown), total + 1
    return found


def _file_ids(records: Sequence[Record], types: Mapping[str, TicketType]) -> list[str]:
    found: list[str] = []
    for record in records:
        one = types.get(record.fields["ticket_type_id"])
        for attribute in one.attributes if one is not None else ():
            if attribute.data_type == FILES:
                found += [id for id in record.details.get(attribute.key, ()) if not is_address(id)]
    return found


async def find_page(tx: Tx, schema: Schema, wanted: Search) -> Found:
    """One page of a search, to be shown by `show`."""
    return await search(tx, schema, TICKET, wanted, TICKETS)

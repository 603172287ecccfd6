"""What a conversation shows beside its own fields, for any number of them with the same few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.people import company as companies
from interlock.core.people.company import Shown as ShownCompany
from interlock.core.records.record import Record
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.core.tags.store import Tagging
from interlock.core.threads import conversation_store, store
from interlock.core.threads.beside_store import Beside, LinkedTicket, beside
from interlock.core.threads.conversation_store import ContactName
from interlock.core.threads.merge import LINKED
from interlock.core.threads.store import Part
from interlock.storage.database import Tx


@dataclass(slots=True)  # not frozen: that costs a microsecond for each, and there are 150 on a page
class Shown:
    """A conversation with everything that its JSON holds.

    `parts` is None where only an item of a list is wanted. `teammates` are ids of admins, `conversations` of linked
    ones.
    """

    schema: Schema
    record: Record
    references: Mapping[str, links.Linked]
    contacts: Sequence[ContactName]
    teammates: Sequence[str]
    tags: Sequence[Tagging]
    company: ShownCompany | None
    tickets: Sequence[LinkedTicket]
    conversations: Sequence[str]
    parts: Sequence[Part] | None = None
    part_count: int = 0


async def show(tx: Tx, schema: Schema, records: Sequence[Record]) -> list[Shown]:
    """Items of a list, in the order of `records`. One statement; one or two for each reference attribute of
    conversations, and of companies where any conversation has one; one where any has been merged."""
    return await _show(tx, schema, records, {})


async def show_one(
    tx: Tx, schema: Schema, record: Record, parts: Sequence[Part] | None = None, around: Beside | None = None
) -> Shown:
    """One with its newest parts or, where `parts` is given, with those alone: notifications tell of the new one.
    `around` is what is beside it, where the caller has read that."""
    if parts is None:
        found, total = await store.newest(tx, schema.workspace.id, record.id)
    else:
        found, total = list(parts), len(parts)
    around_it = {record.id: around} if around is not None else None
    return (await _show(tx, schema, [record], {record.id: (found, total)}, around_it))[0]


async def _show(
    tx: Tx,
    schema: Schema,
    records: Sequence[Record],
    parts: Mapping[str, tuple[Sequence[Part], int]],
    around: Mapping[str, Beside] | None = None,
) -> list[Shown]:
    if not records:
        return []
    key = schema.workspace.id
    if around is None:
        around = await beside(tx, key, records)
    references = await links.read(tx, schema, CONVERSATION, records)
    with_company = await _companies(tx, schema, records)
    linked = await conversation_store.existing(
        tx, key, [other for one in records for other in one.details.get(LINKED, ())]
    )
    shown = []
    for one in records:
        mine = around[one.id]
        company = with_company.get(one.fields["company_id"] or "")
        conversations = [other for other in one.details.get(LINKED, ()) if other in linked] if linked else ()
        of_record = (references[one.id], mine.contacts, mine.teammates, mine.tags, company, mine.tickets, conversations)
        shown.append(Shown(schema, one, *of_record, *parts.get(one.id, (None, 0))))
    return shown


async def _companies(tx: Tx, schema: Schema, records: Sequence[Record]) -> dict[str, ShownCompany]:
    ids = {one.fields["company_id"] for one in records if one.fields["company_id"] is not None}
    if not ids:
        return {}
    found = await conversation_store.companies_named(tx, schema.workspace.id, ids)
    return {one.record.id: one for one in await companies.show_all(tx, schema, found)}

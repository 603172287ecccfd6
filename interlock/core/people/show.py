"""What a contact shows beside its own fields, for any number of contacts with the same few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interlock.core.attributes.definition import CONTACT
from interlock.core.people import beside_store, contact_store, memberships
from interlock.core.people.beside_store import Beside
from interlock.core.people.contact_fields import USER
from interlock.core.people.contact_store import Merge
from interlock.core.records.record import Record
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.kit import limits
from interlock.storage.database import Tx


@dataclass(frozen=True, slots=True)
class Shown:
    """A contact with everything that its JSON holds. `merges` is None where nobody asked, and for leads.

    `schema` is newer than the caller's where the write itself has made an attribute.
    """

    schema: Schema
    record: Record
    references: Mapping[str, links.Linked]
    companies: Sequence[Record] = ()  # the first few
    company_count: int = 0
    beside: Beside = field(default_factory=dict)
    merges: Sequence[Merge] | None = None


async def show(tx: Tx, schema: Schema, records: Sequence[Record], with_merges: bool = False) -> list[Shown]:
    """In the order of `records`. Four statements, and one or two for each reference attribute of contacts."""
    if not records:
        return []
    ids = [one.id for one in records]
    references = await links.read(tx, schema, CONTACT, records)
    companies = await memberships.companies_of(tx, schema, ids)
    beside = await beside_store.first_of_each(tx, schema.workspace.id, ids, limits.NESTED_SHOWN)
    merges: dict[str, list[Merge]] = {}
    if with_merges:
        users = [one.id for one in records if one.fields["role"] == USER]
        merges = await contact_store.merges_into(tx, schema, users)
    return [
        Shown(schema, one, references[one.id], *companies[one.id], beside[one.id], merges.get(one.id))
        for one in records
    ]


async def show_one(tx: Tx, schema: Schema, record: Record, with_merges: bool = False) -> Shown:
    return (await show(tx, schema, [record], with_merges))[0]

"""`interlock demo`: a believable shop, written through the doors that the API uses.

What is there already stays: definitions of these names are not made again, people keep what they have, and companies,
products and orders are merged into by their external ids. So it may be run twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from interlock.cli import shop
from interlock.cli.common import database_option, with_workspace, workspace_option
from interlock.cli.shop import Firm, Person, Thing
from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.definitions import define
from interlock.core.definitions.document import AttributeDocument, parse_document, wanted_attribute, wanted_type
from interlock.core.objects.bulk import Row, bulk
from interlock.core.objects.instances import Upsert
from interlock.core.people import company, contact, contact_fields, contact_store, memberships
from interlock.core.people.contact import ContactWrite
from interlock.core.schema.cache import SchemaCache
from interlock.core.schema.schema import Schema
from interlock.kit import clock, limits
from interlock.storage.database import Database, Tx

THROUGH = "demo:shop"


@click.command()
@database_option
@workspace_option
def demo(database_url: str | None, workspace_id: str | None) -> None:
    """Fill a workspace with a believable shop: people, companies, products, orders with references."""

    async def work(database: Database, id: str) -> str:
        return await fill(database, SchemaCache(database), id)

    click.echo(with_workspace(database_url, workspace_id, work))


async def fill(database: Database, schemas: SchemaCache, workspace_id: str) -> str:
    """Make the shop; what there is now, in a sentence."""
    made = shop.make(clock.seconds())
    await _define(schemas, workspace_id)
    writes = _Writes(schemas, workspace_id)
    companies = dict(
        zip((one.company_id for one in made.companies), await writes.companies(made.companies), strict=True)
    )
    people = dict(zip((one.external_id for one in made.people), await writes.people(made.people), strict=True))
    members = [(people[one.external_id], companies[one.company]) for one in made.people if one.company is not None]
    await writes.each(memberships.attach, members)
    await writes.instances("Product", made.products, people)
    await writes.instances("Order", made.orders, people)
    return f"The shop has {len(people)} people, {len(companies)} companies and {len(made.orders)} orders."


async def _define(schemas: SchemaCache, workspace_id: str) -> None:
    document = parse_document(shop.SCHEMA)
    for one in document.object_types or ():
        if one.identifier not in (await schemas.get(workspace_id)).identifiers:
            await schemas.define(workspace_id, define.create_type, wanted_type(one))
    for kind, section in ((CONTACT, document.contact), (COMPANY, document.company)):
        for attribute in _attributes(section):
            if attribute.name not in (await schemas.get(workspace_id)).of(kind):
                await schemas.define(workspace_id, define.create_attribute, kind, wanted_attribute(attribute))


def _attributes(section: Any) -> Sequence[AttributeDocument]:
    return (section.attributes or ()) if section is not None and section else ()


@dataclass(frozen=True, slots=True)
class _Writes:
    """Writes in one workspace, many at once: the database makes groups of them."""

    schemas: SchemaCache
    workspace_id: str

    async def each(self, unit: Callable[..., Awaitable[Any]], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The unit once for each tuple of arguments; ten at a time, which is what a pool of connections has."""
        results: list[Any] = []
        for first in range(0, len(arguments), 10):
            part = arguments[first : first + 10]
            writes = [self.schemas.write(self.workspace_id, unit, *each, THROUGH) for each in part]
            results += await asyncio.gather(*writes)
        return results

    async def companies(self, firms: Sequence[Firm]) -> list[str]:
        wanted = [(one.company_id, company.Write(one.standard, one.attributes)) for one in firms]
        return [shown.record.id for shown in await self.each(company.upsert, wanted)]

    async def people(self, people: Sequence[Person]) -> list[str]:
        wanted = [(ContactWrite(contact_fields.check(one.standard), one.attributes),) for one in people]
        return await self.each(_contact, wanted)

    async def instances(self, identifier: str, things: Sequence[Thing], people: dict[str, str]) -> None:
        rows = [Row(number, one.external_id, _upsert(one, people)) for number, one in enumerate(things)]
        for first in range(0, len(rows), limits.BULK_ROWS):
            part = rows[first : first + limits.BULK_ROWS]
            await self.schemas.write(self.workspace_id, bulk, identifier, part, True, THROUGH)


async def _contact(tx: Tx, schema: Schema, wanted: ContactWrite, through: str) -> str:
    """The id of the person with that external id, who is made unless there is one."""
    found = await contact_store.by_external_id(tx, schema, wanted.standard.fields["external_id"])
    if found is not None:
        return found.id
    return (await contact.create(tx, schema, wanted, through)).record.id


def _upsert(one: Thing, people: dict[str, str]) -> Upsert:
    attributes = dict(one.attributes)
    if one.person is not None:
        attributes["person"] = [people[one.person]]
    times = {"external_created_at": one.created_at, "external_updated_at": one.created_at}
    return Upsert(one.external_id, times, attributes)

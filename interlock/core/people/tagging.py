"""Tags on people and companies.

Locks: people, then companies, then the tag. Of several problems the first counts, in the same order: 404 `not_found`
("User Not Found"), 404 `company_not_found`, 404 `not_found` for the tag.

Decided here, since no source says it:

* Intercom's description of 2.16 names no status for an unknown person or company in `POST /tags`: it is the 404 of the
  older ones, and nothing is tagged.
* A tag that is put on by name alone is made if it is not there; one that is only taken off is not: 404 `not_found`.
* Whoever is mentioned twice gets what was said last.
* A tag was applied by the teammate of the token: the owner of the workspace, since tokens belong to nobody else.
* Taking off a tag that is not on a contact is 404 `not_found`, as leaving a company is that one is not in.
* Archived and blocked contacts keep their tags, and may be tagged; a merged one is 404.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.people import company_store, find
from interlock.core.records.store import COMPANIES, CONTACTS
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.core.staff.store import owner
from interlock.core.tags import applying, store, tags
from interlock.core.tags.store import Tag, Tagging
from interlock.kit.problems import not_found
from interlock.storage.database import Tx


@dataclass(frozen=True, slots=True)
class Mention:
    """A person or a company, by the id that it has here or (companies) by the customer's own."""

    id: str | None = None
    company_id: str | None = None
    untag: bool = False


@dataclass(frozen=True, slots=True)
class Labelling:
    """What `POST /tags` asks for besides making or renaming a tag. `id` names the tag, or else its `name`."""

    name: str | None
    id: str | None = None
    users: Sequence[Mention] = ()
    companies: Sequence[Mention] = ()


@dataclass(frozen=True, slots=True)
class Labelled:
    """The tag, and who has it (True) or lost it (False), by their ids."""

    tag: Tag
    users: Mapping[str, bool] = field(default_factory=dict)
    companies: Mapping[str, bool] = field(default_factory=dict)


async def label(tx: Tx, schema: Schema, wanted: Labelling, through: str) -> Labelled:
    """Tag and untag people and companies, all or nothing."""
    await ensure_current(tx, schema)
    users = await _locked_users(tx, schema, wanted.users)
    companies = await _locked_companies(tx, schema, wanted.companies)
    tag = await _tag(tx, schema, wanted, any((*users.values(), *companies.values())), through)
    admin = await _acting(tx, schema)
    for kind, found in ((CONTACT, users), (COMPANY, companies)):
        await applying.put_on(tx, schema, kind, tag, [id for id, on in found.items() if on], admin, through)
        await applying.take_off(tx, schema, kind, tag, [id for id, on in found.items() if not on], through)
    return Labelled(tag, users, companies)


async def _locked_users(tx: Tx, schema: Schema, mentions: Sequence[Mention]) -> dict[str, bool]:
    wanted = {one.id: not one.untag for one in mentions if one.id is not None}
    there = await CONTACTS.lock_many(tx, schema.workspace.id, list(wanted), CONTACT)
    for id in wanted:
        await find.present(tx, schema, there.get(id), merged_is_gone=False)
    return wanted


async def _locked_companies(tx: Tx, schema: Schema, mentions: Sequence[Mention]) -> dict[str, bool]:
    own = [one.company_id for one in mentions if one.id is None and one.company_id is not None]
    ids = await company_store.ids_by_company_id(tx, schema, own)
    wanted: dict[str, bool] = {}
    for one in mentions:
        id = one.id if one.id is not None else ids.get(one.company_id or "")
        if id is None:
            raise find.no_company()
        wanted[id] = not one.untag
    there = await COMPANIES.lock_many(tx, schema.workspace.id, list(wanted), COMPANY)
    if any(id not in there for id in wanted):
        raise find.no_company()
    return wanted


async def _tag(tx: Tx, schema: Schema, wanted: Labelling, puts_on: bool, through: str) -> Tag:
    if wanted.id is not None:
        return await tags.share(tx, schema, wanted.id)
    assert wanted.name is not None, "a tag is named by its id or by its name"
    if puts_on or not (wanted.users or wanted.companies):
        return await tags.named(tx, schema, wanted.name, through)
    tag = await store.share_by_name(tx, schema.workspace.id, wanted.name)
    if tag is None:
        raise not_found()
    return tag


async def _acting(tx: Tx, schema: Schema) -> int | None:
    one = await owner(tx, schema.workspace.id)
    return one.id if one is not None else None


# --- one contact


async def tag_contact(tx: Tx, schema: Schema, contact_id: str, tag_id: str, through: str) -> Tagging:
    """To have the tag already is fine."""
    await _lock_contact(tx, schema, contact_id)
    tag = await tags.share(tx, schema, tag_id)
    return await applying.put_on_one(tx, schema, CONTACT, tag, contact_id, await _acting(tx, schema), through)


async def untag_contact(tx: Tx, schema: Schema, contact_id: str, tag_id: str, through: str) -> Tagging:
    await _lock_contact(tx, schema, contact_id)
    tag = await tags.share(tx, schema, tag_id)
    gone = await applying.take_off_one(tx, schema, CONTACT, tag, contact_id, through)
    if gone is None:
        raise not_found()
    return gone


async def _lock_contact(tx: Tx, schema: Schema, contact_id: str) -> None:
    record = await CONTACTS.lock(tx, schema.workspace.id, contact_id, CONTACT)
    await find.present(tx, schema, record, merged_is_gone=False)


async def tags_of_contact(tx: Tx, schema: Schema, contact_id: str) -> list[Tagging]:
    """404 `not_found` for the contact."""
    await find.contact(tx, schema, contact_id, merged_is_gone=False)
    return (await store.tags_of(tx, schema.workspace.id, CONTACT, [contact_id]))[contact_id]

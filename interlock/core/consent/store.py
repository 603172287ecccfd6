"""Subscription types in the database, and what contacts said about them.

What a contact said is only written by who holds the contact's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, exists, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from interlock.storage.database import Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import Text, subscription_types, subscriptions

OPT_IN, OPT_OUT = "opt_in", "opt_out"


class Translation(msgspec.Struct, frozen=True):
    """What people read of a subscription type in one language."""

    name: str
    description: str = ""
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class SubscriptionType:
    """Something that people can be written about.

    `opt_out`: everybody is, unless they say no. `opt_in`: nobody is, unless they say yes.
    """

    id: str
    state: str  # live, draft, archived
    consent_type: str
    content_types: tuple[str, ...]
    default_translation: Translation
    translations: tuple[Translation, ...]
    created_at: int
    updated_at: int

    def allows(self, said: str | None) -> bool:
        """May somebody who said this (None: nothing) be written to about it?"""
        return (said or self.by_default) == OPT_IN

    @property
    def by_default(self) -> str:
        return OPT_IN if self.consent_type == OPT_OUT else OPT_OUT


_types = subscription_types.c
_columns = tuple(column for column in _types if column.name != "workspace_id")
_names = [column.name for column in _columns]
_mine = _types.workspace_id == bindparam("key")
_one = (_mine, _types.id == bindparam("id"))
_all = Query(select(*_columns).where(_mine).order_by(_types.id))
_get = Query(select(*_columns).where(*_one))
_locked = Query(select(*_columns).where(*_one).with_for_update())
_insert = Query(insert(subscription_types))
_fixed = ("id", "created_at")
_update = Query(
    update(subscription_types).where(*_one).values({name: bindparam(name) for name in _names if name not in _fixed})
)

_said = subscriptions.c
_of_contact = (_said.workspace_id == bindparam("key"), _said.contact_id == bindparam("contact_id"))
_about = (*_of_contact, _said.type_id == bindparam("type_id"))
_preference = Query(select(_said.consent_type).where(*_about))
_type_of_it = (_types.workspace_id == bindparam("key")) & (_types.id == _said.type_id)
_types_of_contact = Query(
    select(*_columns)
    .select_from(subscriptions.join(subscription_types, _type_of_it))
    .where(*_of_contact)
    .order_by(_said.created_at, _said.type_id)
)
_new = insert_or(subscriptions)
_say = Query(
    _new.on_conflict_do_update(
        index_elements=["workspace_id", "contact_id", "type_id"],
        set_={name: _new.excluded[name] for name in ("consent_type", "created_at")},
    )
)
_forget = Query(delete(subscriptions).where(*_about))
_other = subscriptions.alias("other")
_said_no = exists(
    select(literal(1)).where(
        _other.c.workspace_id == bindparam("key"),
        _other.c.contact_id == bindparam("from_id"),
        _other.c.type_id == _said.type_id,
        _other.c.consent_type == literal(OPT_OUT, Text),
    )
)
_keep_refusals = Query(
    update(subscriptions)
    .where(_said.workspace_id == bindparam("key"), _said.contact_id == bindparam("into_id"), _said_no)
    .values(consent_type=literal(OPT_OUT, Text))
)


# --- types


def _made(row: Row) -> SubscriptionType:
    values = dict(zip(_names, row, strict=True))
    values["content_types"] = msgspec.json.decode(values["content_types"], type=tuple[str, ...])
    values["default_translation"] = msgspec.json.decode(values["default_translation"], type=Translation)
    values["translations"] = msgspec.json.decode(values["translations"], type=tuple[Translation, ...])
    return SubscriptionType(**values)


def _values(one: SubscriptionType) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _names}
    for name in ("content_types", "default_translation", "translations"):
        values[name] = msgspec.json.encode(values[name]).decode()
    return values


async def all_types(tx: Tx, workspace_id: str) -> list[SubscriptionType]:
    """The oldest first."""
    return [_made(row) for row in await tx.all(_all, key=workspace_id)]


async def get_type(tx: Tx, workspace_id: str, id: str, *, lock: bool = False) -> SubscriptionType | None:
    row = await tx.one(_locked if lock else _get, key=workspace_id, id=id)
    return _made(row) if row is not None else None


async def insert_type(tx: Tx, workspace_id: str, one: SubscriptionType) -> None:
    await tx.run(_insert, workspace_id=workspace_id, **_values(one))


async def update_type(tx: Tx, workspace_id: str, one: SubscriptionType) -> None:
    await tx.run(_update, key=workspace_id, **_values(one))


# --- what contacts said


async def preference(tx: Tx, workspace_id: str, contact_id: str, type_id: str) -> str | None:
    """opt_in, opt_out, or None for who has said nothing."""
    return await tx.value(_preference, key=workspace_id, contact_id=contact_id, type_id=type_id)


async def types_of(tx: Tx, workspace_id: str, contact_id: str) -> list[SubscriptionType]:
    """The types that a contact has said something about, in that order."""
    return [_made(row) for row in await tx.all(_types_of_contact, key=workspace_id, contact_id=contact_id)]


async def say(tx: Tx, workspace_id: str, contact_id: str, type_id: str, consent_type: str, now: int) -> None:
    await tx.run(
        _say,
        workspace_id=workspace_id,
        contact_id=contact_id,
        type_id=type_id,
        consent_type=consent_type,
        created_at=now,
    )


async def forget(tx: Tx, workspace_id: str, contact_id: str, type_id: str) -> None:
    await tx.run(_forget, key=workspace_id, contact_id=contact_id, type_id=type_id)


async def keep_refusals(tx: Tx, workspace_id: str, from_id: str, into_id: str) -> None:
    """One contact is about to be merged into another: what either has said no to stays refused."""
    await tx.run(_keep_refusals, key=workspace_id, from_id=from_id, into_id=into_id)

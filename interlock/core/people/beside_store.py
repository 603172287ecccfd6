"""What is kept beside contacts and shown inside them, by id: tags, notes, and what they said about subscription types.

One statement for all of it and for any number of contacts: every read and every write of a contact shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, func, literal, select, union_all

from interlock.core.attributes.definition import CONTACT
from interlock.core.consent.store import OPT_IN, OPT_OUT
from interlock.storage.database import Tx
from interlock.storage.query import Query, any_of
from interlock.storage.tables import Text, notes, subscriptions, taggings

TAGS, NOTES, OPTED_IN, OPTED_OUT = "tags", "notes", OPT_IN, OPT_OUT

Beside = Mapping[str, tuple[list[str], int]]
"""The first few ids of each of these lists, and how many there are in all; lists without any are left out."""


def _numbered(what: ColumnElement[Any], contact: Column[Any], id: Column[Any], *order: ColumnElement[Any]) -> Any:
    """The rows of one table, counted through within each contact and list."""
    columns = contact.table.c
    where = [columns.workspace_id == bindparam("key"), any_of(contact, "ids")]
    if "kind" in columns:
        where.append(columns.kind == literal(CONTACT, Text))
    return select(
        what.label("what"),
        contact.label("contact_id"),
        id.label("id"),
        func.row_number().over(partition_by=[contact, what], order_by=order).label("place"),
        func.count().over(partition_by=[contact, what]).label("total"),
    ).where(*where)


_tags, _notes, _said = taggings.c, notes.c, subscriptions.c
_all = union_all(
    _numbered(literal(TAGS, Text), _tags.record_id, _tags.tag_id, _tags.applied_at, _tags.tag_id),
    _numbered(literal(NOTES, Text), _notes.record_id, _notes.id, _notes.id.desc()),
    _numbered(_said.consent_type, _said.contact_id, _said.type_id, _said.created_at, _said.type_id),
).subquery("beside")
_first_of_each = Query(
    select(_all.c.contact_id, _all.c.what, _all.c.id, _all.c.total)
    .where(_all.c.place <= bindparam("limit"))
    .order_by(_all.c.contact_id, _all.c.what, _all.c.place)
)


async def first_of_each(tx: Tx, workspace_id: str, contact_ids: Sequence[str], limit: int) -> dict[str, Beside]:
    """For each contact the tag applied first first, the newest note first, what was said first first."""
    found: dict[str, dict[str, tuple[list[str], int]]] = {id: {} for id in contact_ids}
    for contact_id, what, id, total in await tx.all(_first_of_each, key=workspace_id, ids=list(found), limit=limit):
        found[contact_id].setdefault(what, ([], total))[0].append(id)
    return dict(found)

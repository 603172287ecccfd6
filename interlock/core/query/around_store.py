"""What is around records, fetched as far as predicates ask for it, so that `match.py` can answer them in memory.

A fixed number of statements for any number of records: one for each set of ids, each reference and each level of
companies that the predicates speak of, and one for all events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Text, bindparam, select

from interlock.core.attributes.definition import COMPANY
from interlock.core.query.field import Links, Participants, Sets, Tagged
from interlock.core.query.match import Known, held_as
from interlock.core.query.predicate import Compare, Happened, Member, Predicate, Related, leaves
from interlock.core.records.record import Record
from interlock.core.records.store import store_of
from interlock.storage.database import Tx
from interlock.storage.query import Query, any_of_many
from interlock.storage.tables import data_event_summaries, links, memberships, participants, taggings

_KEY = bindparam("key")


@dataclass(slots=True)
class Needs:
    """What predicates on records of one kind ask for, and so on for the records around these."""

    sets: set[Sets] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    related: dict[tuple[Links, str], Needs] = field(default_factory=dict)
    companies: Needs | None = None

    def add(self, predicate: Predicate) -> None:
        for leaf in leaves(predicate):
            match leaf:
                case Compare(one) if isinstance(one.place, Sets):
                    self.sets.add(one.place)
                case Happened(name):
                    self.events.add(name)
                case Related(place, kind, _, where):
                    inside = self.related.setdefault((place, kind), Needs())
                    if where is not None:
                        inside.add(where)
                case Member(where):
                    self.companies = self.companies or Needs()
                    self.companies.add(where)


async def load(tx: Tx, key: str, records: Sequence[Record], predicates: Iterable[Predicate]) -> list[Known]:
    """The records with what is around them, in the same order. Their `links` are filled in place."""
    needs = Needs()
    for one in predicates:
        needs.add(one)
    return await _load(tx, key, records, needs)


async def _load(tx: Tx, key: str, records: Sequence[Record], needs: Needs) -> list[Known]:
    known = {record.id: Known(record) for record in records}
    if known:
        for place in needs.sets:
            await _load_set(tx, key, known, place)
        if needs.events:
            await _load_events(tx, key, known, needs.events)
        for (place, kind), inside in needs.related.items():
            others = await _others(tx, key, known, _related(place.side, kind), kind, inside, place.reference_id)
            for id, one in known.items():
                one.related[place] = others[id]
        if needs.companies is not None:
            companies = await _others(tx, key, known, _companies(), COMPANY, needs.companies)
            for id, one in known.items():
                one.companies = companies[id]
    return [known[record.id] for record in records]


async def _load_set(tx: Tx, key: str, known: dict[str, Known], place: Sets) -> None:
    what = place.reference_id if isinstance(place, Links) else place.kind
    name = held_as(place)
    for one in known.values():
        one.record.links[name] = set()
    for own_id, other_id in await tx.all(_ids(place), key=key, what=what, ids=list(known)):
        known[own_id].record.links[name].add(other_id)


async def _load_events(tx: Tx, key: str, known: dict[str, Known], names: Iterable[str]) -> None:
    for id, name, *summary in await tx.all(_events, key=key, ids=list(known), names=sorted(names)):
        count, first, last = summary
        known[id].events[name] = count, first, last


async def _others(
    tx: Tx, key: str, known: dict[str, Known], query: Query, kind: str, needs: Needs, reference_id: str | None = None
) -> dict[str, list[Known]]:
    """The records around each of several, loaded as far as is needed."""
    of_reference = {} if reference_id is None else {"what": reference_id, "type_id": kind}
    rows = await tx.all(query, key=key, ids=list(known), **of_reference)
    store = store_of(kind)
    made = {row[1]: store.record(row[1:], kind) for row in rows}
    loaded = {one.record.id: one for one in await _load(tx, key, list(made.values()), needs)}
    found: dict[str, list[Known]] = {id: [] for id in known}
    for own_id, other_id, *_ in rows:
        found[own_id].append(loaded[other_id])
    return found


# --- statements

_of_contacts = (data_event_summaries.c.workspace_id == _KEY, any_of_many(data_event_summaries.c.contact_id, "ids"))
_events = Query(
    select(
        data_event_summaries.c.contact_id,
        data_event_summaries.c.name,
        data_event_summaries.c.count,
        data_event_summaries.c.first_at,
        data_event_summaries.c.last_at,
    ).where(*_of_contacts, any_of_many(data_event_summaries.c.name, "names"))
)


def _ids(place: Sets) -> Query:
    return _ids_of_links(place.side) if isinstance(place, Links) else _ids_of(type(place))


@cache
def _ids_of_links(side: str) -> Query:
    own, other = (links.c.a_id, links.c.b_id) if side == "a" else (links.c.b_id, links.c.a_id)
    of_reference = (links.c.shard_key == _KEY, links.c.reference_id == bindparam("what"))
    return Query(select(own, other).where(*of_reference, any_of_many(own, "ids")))


@cache
def _ids_of(place: type[Tagged] | type[Participants]) -> Query:
    table = taggings if place is Tagged else participants
    own, other = (table.c.record_id, table.c.tag_id) if place is Tagged else (table.c.thread_id, table.c.member_id)
    of_kind = (table.c.workspace_id == _KEY, table.c.kind == bindparam("what"))
    return Query(select(own, other).where(*of_kind, any_of_many(own, "ids")))


@cache
def _related(side: str, kind: str) -> Query:
    store = store_of(kind)
    return _related_in(side, store.table.name, kind if store.kind_column is None else "")


@cache
def _related_in(side: str, table_name: str, standard_kind: str) -> Query:
    """One statement for each table, whichever type of instances it is asked for."""
    store = store_of(standard_kind)
    own, other = (links.c.a_id, links.c.b_id) if side == "a" else (links.c.b_id, links.c.a_id)
    joined: list[Any] = [links.c.shard_key == _KEY, links.c.reference_id == bindparam("what")]
    joined += [store.table.c[store.key] == _KEY, store.table.c.id == other]
    if store.kind_column:
        joined.append(store.table.c[store.kind_column] == bindparam("type_id", type_=Text()))
    return Query(select(own, *store.columns).where(*joined, any_of_many(own, "ids")))


@cache
def _companies() -> Query:
    store = store_of(COMPANY)
    joined = [memberships.c.workspace_id == _KEY, store.table.c[store.key] == _KEY]
    joined.append(store.table.c.id == memberships.c.company_id)
    return Query(
        select(memberships.c.contact_id, *store.columns).where(*joined, any_of_many(memberships.c.contact_id, "ids"))
    )

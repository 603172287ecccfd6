"""Data events: what people did, recorded as it is told.

Of several problems the first counts: the event's name, its time, whose it is, its metadata (400), nobody of that id
(404 `not_found`), and then its type: archived, or one too many (400 `data_event_type_limit_reached`).

Decided here, since no source says it:

* A type is made by the first event of its name. Events of an archived type are refused, so that nobody believes they
  were kept; bringing it back counts against the limit again.
* Who sends several ids of a person means the `id`, else the `user_id`, else the `email`.
* Archived and blocked people have events like others; a contact that was merged away has none (404).
* An event is kept for 90 days after it happened, or after it was told where that is later, and is known for a duplicate
  as long. What was counted stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.core.activity import metadata, store
from interlock.core.activity.store import Event, EventType, Person, Place, Summary, Who
from interlock.core.attributes.text import shown, storable
from interlock.core.changes import change
from interlock.core.schema.schema import Schema
from interlock.kit import clock, ids, limits
from interlock.kit.problems import Problem, invalid, missing, not_found
from interlock.storage.database import Tx

KIND, TYPE_KIND = "data_event", "data_event_type"
DAY = 86_400


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that was checked (`check`)."""

    who: Who
    name: str
    created_at: int
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """What a person did, the newest first. `more`: there is something older, too."""

    person: Person
    events: list[Event]
    more: bool = False


# --- recording


def check(name: str | None, created_at: int | None, who: Who | None, raw: Mapping[str, Any] | None) -> NewEvent:
    """Raises 400 `parameter_not_found` or `parameter_invalid`."""
    name = check_name(name, "event_name")
    if created_at is None:
        raise missing("created_at not specified", "created_at")
    if who is None:
        raise missing("A user_id, an id or an email is required", "user_id")
    return NewEvent(who, name, created_at, metadata.clean(raw))


def check_name(name: str | None, field: str) -> str:
    if name is None or not name.strip():
        raise missing(f"{field} not specified", field)
    if len(name) > limits.STRING_CHARS or not storable(name):
        raise invalid(f"{field} must be at most {limits.STRING_CHARS} characters", field)
    return name


async def record(tx: Tx, schema: Schema, wanted: NewEvent, through: str) -> None:
    """Keep an event; the same one again is ignored. Three statements, but for the first event of a type."""
    key = schema.workspace.id
    event = Event(ids.record_id(), wanted.name, wanted.created_at, wanted.metadata)
    contact_id = await store.record(tx, key, wanted.who, event, clock.seconds())
    if contact_id is None:
        await _person(tx, schema, wanted.who)
        await _make_types(tx, schema, [wanted.name], through)
        contact_id = await store.record(tx, key, wanted.who, event, clock.seconds())
        if contact_id is None:
            return  # there is the very same event
    at = wanted.created_at
    await store.add(tx, key, contact_id, [Summary(wanted.name, 1, at, at)])
    after = {"name": event.name, "contact_id": contact_id, "created_at": at, "metadata": event.metadata}
    await change.note(tx, change.row(key, KIND, event.id, change.CREATED, through, clock.micros(), {}, after))


async def add_summaries(tx: Tx, schema: Schema, who: Who, wanted: Sequence[Summary], through: str) -> None:
    """Add to what is counted of a person, as if so many events had come in: 404, then what is wrong with a type."""
    key = schema.workspace.id
    person = await _person(tx, schema, who)
    await _make_types(tx, schema, [one.name for one in wanted], through)
    await store.add(tx, key, person.id, wanted)
    told = [{"name": one.name, "count": one.count, "first": one.first_at, "last": one.last_at} for one in wanted]
    after = {"contact_id": person.id, "summaries": told}
    await change.note(tx, change.row(key, KIND, person.id, change.UPDATED, through, clock.micros(), {}, after))


async def _person(tx: Tx, schema: Schema, who: Who) -> Person:
    found = await store.person(tx, schema.workspace.id, who)
    if found is None:
        raise no_person()
    return found


def no_person() -> Problem:
    return not_found("User Not Found")


# --- reading


async def page(tx: Tx, schema: Schema, who: Who, after: Place, before: Place, limit: int) -> Page:
    """Events of the last 90 days between two places. 404 `not_found` for nobody."""
    person = await _person(tx, schema, who)
    oldest = (clock.seconds() - limits.EVENT_DAYS * DAY, "")
    found = await store.page(tx, schema.workspace.id, person.id, max(after, oldest), before, limit + 1)
    return Page(person, found[:limit], len(found) > limit)


async def summary(tx: Tx, schema: Schema, who: Who) -> tuple[Person, list[Summary]]:
    """What a person ever did, by name."""
    person = await _person(tx, schema, who)
    return person, await store.summaries(tx, schema.workspace.id, person.id)


# --- types


async def _make_types(tx: Tx, schema: Schema, names: Sequence[str], through: str) -> None:
    """Make the types that are not there yet. 400 for archived ones, and for too many."""
    key = schema.workspace.id
    if not _new(await store.types_named(tx, key, names), names):
        return
    active = await store.lock_types(tx, key)
    new = _new(await store.types_named(tx, key, names), names)
    if active + len(new) > limits.EVENT_TYPES:
        raise _too_many()
    now = clock.seconds()
    for name in new:
        await store.insert_type(tx, key, EventType(name, False, now))
    await change.note(tx, *(_type_row(schema, name, change.CREATED, through, {"name": name}) for name in new))


def _new(known: Mapping[str, EventType], names: Sequence[str]) -> list[str]:
    archived = next((name for name in names if name in known and known[name].archived), None)
    if archived is not None:
        raise invalid(f"Events of the type '{shown(archived)}' are archived", "event_name")
    return [name for name in dict.fromkeys(names) if name not in known]


def _too_many() -> Problem:
    message = f"The limit of {limits.EVENT_TYPES} active event types is reached: archive one that is not needed"
    return Problem("data_event_type_limit_reached", message, "event_name")


async def all_types(tx: Tx, schema: Schema) -> list[EventType]:
    return await store.types(tx, schema.workspace.id)


async def archive_type(tx: Tx, schema: Schema, name: str, archived: bool, through: str) -> EventType:
    """Archive a type, or bring it back. 404 `not_found`, 400 `data_event_type_limit_reached`."""
    key = schema.workspace.id
    active = await store.lock_types(tx, key)
    one = (await store.types_named(tx, key, [name])).get(name)
    if one is None:
        raise not_found("Data event type not found")
    if one.archived == archived:
        return one
    if not archived and active >= limits.EVENT_TYPES:
        raise _too_many()
    await store.set_archived(tx, key, name, archived)
    action = change.ARCHIVED if archived else change.UNARCHIVED
    await change.note(tx, _type_row(schema, name, action, through, {"archived": archived}))
    return EventType(name, archived, one.created_at)


def _type_row(schema: Schema, name: str, action: str, through: str, after: dict[str, Any]) -> dict[str, Any]:
    return change.row(schema.workspace.id, TYPE_KIND, name, action, through, clock.micros(), {}, after)

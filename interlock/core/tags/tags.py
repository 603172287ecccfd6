"""Tags themselves: made, renamed, deleted. What they are put on is in `people/tagging.py` and `threads/tagging.py`.

Decided here, since no source says it:

* A name is trimmed, has 1 to 255 characters, and keeps the case in which it was first written.
* To make a tag that is there already answers the one that is there.
* A tag cannot take the name of another one: 400 `parameter_invalid`.
* Deleting a tag takes it off everything; the history of what it was on does not mention it, so that deleting a tag
  of a hundred thousand people is no more than one statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.core.changes import change
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import SchemaChanged, ensure_current
from interlock.core.tags import store
from interlock.core.tags.store import Tag
from interlock.kit import clock, ids, limits
from interlock.kit.problems import Problem, invalid, not_found
from interlock.storage.database import Tx

TAG_ID = "tag_id"
"""The field of a segment's rules that speaks of tags."""


def bad_parameters(field: str | None = None) -> Problem:
    """The words of the description for a body that says nothing to do."""
    return invalid("invalid tag parameters", field)


def check_name(raw: str) -> str:
    """A name as it is stored."""
    name = raw.strip()
    if not name:
        raise bad_parameters("name")
    if len(name) > limits.TAG_NAME_CHARS:
        raise invalid(f"name must be at most {limits.TAG_NAME_CHARS} characters", "name")
    return name


# --- reading


async def get(tx: Tx, schema: Schema, id: str) -> Tag:
    """404 `not_found`."""
    return _present(await store.get(tx, schema.workspace.id, id))


async def share(tx: Tx, schema: Schema, id: str, problem: Problem | None = None) -> Tag:
    """A tag to put on something, or to take off. 404 `not_found` unless the operation has another word for it."""
    return _present(await store.share(tx, schema.workspace.id, id), problem)


def _present(tag: Tag | None, problem: Problem | None = None) -> Tag:
    if tag is None:
        raise problem or not_found()
    return tag


# --- writing


async def named(tx: Tx, schema: Schema, name: str, through: str) -> Tag:
    """The tag of this name, made if there is none; nobody deletes it until this transaction ends."""
    key, now = schema.workspace.id, clock.seconds()
    tag = await store.share_by_name(tx, key, name)
    if tag is not None:
        return tag
    tag = Tag(ids.decimal_id(), name, now, now)
    if await store.insert_new(tx, key, tag):
        await _note(tx, schema, tag.id, change.CREATED, through, {}, {"name": name})
        return tag
    tag = await store.share_by_name(tx, key, name)  # somebody else was faster
    if tag is None:  # and has deleted it again
        raise SchemaChanged
    return tag


async def create(tx: Tx, schema: Schema, name: str, through: str) -> Tag:
    await ensure_current(tx, schema)
    return await named(tx, schema, name, through)


async def rename(tx: Tx, schema: Schema, id: str, name: str, through: str) -> Tag:
    """404 `not_found`; 400 `parameter_invalid` when another tag has the name. The unique index holds it in a race."""
    await ensure_current(tx, schema)
    key = schema.workspace.id
    tag = _present(await store.lock(tx, key, id))
    if tag.name == name:
        return tag
    other = await store.share_by_name(tx, key, name)
    if other is not None and other.id != id:
        raise name_taken(name)
    now = clock.seconds()
    await store.rename(tx, key, id, name, now)
    await _note(tx, schema, id, change.UPDATED, through, {"name": tag.name}, {"name": name})
    return Tag(id, name, tag.created_at, now)


def name_taken(name: str) -> Problem:
    return invalid(f"A tag with the name '{name}' already exists", "name")


async def delete(tx: Tx, schema: Schema, id: str, through: str) -> None:
    """404 `not_found`; 400 `tag_has_dependent_objects` while the rules of a segment speak of the tag."""
    await ensure_current(tx, schema)
    key = schema.workspace.id
    tag = _present(await store.lock(tx, key, id))
    dependent = segments_with(schema.segments, id)
    if dependent:
        names = ", ".join(dependent)
        raise Problem("tag_has_dependent_objects", f"Unable to delete Tag with dependent objects. Segments: {names}.")
    await store.remove_tag(tx, key, id)
    await _note(tx, schema, id, change.DELETED, through, {"name": tag.name}, {})


async def _note(
    tx: Tx, schema: Schema, id: str, action: str, through: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    row = change.row(schema.workspace.id, "tag", id, action, through, clock.micros(), before, after)
    await change.note(tx, row)


# --- what depends on a tag


def segments_with(segments: Mapping[str, Any], tag_id: str) -> list[str]:
    """The names of the segments whose rules speak of a tag, in the order of their ids."""
    return [one.name for id, one in sorted(segments.items()) if speaks_of(one.rules, tag_id)]


def speaks_of(rules: Any, tag_id: str) -> bool:
    """Is there a filter `{"field": "tag_id", "value": ...}` with this tag, or a list with it, anywhere in the rules?

    Level by level, since rules may be nested in ways that only `core/query` and `core/segments` know.
    """
    waiting = [rules]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            if one.get("field") == TAG_ID and tag_id in _texts(one.get("value")):
                return True
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)
    return False


def _texts(value: Any) -> set[str]:
    return {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}

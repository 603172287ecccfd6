"""Subscription types: made, changed and archived. Intercom has only its UI for that, so the rules are ours.

* A type begins as a draft unless it is made live, and is for emails that people can opt out of unless it says
  otherwise. A draft becomes live, and a live one archived, which can be undone; neither becomes a draft again.
* What consent it takes changes only while it is a draft: afterwards it would turn what people have said around.
* The default translation is always among the translations, each of which has a language of its own.
* Types are never deleted: what people have said stays known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from interlock.core.changes import change
from interlock.core.consent import store
from interlock.core.consent.store import OPT_IN, OPT_OUT, SubscriptionType, Translation
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.kit import clock, ids, limits
from interlock.kit.problems import invalid, missing, not_found
from interlock.storage.database import Tx

LIVE, DRAFT, ARCHIVED = "live", "draft", "archived"
STATES = (LIVE, DRAFT, ARCHIVED)
CONSENT_TYPES = (OPT_IN, OPT_OUT)
CONTENT_TYPES = ("email", "sms_message")
DEFAULT = Translation("News and updates", "What is new, and what we think you should know")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None stays as it is."""

    state: str | None = None
    consent_type: str | None = None
    content_types: Sequence[str] | None = None
    default_translation: Translation | None = None
    translations: Sequence[Translation] | None = None


async def make_default(tx: Tx, workspace_id: str, now: int) -> None:
    """The one type that a new workspace has: live, for emails, and people can opt out of it."""
    one = SubscriptionType(ids.decimal_id(), LIVE, OPT_OUT, ("email",), DEFAULT, (DEFAULT,), now, now)
    await store.insert_type(tx, workspace_id, one)


async def get(tx: Tx, schema: Schema, id: str) -> SubscriptionType:
    """404 `not_found`."""
    one = await store.get_type(tx, schema.workspace.id, id)
    if one is None:
        raise not_found()
    return one


async def create(tx: Tx, schema: Schema, wanted: Wanted, through: str) -> SubscriptionType:
    if wanted.default_translation is None:
        raise missing("default_translation not specified", "default_translation")
    await ensure_current(tx, schema)
    now, translation = clock.seconds(), wanted.default_translation
    blank = SubscriptionType(ids.decimal_id(), DRAFT, OPT_OUT, ("email",), translation, (), now, now)
    one = _changed(blank, wanted)
    await store.insert_type(tx, schema.workspace.id, one)
    await _note(tx, schema, one.id, change.CREATED, through, {}, _content(one))
    return one


async def update(tx: Tx, schema: Schema, id: str, wanted: Wanted, through: str) -> SubscriptionType:
    """404 `not_found`, then 400 `parameter_invalid` for what a type of its state cannot become."""
    await ensure_current(tx, schema)
    old = await store.get_type(tx, schema.workspace.id, id, lock=True)
    if old is None:
        raise not_found()
    new = _changed(old, wanted)
    if new.state != old.state and new.state == DRAFT:
        raise invalid("A subscription type that was live cannot become a draft again", "state")
    if new.consent_type != old.consent_type and old.state != DRAFT:
        raise invalid("The consent_type of a subscription type changes only while it is a draft", "consent_type")
    before, after = _content(old), _content(new)
    differs = [name for name in after if before[name] != after[name]]
    if not differs:
        return old
    new = replace(new, updated_at=clock.seconds())
    await store.update_type(tx, schema.workspace.id, new)
    before, after = ({name: one[name] for name in differs} for one in (before, after))
    action = change.ARCHIVED if after.get("state") == ARCHIVED else change.UPDATED
    await _note(tx, schema, id, action, through, before, after)
    return new


def _changed(one: SubscriptionType, wanted: Wanted) -> SubscriptionType:
    """As asked for. 400 `parameter_invalid` for the first value that is wrong, in the order of the lines below."""
    state = _one_of("state", wanted.state, STATES) or one.state
    consent_type = _one_of("consent_type", wanted.consent_type, CONSENT_TYPES) or one.consent_type
    content_types = one.content_types
    if wanted.content_types is not None:
        content_types = _contents(wanted.content_types)
    default = one.default_translation
    if wanted.default_translation is not None:
        default = _checked(wanted.default_translation, "default_translation")
    others = one.translations
    if wanted.translations is not None:
        others = tuple(_checked(each, f"translations.{n}") for n, each in enumerate(wanted.translations))
    if len(others) > limits.TRANSLATIONS:
        raise invalid(f"translations can be at most {limits.TRANSLATIONS}", "translations")
    gone = {default.locale, one.default_translation.locale} if wanted.translations is None else {default.locale}
    others = tuple(each for each in others if each.locale not in gone)
    if len({each.locale for each in others}) < len(others):
        raise invalid("translations must each have a locale of its own", "translations")
    return replace(
        one,
        state=state,
        consent_type=consent_type,
        content_types=content_types,
        default_translation=default,
        translations=(default, *others),
    )


def _one_of(name: str, value: str | None, allowed: Sequence[str]) -> str | None:
    if value is not None and value not in allowed:
        raise invalid(f"{name} must be one of {', '.join(allowed)}", name)
    return value


def _contents(raw: Sequence[str]) -> tuple[str, ...]:
    for one in raw:
        _one_of("content_types", one, CONTENT_TYPES)
    if not raw:
        raise invalid("content_types must not be empty", "content_types")
    return tuple(dict.fromkeys(raw))


def _checked(one: Translation, field: str) -> Translation:
    name, description, locale = one.name.strip(), one.description.strip(), one.locale.strip()
    for part, text, most in (
        ("name", name, limits.STRING_CHARS),
        ("description", description, limits.DESCRIPTION_CHARS),
        ("locale", locale, limits.LOCALE_CHARS),
    ):
        if not text and part != "description":
            raise invalid(f"{field}.{part} must not be blank", f"{field}.{part}")
        if len(text) > most:
            raise invalid(f"{field}.{part} must be at most {most} characters", f"{field}.{part}")
    return Translation(name, description, locale)


def _content(one: SubscriptionType) -> dict[str, Any]:
    names = ("state", "consent_type", "content_types", "default_translation", "translations")
    return {name: msgspec.to_builtins(getattr(one, name)) for name in names}


async def _note(
    tx: Tx, schema: Schema, id: str, action: str, through: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    key, at = schema.workspace.id, clock.micros()
    await change.note(tx, change.row(key, "subscription_type", id, action, through, at, before, after))

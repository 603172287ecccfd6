"""Subscription types as JSON, and the bodies of requests about them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.consent.store import SubscriptionType, Translation
from interlock.core.consent.types import CONSENT_TYPES, Wanted
from interlock.kit.problems import invalid, missing

# --- requests


class ConsentBody(msgspec.Struct):
    """What a contact says about the subscription type `id`: `opt_in` or `opt_out`."""

    id: str | int | None = None
    consent_type: str | None = None


class TranslationBody(msgspec.Struct):
    name: str
    description: str | None = None
    locale: str | None = None


class TypeBody(msgspec.Struct):
    """A subscription type. A new one needs a `default_translation`; of a known one, absent fields stay as they are."""

    default_translation: TranslationBody | None = None
    translations: list[TranslationBody] | None = None
    state: str | None = None
    consent_type: str | None = None
    content_types: list[str] | None = None


def read_consent(body: ConsentBody) -> tuple[str, str]:
    """The id of the type, and what is said about it."""
    if body.id is None or body.id == "":
        raise missing("id not specified", "id")
    if body.consent_type is None:
        raise missing("consent_type not specified", "consent_type")
    if body.consent_type not in CONSENT_TYPES:
        raise invalid(f"consent_type must be one of {', '.join(CONSENT_TYPES)}", "consent_type")
    return str(body.id), body.consent_type


def read_type(body: TypeBody) -> Wanted:
    default, others = body.default_translation, body.translations
    return Wanted(
        body.state,
        body.consent_type,
        body.content_types,
        _translation(default) if default is not None else None,
        [_translation(one) for one in others] if others is not None else None,
    )


def _translation(body: TranslationBody) -> Translation:
    return Translation(body.name, body.description or "", "en" if body.locale is None else body.locale)


# --- answers


def subscription_type(one: SubscriptionType) -> dict[str, Any]:
    return {
        "type": "subscription",
        "id": one.id,
        "state": one.state,
        "consent_type": one.consent_type,
        "default_translation": _shown(one.default_translation),
        "translations": [_shown(each) for each in one.translations],
        "content_types": list(one.content_types),
    }


def _shown(one: Translation) -> dict[str, Any]:
    return {"name": one.name, "description": one.description, "locale": one.locale}


def detailed(one: SubscriptionType) -> dict[str, Any]:
    """Under /interlock/v1/ with its times."""
    return {**subscription_type(one), "created_at": one.created_at, "updated_at": one.updated_at}


# --- their description


class TranslationJson(msgspec.Struct):
    name: str
    description: str
    locale: str


class SubscriptionTypeJson(msgspec.Struct):
    """What people can be written about: unless they `opt_out`, or only if they `opt_in`."""

    type: Literal["subscription"]
    id: str
    state: Literal["live", "draft", "archived"]
    consent_type: Literal["opt_in", "opt_out"]
    default_translation: TranslationJson
    translations: list[TranslationJson]
    content_types: list[Literal["email", "sms_message"]]


class SubscriptionTypeList(msgspec.Struct):
    type: Literal["list"]
    data: list[SubscriptionTypeJson]


class SubscriptionTypeDetails(SubscriptionTypeJson):
    """With its times, in Unix seconds."""

    created_at: int
    updated_at: int


class SubscriptionTypeDetailsList(msgspec.Struct):
    type: Literal["list"]
    data: list[SubscriptionTypeDetails]
    total_count: int

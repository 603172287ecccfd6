"""What can be searched in each kind of record: the words of the search language, their types and where values live.

The lists follow reference/api_conventions.md 4, with the other standard fields of the same kind, since "most keys
listed as part of the model are searchable".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import (
    BOOLEAN,
    COMPANY,
    CONTACT,
    DATETIME,
    DECIMAL,
    INTEGER,
    LIST,
    REFERENCE,
    STRING,
    Attribute,
)
from interlock.core.schema.schema import Schema
from interlock.kit import limits

# --- where a value lives


@dataclass(frozen=True, slots=True)
class Column:
    """A standard column of the table of the kind."""

    name: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A key in a contact's `details`."""

    key: str


@dataclass(frozen=True, slots=True)
class Custom:
    """A custom attribute: in the JSON always, and in `slot` as well when a job has filled it."""

    name: str
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """A reference: the ids at the other end of the record's links. `side` is the end that the record is at."""

    name: str
    reference_id: str
    side: str


@dataclass(frozen=True, slots=True)
class EmailDomain:
    """What follows the first `@` of a contact's address."""


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No record has a value: there are no tags and segments yet."""


Place = Column | Detail | Custom | Links | EmailDomain | Nowhere

# --- which operators a type knows

_EQUALITY = ("=", "!=", "IN", "NIN")
TEXT_OPERATORS = (*_EQUALITY, "~", "!~", "^", "$")
ORDER_OPERATORS = (*_EQUALITY, ">", "<", ">=", "<=")
TAG_OPERATORS = ("=", "!=")
DAY_OPERATORS = ("=", ">", "<")
"""Of dates that compare by calendar day."""

OPERATORS: dict[str, tuple[str, ...]] = {
    STRING: TEXT_OPERATORS,
    LIST: TEXT_OPERATORS,
    INTEGER: ORDER_OPERATORS,
    DECIMAL: ORDER_OPERATORS,
    DATETIME: ORDER_OPERATORS,
    BOOLEAN: _EQUALITY,
    REFERENCE: _EQUALITY,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One word of the search language. `folded`: stored in lower case, so that `=` ignores case."""

    path: str
    data_type: str
    place: Place
    operators: tuple[str, ...]
    folded: bool = False
    shape: str = field(init=False, default="")
    """Where and what: fields of equal shape make the same SQL, whatever they are called."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", f"{self.place!r} {self.data_type}")

    @property
    def sortable(self) -> bool:
        return not isinstance(self.place, Links | Nowhere)


def _columns(data_type: str, *names: str) -> dict[str, Field]:
    return {name: Field(name, data_type, Column(name), OPERATORS[data_type]) for name in names}


def _details(data_type: str, paths: Mapping[str, str]) -> dict[str, Field]:
    return {path: Field(path, data_type, Detail(key), OPERATORS[data_type]) for path, key in paths.items()}


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_CONTACT: dict[str, Field] = {
    **_columns(STRING, "id", "role", "name", "phone", "external_id"),
    **_columns(INTEGER, "owner_id"),
    **_columns(DATETIME, "created_at", "signed_up_at", "updated_at", "last_seen_at", "last_contacted_at"),
    **_columns(DATETIME, "last_replied_at", "last_email_opened_at", "last_email_clicked_at"),
    **_columns(BOOLEAN, "unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced"),
    "email": Field("email", STRING, Column("email_key"), TEXT_OPERATORS, folded=True),
    "email_domain": Field("email_domain", STRING, EmailDomain(), TEXT_OPERATORS, folded=True),
    "formatted_phone": Field("formatted_phone", STRING, Column("phone"), TEXT_OPERATORS),
    **_details(
        STRING,
        {
            "avatar": "avatar_url",
            "ios_app_device": "ios_device",
            "andoid_sdk_version": "android_sdk_version",  # as Intercom's reference spells it
            **{f"location.{key}": key for key in ("country", "region", "city", "country_code", "continent_code")},
            **_same("language_override", "browser", "browser_version", "browser_language", "os"),
            **_same("ios_app_name", "ios_app_version", "ios_device", "ios_os_version", "ios_sdk_version"),
            **_same("android_app_name", "android_app_version", "android_device"),
            **_same("android_os_version", "android_sdk_version"),
            **_same("utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "referrer"),
        },
    ),
    **_details(DATETIME, _same("ios_last_seen_at", "android_last_seen_at")),
    "tag_id": Field("tag_id", STRING, Nowhere(), TAG_OPERATORS),
    "segment_id": Field("segment_id", STRING, Nowhere(), _EQUALITY),
}

_COMPANY: dict[str, Field] = {  # neither plan.* nor segment_id: Intercom refuses them
    **_columns(STRING, "id", "company_id", "name", "website", "industry"),
    **_columns(DATETIME, "created_at", "updated_at", "remote_created_at", "last_request_at"),
    **_columns(INTEGER, "monthly_spend", "session_count", "user_count", "size"),
    "tag_id": Field("tag_id", STRING, Nowhere(), TAG_OPERATORS),
}

_INSTANCE: dict[str, Field] = {
    **_columns(STRING, "id", "external_id"),
    **_columns(DATETIME, "external_created_at", "external_updated_at", "created_at", "updated_at"),
}

# --- the fields of a kind

_CACHED = 2048
_cache: dict[tuple[str, str], tuple[object, Mapping[str, Field]]] = {}


def fields_of(schema: Schema, kind: str) -> Mapping[str, Field]:
    """Every field of a kind by its path. Archived attributes are not among them.

    Instances know an attribute by its bare name too, unless a standard field has it.
    """
    key = (schema.workspace.id, kind)
    cached = _cache.get(key)
    if cached is not None and cached[0] is schema.attributes:
        return cached[1]
    fields = _make(schema, kind)
    if len(_cache) >= _CACHED:
        _cache.clear()
    _cache[key] = (schema.attributes, fields)
    return fields


def _make(schema: Schema, kind: str) -> dict[str, Field]:
    fields = dict({CONTACT: _CONTACT, COMPANY: _COMPANY}.get(kind, _INSTANCE))
    bare = kind not in (CONTACT, COMPANY)
    for attribute in schema.active(kind):
        made = Field(attribute.full_name, attribute.data_type, _place(attribute), OPERATORS[attribute.data_type])
        fields[attribute.full_name] = made
        if bare:
            fields.setdefault(attribute.name, made)
    return fields


def _place(attribute: Attribute) -> Place:
    if attribute.reference is not None:
        return Links(attribute.name, attribute.reference.id, attribute.reference.side)
    return Custom(attribute.name, attribute.slot if attribute.slot_ready else None)


# --- values


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _whole(value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if limits.INTEGER_MIN <= value <= limits.INTEGER_MAX else None


def _double(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


STORED: dict[str, Callable[[Any], Any]] = {
    STRING: _text,
    LIST: _text,
    INTEGER: _whole,
    DATETIME: _whole,
    DECIMAL: _double,
    BOOLEAN: _boolean,
}
"""How a stored value counts: as none, where it is of another type than the field (left by a change of definition)."""

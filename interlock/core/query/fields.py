"""What can be searched in each kind of record: the words of the search language, their types and where values live.

The lists follow reference/api_conventions.md 4, with the other standard fields of the same kind, since "most keys
listed as part of the model are searchable".
"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.core.attributes.definition import (
    BOOLEAN,
    COMPANY,
    CONTACT,
    CONVERSATION,
    DATETIME,
    INTEGER,
    STANDARD_KINDS,
    STRING,
    TICKET,
    Attribute,
)
from interlock.core.query.field import (
    EQUALITY,
    OPERATORS,
    TAG_OPERATORS,
    TEXT_OPERATORS,
    Column,
    Custom,
    EmailDomain,
    Field,
    InSegment,
    Links,
    Place,
    Tagged,
    columns,
    details,
    same,
)
from interlock.core.query.thread_fields import CONVERSATION_FIELDS, TICKET_FIELDS
from interlock.core.schema.schema import Schema

TAG_ID, SEGMENT_ID = "tag_id", "segment_id"

_CONTACT: dict[str, Field] = {
    **columns(STRING, "id", "role", "name", "phone", "external_id"),
    **columns(INTEGER, "owner_id"),
    **columns(DATETIME, "created_at", "signed_up_at", "updated_at", "last_seen_at", "last_contacted_at"),
    **columns(DATETIME, "last_replied_at", "last_email_opened_at", "last_email_clicked_at"),
    **columns(BOOLEAN, "unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced"),
    "email": Field("email", STRING, Column("email_key"), TEXT_OPERATORS, folded=True),
    "email_domain": Field("email_domain", STRING, EmailDomain(), TEXT_OPERATORS, folded=True),
    "formatted_phone": Field("formatted_phone", STRING, Column("phone"), TEXT_OPERATORS),
    **details(
        STRING,
        {
            "avatar": "avatar_url",
            "ios_app_device": "ios_device",
            "andoid_sdk_version": "android_sdk_version",  # as Intercom's reference spells it
            **{f"location.{key}": key for key in ("country", "region", "city", "country_code", "continent_code")},
            **same("language_override", "browser", "browser_version", "browser_language", "os"),
            **same("ios_app_name", "ios_app_version", "ios_device", "ios_os_version", "ios_sdk_version"),
            **same("android_app_name", "android_app_version", "android_device"),
            **same("android_os_version", "android_sdk_version"),
            **same("utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "referrer"),
        },
    ),
    **details(DATETIME, same("ios_last_seen_at", "android_last_seen_at")),
    TAG_ID: Field(TAG_ID, STRING, Tagged(CONTACT), TAG_OPERATORS),
    SEGMENT_ID: Field(SEGMENT_ID, STRING, InSegment(), EQUALITY),
}

_COMPANY: dict[str, Field] = {  # neither plan.* nor segment_id: Intercom refuses them
    **columns(STRING, "id", "company_id", "name", "website", "industry"),
    **columns(DATETIME, "created_at", "updated_at", "remote_created_at", "last_request_at"),
    **columns(INTEGER, "monthly_spend", "session_count", "user_count", "size"),
    TAG_ID: Field(TAG_ID, STRING, Tagged(COMPANY), TAG_OPERATORS),
}

_INSTANCE: dict[str, Field] = {
    **columns(STRING, "id", "external_id"),
    **columns(DATETIME, "external_created_at", "external_updated_at", "created_at", "updated_at"),
}

_STANDARD = {CONTACT: _CONTACT, COMPANY: _COMPANY, CONVERSATION: CONVERSATION_FIELDS, TICKET: TICKET_FIELDS}

# --- the fields of a kind

_CACHED = 2048
_cache: dict[tuple[str, str], tuple[object, Mapping[str, Field]]] = {}


def fields_of(schema: Schema, kind: str) -> Mapping[str, Field]:
    """Every field of a kind by its path. Archived attributes are not among them.

    Instances know an attribute by its bare name too, unless a standard field has it. The attributes of ticket types
    are not here: `thread_fields.ticket_attribute` makes their fields.
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
    fields = dict(_STANDARD.get(kind, _INSTANCE))
    bare = kind not in STANDARD_KINDS
    for attribute in schema.active(kind):
        if attribute.data_type not in OPERATORS:  # files: there is nothing to compare
            continue
        made = Field(attribute.full_name, attribute.data_type, _place(attribute), OPERATORS[attribute.data_type])
        fields[attribute.full_name] = made
        if bare:
            fields.setdefault(attribute.name, made)
    return fields


def _place(attribute: Attribute) -> Place:
    if attribute.reference is not None:
        return Links(attribute.name, attribute.reference.id, attribute.reference.side)
    return Custom(attribute.name, attribute.slot if attribute.slot_ready else None)

"""The tables of what is put onto records from outside: tags, notes, segments, subscriptions, events, visitors."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Index, PrimaryKeyConstraint, SmallInteger, Table, text

from interlock.storage.tables.columns import Json, Text, column, metadata

_CONVERTED = text("converted_to is not null")

tags = Table(
    "tags",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("name", Text),
    column("name_key", Text),  # lower case: names are the same whatever their case
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("tags_name_key", "workspace_id", "name_key", unique=True),
)

taggings = Table(
    "taggings",
    metadata,
    column("workspace_id", Text),
    column("kind", Text),  # contact, company, conversation, ticket, part
    column("record_id", Text),  # of a part: the id of its thread, a colon, and its own
    column("tag_id", Text),
    column("applied_by", BigInteger, null=True),  # an admin
    column("applied_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "kind", "record_id", "tag_id"),
    Index("taggings_tag", "workspace_id", "kind", "tag_id", "record_id"),
)

notes = Table(
    "notes",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("kind", Text),  # contact, company
    column("record_id", Text),
    column("author_id", BigInteger, null=True),
    column("body", Text),  # clean HTML
    column("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("notes_record", "workspace_id", "kind", "record_id", "id"),
)

segments = Table(
    "segments",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("kind", Text),  # contact, company
    column("person_type", Text),  # user, contact (leads): whom the rules are held against
    column("name", Text),
    column("rules", Json),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
)

subscription_types = Table(
    "subscription_types",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("state", Text),  # live, draft, archived
    column("consent_type", Text),  # opt_in, opt_out
    column("content_types", Json),
    column("default_translation", Json),
    column("translations", Json),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    column("workspace_id", Text),
    column("contact_id", Text),
    column("type_id", Text),
    column("consent_type", Text),  # opt_in, opt_out: what this contact said
    column("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "contact_id", "type_id"),
    Index("subscriptions_type", "workspace_id", "type_id", "contact_id"),
)

data_event_types = Table(
    "data_event_types",
    metadata,
    column("workspace_id", Text),
    column("name", Text),
    column("archived", Boolean),
    column("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "name"),
)

data_events = Table(
    "data_events",
    metadata,
    column("workspace_id", Text),
    column("contact_id", Text),
    column("name", Text),
    column("created_at", BigInteger),  # Unix seconds, as the client says
    column("id", Text),
    column("metadata", Json),
    column("received_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "contact_id", "name", "created_at"),
    Index("data_events_contact", "workspace_id", "contact_id", "created_at", "id"),
    Index("data_events_id", "workspace_id", "id"),  # ids begin with the second they came in: old ones go
)
"""Its key is what makes an event a duplicate."""

data_event_summaries = Table(
    "data_event_summaries",
    metadata,
    column("workspace_id", Text),
    column("contact_id", Text),
    column("name", Text),
    column("count", BigInteger),
    column("first_at", BigInteger),
    column("last_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "contact_id", "name"),
    Index("data_event_summaries_name", "workspace_id", "name", "count"),
)
"""Kept longer than the events themselves: counts and filters look here."""

visitors = Table(
    "visitors",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("live", SmallInteger),  # 0: converted
    column("user_id", Text),  # the cookie's id
    column("name", Text, null=True),
    column("email", Text, null=True),
    column("phone", Text, null=True),
    column("owner_id", BigInteger, null=True),
    column("converted_to", Text, null=True),  # a contact
    column("last_request_at", BigInteger, null=True),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),
    column("attributes", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("visitors_user_id", "workspace_id", "user_id", unique=True),
    Index("visitors_email", "workspace_id", "email"),
    Index(
        "visitors_converted_to",
        *("workspace_id", "converted_to"),
        postgresql_where=_CONVERTED,
        sqlite_where=_CONVERTED,
    ),
)

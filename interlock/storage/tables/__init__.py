"""The tables: the schema of both databases, from which migrations are made and statements are built."""

from interlock.storage.tables.columns import (
    CARRIED,
    DECIMAL_SLOTS,
    INTEGER_SLOTS,
    SLOTS,
    TEXT_SLOTS,
    Json,
    Text,
    metadata,
)
from interlock.storage.tables.core import (
    access_tokens,
    admins,
    attributes,
    changes,
    companies,
    company_scrolls,
    contact_merges,
    contacts,
    counts,
    installation,
    instances,
    leases,
    links,
    memberships,
    object_types,
    workspaces,
)
from interlock.storage.tables.labels import (
    data_event_summaries,
    data_event_types,
    data_events,
    notes,
    segments,
    subscription_types,
    subscriptions,
    taggings,
    tags,
    visitors,
)
from interlock.storage.tables.staff import activity_logs, away_reasons, team_members, teams
from interlock.storage.tables.threads import (
    conversations,
    deleted_conversations,
    participants,
    parts,
    side_conversations,
    ticket_links,
    ticket_states,
    ticket_type_attributes,
    ticket_types,
    tickets,
)
from interlock.storage.tables.work import (
    counters,
    deliveries,
    files,
    jobs,
    mails,
    message_receipts,
    messages,
    webhooks,
)

GLOBAL_TABLES = ("installation", "leases", "access_tokens")
"""Tables that are not inside a workspace; tokens lead to one."""

QUEUE_TABLES = ("jobs",)
"""One queue for all workspaces: its rows have a workspace, its keys need not."""

WIDE_TABLES = ("instances", "links")
"""Tables keyed by `shard_key`."""

RECORD_TABLES = ("contacts", "companies", "instances", "conversations", "tickets")
"""Tables whose rows are searched and change in place: PostgreSQL vacuums them sooner."""

__all__ = [
    "CARRIED",
    "DECIMAL_SLOTS",
    "GLOBAL_TABLES",
    "INTEGER_SLOTS",
    "QUEUE_TABLES",
    "RECORD_TABLES",
    "SLOTS",
    "TEXT_SLOTS",
    "WIDE_TABLES",
    "Json",
    "Text",
    "access_tokens",
    "activity_logs",
    "admins",
    "attributes",
    "away_reasons",
    "changes",
    "companies",
    "company_scrolls",
    "contact_merges",
    "contacts",
    "conversations",
    "counters",
    "counts",
    "data_event_summaries",
    "data_event_types",
    "data_events",
    "deleted_conversations",
    "deliveries",
    "files",
    "installation",
    "instances",
    "jobs",
    "leases",
    "links",
    "mails",
    "memberships",
    "message_receipts",
    "messages",
    "metadata",
    "notes",
    "object_types",
    "participants",
    "parts",
    "segments",
    "side_conversations",
    "subscription_types",
    "subscriptions",
    "taggings",
    "tags",
    "team_members",
    "teams",
    "ticket_links",
    "ticket_states",
    "ticket_type_attributes",
    "ticket_types",
    "tickets",
    "visitors",
    "webhooks",
    "workspaces",
]

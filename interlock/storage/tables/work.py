"""The tables of work that is yet to be done or leaves the house: jobs, webhooks, mail, files."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Index, PrimaryKeyConstraint, Table, text

from interlock.storage.tables.columns import Json, Text, column, metadata

_WAITING = text("state = 'waiting'")
_OVER = text("state in ('done', 'dropped')")
_KEYED = text("key is not null")

jobs = Table(
    "jobs",
    metadata,
    column("id", Text, primary_key=True),
    column("workspace_id", Text),
    column("kind", Text),  # what is to be done: engines/jobs has the handlers
    column("key", Text, null=True),  # at most one job of a kind with a key waits: a timer that may be moved
    column("payload", Json),
    column("state", Text),  # waiting, done, stuck, dropped
    column("wake_at", BigInteger),  # Unix microseconds: not before; while somebody works on it, the end of the lease
    column("lease_owner", Text, null=True),
    column("lease_until", BigInteger, null=True),
    column("attempts", BigInteger),
    column("max_attempts", BigInteger),
    column("problem", Text, null=True),  # what the last attempt failed of
    column("result", Json, null=True),
    column("created_at", BigInteger),
    column("finished_at", BigInteger, null=True),
    Index("jobs_due", "wake_at", "kind", "id", postgresql_where=_WAITING, sqlite_where=_WAITING),
    Index("jobs_finished", "finished_at", postgresql_where=_OVER, sqlite_where=_OVER),
    Index("jobs_of_workspace", "workspace_id", "state", "id"),
    Index("jobs_key", "workspace_id", "kind", "key", unique=True, postgresql_where=_KEYED, sqlite_where=_KEYED),
)
"""Work and timers of every workspace: one queue for the installation."""

webhooks = Table(
    "webhooks",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("url", Text),
    column("topics", Json),
    column("secret", Text),
    column("active", Boolean),
    column("errors", BigInteger),  # one after another; a success makes it 0
    column("paused_until", BigInteger, null=True),  # Unix seconds
    column("position", BigInteger),  # of the last change that it was told, in the feed
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("webhook_id", Text),
    column("notification_id", Text),
    column("topic", Text),
    column("change_id", Text, null=True),
    column("kind", Text, null=True),  # the record that it tells of: redacting or deleting that empties the payload
    column("record_id", Text, null=True),
    column("payload", Text),  # as it is sent, but for the count of attempts
    column("state", Text),  # waiting, delivered, failed
    column("attempts", BigInteger),
    column("next_attempt_at", BigInteger, null=True),
    column("first_sent_at", BigInteger, null=True),
    column("status", BigInteger, null=True),  # of the last answer
    column("problem", Text, null=True),
    column("created_at", BigInteger),
    column("finished_at", BigInteger, null=True),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("deliveries_webhook", "workspace_id", "webhook_id", "id"),
    Index("deliveries_change", "workspace_id", "webhook_id", "change_id", "topic", unique=True),
    Index("deliveries_record", "workspace_id", "kind", "record_id", "id"),
)

messages = Table(
    "messages",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("message_type", Text),  # in_app, email
    column("admin_id", BigInteger, null=True),
    column("subject", Text),
    column("body", Text),
    column("template", Text),
    column("created_at", BigInteger),
    column("details", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
)

message_receipts = Table(
    "message_receipts",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("message_id", Text),
    column("contact_id", Text),
    column("conversation_id", Text, null=True),
    column("status", Text),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("message_receipts_message", "workspace_id", "message_id", "id"),
    Index("message_receipts_contact", "workspace_id", "contact_id", "id"),
)

mails = Table(
    "mails",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("recipient", Text),
    column("subject", Text),
    column("state", Text),  # waiting, sent, failed
    column("through", Text, null=True),  # smtp, outbox
    column("problem", Text, null=True),
    column("created_at", BigInteger),
    column("finished_at", BigInteger, null=True),
    column("details", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("mails_state", "workspace_id", "state", "id"),
)

files = Table(
    "files",
    metadata,
    column("workspace_id", Text),
    column("id", Text),  # in its address: nobody guesses it
    column("name", Text),
    column("content_type", Text),
    column("size", BigInteger),
    column("content_hash", Text),  # where the bytes are: storage/blobs.py
    column("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("files_content", "workspace_id", "content_hash"),
)

counters = Table(
    "counters",
    metadata,
    column("workspace_id", Text),
    column("name", Text),
    column("value", BigInteger),
    PrimaryKeyConstraint("workspace_id", "name"),
)
"""Numbers that people are shown, counted one by one: of tickets."""

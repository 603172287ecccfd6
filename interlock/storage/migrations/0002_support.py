"""The support half: threads, tickets, labels, events, teams, jobs, webhooks, mail, files.

Written from `storage/tables` by `tools/make_migration.py` until it landed. Every statement may be run again after it
has been carried out, so a migration that was killed is finished by running it once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0002"
down_revision = "0001"

SMALL, BIG, BOOL, FLOAT = sa.SmallInteger(), sa.BigInteger(), sa.Boolean(), sa.Float(53)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Json = JSON().with_variant(sa.Text(), "sqlite")
# No column counts by itself, and none may be null but those marked so.
NEEDED = {"nullable": False, "autoincrement": False}

SLOTS = (*(f"i{n}" for n in range(1, 9)), *(f"d{n}" for n in range(1, 5)), *(f"t{n}" for n in range(1, 9)))
CARRIED = ("t1", "i1", "i2")

# Tables whose rows change in place: room in each page for the new version of a row, and vacuum soon, since a count that
# reads only an index must visit the table for pages that have not been vacuumed.
STORAGE = "fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"
RECORD_TABLES = ("conversations", "tickets")
NEW_COLUMNS = (("attributes", "details"),)


def upgrade() -> None:
    add_columns()
    create_tables()
    create_indexes()
    if op.get_context().dialect.name == "postgresql":
        for table in RECORD_TABLES:
            op.execute(f"ALTER TABLE {table} SET ({STORAGE})")


def create_tables() -> None:
    op.create_table(
        "tags",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("name_key", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="tags_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "taggings",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("kind", TEXT, **NEEDED),
        sa.Column("record_id", TEXT, **NEEDED),
        sa.Column("tag_id", TEXT, **NEEDED),
        sa.Column("applied_by", BIG),
        sa.Column("applied_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "record_id", "tag_id", name="taggings_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "notes",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("kind", TEXT, **NEEDED),
        sa.Column("record_id", TEXT, **NEEDED),
        sa.Column("author_id", BIG),
        sa.Column("body", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="notes_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "segments",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("kind", TEXT, **NEEDED),
        sa.Column("person_type", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("rules", Json, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="segments_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "subscription_types",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("state", TEXT, **NEEDED),
        sa.Column("consent_type", TEXT, **NEEDED),
        sa.Column("content_types", Json, **NEEDED),
        sa.Column("default_translation", Json, **NEEDED),
        sa.Column("translations", Json, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="subscription_types_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "subscriptions",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("contact_id", TEXT, **NEEDED),
        sa.Column("type_id", TEXT, **NEEDED),
        sa.Column("consent_type", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "contact_id", "type_id", name="subscriptions_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "data_event_types",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("archived", BOOL, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "name", name="data_event_types_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "data_events",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("contact_id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("metadata", Json, **NEEDED),
        sa.Column("received_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "contact_id", "name", "created_at", name="data_events_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "data_event_summaries",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("contact_id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("count", BIG, **NEEDED),
        sa.Column("first_at", BIG, **NEEDED),
        sa.Column("last_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "contact_id", "name", name="data_event_summaries_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "visitors",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("live", SMALL, **NEEDED),
        sa.Column("user_id", TEXT, **NEEDED),
        sa.Column("name", TEXT),
        sa.Column("email", TEXT),
        sa.Column("phone", TEXT),
        sa.Column("owner_id", BIG),
        sa.Column("converted_to", TEXT),
        sa.Column("last_request_at", BIG),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.Column("attributes", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="visitors_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "teams",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", BIG, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("distribution_method", TEXT, **NEEDED),
        sa.Column("assignment_limit", BIG),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="teams_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "team_members",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("team_id", BIG, **NEEDED),
        sa.Column("admin_id", BIG, **NEEDED),
        sa.Column("priority", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "team_id", "admin_id", name="team_members_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "away_reasons",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", BIG, **NEEDED),
        sa.Column("label", TEXT, **NEEDED),
        sa.Column("emoji", TEXT, **NEEDED),
        sa.Column("position", BIG, **NEEDED),
        sa.Column("deleted", BOOL, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="away_reasons_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "activity_logs",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("activity_type", TEXT, **NEEDED),
        sa.Column("admin_id", BIG),
        sa.Column("description", TEXT, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="activity_logs_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "conversations",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("live", SMALL, **NEEDED),
        sa.Column("title", TEXT),
        sa.Column("state", TEXT, **NEEDED),
        sa.Column("open", BOOL, **NEEDED),
        sa.Column("read", BOOL, **NEEDED),
        sa.Column("priority", TEXT, **NEEDED),
        sa.Column("admin_assignee_id", BIG),
        sa.Column("team_assignee_id", BIG),
        sa.Column("company_id", TEXT),
        sa.Column("ticket_id", TEXT),
        sa.Column("channel_initiated", TEXT, **NEEDED),
        sa.Column("source_type", TEXT, **NEEDED),
        sa.Column("source_id", TEXT, **NEEDED),
        sa.Column("source_delivered_as", TEXT, **NEEDED),
        sa.Column("source_subject", TEXT, **NEEDED),
        sa.Column("source_body", TEXT, **NEEDED),
        sa.Column("source_url", TEXT),
        sa.Column("source_author_type", TEXT, **NEEDED),
        sa.Column("source_author_id", TEXT, **NEEDED),
        sa.Column("source_author_name", TEXT),
        sa.Column("source_author_email", TEXT),
        sa.Column("waiting_since", BIG),
        sa.Column("snoozed_until", BIG),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.Column("attributes", Json, **NEEDED),
        *slots(),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="conversations_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "deleted_conversations",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("metrics_retained", BOOL, **NEEDED),
        sa.Column("deleted_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="deleted_conversations_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "participants",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("thread_id", TEXT, **NEEDED),
        sa.Column("kind", TEXT, **NEEDED),
        sa.Column("member_id", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "thread_id", "kind", "member_id", name="participants_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "parts",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("thread_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("part_type", TEXT, **NEEDED),
        sa.Column("author_type", TEXT, **NEEDED),
        sa.Column("author_id", TEXT, **NEEDED),
        sa.Column("body", TEXT),
        sa.Column("redacted", BOOL, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "thread_id", "id", name="parts_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "side_conversations",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("conversation_id", TEXT, **NEEDED),
        sa.Column("state", TEXT, **NEEDED),
        sa.Column("subject", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="side_conversations_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "ticket_types",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("description", TEXT, **NEEDED),
        sa.Column("category", TEXT, **NEEDED),
        sa.Column("icon", TEXT, **NEEDED),
        sa.Column("is_internal", BOOL, **NEEDED),
        sa.Column("archived", BOOL, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="ticket_types_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "ticket_type_attributes",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("ticket_type_id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("data_type", TEXT, **NEEDED),
        sa.Column("position", BIG, **NEEDED),
        sa.Column("archived", BOOL, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="ticket_type_attributes_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "ticket_states",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("category", TEXT, **NEEDED),
        sa.Column("internal_label", TEXT, **NEEDED),
        sa.Column("external_label", TEXT, **NEEDED),
        sa.Column("archived", BOOL, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="ticket_states_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "tickets",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("live", SMALL, **NEEDED),
        sa.Column("number", BIG, **NEEDED),
        sa.Column("ticket_type_id", TEXT, **NEEDED),
        sa.Column("category", TEXT, **NEEDED),
        sa.Column("state_id", TEXT, **NEEDED),
        sa.Column("state", TEXT, **NEEDED),
        sa.Column("open", BOOL, **NEEDED),
        sa.Column("is_shared", BOOL, **NEEDED),
        sa.Column("title", TEXT),
        sa.Column("description", TEXT),
        sa.Column("admin_assignee_id", BIG),
        sa.Column("team_assignee_id", BIG),
        sa.Column("company_id", TEXT),
        sa.Column("snoozed_until", BIG),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.Column("attributes", Json, **NEEDED),
        *slots(),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="tickets_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "ticket_links",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("ticket_id", TEXT, **NEEDED),
        sa.Column("object_type", TEXT, **NEEDED),
        sa.Column("object_id", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "ticket_id", "object_type", "object_id", name="ticket_links_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "jobs",
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("kind", TEXT, **NEEDED),
        sa.Column("key", TEXT),
        sa.Column("payload", Json, **NEEDED),
        sa.Column("state", TEXT, **NEEDED),
        sa.Column("wake_at", BIG, **NEEDED),
        sa.Column("lease_owner", TEXT),
        sa.Column("lease_until", BIG),
        sa.Column("attempts", BIG, **NEEDED),
        sa.Column("max_attempts", BIG, **NEEDED),
        sa.Column("problem", TEXT),
        sa.Column("result", Json),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("finished_at", BIG),
        sa.PrimaryKeyConstraint("id", name="jobs_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "webhooks",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("url", TEXT, **NEEDED),
        sa.Column("topics", Json, **NEEDED),
        sa.Column("secret", TEXT, **NEEDED),
        sa.Column("active", BOOL, **NEEDED),
        sa.Column("errors", BIG, **NEEDED),
        sa.Column("paused_until", BIG),
        sa.Column("position", BIG, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="webhooks_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("webhook_id", TEXT, **NEEDED),
        sa.Column("notification_id", TEXT, **NEEDED),
        sa.Column("topic", TEXT, **NEEDED),
        sa.Column("change_id", TEXT),
        sa.Column("kind", TEXT),
        sa.Column("record_id", TEXT),
        sa.Column("payload", TEXT, **NEEDED),
        sa.Column("state", TEXT, **NEEDED),
        sa.Column("attempts", BIG, **NEEDED),
        sa.Column("next_attempt_at", BIG),
        sa.Column("first_sent_at", BIG),
        sa.Column("status", BIG),
        sa.Column("problem", TEXT),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("finished_at", BIG),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="deliveries_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "messages",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("message_type", TEXT, **NEEDED),
        sa.Column("admin_id", BIG),
        sa.Column("subject", TEXT, **NEEDED),
        sa.Column("body", TEXT, **NEEDED),
        sa.Column("template", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="messages_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "message_receipts",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("message_id", TEXT, **NEEDED),
        sa.Column("contact_id", TEXT, **NEEDED),
        sa.Column("conversation_id", TEXT),
        sa.Column("status", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="message_receipts_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "mails",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("recipient", TEXT, **NEEDED),
        sa.Column("subject", TEXT, **NEEDED),
        sa.Column("state", TEXT, **NEEDED),
        sa.Column("through", TEXT),
        sa.Column("problem", TEXT),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("finished_at", BIG),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="mails_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "files",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("content_type", TEXT, **NEEDED),
        sa.Column("size", BIG, **NEEDED),
        sa.Column("content_hash", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="files_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "counters",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("value", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "name", name="counters_pkey"),
        if_not_exists=True,
    )


def create_indexes() -> None:
    index("tags_name_key", "tags", "workspace_id", "name_key", unique=True)
    index("taggings_tag", "taggings", "workspace_id", "kind", "tag_id", "record_id")
    index("notes_record", "notes", "workspace_id", "kind", "record_id", "id")
    index("subscriptions_type", "subscriptions", "workspace_id", "type_id", "contact_id")
    index("data_events_contact", "data_events", "workspace_id", "contact_id", "created_at", "id")
    index("data_events_id", "data_events", "workspace_id", "id")
    index("data_event_summaries_name", "data_event_summaries", "workspace_id", "name", "count")
    index("visitors_converted_to", "visitors", "workspace_id", "converted_to", where="converted_to is not null")
    index("visitors_email", "visitors", "workspace_id", "email")
    index("visitors_user_id", "visitors", "workspace_id", "user_id", unique=True)
    index("team_members_admin", "team_members", "workspace_id", "admin_id", "team_id")
    index("activity_logs_created_at", "activity_logs", "workspace_id", "created_at", "id")
    index("conversations_admin", "conversations", "workspace_id", "admin_assignee_id", "state", "live", "id")
    index("conversations_created_at", "conversations", "workspace_id", "created_at", "id")
    index("conversations_live", "conversations", "workspace_id", "live", "id")
    index("conversations_state", "conversations", "workspace_id", "state", "live", "id")
    index("conversations_team", "conversations", "workspace_id", "team_assignee_id", "state", "live", "id")
    index("conversations_updated_at", "conversations", "workspace_id", "updated_at", "id")
    slot_indexes("conversations", "workspace_id")
    index("deleted_conversations_at", "deleted_conversations", "workspace_id", "deleted_at", "id")
    index("participants_member", "participants", "workspace_id", "kind", "member_id", "thread_id")
    index("parts_author", "parts", "workspace_id", "author_type", "author_id", "id")
    index("side_conversations_of", "side_conversations", "workspace_id", "conversation_id", "id")
    index(
        "ticket_type_attributes_name", "ticket_type_attributes", "workspace_id", "ticket_type_id", "name", unique=True
    )
    index("tickets_admin", "tickets", "workspace_id", "admin_assignee_id", "open", "live", "id")
    index("tickets_created_at", "tickets", "workspace_id", "created_at", "id")
    index("tickets_live", "tickets", "workspace_id", "live", "id")
    index("tickets_number", "tickets", "workspace_id", "number", unique=True)
    index("tickets_team", "tickets", "workspace_id", "team_assignee_id", "open", "live", "id")
    index("tickets_type", "tickets", "workspace_id", "ticket_type_id", "id")
    index("tickets_updated_at", "tickets", "workspace_id", "updated_at", "id")
    slot_indexes("tickets", "workspace_id")
    index("ticket_links_object", "ticket_links", "workspace_id", "object_type", "object_id", "ticket_id")
    index("jobs_due", "jobs", "wake_at", "kind", "id", where="state = 'waiting'")
    index("jobs_finished", "jobs", "finished_at", where="state in ('done', 'dropped')")
    index("jobs_key", "jobs", "workspace_id", "kind", "key", unique=True, where="key is not null")
    index("jobs_of_workspace", "jobs", "workspace_id", "state", "id")
    index("deliveries_change", "deliveries", "workspace_id", "webhook_id", "change_id", "topic", unique=True)
    index("deliveries_record", "deliveries", "workspace_id", "kind", "record_id", "id")
    index("deliveries_webhook", "deliveries", "workspace_id", "webhook_id", "id")
    index("message_receipts_contact", "message_receipts", "workspace_id", "contact_id", "id")
    index("message_receipts_message", "message_receipts", "workspace_id", "message_id", "id")
    index("mails_state", "mails", "workspace_id", "state", "id")
    index("files_content", "files", "workspace_id", "content_hash")


def add_columns() -> None:
    """SQLite knows no IF NOT EXISTS for columns."""
    context = op.get_context()
    for table, name in NEW_COLUMNS:
        if context.dialect.name == "postgresql":
            op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} JSON")
        elif context.as_sql or name not in {one["name"] for one in sa.inspect(op.get_bind()).get_columns(table)}:
            op.add_column(table, sa.Column(name, Json))


def slots() -> list[sa.Column]:
    kinds = {"i": BIG, "d": FLOAT, "t": TEXT}
    return [sa.Column(name, kinds[name[0]]) for name in SLOTS]


def slot_indexes(table: str, *lead: str) -> None:
    for slot in SLOTS:
        carried = (name for name in CARRIED if name != slot)
        index(f"{table}_{slot}", table, *lead, slot, "id", *carried, where=f"live = 1 and {slot} is not null")


def index(name: str, table: str, *columns: str, unique: bool = False, where: str = "") -> None:
    """`where` makes it a partial index."""
    op.create_index(
        name,
        table,
        list(columns),
        unique=unique,
        postgresql_where=sa.text(where) if where else None,
        sqlite_where=sa.text(where) if where else None,
        if_not_exists=True,
    )

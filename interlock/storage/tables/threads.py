"""The tables of threads: conversations, tickets, side conversations, what was said in them and who takes part.

A *thread* is whatever has parts and participants. Ids of threads are unique over all of them, so that parts and
participants need no kind; a conversation that is converted shares its id, its parts and its participants with the
ticket.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Index, PrimaryKeyConstraint, SmallInteger, Table

from interlock.storage.tables.columns import Json, Text, column, index_slots, metadata, slot_columns

conversations = Table(
    "conversations",
    metadata,
    column("workspace_id", Text),
    column("id", Text),  # 16 decimal digits
    column("live", SmallInteger),  # 1: shown in lists and search; 0: not a conversation yet (an outbound message)
    column("title", Text, null=True),
    column("state", Text),  # open, closed, snoozed
    column("open", Boolean),
    column("read", Boolean),  # has the contact read it?
    column("priority", Text),  # none, low, medium, high, urgent
    column("admin_assignee_id", BigInteger, null=True),
    column("team_assignee_id", BigInteger, null=True),
    column("company_id", Text, null=True),
    column("ticket_id", Text, null=True),  # what it was converted to
    column("channel_initiated", Text),  # where it began
    column("source_type", Text),  # conversation, email, ...
    column("source_id", Text),
    column("source_delivered_as", Text),  # customer_initiated, admin_initiated, ...
    column("source_subject", Text),
    column("source_body", Text),  # clean HTML
    column("source_url", Text, null=True),
    column("source_author_type", Text),  # user, lead, admin, bot
    column("source_author_id", Text),
    column("source_author_name", Text, null=True),
    column("source_author_email", Text, null=True),
    column("waiting_since", BigInteger, null=True),
    column("snoozed_until", BigInteger, null=True),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),  # statistics, rating, source attachments, first reply: standard fields without an index
    column("attributes", Json),  # custom attributes by name; a cleared one is absent
    *slot_columns(),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("conversations_live", "workspace_id", "live", "id"),
    Index("conversations_admin", "workspace_id", "admin_assignee_id", "state", "live", "id"),
    Index("conversations_team", "workspace_id", "team_assignee_id", "state", "live", "id"),
    Index("conversations_state", "workspace_id", "state", "live", "id"),
    Index("conversations_created_at", "workspace_id", "created_at", "id"),
    Index("conversations_updated_at", "workspace_id", "updated_at", "id"),
)
index_slots(conversations, "workspace_id")

deleted_conversations = Table(
    "deleted_conversations",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("metrics_retained", Boolean),
    column("deleted_at", BigInteger),
    column("details", Json),  # what reports say of it, where that was retained
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("deleted_conversations_at", "workspace_id", "deleted_at", "id"),
)

participants = Table(
    "participants",
    metadata,
    column("workspace_id", Text),
    column("thread_id", Text),
    column("kind", Text),  # contact: whom it is with; admin: the teammates who took part
    column("member_id", Text),
    column("created_at", BigInteger),
    column("details", Json),
    PrimaryKeyConstraint("workspace_id", "thread_id", "kind", "member_id"),
    Index("participants_member", "workspace_id", "kind", "member_id", "thread_id"),
)

parts = Table(
    "parts",
    metadata,
    column("workspace_id", Text),
    column("thread_id", Text),
    column("id", Text),  # 16 decimal digits: sorts by age
    column("part_type", Text),  # comment, note, assignment, close, ...
    column("author_type", Text),  # user, lead, admin, bot, team
    column("author_id", Text),
    column("body", Text, null=True),  # clean HTML
    column("redacted", Boolean),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),  # author's name and e-mail then, attachments, assigned_to, event_details, reply_options
    PrimaryKeyConstraint("workspace_id", "thread_id", "id"),
    Index("parts_author", "workspace_id", "author_type", "author_id", "id"),
)

side_conversations = Table(
    "side_conversations",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("conversation_id", Text),
    column("state", Text),
    column("subject", Text),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("side_conversations_of", "workspace_id", "conversation_id", "id"),
)

ticket_types = Table(
    "ticket_types",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("name", Text),
    column("description", Text),
    column("category", Text),  # Customer, Back-office, Tracker
    column("icon", Text),
    column("is_internal", Boolean),
    column("archived", Boolean),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
)

ticket_type_attributes = Table(
    "ticket_type_attributes",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("ticket_type_id", Text),
    column("name", Text),
    column("data_type", Text),
    column("position", BigInteger),
    column("archived", Boolean),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),  # description, options, what is required and visible
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("ticket_type_attributes_name", "workspace_id", "ticket_type_id", "name", unique=True),
)

ticket_states = Table(
    "ticket_states",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("category", Text),  # submitted, in_progress, waiting_on_customer, resolved
    column("internal_label", Text),
    column("external_label", Text),
    column("archived", Boolean),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
)

tickets = Table(
    "tickets",
    metadata,
    column("workspace_id", Text),
    column("id", Text),  # of the same numbers as conversations: 16 decimal digits
    column("live", SmallInteger),  # always 1: tickets are deleted, not archived
    column("number", BigInteger),  # `ticket_id`: what people are shown, counted in each workspace
    column("ticket_type_id", Text),  # not `type_id`: that is what records of the same table are told apart by
    column("category", Text),  # request, task, tracker: as search names them
    column("state_id", Text),
    column("state", Text),  # the category of its state
    column("open", Boolean),
    column("is_shared", Boolean),
    column("title", Text, null=True),  # copies of two attributes of every type
    column("description", Text, null=True),
    column("admin_assignee_id", BigInteger, null=True),
    column("team_assignee_id", BigInteger, null=True),
    column("company_id", Text, null=True),
    column("snoozed_until", BigInteger, null=True),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json),  # values of its type's attributes by their id
    column("attributes", Json),
    *slot_columns(),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("tickets_number", "workspace_id", "number", unique=True),
    Index("tickets_type", "workspace_id", "ticket_type_id", "id"),
    Index("tickets_live", "workspace_id", "live", "id"),
    Index("tickets_admin", "workspace_id", "admin_assignee_id", "open", "live", "id"),
    Index("tickets_team", "workspace_id", "team_assignee_id", "open", "live", "id"),
    Index("tickets_created_at", "workspace_id", "created_at", "id"),
    Index("tickets_updated_at", "workspace_id", "updated_at", "id"),
)
index_slots(tickets, "workspace_id")

ticket_links = Table(
    "ticket_links",
    metadata,
    column("workspace_id", Text),
    column("ticket_id", Text),
    column("object_type", Text),  # conversation, ticket
    column("object_id", Text),
    column("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "ticket_id", "object_type", "object_id"),
    Index("ticket_links_object", "workspace_id", "object_type", "object_id", "ticket_id"),
)
"""What is linked to a ticket: the conversations that a tracker is about."""

"""The tables of the data core: workspaces, definitions, people, companies, instances, links, changes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Index, PrimaryKeyConstraint, SmallInteger, Table, text

from interlock.storage.tables.columns import Json, Text, column, index_slots, metadata, slot_columns

installation = Table(
    "installation",
    metadata,
    column("id", SmallInteger, primary_key=True, autoincrement=False),  # always 1
    column("sandbox", Boolean),
    column("settings", Json),
    column("created_at", BigInteger),
)
"""One row: what was decided when the database was made."""

workspaces = Table(
    "workspaces",
    metadata,
    column("id", Text, primary_key=True),
    column("app_id", Text),
    column("name", Text),
    column("region", Text),  # US, EU, AU
    column("timezone", Text),  # IANA name: date searches go by its calendar day
    column("intercom_version", Text),  # for callers that send no Intercom-Version
    column("settings", Json),
    column("schema_version", BigInteger),  # goes up with every change of a definition; caches compare it
    column("created_at", BigInteger),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    column("token_hash", Text, primary_key=True),  # sha256 in hex: the token has 256 random bits, so no salt is needed
    column("id", Text),
    column("workspace_id", Text),
    column("name", Text),
    column("scopes", Json),  # list of scopes; ["*"] is all of them
    column("hint", Text),  # the last four characters, to tell tokens apart in a list
    column("created_at", BigInteger),
    column("revoked_at", BigInteger, null=True),
    Index("access_tokens_workspace", "workspace_id", "id"),
)

admins = Table(
    "admins",
    metadata,
    column("workspace_id", Text),
    column("id", BigInteger),
    column("email", Text),
    column("name", Text),
    column("owner", Boolean),
    column("details", Json),  # job_title, avatar, away mode: what nobody searches
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("admins_email", "workspace_id", "email", unique=True),
)

object_types = Table(
    "object_types",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("identifier", Text),
    column("name", Text),
    column("plural_name", Text),
    column("description", Text),
    column("archived", Boolean),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("object_types_identifier", "workspace_id", "identifier", unique=True),
)

attributes = Table(
    "attributes",
    metadata,
    column("workspace_id", Text),
    column("id", BigInteger),
    column("kind", Text),  # contact, company, conversation, ticket, or the id of an object type
    column("name", Text),
    column("data_type", Text),
    column("description", Text),
    column("options", Json),  # of a list: [{"value", "description"?}]
    column("messenger_writable", Boolean),
    column("archived", Boolean),
    column("slot", Text, null=True),
    column("slot_ready", Boolean),  # false while a job still fills the slot: search reads the JSON until then
    column("reference_id", Text, null=True),  # both ends of a reference share it
    column("reference_side", Text, null=True),  # a: the end that was defined; b: its inverse
    column("reference_to", Text, null=True),  # the kind that it points at
    column("reference_many", Boolean, null=True),
    column("admin_id", BigInteger, null=True),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("details", Json, null=True),  # of conversation attributes: required, visible to, ...; null is nothing of it
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("attributes_name", "workspace_id", "kind", "name", unique=True),
)

contacts = Table(
    "contacts",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("live", SmallInteger),  # 1: shown in lists and search; 0: archived or merged away
    column("role", Text),  # user, lead
    column("external_id", Text, null=True),
    column("email", Text, null=True),
    column("email_key", Text, null=True),  # lower case, for look-ups
    column("user_email", Text, null=True),  # email_key of users alone: two users cannot share one
    column("phone", Text, null=True),
    column("name", Text, null=True),
    column("owner_id", BigInteger, null=True),
    column("unsubscribed_from_emails", Boolean),
    column("has_hard_bounced", Boolean),
    column("marked_email_as_spam", Boolean),
    column("archived", Boolean),
    column("blocked", Boolean),
    column("merged_into", Text, null=True),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("signed_up_at", BigInteger, null=True),
    column("last_seen_at", BigInteger, null=True),
    column("last_replied_at", BigInteger, null=True),
    column("last_contacted_at", BigInteger, null=True),
    column("last_email_opened_at", BigInteger, null=True),
    column("last_email_clicked_at", BigInteger, null=True),
    column("details", Json),  # avatar, browser, device, location, campaign: standard fields that have no index
    column("attributes", Json),  # custom attributes by name; a cleared one is absent
    *slot_columns(),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index(
        "contacts_external_id",
        "workspace_id",
        "external_id",
        unique=True,
        postgresql_where=text("external_id is not null"),
        sqlite_where=text("external_id is not null"),
    ),
    Index(
        "contacts_user_email",
        "workspace_id",
        "user_email",
        unique=True,
        postgresql_where=text("user_email is not null"),
        sqlite_where=text("user_email is not null"),
    ),
    Index("contacts_email_key", "workspace_id", "email_key"),
    Index("contacts_live", "workspace_id", "live", "id"),
    Index("contacts_created_at", "workspace_id", "created_at", "id"),
    Index("contacts_updated_at", "workspace_id", "updated_at", "id"),
    Index("contacts_phone", "workspace_id", "phone"),
)
index_slots(contacts, "workspace_id")

contact_merges = Table(
    "contact_merges",
    metadata,
    column("workspace_id", Text),
    column("into_id", Text),
    column("from_id", Text),
    column("merged_at", BigInteger),
    column("details", Json),  # what the merged contact was: role, external_id, email, who merged it
    PrimaryKeyConstraint("workspace_id", "into_id", "from_id"),
    Index("contact_merges_from", "workspace_id", "from_id"),
)

companies = Table(
    "companies",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("live", SmallInteger),  # 1: has users, so lists and search show it
    column("company_id", Text),
    column("name", Text, null=True),
    column("plan_id", BigInteger, null=True),
    column("plan_name", Text, null=True),
    column("remote_created_at", BigInteger, null=True),
    column("last_request_at", BigInteger, null=True),
    column("size", BigInteger, null=True),
    column("website", Text, null=True),
    column("industry", Text, null=True),
    column("monthly_spend", BigInteger),
    column("session_count", BigInteger),
    column("user_count", BigInteger),  # kept with memberships, in the same transaction
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("attributes", Json),
    *slot_columns(),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("companies_company_id", "workspace_id", "company_id", unique=True),
    Index("companies_live", "workspace_id", "live", "id"),
    Index("companies_name", "workspace_id", "name"),
)
index_slots(companies, "workspace_id")

memberships = Table(
    "memberships",
    metadata,
    column("workspace_id", Text),
    column("contact_id", Text),
    column("company_id", Text),  # the id of the company here, not the customer's own
    column("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "contact_id", "company_id"),
    Index("memberships_company", "workspace_id", "company_id", "contact_id", unique=True),
)

company_scrolls = Table(
    "company_scrolls",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("position", Text),  # the id after which the next page begins
    column("used_at", BigInteger),
    PrimaryKeyConstraint("workspace_id"),
)
"""The one open scroll of a workspace."""

instances = Table(
    "instances",
    metadata,
    column("shard_key", Text),
    column("id", Text),
    column("workspace_id", Text),
    column("type_id", Text),
    column("live", SmallInteger),  # always 1: instances are deleted, not archived
    column("external_id", Text),
    column("external_created_at", BigInteger, null=True),
    column("external_updated_at", BigInteger, null=True),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    column("attributes", Json),
    *slot_columns(),
    PrimaryKeyConstraint("shard_key", "id"),
    Index("instances_external_id", "shard_key", "type_id", "external_id", unique=True),
    Index("instances_type", "shard_key", "type_id", "id"),
)
index_slots(instances, "shard_key", "type_id")

links = Table(
    "links",
    metadata,
    column("shard_key", Text),  # of the instance; of the workspace where neither end is one
    column("id", Text),  # its own, so that merging a contact moves it without a new key; sorts by age
    column("workspace_id", Text),
    column("reference_id", Text),
    column("a_id", Text),  # record at the end where the reference was defined
    column("b_id", Text),  # record at the end that it points at
    PrimaryKeyConstraint("shard_key", "id"),
    # The record before the reference: so each index serves one end only, and a planner without statistics (right
    # after an import) cannot take the other end's, whose every link it would have to look at.
    Index("links_a", "shard_key", "a_id", "reference_id", "b_id", unique=True),
    Index("links_b", "shard_key", "b_id", "reference_id", "a_id", unique=True),
)

changes = Table(
    "changes",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("position", BigInteger, null=True),  # given after commit, by one holder of a lease: the order of the feed
    column("kind", Text),
    column("record_id", Text),
    column("action", Text),  # created, updated, deleted, archived, ...: core/changes/change.py
    column("at", BigInteger),  # Unix microseconds
    column("through", Text),  # what wrote it, as "kind:id": token:ab12, connector:7, schema:...
    column("before", Json),  # the fields that changed, as they were; all of them for a deletion
    column("after", Json),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("changes_record", "workspace_id", "kind", "record_id", "id"),
    Index(
        "changes_unstamped",
        "workspace_id",
        "id",
        postgresql_where=text("position is null"),
        sqlite_where=text("position is null"),
    ),
    Index(
        "changes_position",
        "workspace_id",
        "position",
        unique=True,
        postgresql_where=text("position is not null"),
        sqlite_where=text("position is not null"),
    ),
)

leases = Table(
    "leases",
    metadata,
    column("name", Text, primary_key=True),
    column("owner", Text),
    column("until", BigInteger),  # Unix microseconds
    column("counter", BigInteger),  # what the lease guards, for instance the last position given
)

counts = Table(
    "counts",
    metadata,
    column("workspace_id", Text),
    column("name", Text),  # attributes, object_types, instances:<type id>
    column("value", BigInteger),
    column("counted_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "name"),
)
"""Counts that limits are held against; refreshed every few seconds, never locked by writers."""

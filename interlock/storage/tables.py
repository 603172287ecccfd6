"""The tables: the schema of both databases, from which migrations are made and statements are built.

Rules (each one tested in `tests/storage/test_schema_rules.py`):

* the workspace comes first in every primary key and unique index (`shard_key` on wide tables; `token_hash`
  where the token itself must find its workspace);
* ids and times are made by the application; no sequences, triggers, cross-table keys with SET NULL;
* JSON columns hold the truth of custom attributes, *slot* columns hold copies of searchable values.

Slots: `i*` whole numbers, booleans and dates, `d*` decimals, `t*` texts. A slot belongs to one attribute of one
kind in one workspace (`attributes.slot`); `core/records/slots.py` fills them. Every slot has a partial index that
carries some others along, so that a filter over two of them counts without touching the table.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    text,
    types,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.types import TypeEngine

metadata = MetaData(naming_convention={"pk": "%(table_name)s_pkey"})  # what PostgreSQL would call them, too

Text: TypeEngine = types.Text().with_variant(types.Text(collation="C"), "postgresql")
"""Compared byte by byte whatever the language of the database: ids sort by age, and pages go on where they ended."""

Json: TypeEngine = JSON().with_variant(types.Text(), "sqlite")

INTEGER_SLOTS = tuple(f"i{n}" for n in range(1, 9))
DECIMAL_SLOTS = tuple(f"d{n}" for n in range(1, 5))
TEXT_SLOTS = tuple(f"t{n}" for n in range(1, 9))
SLOTS = INTEGER_SLOTS + DECIMAL_SLOTS + TEXT_SLOTS
CARRIED = ("t1", "i1", "i2")
"""Slots that the index of every other slot carries. Two texts of 255 four-byte letters are the most that fit into an
index entry of PostgreSQL (2,704 bytes), so one text in the key and one carried: with a third it refuses the row."""


def _c(name: str, kind: TypeEngine | type[TypeEngine], **more: object) -> Column:
    return Column(name, kind, nullable=bool(more.pop("null", False)), **more)  # type: ignore[arg-type]


def _slots() -> list[Column]:
    columns = [Column(name, BigInteger) for name in INTEGER_SLOTS]
    columns += [Column(name, Float(53)) for name in DECIMAL_SLOTS]
    return columns + [Column(name, Text) for name in TEXT_SLOTS]


def _index_slots(table: Table, *lead: str) -> None:
    """One partial index for each slot: `(lead.., slot, id)`, and behind them the first few others.

    They are part of the key, not included columns: SQLite has none, and behind the id they change no order.
    """
    for slot in SLOTS:
        where = text(f"live = 1 and {slot} is not null")
        names = (*lead, slot, "id", *(name for name in CARRIED if name != slot))
        columns = (table.c[name] for name in names)
        Index(f"{table.name}_{slot}", *columns, postgresql_where=where, sqlite_where=where)


installation = Table(
    "installation",
    metadata,
    _c("id", SmallInteger, primary_key=True, autoincrement=False),  # always 1
    _c("sandbox", Boolean),
    _c("settings", Json),
    _c("created_at", BigInteger),
)
"""One row: what was decided when the database was made."""

workspaces = Table(
    "workspaces",
    metadata,
    _c("id", Text, primary_key=True),
    _c("app_id", Text),
    _c("name", Text),
    _c("region", Text),  # US, EU, AU
    _c("timezone", Text),  # IANA name: date searches go by its calendar day
    _c("intercom_version", Text),  # for callers that send no Intercom-Version
    _c("settings", Json),
    _c("schema_version", BigInteger),  # goes up with every change of a definition; caches compare it
    _c("created_at", BigInteger),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    _c("token_hash", Text, primary_key=True),  # sha256 in hex: the token has 256 random bits, so no salt is needed
    _c("id", Text),
    _c("workspace_id", Text),
    _c("name", Text),
    _c("scopes", Json),  # list of scopes; ["*"] is all of them
    _c("hint", Text),  # the last four characters, to tell tokens apart in a list
    _c("created_at", BigInteger),
    _c("revoked_at", BigInteger, null=True),
    Index("access_tokens_workspace", "workspace_id", "id"),
)

admins = Table(
    "admins",
    metadata,
    _c("workspace_id", Text),
    _c("id", BigInteger),
    _c("email", Text),
    _c("name", Text),
    _c("owner", Boolean),
    _c("details", Json),  # job_title, avatar, away mode: what nobody searches
    _c("created_at", BigInteger),
    _c("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("admins_email", "workspace_id", "email", unique=True),
)

object_types = Table(
    "object_types",
    metadata,
    _c("workspace_id", Text),
    _c("id", Text),
    _c("identifier", Text),
    _c("name", Text),
    _c("plural_name", Text),
    _c("description", Text),
    _c("archived", Boolean),
    _c("created_at", BigInteger),
    _c("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("object_types_identifier", "workspace_id", "identifier", unique=True),
)

attributes = Table(
    "attributes",
    metadata,
    _c("workspace_id", Text),
    _c("id", BigInteger),
    _c("kind", Text),  # contact, company, conversation, ticket, or the id of an object type
    _c("name", Text),
    _c("data_type", Text),
    _c("description", Text),
    _c("options", Json),  # of a list: [{"value", "description"?}]
    _c("messenger_writable", Boolean),
    _c("archived", Boolean),
    _c("slot", Text, null=True),
    _c("slot_ready", Boolean),  # false while a job still fills the slot: search reads the JSON until then
    _c("reference_id", Text, null=True),  # both ends of a reference share it
    _c("reference_side", Text, null=True),  # a: the end that was defined; b: its inverse
    _c("reference_to", Text, null=True),  # the kind that it points at
    _c("reference_many", Boolean, null=True),
    _c("admin_id", BigInteger, null=True),
    _c("created_at", BigInteger),
    _c("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("attributes_name", "workspace_id", "kind", "name", unique=True),
)

contacts = Table(
    "contacts",
    metadata,
    _c("workspace_id", Text),
    _c("id", Text),
    _c("live", SmallInteger),  # 1: shown in lists and search; 0: archived or merged away
    _c("role", Text),  # user, lead
    _c("external_id", Text, null=True),
    _c("email", Text, null=True),
    _c("email_key", Text, null=True),  # lower case, for look-ups
    _c("user_email", Text, null=True),  # email_key of users alone: two users cannot share one
    _c("phone", Text, null=True),
    _c("name", Text, null=True),
    _c("owner_id", BigInteger, null=True),
    _c("unsubscribed_from_emails", Boolean),
    _c("has_hard_bounced", Boolean),
    _c("marked_email_as_spam", Boolean),
    _c("archived", Boolean),
    _c("blocked", Boolean),
    _c("merged_into", Text, null=True),
    _c("created_at", BigInteger),
    _c("updated_at", BigInteger),
    _c("signed_up_at", BigInteger, null=True),
    _c("last_seen_at", BigInteger, null=True),
    _c("last_replied_at", BigInteger, null=True),
    _c("last_contacted_at", BigInteger, null=True),
    _c("last_email_opened_at", BigInteger, null=True),
    _c("last_email_clicked_at", BigInteger, null=True),
    _c("details", Json),  # avatar, browser, device, location, campaign: standard fields that have no index
    _c("attributes", Json),  # custom attributes by name; a cleared one is absent
    *_slots(),
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
_index_slots(contacts, "workspace_id")

contact_merges = Table(
    "contact_merges",
    metadata,
    _c("workspace_id", Text),
    _c("into_id", Text),
    _c("from_id", Text),
    _c("merged_at", BigInteger),
    _c("details", Json),  # what the merged contact was: role, external_id, email, who merged it
    PrimaryKeyConstraint("workspace_id", "into_id", "from_id"),
    Index("contact_merges_from", "workspace_id", "from_id"),
)

companies = Table(
    "companies",
    metadata,
    _c("workspace_id", Text),
    _c("id", Text),
    _c("live", SmallInteger),  # 1: has users, so lists and search show it
    _c("company_id", Text),
    _c("name", Text, null=True),
    _c("plan_id", BigInteger, null=True),
    _c("plan_name", Text, null=True),
    _c("remote_created_at", BigInteger, null=True),
    _c("last_request_at", BigInteger, null=True),
    _c("size", BigInteger, null=True),
    _c("website", Text, null=True),
    _c("industry", Text, null=True),
    _c("monthly_spend", BigInteger),
    _c("session_count", BigInteger),
    _c("user_count", BigInteger),  # kept with memberships, in the same transaction
    _c("created_at", BigInteger),
    _c("updated_at", BigInteger),
    _c("attributes", Json),
    *_slots(),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("companies_company_id", "workspace_id", "company_id", unique=True),
    Index("companies_live", "workspace_id", "live", "id"),
    Index("companies_name", "workspace_id", "name"),
)
_index_slots(companies, "workspace_id")

memberships = Table(
    "memberships",
    metadata,
    _c("workspace_id", Text),
    _c("contact_id", Text),
    _c("company_id", Text),  # the id of the company here, not the customer's own
    _c("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "contact_id", "company_id"),
    Index("memberships_company", "workspace_id", "company_id", "contact_id", unique=True),
)

company_scrolls = Table(
    "company_scrolls",
    metadata,
    _c("workspace_id", Text),
    _c("id", Text),
    _c("position", Text),  # the id after which the next page begins
    _c("used_at", BigInteger),
    PrimaryKeyConstraint("workspace_id"),
)
"""The one open scroll of a workspace."""

instances = Table(
    "instances",
    metadata,
    _c("shard_key", Text),
    _c("id", Text),
    _c("workspace_id", Text),
    _c("type_id", Text),
    _c("live", SmallInteger),  # always 1: instances are deleted, not archived
    _c("external_id", Text),
    _c("external_created_at", BigInteger, null=True),
    _c("external_updated_at", BigInteger, null=True),
    _c("created_at", BigInteger),
    _c("updated_at", BigInteger),
    _c("attributes", Json),
    *_slots(),
    PrimaryKeyConstraint("shard_key", "id"),
    Index("instances_external_id", "shard_key", "type_id", "external_id", unique=True),
    Index("instances_type", "shard_key", "type_id", "id"),
)
_index_slots(instances, "shard_key", "type_id")

links = Table(
    "links",
    metadata,
    _c("shard_key", Text),  # of the instance; of the workspace where neither end is one
    _c("id", Text),  # its own, so that merging a contact moves it without a new key; sorts by age
    _c("workspace_id", Text),
    _c("reference_id", Text),
    _c("a_id", Text),  # record at the end where the reference was defined
    _c("b_id", Text),  # record at the end that it points at
    PrimaryKeyConstraint("shard_key", "id"),
    # The record before the reference: so each index serves one end only, and a planner without statistics (right
    # after an import) cannot take the other end's, whose every link it would have to look at.
    Index("links_a", "shard_key", "a_id", "reference_id", "b_id", unique=True),
    Index("links_b", "shard_key", "b_id", "reference_id", "a_id", unique=True),
)

changes = Table(
    "changes",
    metadata,
    _c("workspace_id", Text),
    _c("id", Text),
    _c("position", BigInteger, null=True),  # given after commit, by one holder of a lease: the order of the feed
    _c("kind", Text),
    _c("record_id", Text),
    _c("action", Text),  # created, updated, deleted, archived, ...: core/changes/change.py
    _c("at", BigInteger),  # Unix microseconds
    _c("through", Text),  # what wrote it, as "kind:id": token:ab12, connector:7, schema:...
    _c("before", Json),  # the fields that changed, as they were; all of them for a deletion
    _c("after", Json),
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
    _c("name", Text, primary_key=True),
    _c("owner", Text),
    _c("until", BigInteger),  # Unix microseconds
    _c("counter", BigInteger),  # what the lease guards, for instance the last position given
)

counts = Table(
    "counts",
    metadata,
    _c("workspace_id", Text),
    _c("name", Text),  # attributes, object_types, instances:<type id>
    _c("value", BigInteger),
    _c("counted_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "name"),
)
"""Counts that limits are held against; refreshed every few seconds, never locked by writers."""

GLOBAL_TABLES = ("installation", "leases", "access_tokens")
"""Tables that are not inside a workspace; tokens lead to one."""

WIDE_TABLES = ("instances", "links")
"""Tables keyed by `shard_key`."""

RECORD_TABLES = ("contacts", "companies", "instances")
"""Tables whose rows are searched and change in place: PostgreSQL vacuums them sooner."""

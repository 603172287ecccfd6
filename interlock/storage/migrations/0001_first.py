"""The first schema.

Every statement may be run
again after it has been carried out, so a migration that was killed is finished by running it once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0001"
down_revision = None

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
RECORD_TABLES = ("contacts", "companies", "instances")


def upgrade() -> None:
    create_tables()
    create_indexes()
    if op.get_context().dialect.name == "postgresql":
        for table in RECORD_TABLES:
            op.execute(f"ALTER TABLE {table} SET ({STORAGE})")


def create_tables() -> None:
    op.create_table(
        "installation",
        sa.Column("id", SMALL, **NEEDED),
        sa.Column("sandbox", BOOL, **NEEDED),
        sa.Column("settings", Json, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("id", name="installation_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "workspaces",
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("app_id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("region", TEXT, **NEEDED),
        sa.Column("timezone", TEXT, **NEEDED),
        sa.Column("intercom_version", TEXT, **NEEDED),
        sa.Column("settings", Json, **NEEDED),
        sa.Column("schema_version", BIG, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("id", name="workspaces_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("scopes", Json, **NEEDED),
        sa.Column("hint", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("revoked_at", BIG),
        sa.PrimaryKeyConstraint("token_hash", name="access_tokens_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "admins",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", BIG, **NEEDED),
        sa.Column("email", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("owner", BOOL, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="admins_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "object_types",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("identifier", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("plural_name", TEXT, **NEEDED),
        sa.Column("description", TEXT, **NEEDED),
        sa.Column("archived", BOOL, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="object_types_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "attributes",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", BIG, **NEEDED),
        sa.Column("kind", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("data_type", TEXT, **NEEDED),
        sa.Column("description", TEXT, **NEEDED),
        sa.Column("options", Json, **NEEDED),
        sa.Column("messenger_writable", BOOL, **NEEDED),
        sa.Column("archived", BOOL, **NEEDED),
        sa.Column("slot", TEXT),
        sa.Column("slot_ready", BOOL, **NEEDED),
        sa.Column("reference_id", TEXT),
        sa.Column("reference_side", TEXT),
        sa.Column("reference_to", TEXT),
        sa.Column("reference_many", BOOL),
        sa.Column("admin_id", BIG),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="attributes_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "contacts",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("live", SMALL, **NEEDED),
        sa.Column("role", TEXT, **NEEDED),
        sa.Column("external_id", TEXT),
        sa.Column("email", TEXT),
        sa.Column("email_key", TEXT),
        sa.Column("user_email", TEXT),
        sa.Column("phone", TEXT),
        sa.Column("name", TEXT),
        sa.Column("owner_id", BIG),
        sa.Column("unsubscribed_from_emails", BOOL, **NEEDED),
        sa.Column("has_hard_bounced", BOOL, **NEEDED),
        sa.Column("marked_email_as_spam", BOOL, **NEEDED),
        sa.Column("archived", BOOL, **NEEDED),
        sa.Column("blocked", BOOL, **NEEDED),
        sa.Column("merged_into", TEXT),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("signed_up_at", BIG),
        sa.Column("last_seen_at", BIG),
        sa.Column("last_replied_at", BIG),
        sa.Column("last_contacted_at", BIG),
        sa.Column("last_email_opened_at", BIG),
        sa.Column("last_email_clicked_at", BIG),
        sa.Column("details", Json, **NEEDED),
        sa.Column("attributes", Json, **NEEDED),
        *slots(),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="contacts_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "contact_merges",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("into_id", TEXT, **NEEDED),
        sa.Column("from_id", TEXT, **NEEDED),
        sa.Column("merged_at", BIG, **NEEDED),
        sa.Column("details", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "into_id", "from_id", name="contact_merges_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "companies",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("live", SMALL, **NEEDED),
        sa.Column("company_id", TEXT, **NEEDED),
        sa.Column("name", TEXT),
        sa.Column("plan_id", BIG),
        sa.Column("plan_name", TEXT),
        sa.Column("remote_created_at", BIG),
        sa.Column("last_request_at", BIG),
        sa.Column("size", BIG),
        sa.Column("website", TEXT),
        sa.Column("industry", TEXT),
        sa.Column("monthly_spend", BIG, **NEEDED),
        sa.Column("session_count", BIG, **NEEDED),
        sa.Column("user_count", BIG, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("attributes", Json, **NEEDED),
        *slots(),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="companies_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "memberships",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("contact_id", TEXT, **NEEDED),
        sa.Column("company_id", TEXT, **NEEDED),
        sa.Column("created_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "contact_id", "company_id", name="memberships_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "company_scrolls",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("position", TEXT, **NEEDED),
        sa.Column("used_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", name="company_scrolls_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "instances",
        sa.Column("shard_key", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("type_id", TEXT, **NEEDED),
        sa.Column("live", SMALL, **NEEDED),
        sa.Column("external_id", TEXT, **NEEDED),
        sa.Column("external_created_at", BIG),
        sa.Column("external_updated_at", BIG),
        sa.Column("created_at", BIG, **NEEDED),
        sa.Column("updated_at", BIG, **NEEDED),
        sa.Column("attributes", Json, **NEEDED),
        *slots(),
        sa.PrimaryKeyConstraint("shard_key", "id", name="instances_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "links",
        sa.Column("shard_key", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("reference_id", TEXT, **NEEDED),
        sa.Column("a_id", TEXT, **NEEDED),
        sa.Column("b_id", TEXT, **NEEDED),
        sa.PrimaryKeyConstraint("shard_key", "id", name="links_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "changes",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("id", TEXT, **NEEDED),
        sa.Column("position", BIG),
        sa.Column("kind", TEXT, **NEEDED),
        sa.Column("record_id", TEXT, **NEEDED),
        sa.Column("action", TEXT, **NEEDED),
        sa.Column("at", BIG, **NEEDED),
        sa.Column("through", TEXT, **NEEDED),
        sa.Column("before", Json, **NEEDED),
        sa.Column("after", Json, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="changes_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("owner", TEXT, **NEEDED),
        sa.Column("until", BIG, **NEEDED),
        sa.Column("counter", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("name", name="leases_pkey"),
        if_not_exists=True,
    )
    op.create_table(
        "counts",
        sa.Column("workspace_id", TEXT, **NEEDED),
        sa.Column("name", TEXT, **NEEDED),
        sa.Column("value", BIG, **NEEDED),
        sa.Column("counted_at", BIG, **NEEDED),
        sa.PrimaryKeyConstraint("workspace_id", "name", name="counts_pkey"),
        if_not_exists=True,
    )


def create_indexes() -> None:
    index("access_tokens_workspace", "access_tokens", "workspace_id", "id")
    index("admins_email", "admins", "workspace_id", "email", unique=True)
    index("object_types_identifier", "object_types", "workspace_id", "identifier", unique=True)
    index("attributes_name", "attributes", "workspace_id", "kind", "name", unique=True)
    index("contacts_created_at", "contacts", "workspace_id", "created_at", "id")
    index("contacts_email_key", "contacts", "workspace_id", "email_key")
    index(
        "contacts_external_id", "contacts", "workspace_id", "external_id", unique=True, where="external_id is not null"
    )
    index("contacts_live", "contacts", "workspace_id", "live", "id")
    index("contacts_phone", "contacts", "workspace_id", "phone")
    index("contacts_updated_at", "contacts", "workspace_id", "updated_at", "id")
    index("contacts_user_email", "contacts", "workspace_id", "user_email", unique=True, where="user_email is not null")
    slot_indexes("contacts", "workspace_id")
    index("contact_merges_from", "contact_merges", "workspace_id", "from_id")
    index("companies_company_id", "companies", "workspace_id", "company_id", unique=True)
    index("companies_live", "companies", "workspace_id", "live", "id")
    index("companies_name", "companies", "workspace_id", "name")
    slot_indexes("companies", "workspace_id")
    index("memberships_company", "memberships", "workspace_id", "company_id", "contact_id", unique=True)
    index("instances_external_id", "instances", "shard_key", "type_id", "external_id", unique=True)
    index("instances_type", "instances", "shard_key", "type_id", "id")
    slot_indexes("instances", "shard_key", "type_id")
    index("links_a", "links", "shard_key", "a_id", "reference_id", "b_id", unique=True)
    index("links_b", "links", "shard_key", "b_id", "reference_id", "a_id", unique=True)
    index("changes_position", "changes", "workspace_id", "position", unique=True, where="position is not null")
    index("changes_record", "changes", "workspace_id", "kind", "record_id", "id")
    index("changes_unstamped", "changes", "workspace_id", "id", where="position is null")


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

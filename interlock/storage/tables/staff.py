"""The tables of who works here besides the admins themselves: teams, reasons for being away, what admins did."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Index, PrimaryKeyConstraint, Table

from interlock.storage.tables.columns import Json, Text, column, metadata

teams = Table(
    "teams",
    metadata,
    column("workspace_id", Text),
    column("id", BigInteger),
    column("name", Text),
    column("distribution_method", Text),  # manual, round_robin, load_balanced
    column("assignment_limit", BigInteger, null=True),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
)

team_members = Table(
    "team_members",
    metadata,
    column("workspace_id", Text),
    column("team_id", BigInteger),
    column("admin_id", BigInteger),
    column("priority", Text),  # primary, secondary
    column("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "team_id", "admin_id"),
    Index("team_members_admin", "workspace_id", "admin_id", "team_id"),
)

away_reasons = Table(
    "away_reasons",
    metadata,
    column("workspace_id", Text),
    column("id", BigInteger),
    column("label", Text),
    column("emoji", Text),
    column("position", BigInteger),
    column("deleted", Boolean),
    column("created_at", BigInteger),
    column("updated_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
)

activity_logs = Table(
    "activity_logs",
    metadata,
    column("workspace_id", Text),
    column("id", Text),
    column("activity_type", Text),
    column("admin_id", BigInteger, null=True),
    column("description", Text),
    column("details", Json),  # `metadata` of the API; the e-mail and the address of who did it
    column("created_at", BigInteger),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("activity_logs_created_at", "workspace_id", "created_at", "id"),
)
"""What admins did, in the words of Intercom's activity log."""

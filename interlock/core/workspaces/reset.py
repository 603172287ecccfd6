"""Empty a workspace in a moment: for trials, and for test suites that start each test afresh."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, update

from interlock.core.records.store import lock_records
from interlock.core.staff import away
from interlock.core.workspaces.bootstrap import sandbox_of
from interlock.core.workspaces.defaults import make_defaults
from interlock.kit import clock
from interlock.kit.problems import Problem, not_found
from interlock.storage.database import Database, Tx
from interlock.storage.query import Query
from interlock.storage.tables import GLOBAL_TABLES, WIDE_TABLES, metadata, workspaces

KEPT = (*GLOBAL_TABLES, "workspaces", "admins")
"""The workspace itself, its people and its tokens stay, so a client goes on with what it has."""

# Wide tables by their shard key too, which is what their rows are found by.
_emptied = [
    Query(
        delete(table).where(
            *([table.c.shard_key == bindparam("workspace_id")] if name in WIDE_TABLES else []),
            table.c.workspace_id == bindparam("workspace_id"),
        )
    )
    for name, table in metadata.tables.items()
    if name not in KEPT
]
_raise_version = Query(
    update(workspaces)
    .where(workspaces.c.id == bindparam("of_workspace"))
    .values(schema_version=workspaces.c.schema_version + bindparam("step", 1))
)


async def reset_workspace(database: Database, workspace_id: str) -> None:
    """Remove everything from a workspace but its people and tokens; its settings stay as well.

    What every workspace starts with (a team, ticket states) is made again, and nobody is away.

    Refused with 403 `action_forbidden` unless the database was made with `--sandbox`.
    """
    await database.transact(_reset, workspace_id)


async def _reset(tx: Tx, workspace_id: str) -> None:
    if not await sandbox_of(tx):
        raise Problem("action_forbidden", "Only a database that was made with --sandbox can be reset")
    # First: it locks the row, so that writers who have read the old definitions start over.
    if not await tx.run(_raise_version, of_workspace=workspace_id):
        raise not_found("Workspace not found")
    await lock_records(tx)  # those who have started already are waited for, so that nothing of theirs stays
    for query in _emptied:
        await tx.run(query, workspace_id=workspace_id)
    await away.forget(tx, workspace_id)
    await make_defaults(tx, workspace_id, clock.seconds())

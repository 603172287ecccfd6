"""`interlock jobs`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from interlock.cli.common import database_option, with_workspace, workspace_option
from interlock.core.jobs import list_store
from interlock.core.jobs.store import STUCK, Job
from interlock.storage.database import Database

EVERY = "all"
THROUGH = "cli:jobs"


@click.group()
def jobs() -> None:
    """List background work; retry or drop what is stuck."""


@jobs.command("list")
@click.option(
    "--state", type=click.Choice([*list_store.STATES, EVERY]), default=STUCK, show_default=True, help="In which state."
)
@click.option("--kind", metavar="KIND", help="Only of this kind: deliver, send_mail, unsnooze, ...")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, metavar="N", help="At most so many (100).")
@database_option
@workspace_option
def list_(state: str, kind: str | None, limit: int, database_url: str | None, workspace_id: str | None) -> None:
    """Print jobs, the newest first: id, kind, state, attempts, when it is due or ended, and what went wrong."""
    wanted = None if state == EVERY else state

    async def read(database: Database, workspace: str) -> list[Job]:
        return await database.read(list_store.list_jobs, workspace, wanted, kind, limit)

    for one in with_workspace(database_url, workspace_id, read):
        at = one.finished_at or one.wake_at
        attempts = f"{one.attempts}/{one.max_attempts}"
        click.echo(f"{one.id}  {one.kind}  {one.state}  {attempts}  {_time(at)}  {one.problem or ''}".rstrip())


@jobs.command()
@click.argument("job_id", metavar="ID")
@database_option
@workspace_option
def retry(job_id: str, database_url: str | None, workspace_id: str | None) -> None:
    """Have a job done now, whatever has failed before."""
    with_workspace(database_url, workspace_id, lambda db, id: db.transact(list_store.retry, id, job_id))
    click.echo(f"Job {job_id} is waiting to be done.")


@jobs.command()
@click.argument("job_id", metavar="ID")
@database_option
@workspace_option
def drop(job_id: str, database_url: str | None, workspace_id: str | None) -> None:
    """Never do a job."""
    with_workspace(database_url, workspace_id, lambda db, id: db.transact(list_store.drop, id, job_id, THROUGH))
    click.echo(f"Job {job_id} is dropped.")


def _time(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")

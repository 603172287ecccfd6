"""`interlock doctor`: every check is one line with `ok`, `warn` or `FAIL`."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable

import click

from interlock.cli.common import database_option, refusal, run, settings_of, shown, sqlite_path
from interlock.core.staff import health
from interlock.settings import Settings
from interlock.storage import migrate, probe
from interlock.storage.database import Database, Unavailable
from interlock.storage.open import open_database

OK, WARN, FAIL = "ok", "warn", "FAIL"
Finding = tuple[str, str]

LITTLE_DISK = 1024**3
NO_DISK = 100 * 1024**2
CLOCK_WARN, CLOCK_FAIL = 1.0, 5.0  # seconds; leases last five
UNSTAMPED_WARN, UNSTAMPED_FAIL = 10, 300  # seconds


@click.command()
@database_option
def doctor(database_url: str | None) -> None:
    """Check database, migrations, keys, disk and clock, and say what is wrong."""
    failed = run(_examine(settings_of(database_url=database_url)))
    if failed:
        raise click.ClickException(f"{failed} of the checks failed.")


async def _examine(settings: Settings) -> int:
    """Print the findings; how many of them are failures."""
    findings = [("settings", (OK, f"database {shown(settings.database_url)}"))]
    path = sqlite_path(settings.database_url)
    if path is not None and not path.exists():
        return _print([*findings, ("database", (FAIL, f"there is no file {path}"))])
    try:
        database = await open_database(settings.database_url, 2)
    except Unavailable as problem:
        return _print([*findings, ("database", (FAIL, f"it cannot be reached: {problem}"))])
    try:
        for name, check in _CHECKS.items():
            findings.append((name, await _checked(check, database, settings)))
            if name == "migrations" and findings[-1][1][0] == FAIL:
                break  # the rest would ask for tables that may not be there
    finally:
        await database.close()
    return _print(findings)


Check = Callable[[Database, Settings], Awaitable[Finding]]


async def _checked(check: Check, database: Database, settings: Settings) -> Finding:
    try:
        return await check(database, settings)
    except Exception as problem:  # noqa: BLE001 - whatever goes wrong in a check is a finding
        return FAIL, f"{type(problem).__name__}: {problem}"


def _print(findings: list[tuple[str, Finding]]) -> int:
    for name, (verdict, text) in findings:
        click.echo(f"{verdict:<5} {name:<11} {text}")
    return sum(verdict == FAIL for _, (verdict, _) in findings)


async def _reachable(database: Database, _: Settings) -> Finding:
    return OK, await database.read(probe.version)


async def _migrated(database: Database, settings: Settings) -> Finding:
    problem = refusal(await migrate.state_of(database), settings.database_url)
    return (OK, f"at revision {migrate.HEAD}") if problem is None else (FAIL, problem)


async def _writable(database: Database, _: Settings) -> Finding:
    await probe.can_write(database)
    return OK, "a row was written and taken back"


async def _whole(database: Database, _: Settings) -> Finding:
    wrong = await database.read(probe.integrity)
    return (FAIL, "; ".join(wrong)) if wrong else (OK, "the database finds nothing wrong with itself")


async def _keys(database: Database, _: Settings) -> Finding:
    if await database.read(health.installation) is None:
        return FAIL, "the installation was never finished: start `interlock serve` once"
    tokens = await database.read(health.good_tokens)
    if not tokens:
        return FAIL, "there is no workspace: start `interlock serve`, or run `interlock workspace create NAME`"
    if without := [name for name, good in tokens if not good]:
        return FAIL, f"no good access token in {', '.join(without)}: run `interlock token create`"
    return OK, f"{sum(good for _, good in tokens)} good access tokens in {len(tokens)} workspaces"


async def _disk(_: Database, settings: Settings) -> Finding:
    path = sqlite_path(settings.database_url)
    if path is None:
        return OK, "not looked at: PostgreSQL's disk may be another machine's"
    free = shutil.disk_usage(path.resolve().parent).free
    text = f"{free / 1024**3:.1f} GiB free where {path} is"
    return (FAIL if free < NO_DISK else WARN if free < LITTLE_DISK else OK), text


async def _clock(database: Database, _: Settings) -> Finding:
    apart = await probe.clock_difference(database)
    ahead = await database.read(health.ahead)
    if ahead > CLOCK_FAIL:
        return FAIL, f"a change was written {ahead:.0f} s in the future: some server's clock is, or was, wrong"
    text = f"{abs(apart):.1f} s between this machine and the database"
    return (FAIL if abs(apart) > CLOCK_FAIL else WARN if abs(apart) > CLOCK_WARN else OK), text


async def _changes(database: Database, _: Settings) -> Finding:
    waiting, oldest = await database.read(health.unstamped)
    if not waiting:
        return OK, "every change has its position"
    text = f"{waiting} changes have no position yet, the oldest for {oldest:.0f} s"
    if oldest <= UNSTAMPED_WARN:
        return OK, text
    return (FAIL if oldest > UNSTAMPED_FAIL else WARN), f"{text}: does `interlock serve` or `interlock worker` run?"


async def _slots(database: Database, _: Settings) -> Finding:
    unready = await database.read(health.unready_slots)
    if not unready:
        return OK, "every searchable attribute is ready"
    return WARN, f"{unready} attributes are being prepared; searching them is slower until then"


_CHECKS: dict[str, Check] = {
    "database": _reachable,
    "migrations": _migrated,
    "writing": _writable,
    "integrity": _whole,
    "keys": _keys,
    "disk": _disk,
    "clock": _clock,
    "changes": _changes,
    "slots": _slots,
}

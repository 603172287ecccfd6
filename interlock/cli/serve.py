"""`interlock serve` and `interlock worker`."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, nullcontext
from typing import Any

import click

from interlock.cli.common import database_option, refusal, settings_of, shown, sqlite_path
from interlock.cli.lock import only_server
from interlock.core.schema import store
from interlock.core.workspaces.bootstrap import Made, create_workspace, is_sandbox, make_installation
from interlock.core.workspaces.defaults import ensure_defaults
from interlock.kit import log
from interlock.kit.secrets import Secrets
from interlock.settings import Settings
from interlock.storage import migrate
from interlock.storage.database import Database
from interlock.storage.open import open_database

GRACE_SECONDS = 10  # for requests that are under way when the server is told to stop
BACKLOG = 2048


@click.command()
@click.option("--host", metavar="H", help="The address to listen on (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="The port (8000); 0 takes a free one.")
@database_option
@click.option("--sandbox", is_flag=True, default=None, help="Make the database one that may be reset.")
@click.option("--demo-if-empty", is_flag=True, help="Fill a database that is made now with a demo shop.")
def serve(demo_if_empty: bool, **flags: Any) -> None:
    """Serve the API.

    An empty database is migrated and gets a workspace, its owner and an access token, which are printed once.
    """
    settings = settings_of(**flags)
    log.configure(settings.log_format, settings.log_level)
    listener = _listen(settings.host, settings.port)
    path = sqlite_path(settings.database_url)
    with listener, only_server(path) if path is not None else nullcontext():
        _run(_serve(settings, listener, demo_if_empty))


@click.command()
@database_option
def worker(**flags: Any) -> None:
    """Run the background work alone, beside servers on the same PostgreSQL."""
    settings = settings_of(**flags)
    if sqlite_path(settings.database_url) is not None:
        raise click.ClickException("On SQLite the background work runs inside `interlock serve`.")
    log.configure(settings.log_format, settings.log_level)
    _run(_work(settings))


def _run(work: Any) -> None:
    try:
        import uvloop
    except ImportError:  # uvicorn leaves it out where it does not run
        asyncio.run(work)
    else:
        uvloop.run(work)


# --- serve


async def _serve(settings: Settings, listener: socket.socket, demo_if_empty: bool) -> None:
    database, made = await _ready(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        from interlock.app import build
        from interlock.engines import places
        from interlock.worker import Worker

        blobs = places.blobs(settings)
        blobs.tidy()
        app = build(database, blobs, Secrets.of(settings))
        if made is not None and demo_if_empty:
            from interlock.cli.demo import fill

            click.echo("Filling the workspace with a demo shop ...", err=True)
            await fill(database, app.schemas, made.workspace_id)
        background = Worker(database, settings, app.schemas)
        await background.start()
        stack.push_async_callback(background.stop)
        # What has been imported lives as long as the process: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        await _answer(app.asgi, listener, _greeting(settings, _address(listener), made, demo_if_empty))


async def _answer(asgi: Any, listener: socket.socket, greeting: str) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            click.echo(greeting)

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Without uvicorn's way of raising the signal again at the end, which would keep us from closing."""
            running = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                running.add_signal_handler(number, self.handle_exit, number, None)
            yield

    config = uvicorn.Config(
        asgi,
        loop="none",  # it runs on ours
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )
    await Server(config).serve(sockets=[listener])


async def _ready(settings: Settings) -> tuple[Database, Made | None]:
    """The database, open, migrated and with a workspace; what was made for that, if anything."""
    url = settings.database_url
    database = await open_database(url, settings.database_connections)
    try:
        state = await migrate.state_of(database)
        if isinstance(state, migrate.Empty):
            await database.close()
            await migrate.apply(url)
            database = await open_database(url, settings.database_connections)
        elif (problem := refusal(state, url)) is not None:
            raise click.ClickException(problem)
        await ensure_defaults(database)
        return database, await _first_workspace(settings, database)
    except BaseException:
        await database.close()
        raise


async def _first_workspace(settings: Settings, database: Database) -> Made | None:
    if await database.read(store.all_workspaces):
        if settings.sandbox and not await is_sandbox(database):
            click.echo("Note: this database was not made with --sandbox, and stays what it is.", err=True)
        return None
    await make_installation(database, sandbox=settings.sandbox)
    return await create_workspace(
        database,
        settings.workspace_name,
        app_id=settings.app_id,
        owner_email=settings.owner_email,
        token=settings.access_token,
        region=settings.region,
        timezone=settings.timezone,
        rate_limit=settings.rate_limit,
        history_days=settings.history_days,
    )


def _listen(host: str, port: int) -> socket.socket:
    """Listen before anything else is done, so that a port that is taken leaves nothing behind."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)  # type: ignore[arg-type]
    except OSError as problem:
        raise click.ClickException(f"Cannot listen on {host} port {port}: {problem.strerror or problem}") from problem


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what a client can ask for
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _greeting(settings: Settings, address: str, made: Made | None, demo: bool) -> str:
    lines = [f"Interlock serves {shown(settings.database_url)} at {address}"]
    if made is not None:
        lines += [
            "",
            f'The workspace "{settings.workspace_name}" was made (id {made.workspace_id}), with {settings.owner_email} '
            "as its owner.",
            f"Access token, shown only now:  {made.token}",
            "",
            "Try it:",
            *(f"  {command}" for command in _commands(address, made.token, demo)),
        ]
    return "\n".join(lines)


def _commands(address: str, token: str, demo: bool) -> list[str]:
    curl = f'curl -H "Authorization: Bearer {token}"'
    posted = '-H "Content-Type: application/json" -d'
    if demo:
        query = '{"query": {"field": "custom_attributes.lifetime_value", "operator": ">", "value": 500}}'
        return [
            f"{curl} {address}/contacts",
            f"{curl} '{address}/custom_object_instances/Order?external_id=order-1001'",
            f"{curl} {address}/contacts/search {posted} '{query}'",
        ]
    return [
        f"{curl} {address}/me",
        f'{curl} {address}/contacts {posted} \'{{"email": "ada@example.com", "name": "Ada"}}\'',
        f"{curl} {address}/contacts",
    ]


# --- worker


async def _work(settings: Settings) -> None:
    from interlock.worker import Worker

    database = await open_database(settings.database_url, 4)
    try:
        problem = refusal(await migrate.state_of(database), settings.database_url)
        if problem is not None:
            raise click.ClickException(problem)
        await ensure_defaults(database)
        stopping = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        background = Worker(database, settings)
        await background.start()
        click.echo(f"Interlock's background work runs on {shown(settings.database_url)}")
        await stopping.wait()
        await background.stop()
    finally:
        await database.close()

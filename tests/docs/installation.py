"""What the examples of a page are run against: a server with its background work, commands on the same database, and
somebody outside who is told by webhooks."""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from click.testing import CliRunner

from docs.examples import Answer, Command, File, Names, Request, Step, values
from interlock.app import App
from interlock.cli import main as interlock
from interlock.core.changes.stamp import Stamper
from interlock.core.workspaces.bootstrap import Made
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.engines.webhooks.fan_out import FanOut
from support.client import Client
from support.receiver import Receiver

OUTSIDE = "https://shop.example.com"
"""Who is told by webhooks, as the pages call them."""


@dataclass
class Installation:
    """Runs the steps of a page."""

    app: App
    workspace: Made
    url: str
    context: Context
    receiver: Receiver
    names: Names = field(default_factory=Names)
    answered: httpx.Response | None = None

    def __post_init__(self) -> None:
        self.names.real[OUTSIDE] = self.receiver.url

    async def run(self, step: Step) -> None:
        match step:
            case Request():
                self.answered = await self._send(step)
            case Answer():
                self._compare(step)
            case Command():
                await self._call(step)
            case File():
                _write(step)

    async def _send(self, step: Request) -> httpx.Response:
        await self._work()
        client = Client(self.app, self.workspace.token, None)
        headers = dict(step.headers)
        body = self.names.put_in(step.body)
        if body:
            headers.setdefault("Content-Type", "application/json")
        if headers.get("Content-Type", "").startswith("multipart/"):
            body = body.replace("\n", "\r\n")
        return await client.send(step.method, self.names.put_in(step.path), headers=headers, content=body.encode())

    async def _work(self) -> None:
        """What a worker does a moment after each write."""
        stamper = Stamper(self.app.database)
        while await stamper.step():
            pass
        await stamper.release()
        while await FanOut(self.context).step():
            pass
        for kinds in (handlers.units(), handlers.outbound()):
            await Runner(self.context, kinds).drain()

    def _compare(self, step: Answer) -> None:
        real = self.answered
        assert real is not None
        assert real.status_code == step.status, (real.status_code, real.text)
        if step.form == "text":
            for line in step.content.splitlines():
                assert any(self._fits(line, one) for one in real.text.splitlines()), f"{line!r} is not in the answer"
            return
        self.names.check(*values(step, real.text))

    def _fits(self, documented: str, real: str) -> bool:
        try:
            self.names.check_text(documented, real)
        except AssertionError:
            return False
        return True

    async def _call(self, step: Command) -> None:
        program, *words = shlex.split(self.names.put_in(step.words))
        assert program == "interlock"
        environment = {"INTERLOCK_DATABASE_URL": self.url}
        done = await asyncio.to_thread(CliRunner().invoke, interlock, words, env=environment)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        self.names.check_text(step.output, done.output)
        await self.app.schemas.refresh(self.workspace.workspace_id)  # the server looks by itself, within a second


def _write(step: File) -> None:
    Path(step.name).write_text(step.content, encoding="utf-8")

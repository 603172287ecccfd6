"""Which kind of job is done by what.

A *unit* is `async def handler(tx, schema, job)`: a unit of work like any other, which may be run twice and looks at
what is there before it changes it. An *outbound* one is `async def handler(context, job)`: it may take its time
outside, and answers the unit `async def record(tx, schema)` that writes down what came of it.

Both answer None or a JSON-able result when the job is done, `RetryAt` or `Failed` (`core/jobs/outcome.py`) otherwise.
An exception undoes everything and is tried again with growing pauses; a `Problem` that would be the same next time
makes the job stuck at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from interlock.core.files import files
from interlock.core.jobs import telling
from interlock.core.outbound import mail
from interlock.core.threads import snooze, ticket_jobs, ticket_redact, words
from interlock.core.webhooks import webhooks
from interlock.engines.files.forget import delete_blob
from interlock.engines.mail.send import send_mail
from interlock.engines.webhooks.deliver import deliver
from interlock.engines.webhooks.fan_out import replay

Unit = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Handler:
    kind: str
    run: Callable[..., Awaitable[Any]]
    is_outbound: bool = False


HANDLERS: tuple[Handler, ...] = (
    Handler(words.UNSNOOZE, snooze.unsnooze),
    Handler(words.UNSNOOZE_TICKET, ticket_jobs.unsnooze),
    Handler(telling.CREATE_TICKET, ticket_jobs.create_queued),
    Handler(ticket_jobs.CROSS_POST_NOTE, ticket_jobs.cross_post),
    Handler(ticket_redact.REDACT_COPIES, ticket_redact.redact_copies),
    Handler(webhooks.DELIVER, deliver, is_outbound=True),
    Handler(webhooks.REPLAY, replay),
    Handler(mail.SEND_MAIL, send_mail, is_outbound=True),
    Handler(files.DELETE_BLOB, delete_blob, is_outbound=True),
)


def units() -> dict[str, Handler]:
    return {one.kind: one for one in HANDLERS if not one.is_outbound}


def outbound() -> dict[str, Handler]:
    return {one.kind: one for one in HANDLERS if one.is_outbound}

"""The job that sends a mail.

A mail that the server refuses for good (5xx) is failed at once; anything else is tried again for about a day. Killed
between the server's yes and our commit, it is sent once more with the same Message-ID.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from interlock.core.jobs.outcome import Failed
from interlock.core.jobs.store import Job
from interlock.core.outbound import mail as mails
from interlock.core.outbound import store
from interlock.core.outbound.mail import OUTBOX, SMTP
from interlock.core.outbound.store import Mail
from interlock.core.schema.schema import Schema
from interlock.engines import places
from interlock.engines.jobs.context import Context
from interlock.engines.mail import outbox, smtp
from interlock.engines.mail.compose import UNSET_FROM, BadMail, compose
from interlock.engines.mail.smtp import Refused, TryAgain
from interlock.kit.problems import Problem
from interlock.settings import Settings
from interlock.storage.database import Tx

Record = Callable[[Tx, Schema], Awaitable[Any]]


async def send_mail(context: Context, job: Job) -> Record:
    """Sends it, and answers what writes down what came of it."""
    mail = await context.database.read(store.get_mail, job.workspace_id, job.payload["mail_id"])
    if mail is None or mail.state == store.SENT or mail.is_forgotten:
        return _nothing
    try:
        through = await asyncio.to_thread(_send, context.settings, mail)
    except (Refused, BadMail) as problem:
        return _failed(mail.id, str(problem))
    except (TryAgain, OSError) as problem:
        if job.attempts >= job.max_attempts:
            return _failed(mail.id, str(problem))
        await context.database.transact(mails.failed, job.workspace_id, mail.id, str(problem), False)
        raise Problem("service_unavailable", str(problem)) from problem
    return _sent(mail.id, through)


def _send(settings: Settings, mail: Mail) -> str:
    message = compose(mail, settings.mail_from or UNSET_FROM)
    if settings.smtp_url is None:
        outbox.put(places.outbox(settings), mail.id, message)
        return OUTBOX
    smtp.send(settings.smtp_url, settings.mail_from or UNSET_FROM, mail.recipient, message)
    return SMTP


async def _nothing(tx: Tx, schema: Schema) -> None:
    return None


def _sent(mail_id: str, through: str) -> Record:
    async def record(tx: Tx, schema: Schema) -> dict[str, str]:
        await mails.sent(tx, schema.workspace.id, mail_id, through)
        return {"through": through}

    return record


def _failed(mail_id: str, problem: str) -> Record:
    async def record(tx: Tx, schema: Schema) -> Failed:
        await mails.failed(tx, schema.workspace.id, mail_id, problem, True)
        return Failed(problem)

    return record

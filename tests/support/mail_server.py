"""A mail server on this machine, which keeps what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Inbox:
    """What the server was given; `answers` says what an address is told the next time in place of yes."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.answers: dict[str, str] = {}
        self.users: list[Any] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.answers:
            return self.answers.pop(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        """The user is `user`, with the password `p@ss`."""
        self.users.append(data)
        return AuthResult(success=data == LoginPassword(b"user", b"p@ss"), handled=False)


@asynccontextmanager
async def serving_mail(inbox: Inbox) -> AsyncIterator[str]:
    """Its host and port."""

    def make() -> SMTP:
        return SMTP(inbox, authenticator=inbox.authenticate, auth_require_tls=False)

    listening = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()

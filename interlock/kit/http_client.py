"""Calls to the world outside, to addresses that somebody has typed in.

Whoever may type in an address could have this server call what only it can reach: databases, the metadata of the
cloud, its own ports. So each connection is checked when it is opened, with the very address that it is opened to: the
socket's maker gets it after names have been looked up, and there is nothing between check and use. Redirects are not
followed, proxies of the environment not used, cookies not kept, answers read up to a size and not unpacked.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from interlock.kit import limits
from interlock.kit.addresses import Allowed, may_reach

if TYPE_CHECKING:
    from aiohttp import ClientSession


log = structlog.get_logger("interlock.http")

_REFUSED = "is not a public address, and this installation does not allow it"


class HttpProblem(Exception):
    """There is no answer; the message says why, for the people whose address it is.

    It has the host as they wrote it and never the numbers that it stands for here: who may type in names could look
    up with them what only this network knows.
    """


class AddressRefused(OSError):
    """The address guard: an `OSError`, as any other reason why a connection cannot be opened."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, _REFUSED)


@dataclass(frozen=True, slots=True)
class Reply:
    """`headers` have lower-case names; `body` is at most what was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def check_url(url: str) -> str | None:
    """What is wrong with an address that is to be called, in a sentence; None when nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "must begin with http:// or https:// and a host"
    if parts.username is not None or parts.password is not None:
        return "must not have a user name or password in it"
    if port == 0 or not url.isascii() or any(one <= " " or one == "\x7f" or one == "\\" for one in url):
        return "is not a URL"
    return None


class HttpClient:
    """One for a process; its connections are opened when they are first needed."""

    def __init__(self, allowed: Allowed = False) -> None:
        self._allowed = allowed
        self._session: ClientSession | None = None

    async def send(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = limits.OUTBOUND_SECONDS,  # noqa: ASYNC109 - of the whole exchange, looking up the name included
        most: int = limits.OUTBOUND_ANSWER_BYTES,
    ) -> Reply:
        """Send a request and read the answer, up to `most` bytes of it. Raises `HttpProblem` where there is none."""
        import aiohttp

        problem = check_url(url)
        if problem is not None:
            raise HttpProblem(f"the address {problem}")
        try:
            async with self._open().request(
                method,
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout),
            ) as answer:
                return Reply(
                    answer.status,
                    {name.lower(): value for name, value in answer.headers.items()},
                    await _read(answer.content, most),
                )
        except TimeoutError:
            raise HttpProblem(f"no answer within {timeout:g} s") from None
        except aiohttp.ClientConnectorError as problem:
            log.info("a connection was not made", host=problem.host, problem=str(problem))
            raise HttpProblem(_not_connected(url, problem)) from problem
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise HttpProblem(str(problem) or type(problem).__name__) from problem

    def _open(self) -> ClientSession:
        import aiohttp

        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=limits.OUTBOUND_CONNECTIONS,
                    limit_per_host=limits.OUTBOUND_CONNECTIONS_PER_HOST,
                    socket_factory=self._socket,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=("Accept-Encoding", "User-Agent"),
            )
        return self._session

    def _socket(self, info: Any) -> socket.socket:
        """The socket for one address, after the guard: names, literals and every way to write them come by here."""
        family, kind, protocol, _, address = info
        if family not in (socket.AF_INET, socket.AF_INET6) or not may_reach(str(address[0]), self._allowed):
            log.warning("a call to an address that is not allowed was refused", address=str(address[0]))
            raise AddressRefused
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _not_connected(url: str, problem: Any) -> str:
    """The reasons of the system name the addresses that were tried; only the kind of the reason is said."""
    import aiohttp

    host = urlsplit(url).hostname
    if _REFUSED in str(problem):  # of several addresses one was refused
        return f"{host} {_REFUSED}"
    if isinstance(problem, aiohttp.ClientConnectorDNSError):
        return f"the name {host} cannot be found"
    if isinstance(problem, aiohttp.ClientSSLError):
        return f"{host} has no certificate that can be trusted"
    code = problem.os_error.errno
    return f"cannot connect to {host}" + (f": {os.strerror(code)}" if code is not None and code > 0 else "")


async def _read(content: Any, most: int) -> bytes:
    read = bytearray()
    while len(read) < most:
        piece = await content.read(most - len(read))
        if not piece:
            break
        read += piece
    return bytes(read)

"""Who is asking: access tokens, and what their scopes allow.

A token comes as `Authorization: Bearer <token>`, or as the user name (or the password) of HTTP Basic, which older
SDKs send. It is known here only by its hash. A process keeps what it looked up for `limits.CACHE_AGE`, half of the
second within which a revoked token must fail everywhere.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from interlock.kit import clock, limits
from interlock.kit.problems import Problem

KNOWN_TOKENS = 10_000  # kept per process; the one looked up longest ago goes first
UNKNOWN_TOKENS = 1_000  # kept apart, so that guessing cannot push out the good ones
TOKEN_BYTES = 4096  # nothing longer is worth hashing

EVERYTHING = "*"
SCOPES: dict[str, str] = {
    "read_users": "Read and list people and companies, their attributes and segments",
    "write_users": "Create, update, merge and delete people and companies",
    "read_write_users": "Both of these",
    "read_admins": "Read and list teammates and teams",
    "write_admins": "Invite, change and deactivate teammates, teams and reasons for being away",
    "read_write_admins": "Both of these",
    "read_admin_activity_logs": "Read what teammates did",
    "read_conversations": "Read and list conversations, their parts and side conversations",
    "write_conversations": "Create, reply to, manage, merge and delete conversations",
    "read_write_conversations": "Both of these",
    "delete_conversations_and_metrics": "Delete a conversation together with what reports say of it",
    "read_tickets": "Read and list tickets, their types and states",
    "write_tickets": "Create and change tickets, their types and states",
    "read_write_tickets": "Both of these",
    "read_tags": "Read and list tags",
    "write_tags": "Create and delete tags; tag people, companies, conversations and tickets",
    "read_write_tags": "Both of these",
    "read_events": "Read and list data events",
    "write_events": "Record data events",
    "read_write_events": "Both of these",
    "write_messages": "Send messages to people",
    "read_messages": "Read what became of messages",
    "read_write_messages": "Both of these",
    "read_changes": "Read the feed of changes, which tells of everything in the workspace",
    "manage_webhooks": (
        "Create, change, read and delete webhooks; send their notifications again. Webhooks send out what they tell "
        "of: who holds this can read everything that has a topic"
    ),
    "write_data_attributes": "Create and update custom attributes",
    "read_custom_object_instances": "Read and list custom object instances",
    "write_custom_object_instances": "Create, update and delete custom object instances",
    "read_write_custom_object_instances": "Both of these",
    "read_schema": "Read object types, attributes, their usage, limits and qualification data",
    "write_schema": "Change object types and attributes, plan and apply a schema",
    "read_write_schema": "Both of these",
    "manage_workspace": "Change the settings of a workspace; empty one that was made for tests",
}
"""The scopes that operations ask for.

The names follow those in Intercom's description and developer hub ("Read and list users and companies", "Write users
and companies", "Read and write custom object instances", ...); `schema` and `workspace` are ours. `read_write_X`
includes `read_X` and `write_X`; writing alone does not include reading. `*` is everything, also what is yet to come.
"""


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A token that is valid: its id (for the history), its workspace, and what it may do."""

    id: str
    workspace_id: str
    scopes: frozenset[str]


Lookup = Callable[[str], Awaitable[TokenEntry | None]]


def token_hash(token: bytes) -> str:
    """As tokens are stored: sha256 in hex. A token has 256 random bits, so it needs no salt."""
    return hashlib.sha256(token).hexdigest()


def token_of(header: bytes | None) -> bytes | None:
    """The token in an `Authorization` header, or None."""
    if not header or len(header) > TOKEN_BYTES:
        return None
    scheme, _, rest = header.partition(b" ")
    rest = rest.strip()
    if scheme == b"Bearer" or scheme.lower() == b"bearer":
        return rest or None
    if scheme.lower() != b"basic":
        return None
    try:
        name, _, password = base64.b64decode(rest, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return name or password or None


def allows(scopes: frozenset[str], scope: str) -> bool:
    """May a token with these scopes do what needs this one?"""
    if scope in scopes or EVERYTHING in scopes:
        return True
    if scope.startswith("read_write_"):
        noun = scope.removeprefix("read_write_")
        return f"read_{noun}" in scopes and f"write_{noun}" in scopes
    return scope.startswith(("read_", "write_")) and f"read_write_{scope.partition('_')[2]}" in scopes


def require_scope(entry: TokenEntry, scope: str | None) -> None:
    """403 `forbidden` when the token may not do this."""
    if scope is not None and not allows(entry.scopes, scope):
        raise Problem("forbidden", f"You do not have the required scope ({scope}) to access this resource")


class Tokens:
    """The tokens that this process has seen, never older than `limits.CACHE_AGE`.

    `lookup(token_hash)` asks the database; it answers None for a token that is unknown or revoked. Requests that
    come while it runs share one look-up.
    """

    def __init__(self, lookup: Lookup, age: float = limits.CACHE_AGE) -> None:
        self._lookup = lookup
        self._age = age
        self._known: dict[str, tuple[float, TokenEntry]] = {}
        self._unknown: dict[str, float] = {}
        self._running: dict[str, tuple[float, asyncio.Task[TokenEntry | None]]] = {}

    async def authenticate(self, header: bytes | None) -> TokenEntry:
        """The entry of the token in an `Authorization` header; 401 `unauthorized` when there is none."""
        token = token_of(header)
        if token is not None:
            entry = await self.find(token_hash(token))
            if entry is not None:
                return entry
        raise Problem("unauthorized", "Access Token Invalid", headers={"WWW-Authenticate": "Bearer"})

    async def find(self, hashed: str) -> TokenEntry | None:
        newer_than = clock.monotonic() - self._age
        known = self._known.get(hashed)
        if known is not None and known[0] > newer_than:
            return known[1]
        if self._unknown.get(hashed, newer_than) > newer_than:
            return None
        # What an entry's age counts from is the *start* of its look-up: the row may be revoked while it runs. For
        # the same reason a look-up that has been running for long is not joined.
        running = self._running.get(hashed)
        if running is None or running[0] <= newer_than:
            started = clock.monotonic()
            task = asyncio.create_task(self._look_up(hashed, started))
            running = self._running[hashed] = (started, task)
            task.add_done_callback(lambda done: self._finished(hashed, done))
        # Shielded: a request that is given up must not take along those that wait for the same token.
        return await asyncio.shield(running[1])

    async def _look_up(self, hashed: str, started: float) -> TokenEntry | None:
        entry = await self._lookup(hashed)
        # Put anew at the end, so that the first in the dictionary is the one looked up longest ago.
        self._known.pop(hashed, None)
        self._unknown.pop(hashed, None)
        if entry is None:
            self._unknown[hashed] = started
            if len(self._unknown) > UNKNOWN_TOKENS:
                del self._unknown[next(iter(self._unknown))]
        else:
            self._known[hashed] = (started, entry)
            if len(self._known) > KNOWN_TOKENS:
                del self._known[next(iter(self._known))]
        return entry

    def _finished(self, hashed: str, task: asyncio.Task[TokenEntry | None]) -> None:
        running = self._running.get(hashed)
        if running is not None and running[1] is task:
            del self._running[hashed]
        if not task.cancelled():
            task.exception()  # seen, also when every request that waited is gone

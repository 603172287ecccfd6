"""Access tokens: made, listed, revoked, and found by what a request carries.

Only the hash of a token is stored. A token has 256 random bits, so the hash needs no salt, and a request's token is
found by its hash. Processes keep what they found for less than a second (`rest/auth.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, insert, select, update

from interlock.kit import clock, ids
from interlock.kit.problems import not_found
from interlock.storage.database import Database, Row, Tx
from interlock.storage.query import Query
from interlock.storage.tables import access_tokens

EVERYTHING = ("*",)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as it is known: never the secret itself. `hint` is its last four characters."""

    id: str
    workspace_id: str
    name: str
    scopes: tuple[str, ...]
    hint: str
    created_at: int
    revoked_at: int | None = None


_columns = (
    access_tokens.c.id,
    access_tokens.c.workspace_id,
    access_tokens.c.name,
    access_tokens.c.scopes,
    access_tokens.c.hint,
    access_tokens.c.created_at,
    access_tokens.c.revoked_at,
)
_insert = Query(insert(access_tokens))
_live = Query(
    select(*_columns).where(access_tokens.c.token_hash == bindparam("token_hash"), access_tokens.c.revoked_at.is_(None))
)
_all = Query(
    select(*_columns)
    .where(access_tokens.c.workspace_id == bindparam("workspace_id"))
    .order_by(access_tokens.c.created_at, access_tokens.c.id)
)
_revoke = Query(
    update(access_tokens)
    .where(
        access_tokens.c.workspace_id == bindparam("in_workspace"),
        access_tokens.c.id == bindparam("token_id"),
        access_tokens.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("now"))
)


def token_hash(token: str) -> str:
    """As tokens are stored: sha256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


async def insert_token(tx: Tx, hashed: str, token: AccessToken) -> None:
    """Raises `Duplicate("access_tokens_pkey")` when the same secret is in use already."""
    await tx.run(
        _insert,
        token_hash=hashed,
        id=token.id,
        workspace_id=token.workspace_id,
        name=token.name,
        scopes=msgspec.json.encode(token.scopes).decode(),
        hint=token.hint,
        created_at=token.created_at,
        revoked_at=None,
    )


def describe(workspace_id: str, secret: str, name: str, scopes: Sequence[str]) -> AccessToken:
    """A new token for a secret; not stored yet."""
    return AccessToken(ids.record_id(), workspace_id, name, tuple(scopes), secret[-4:], clock.seconds())


async def create(
    database: Database, workspace_id: str, name: str, scopes: Sequence[str] = EVERYTHING
) -> tuple[str, AccessToken]:
    """Make a token. The secret is returned here and never again."""
    secret = ids.access_token()
    token = describe(workspace_id, secret, name, scopes)
    await database.transact(insert_token, token_hash(secret), token)
    return secret, token


async def list_all(database: Database, workspace_id: str) -> list[AccessToken]:
    """Every token of a workspace, the oldest first, revoked ones too."""
    return [_token(row) for row in await database.read(_read_all, workspace_id)]


async def _read_all(tx: Tx, workspace_id: str) -> list[Row]:
    return await tx.all(_all, workspace_id=workspace_id)


async def revoke(database: Database, workspace_id: str, token_id: str) -> None:
    """From now on the token is unknown; 404 `not_found` when there is no such token, or none that is still good."""
    if not await database.transact(_end, workspace_id, token_id, clock.seconds()):
        raise not_found("Access token not found")


async def _end(tx: Tx, workspace_id: str, token_id: str, now: int) -> bool:
    return await tx.run(_revoke, in_workspace=workspace_id, token_id=token_id, now=now) > 0


async def lookup(database: Database, hashed: str) -> AccessToken | None:
    """The token with this hash, unless it is unknown or revoked."""
    row = await database.read(_find, hashed)
    return _token(row) if row is not None else None


async def _find(tx: Tx, hashed: str) -> Row | None:
    return await tx.one(_live, token_hash=hashed)


def _token(row: Row) -> AccessToken:
    id, workspace_id, name, scopes, hint, created_at, revoked_at = row
    return AccessToken(id, workspace_id, name, tuple(msgspec.json.decode(scopes)), hint, created_at, revoked_at)

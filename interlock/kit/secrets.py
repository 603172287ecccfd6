"""Secrets that must be read again (of webhooks, of connectors): sealed before they are stored.

AES-256-GCM with a random nonce. What is sealed is bound to its place (workspace, table, column, row), so that a sealed
text which is copied to another row opens nowhere. The key is given as `INTERLOCK_SECRET_KEY`, or is in a file that is
made when it is first needed and that only its owner may read. It is not in backups of the database: keep it apart.

Several keys may be given, separated by commas: the first one seals, all of them open. So keys are changed without
sealing everything anew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from interlock.settings import Settings

SCHEME = "v1"
NONCE_BYTES = 12
KEY_CHARS_MIN = 32


class SecretProblem(Exception):
    """Something sealed cannot be opened, or there is no usable key; the message says why and never what."""


class Secrets:
    """Seals and opens. The key is read when it is first needed."""

    def __init__(self, given: str | None, file: Path) -> None:
        self._given = given
        self._file = file

    @classmethod
    def of(cls, settings: Settings) -> Secrets:
        return cls(settings.secret_key, settings.secret_key_path)

    def seal(self, secret: str, *place: str) -> str:
        """`place` says where it will be: workspace, table, column, row."""
        hint, key = next(iter(self._keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + key.encrypt(nonce, secret.encode(), _bound(place))
        return f"{SCHEME}.{hint}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def open(self, sealed: str, *place: str) -> str:
        """What `seal` was given for the same place. Raises `SecretProblem`."""
        from cryptography.exceptions import InvalidTag

        scheme, hint, text = [*sealed.split("."), "", ""][:3]
        if scheme != SCHEME or hint not in self._keys:
            raise SecretProblem("a secret was sealed with another key: give that one too, as INTERLOCK_SECRET_KEY")
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return self._keys[hint].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(place)).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise SecretProblem("a sealed secret was changed, or belongs somewhere else") from None

    @cached_property
    def _keys(self) -> dict[str, AESGCM]:
        """By a hint that tells keys apart and tells nothing about them."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        given = self._given or _from_file(self._file)
        keys = {}
        for text in (one.strip() for one in given.split(",")):
            if len(text) < KEY_CHARS_MIN:
                raise SecretProblem(f"a secret key must have at least {KEY_CHARS_MIN} characters")
            key = hashlib.sha256(b"interlock seal\0" + text.encode()).digest()
            keys[hashlib.sha256(b"interlock hint\0" + key).hexdigest()[:8]] = AESGCM(key)
        return keys


def _bound(place: tuple[str, ...]) -> bytes:
    return msgspec.json.encode(place)


def _from_file(path: Path) -> str:
    """The key in the file; made where there is none. Of several processes that make it at once one wins."""
    try:
        if not path.exists():
            _make(path)
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise SecretProblem(f"the file of the secret key cannot be used: {path}: {problem}") from problem


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(own, path)  # refuses where another process was first
    own.unlink()

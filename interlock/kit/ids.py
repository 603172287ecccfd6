"""How ids are made: always by the application, never by a sequence of the database.

*Record ids* are 24 lower-case hex digits, as Intercom's contacts and custom objects have: 4 bytes of seconds,
2 of fraction (so that they sort by creation within a second), 5 random ones, and a last byte for the bucket of a
wide workspace (0 while workspaces are narrow).

*Numeric ids* are 53-bit, so that JavaScript keeps them exact: 41 bits of milliseconds since 2020, 12 random.

*Decimal ids* are what conversations, tickets, parts, tags and notes have: such a number as text, counted from 2000 so
that it has 16 digits until 2069, and the order of the texts is the order of the numbers.
"""

from __future__ import annotations

import os
import secrets
import threading
import time

_EPOCH_MS = 1_577_836_800_000  # 2020-01-01
_EPOCH_2000_MS = 946_684_800_000
_HEX = frozenset("0123456789abcdef")
_lock = threading.Lock()
_last_tick = 0
_last_number = 0


def record_id(bucket: int = 0) -> str:
    """24 hex digits; two ids made one after the other in one process sort in that order."""
    global _last_tick
    tick = time.time_ns() * 65536 // 1_000_000_000
    with _lock:
        # A bulk makes more than one id in 1/65,536 s: step on, else a page "newest first" would flicker.
        tick = _last_tick = tick if tick > _last_tick else _last_tick + 1
    return f"{tick & 0xFFFFFFFFFFFF:012x}{os.urandom(5).hex()}{bucket:02x}"


def number() -> int:
    """A 53-bit time-ordered integer, unique within a workspace."""
    global _last_number
    value = ((time.time_ns() // 1_000_000 - _EPOCH_MS) << 12) | secrets.randbelow(4096)
    with _lock:
        value = _last_number = value if value > _last_number else _last_number + 1
    return value


def decimal_id() -> str:
    """16 decimal digits; two of them made one after the other in one process sort in that order."""
    return str(number() + ((_EPOCH_MS - _EPOCH_2000_MS) << 12))


def is_record_id(text: str) -> bool:
    """Has the text the form of a record id? (An external id may have it, too.)"""
    return len(text) == 24 and _HEX.issuperset(text)


def access_token() -> str:
    """A new secret: shown once, and stored only as a hash."""
    return "ilk_" + secrets.token_urlsafe(32)


def app_id() -> str:
    """An eight-character `id_code` of a workspace, as Intercom's look."""
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(secrets.choice(alphabet) for _ in range(8))

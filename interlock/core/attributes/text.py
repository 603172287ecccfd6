"""What text may be stored, and how text that may not is shown in a message."""

from __future__ import annotations

_SHOWN_CHARS = 200


def storable(text: str) -> bool:
    """Can both databases and JSON carry it? PostgreSQL refuses NUL, and UTF-8 cannot spell a lone surrogate."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(name: str) -> str:
    """A name that somebody sent, fit for a message and a field: it is repeated to them, whatever it was."""
    if len(name) > _SHOWN_CHARS:
        name = name[:_SHOWN_CHARS] + "…"
    return name if storable(name) else name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")

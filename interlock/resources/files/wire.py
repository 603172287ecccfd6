"""Files as JSON, and the headers that they are sent with."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.files.files import UNKNOWN_TYPE
from interlock.core.files.store import File

_SHOWN_TYPES = ("image/", "audio/", "video/")
_SHOWN = frozenset({"text/plain", "text/csv", "application/pdf"})
_ACTIVE = ("html", "xml", "svg", "script", "mixed-replace", "x-shockwave-flash")


def headers(file: File) -> dict[str, str]:
    """Whoever has the address may read the file, and nothing in it can act in our name."""
    kind = "inline" if is_shown(file.content_type) else "attachment"
    return {
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": f'"{file.content_hash}"',
        "Content-Length": str(file.size),
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


def sent_type(content_type: str) -> str:
    """The file's own type, unless a browser would run what is in it."""
    return UNKNOWN_TYPE if is_active(content_type) else content_type


def is_active(content_type: str) -> bool:
    return any(word in content_type for word in _ACTIVE)


def is_shown(content_type: str) -> bool:
    """May a browser show it in its place? Anything else is saved."""
    kind = content_type.partition(";")[0]
    return (kind.startswith(_SHOWN_TYPES) or kind in _SHOWN) and not is_active(content_type)


class UploadQuery(msgspec.Struct):
    name: str | None = None


class FileJson(msgspec.Struct):
    """A file that was sent. Its `url` can be given to anybody; width and height are those of a picture."""

    type: Literal["file"]
    id: str
    name: str
    url: str
    content_type: str
    filesize: int
    created_at: int
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET

"""Files that people send: named, limited, kept.

The bytes are written first, outside of any transaction; the row that says whose they are goes into the transaction of
what the file belongs to. Bytes without a row are nobody's and harm nobody.
"""

from __future__ import annotations

import mimetypes
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from interlock.core.files import store
from interlock.core.files.store import File
from interlock.core.jobs.store import enqueue
from interlock.kit import clock, images, limits
from interlock.kit.problems import Problem, not_found
from interlock.storage.blobs import HEAD, Blobs, Staged
from interlock.storage.database import Tx

DELETE_BLOB = "delete_blob"
"""The job that removes bytes which no file needs any more: engines/files."""
PATH = "/interlock/v1/files"
UNKNOWN_TYPE = "application/octet-stream"

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_NOT_IN_NAMES = re.compile(
    "[\\x00-\\x1f\\x7f\\ud800-\\udfff\u202a-\u202e\u2066-\u2069]"
)  # controls, overrides of direction
_ADDRESS = re.compile("([A-Za-z0-9]{1,64})-([0-9a-f]{32})")


@dataclass(slots=True)
class Upload:
    """A file of a request, on the disk but nobody's yet. `field` is where the request had it."""

    field: str
    name: str
    content_type: str
    staged: Staged


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes are kept, and that waits for the transaction with its row."""

    file: File
    width: int | None
    height: int | None

    def as_json(self, workspace_id: str, base_url: str) -> dict[str, Any]:
        """As attachments are shown. What a picture alone has is absent from other files."""
        shown: dict[str, Any] = {
            "type": "upload",
            "name": self.file.name,
            "url": address(workspace_id, self.file, base_url),
            "content_type": self.file.content_type,
            "filesize": self.file.size,
        }
        if self.width is not None:
            shown |= {"width": self.width, "height": self.height}
        return shown


async def keep(blobs: Blobs, name: str, content_type: str | None, content: bytes | Staged) -> Kept:
    """Write the bytes of a file. Before the transaction that has `add`: this waits for the disk."""
    name = clean_name(name)
    if isinstance(content, bytes):
        head, size = content[:HEAD], len(content)
        content_hash = await blobs.put(content)
    else:
        head, size = content.head, content.size
        content_hash = await content.keep()
    pixels = images.size_of(head) or (None, None)
    type_ = clean_type(content_type, name)
    file = File(secrets.token_hex(16), name, type_, size, content_hash, clock.seconds())
    return Kept(file, *pixels)


async def add(tx: Tx, workspace_id: str, *kept: Kept) -> None:
    """The rows of files, in the transaction of what they belong to."""
    await store.insert_files(tx, workspace_id, [one.file for one in kept])


async def forget(tx: Tx, workspace_id: str, ids: Sequence[str]) -> None:
    """Files that nobody may read any more. Their bytes go later, unless another file has the same."""
    if not ids:
        return
    for content_hash in await store.delete_files(tx, workspace_id, ids):
        wake_at = clock.micros() + (limits.BLOB_REST + 60) * 1_000_000
        await enqueue(tx, workspace_id, DELETE_BLOB, {"content_hash": content_hash}, wake_at=wake_at, key=content_hash)


async def find(tx: Tx, workspace_id: str, id: str) -> File:
    """404 `not_found`."""
    file = await store.get_file(tx, workspace_id, id)
    if file is None:
        raise not_found("File not found")
    return file


def address(workspace_id: str, file: File, base_url: str) -> str:
    """Where a file is read. It names the workspace, since a row is found by that; the id is what nobody guesses."""
    return f"{base_url}{PATH}/{workspace_id}-{file.id}/{quote(file.name, safe='')}"


def read_address(text: str) -> tuple[str, str]:
    """The workspace and the id of the file in an address. 404 `not_found`."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise not_found("File not found")
    return found[1], found[2]


def id_in(url: str) -> str | None:
    """The id of the file at an address, if it looks like one that is kept here."""
    found = re.search(rf"{PATH}/[A-Za-z0-9]+-([0-9a-f]{{32}})/", url)
    return found[1] if found is not None else None


def ids_in(shown: Sequence[dict[str, Any]]) -> list[str]:
    """The ids of the files that came with attachments, as they are stored with a part: for `forget`.

    An address that was attached is somebody else's, also when a file that is kept here has it: it has no size.
    """
    found = (id_in(str(one.get("url", ""))) for one in shown if "filesize" in one)
    return [id for id in found if id is not None]


def clean_name(raw: str) -> str:
    """The last part of what may be a path, without what is no letter."""
    name = _NOT_IN_NAMES.sub("", raw).replace("\\", "/").rpartition("/")[2].strip()
    if not name.strip("."):
        return "file"
    if len(name) > limits.FILE_NAME_CHARS:
        stem, dot, ending = name.rpartition(".")
        ending = f"{dot}{ending}" if stem and len(ending) <= 16 else ""
        name = name[: limits.FILE_NAME_CHARS - len(ending)] + ending
    return name


def clean_type(raw: str | None, name: str) -> str:
    """A media type, or what the name suggests. Parameters go, but for the character set of a text."""
    kind, _, parameters = (raw or "").partition(";")
    kind = kind.strip().lower()
    if not _TYPE.fullmatch(kind) or kind == UNKNOWN_TYPE:
        guessed = mimetypes.guess_type(name, strict=True)[0]
        return guessed if guessed and not kind.startswith("multipart/") else UNKNOWN_TYPE
    if kind.startswith("text/"):
        found = re.search(r"charset=\"?([A-Za-z0-9_.:-]{1,40})", parameters, re.IGNORECASE)
        return f"{kind}; charset={found[1].lower()}" if found else kind
    return kind


def too_large(field: str | None = None) -> Problem:
    return Problem("request_too_large", f"A file may have at most {limits.FILE_BYTES // 2**20} MiB", field)

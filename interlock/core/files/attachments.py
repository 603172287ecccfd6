"""What a request attaches to a reply: files that came with it, files inside its JSON, addresses elsewhere.

    found = read_attachments(body.attachment_urls, body.attachment_files, call.uploads)
    attached = await keep_attachments(call.blobs, found, call.workspace_id, call.base_url)
    ... in the unit of work:
    await attached.add(tx, workspace_id)
    part = author.part(COMMENT, at, text, attachments=attached.shown or None)

What is redacted or deleted is forgotten: `files.forget(tx, workspace_id, files.ids_in(part.details["attachments"]))`.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from interlock.core.files import files
from interlock.core.files.files import UNKNOWN_TYPE, Kept, Upload, clean_name
from interlock.kit import limits
from interlock.kit.problems import invalid, missing
from interlock.storage.blobs import Blobs, Staged
from interlock.storage.database import Tx

URLS, FILES = "attachment_urls", "attachment_files"

_DATA_URL = re.compile(r"data:[^,]{0,200};base64,")


class GivenFile(Protocol):
    """A file inside the JSON of a request (`shapes/attachment.py` has the Struct)."""

    @property
    def name(self) -> str | None: ...

    @property
    def content_type(self) -> str | None: ...

    @property
    def data(self) -> str | None: ...


@dataclass(slots=True)
class Attachment:
    """Something to attach, checked: an address (`url`), or bytes."""

    name: str
    content_type: str | None
    url: str | None = None
    content: bytes | Staged | None = None


@dataclass(slots=True)
class Attached:
    """What is attached, its bytes kept. `shown` is for `details["attachments"]` of a part; `add` is for its unit."""

    shown: list[dict[str, Any]] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    async def add(self, tx: Tx, workspace_id: str) -> None:
        """The rows of the files, in the transaction of what they are attached to."""
        await files.add(tx, workspace_id, *self.kept)


def read_attachments(
    urls: Sequence[str] | None, given: Sequence[GivenFile] | None, uploads: Sequence[Upload] = ()
) -> list[Attachment]:
    """What a request attaches. Where it has files, addresses do not count, as the description says.

    The first thing that is wrong is 400 `parameter_invalid` (`parameter_not_found` for a file without `data`) with
    the field named: more than 10, then one after the other; 413 `request_too_large` for a file that is.
    """
    urls, given = urls or (), given or ()
    _count(len(urls), URLS)
    _count(len(given) + len(uploads), FILES)
    found = [_given(one, f"{FILES}.{n}") for n, one in enumerate(given)]
    found += [Attachment(one.name, one.content_type, content=one.staged) for one in uploads]
    addresses = [_address(one, f"{URLS}.{n}") for n, one in enumerate(urls)]
    return found or addresses


async def keep_attachments(
    blobs: Blobs, attachments: Sequence[Attachment], workspace_id: str, base_url: str
) -> Attached:
    """Write the bytes. Before the transaction. Addresses are kept as they are: nothing is fetched."""
    attached = Attached()
    for one in attachments:
        if one.content is None:
            shown = {"type": "upload", "name": one.name, "url": one.url, "content_type": one.content_type}
        else:
            kept = await files.keep(blobs, one.name, one.content_type, one.content)
            attached.kept.append(kept)
            shown = kept.as_json(workspace_id, base_url)
        attached.shown.append(shown)
    return attached


def _count(number: int, name: str) -> None:
    if number > limits.FILES_SENT:
        raise invalid(f"{name} may have at most {limits.FILES_SENT} entries", name)


def _given(one: GivenFile, path: str) -> Attachment:
    if one.data is None:
        raise missing(f"{path}.data not specified", f"{path}.data")
    text = one.data
    if text.startswith("data:") and (found := _DATA_URL.match(text[:220])):
        text = text[found.end() :]
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"{path}.data is not valid base64", f"{path}.data") from None
    if len(data) > limits.FILE_BYTES:
        raise files.too_large(f"{path}.data")
    return Attachment(one.name or "file", one.content_type, content=data)


def _address(url: str, path: str) -> Attachment:
    """Only http and https: it is shown to people as a link."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= limits.URL_CHARS
    except ValueError:
        good = False
    if not good or re.search(r"[\s\x00-\x1f\x7f<>\"]", url):
        raise invalid(f"{path} must be an http or https URL of at most {limits.URL_CHARS} characters", path)
    name = clean_name(unquote(urlsplit(url).path, errors="replace"))
    return Attachment(name, mimetypes.guess_type(name)[0] or UNKNOWN_TYPE, url=url)

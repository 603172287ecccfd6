"""Files in JSON: as a request attaches them, and as they are shown."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType


class AttachmentFile(msgspec.Struct):
    """A file inside a request: its bytes are `data`, in base64."""

    content_type: str | None = None
    data: str | None = None
    name: str | None = None


class AttachmentJson(msgspec.Struct):
    """A file or an address that is attached. Width and height are those of a picture."""

    type: Literal["upload"]
    name: str
    url: str
    content_type: str
    filesize: int | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET

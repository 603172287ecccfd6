"""Notes over REST: request bodies and the list. A note itself is in `shapes/note.py`: companies show notes, too."""

from __future__ import annotations

from typing import Literal

import msgspec

from interlock.kit import limits
from interlock.kit.html import clean, to_text
from interlock.kit.problems import invalid, missing
from interlock.shapes.contact import NextPage
from interlock.shapes.note import Note


class NoteBody(msgspec.Struct):
    """What to write, as HTML or plain text; without `admin_id` it is by the teammate of the token."""

    body: str | None = None
    admin_id: str | int | None = None


class NotePages(msgspec.Struct):
    """`next` is null on the last page; it can be followed by its `page` or by its `starting_after`."""

    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: NextPage | None


class NoteList(msgspec.Struct):
    type: Literal["list"]
    data: list[Note]
    total_count: int
    pages: NotePages


def read_body(raw: str | None) -> str:
    """Clean HTML. Nothing that is left of it is 400, as no `body` is."""
    if raw is None:
        raise missing("body not specified", "body")
    if len(raw) > limits.NOTE_CHARS:
        raise invalid(f"body must be at most {limits.NOTE_CHARS} characters", "body")
    body = clean(raw)
    if not to_text(body) and "<img" not in body:
        raise invalid("body cannot be blank", "body")
    return body

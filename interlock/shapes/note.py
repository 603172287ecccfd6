"""Notes as JSON: alone, in lists, and inside companies."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.attributes.definition import COMPANY, CONTACT
from interlock.core.notes.store import Signed
from interlock.shapes.admin import Admin, admin


class AboutContact(msgspec.Struct):
    type: Literal["contact"]
    id: str


class AboutCompany(msgspec.Struct):
    type: Literal["company"]
    id: str


class Note(msgspec.Struct, kw_only=True):
    """What a teammate wrote about a `contact` or about a `company`: the other of the two is null. `body` is HTML."""

    type: Literal["note"]
    id: str
    created_at: int
    contact: AboutContact | None
    company: AboutCompany | None
    author: Admin | None
    body: str


def note(one: Signed) -> dict[str, Any]:
    written = one.note
    about = {"type": written.kind, "id": written.record_id}
    return {
        "type": "note",
        "id": written.id,
        "created_at": written.created_at,
        "contact": about if written.kind == CONTACT else None,
        "company": about if written.kind == COMPANY else None,
        "author": admin(one.author) if one.author is not None else None,
        "body": written.body,
    }

"""Who says something in a thread, as it is written down with what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from interlock.core.records.record import Record
from interlock.core.staff.store import Admin
from interlock.core.threads.store import ADMIN_MEMBER, CONTACT_MEMBER, Part, Participant
from interlock.kit import ids


@dataclass(frozen=True, slots=True)
class Author:
    """A contact (`user` or `lead`), a teammate (`admin`) or nobody in person (`bot`)."""

    type: str
    id: str
    name: str | None
    email: str | None

    @property
    def is_contact(self) -> bool:
        return self.type in ("user", "lead")

    def part(self, part_type: str, at: int, body: str | None = None, **details: Any) -> Part:
        """Something that they said or did at a time (Unix seconds). `details` without what is None."""
        kept = {"author_name": self.name, "author_email": self.email, **details}
        kept = {name: value for name, value in kept.items() if value is not None}
        return Part(ids.decimal_id(), part_type, self.type, self.id, body, at, at, details=kept)

    def participant(self, at: int) -> Participant | None:
        """Them as somebody who takes part; nobody for bots."""
        if self.is_contact:
            return Participant(CONTACT_MEMBER, self.id, at)
        return Participant(ADMIN_MEMBER, self.id, at) if self.type == "admin" else None


def of_contact(contact: Record) -> Author:
    fields = contact.fields
    return Author(fields["role"], contact.id, fields["name"], fields["email"])


def of_admin(admin: Admin) -> Author:
    return Author("admin", str(admin.id), admin.name, admin.email)


def bot(workspace_app_id: str) -> Author:
    """Who does what nobody in person did: timers, rules, merges."""
    return Author("bot", "0", "Interlock", f"operator+{workspace_app_id}@interlock.invalid")

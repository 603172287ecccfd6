"""What Preview has and 2.16 has not. It lies beside the line: these are applied to 2.16, for callers of Preview only.

Its searches by the exact second are in `behaviour.py`. `GET /me` may have a `role` there, for those who have one;
nobody has yet. A contact's `language_override` may be written there; we take it in every version.
"""

from __future__ import annotations

from typing import Any

from interlock.versions.change import Body, Change


def _formatted_phone(contact: Body) -> None:
    """Phones are stored as they are shown."""
    contact["formatted_phone"] = contact.get("phone")


def _notes(company: Body) -> None:
    """Companies have no notes yet. Preview's examples have an addressable list, its schema a plain one."""
    url = f"/companies/{company.get('id')}/notes"
    empty: dict[str, Any] = {"type": "note.list", "data": [], "url": url, "total_count": 0, "has_more": False}
    company.setdefault("notes", empty)


def _datetime(attribute: Body) -> None:
    """A standard date of a person has a time there. Those that workspaces made are still days, as Preview says."""
    if attribute.get("data_type") == "date" and attribute.get("model") == "contact" and not attribute.get("custom"):
        attribute["data_type"] = "datetime"


CHANGES: list[Change] = [
    Change("contact formatted_phone is shown", answers={"contact": _formatted_phone}),
    Change("company notes are shown", answers={"company": _notes}),
    Change("contact timestamps are of the type datetime", answers={"data_attribute": _datetime}),
]

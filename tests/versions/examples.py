"""A contact, a company and an admin as the handlers make them, after Intercom's own examples of 2.16."""

from __future__ import annotations

from typing import Any


def _addressable(part: str) -> dict[str, Any]:
    return {"type": "list", "data": [], "url": f"/contacts/6762f0dd/{part}", "total_count": 0, "has_more": False}


CONTACT: dict[str, Any] = {
    "type": "contact",
    "id": "6762f0dd",
    "workspace_id": "abcd1234",
    "external_id": "70",
    "role": "user",
    "email": "joe@bloggs.com",
    "phone": "+353871234567",
    "owner_id": "127",
    "has_hard_bounced": False,
    "created_at": 1734537437,
    "location": {"type": None, "country": None, "region": None, "city": None},
    "custom_attributes": {"paid": True},
    "tags": _addressable("tags"),
    "companies": _addressable("companies"),
    "enabled_push_messaging": None,
    "merge_history": [{"type": "merge_history", "source_contact_id": "1", "source_contact_role": "lead"}],
}

COMPANY: dict[str, Any] = {
    "type": "company",
    "company_id": "remote",
    "id": "6762f076",
    "name": "my company",
    "remote_created_at": 1374138000,
    "tags": {"type": "tag.list", "tags": []},
    "plan": {},
    "notes": {"type": "note.list", "notes": []},
}

ADMIN: dict[str, Any] = {
    "type": "admin",
    "id": "991267468",
    "name": "Ciaran9 Lee",
    "away_status_reason_id": None,
    "avatar": "https://static.example/128.png",
    "role": {"type": "role", "id": "1", "name": "Owner"},
}

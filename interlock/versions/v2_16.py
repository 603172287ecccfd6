"""What 2.16 changed. Read from `contract diff 2.15 2.16` and the two descriptions.

Two of its changes are behaviour, not shape, and are in `behaviour.py`: the 410 of merged contacts and the refusal of
`model=conversation`. So is the list of instances, whose older answer is a refusal.
"""

from __future__ import annotations

from interlock.versions.change import Body, Change, without


def _owner_as_number(contact: Body) -> None:
    owner = contact.get("owner_id")
    if type(owner) is str:
        contact["owner_id"] = int(owner) if owner.isascii() and owner.isdigit() else None


def _owner_as_text(body: Body) -> None:
    if type(body.get("owner_id")) is int:
        body["owner_id"] = str(body["owner_id"])


def _need_no_duplicates(body: Body) -> None:
    body["skip_duplicate_validation"] = True


CHANGES: list[Change] = [
    Change(
        "contact owner_id became text",
        answers={"contact": _owner_as_number},
        requests={"contact_write": _owner_as_text},
    ),
    Change("contact merge_history can be asked for", answers={"contact": without("merge_history")}),
    Change("contacts are only merged as duplicates, or by request", requests={"contact_merge": _need_no_duplicates}),
    Change("contact search can be sorted", requests={"contact_search": without("sort")}),
    Change("contact email_verified can be written", requests={"contact_write": without("email_verified")}),
    Change("admin has a role", answers={"admin": without("role")}),
    Change("company has notes", answers={"company": without("notes")}),
    Change("company update_last_request_at was added", requests={"company_write": without("update_last_request_at")}),
]

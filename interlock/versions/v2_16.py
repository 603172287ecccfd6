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


_OLD_SOURCES = frozenset(
    {
        "conversation",
        "email",
        "facebook",
        "instagram",
        "phone_call",
        "phone_switch",
        "push",
        "sms",
        "twitter",
        "whatsapp",
    }
)
_NEW_OF_CONVERSATION = (
    *("channel", "external_references", "monitor_evaluations", "scorecards", "sales_agent", "sales_agent_participated"),
)
_NEW_OF_SOURCE = ("recipients", "reply_to", "email_message_metadata")


def _priority_of_two(conversation: Body) -> None:
    """There were two: any level is the one, none the other."""
    if "priority" in conversation:
        conversation["priority"] = "not_priority" if conversation["priority"] == "none" else "priority"


def _nobody_is_null(conversation: Body) -> None:
    for name in ("admin_assignee_id", "team_assignee_id"):
        if conversation.get(name) == 0:
            conversation[name] = None


def _source_of_a_known_type(conversation: Body) -> None:
    """Older descriptions know ten types, and no null."""
    source = conversation.get("source")
    if type(source) is not dict:
        return
    if source.get("type") not in _OLD_SOURCES:
        source["type"] = "conversation"
    for name in _NEW_OF_SOURCE:
        source.pop(name, None)
    _no_null(source, "id")
    author = source.get("author")
    if type(author) is dict:
        _no_null(author, "id", "email")


def _no_null(body: Body, *names: str) -> None:
    for name in names:
        if name in body and body[name] is None:
            body[name] = ""


def _assignees_as_text(ticket: Body) -> None:
    for name in ("admin_assignee_id", "team_assignee_id"):
        if type(ticket.get(name)) is int:
            ticket[name] = str(ticket[name])


def _author_without_role(note: Body) -> None:
    if type(note.get("author")) is dict:
        note["author"].pop("role", None)


CHANGES: list[Change] = [
    Change("conversation priority has levels", answers={"conversation": _priority_of_two}),
    Change("conversation of nobody has 0 for an assignee", answers={"conversation": _nobody_is_null}),
    Change(
        "conversation source may be anything, and may be unknown", answers={"conversation": _source_of_a_known_type}
    ),
    Change("conversation tells of channels and evaluations", answers={"conversation": without(*_NEW_OF_CONVERSATION)}),
    Change("ticket assignees became numbers", answers={"ticket": _assignees_as_text}),
    Change("ticket previous_ticket_state_id was added", answers={"ticket": without("previous_ticket_state_id")}),
    Change("a created tag tells what it was put on", answers={"tag_created": without("users", "companies")}),
    Change("notes of companies", answers={"note": without("company")}),
    Change("the author of a note has a role", answers={"note": _author_without_role}),
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

"""The names of the shapes that differ between versions, and which of them are inside which.

An operation names the shape of its answer as `shape`, that of its request body as `accepts`; what is in neither table
is the same in every version. A test compares both tables with the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shape is inside another one, as the handlers make it: under `key`, one or (`many`) a list of them.

    `also` is a second name of the same list: the handler sends one and the same list twice, and it is changed once.
    """

    key: str
    shape: str
    many: bool = True
    also: str | None = None


ANSWERS: dict[str, tuple[Place, ...]] = {
    "admin": (),
    "admin_list": (Place("admins", "admin"),),
    "me": (),
    "contact": (),
    "contact_list": (Place("data", "contact"),),
    "contact_reference": (),
    "merge_history": (),
    "company": (),
    "company_list": (Place("data", "company"),),
    "company_scroll": (Place("data", "company"),),
    "contact_companies": (Place("data", "company", also="companies"),),
    "conversation": (Place("company", "company", many=False),),
    "conversation_list": (Place("conversations", "conversation"),),
    "ticket": (),
    "ticket_list": (Place("tickets", "ticket"),),
    "ticket_type": (),
    "ticket_type_list": (Place("data", "ticket_type"),),
    "team": (),
    "team_list": (Place("teams", "team"),),
    "note": (),
    "note_list": (Place("data", "note"),),
    "tag_created": (),
    "data_attribute": (),
    "data_attribute_list": (Place("data", "data_attribute"),),
}

REQUESTS: frozenset[str] = frozenset(
    {
        "contact_write",
        "contact_search",
        "contact_merge",
        "company_write",
        "conversation_update",
        "ticket_update",
        "data_attribute_create",
        "data_attribute_update",
    }
)

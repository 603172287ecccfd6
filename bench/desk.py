"""The help desk: conversations with people, some open, most of them closed, shared out among teammates.

Like the shop, a row follows from its number, so that every database gets the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from bench import shop
from bench.shop import CREATED, mix
from bench.works import PER_PAGE, Work, request

ADMINS = 20
FIRST_ADMIN = 900_000_000_001
FIRST_CONVERSATION = 3_000_000_000_000_000  # sixteen digits, as ids of conversations have
OPEN_IN_A_HUNDRED, SNOOZED_IN_A_HUNDRED = 10, 5
BODY = "<p>Hello, I have ordered three things and only two of them have come. Could you have a look, please?</p>"


class Conversation(NamedTuple):
    id: str
    number: int
    person: int
    state: str
    admin_id: int
    created_at: int


class Desk(NamedTuple):
    """How much there is."""

    people: int
    conversations: int


def conversation(number: int, desk: Desk) -> Conversation:
    chance = mix(number, 71) % 100
    state = "open" if chance < OPEN_IN_A_HUNDRED else "closed"
    if OPEN_IN_A_HUNDRED <= chance < OPEN_IN_A_HUNDRED + SNOOZED_IN_A_HUNDRED:
        state = "snoozed"
    return Conversation(
        str(FIRST_CONVERSATION + number),
        number,
        mix(number, 72) % desk.people,
        state,
        FIRST_ADMIN + mix(number, 73) % ADMINS,
        CREATED + number * 10,
    )


# --- the requests


def creations(desk: Desk, count: int) -> Iterable[bytes]:
    for n in range(count):
        person = {"type": "user", "id": shop.person_id(mix(n, 81) % desk.people)}
        yield request("POST", "/conversations", {"from": person, "body": f"Where is order {n}? {BODY}"})


def replies(desk: Desk, count: int) -> Iterable[bytes]:
    """A teammate and the customer in turn, each in some conversation."""
    for n in range(count):
        one = conversation(mix(n, 82) % desk.conversations, desk)
        body: dict[str, Any] = {"message_type": "comment", "body": BODY}
        if n % 2:
            body |= {"type": "admin", "admin_id": str(one.admin_id)}
        else:
            body |= {"type": "user", "intercom_user_id": shop.person_id(one.person)}
        yield request("POST", f"/conversations/{one.id}/reply", body)


def searches(desk: Desk, count: int) -> Iterable[bytes]:
    for n in range(count):
        filters = [
            {"field": "state", "operator": "=", "value": "open"},
            {"field": "admin_assignee_id", "operator": "=", "value": FIRST_ADMIN + n % ADMINS},
        ]
        body = {"query": {"operator": "AND", "value": filters}, "pagination": {"per_page": PER_PAGE}}
        yield request("POST", "/conversations/search", body)


CREATE = Work("create_conversation", "create a conversation", creations, writes=True)
REPLY = Work("reply", "reply", replies, writes=True)
SEARCH_DESK = Work("search_desk", "search by state and assignee", searches)

DESK_WORKS = (SEARCH_DESK, CREATE, REPLY)  # what finds comes first: the others change what there is to find

"""What 2.13 changed, 2.12 included: that version has no published description. Versions below 2.11 count as 2.11.

2.13 also brought custom objects into contacts: a caller of an older version finds them there too, as additional keys
of `custom_attributes`.
"""

from __future__ import annotations

from interlock.versions.change import Body, Change, parts_of, without


def _avatar_as_object(admin: Body) -> None:
    """The address became what the avatar is; `GET /me` still has the object."""
    if type(admin.get("avatar")) is str:
        admin["avatar"] = {"type": "avatar", "image_url": admin["avatar"]}


def _location_of_its_type(contact: Body) -> None:
    """2.11 allows no null here."""
    location = contact.get("location")
    if type(location) is dict and location.get("type") is None:
        location["type"] = "location"


_NEW_OF_PART = ("app_package_code", "email_message_metadata", "event_details", "state", "tags")
_NEW_OF_STATISTICS = (
    *("handling_time", "adjusted_handling_time"),
    *("assigned_team_first_response_time", "assigned_team_first_response_time_in_office_hours"),
)
_STATES = {"in_progress", "waiting_on_customer", "resolved", "submitted"}


def _parts_of_before(conversation: Body) -> None:
    for part in parts_of(conversation):
        for name in _NEW_OF_PART:
            part.pop(name, None)


def _statistics_of_before(conversation: Body) -> None:
    statistics = conversation.get("statistics")
    if type(statistics) is dict:
        for name in _NEW_OF_STATISTICS:
            statistics.pop(name, None)


def _topics(conversation: Body) -> None:
    """Every conversation had some, though no description says what they are."""
    conversation.setdefault("topics", {})


def _state_as_text(ticket: Body) -> None:
    state = ticket.get("ticket_state")
    if type(state) is dict:
        ticket["ticket_state"] = state.get("category")
        ticket["ticket_state_internal_label"] = state.get("internal_label")
        ticket["ticket_state_external_label"] = state.get("external_label")
    if type(ticket.get("ticket_type")) is dict:
        ticket["ticket_type"].pop("ticket_states", None)


def _state_by_category(body: Body) -> None:
    """`state` names a category, of which the type's first state is meant: `ticket_state_id` takes either."""
    state = body.pop("state", None)
    if state in _STATES:
        body.setdefault("ticket_state_id", state)


def _team_without_null(team: Body) -> None:
    if team.get("admin_priority_level", ()) is None:
        del team["admin_priority_level"]


def _author_with_object(note: Body) -> None:
    if type(note.get("author")) is dict:
        _avatar_as_object(note["author"])


CHANGES: list[Change] = [
    Change("conversation parts tell of states, tags and events", answers={"conversation": _parts_of_before}),
    Change("conversation statistics have handling times", answers={"conversation": _statistics_of_before}),
    Change("conversation topics are gone", answers={"conversation": _topics}),
    Change(
        "ticket state became an object",
        answers={"ticket": _state_as_text},
        requests={"ticket_update": _state_by_category},
    ),
    Change("ticket types have states", answers={"ticket_type": without("ticket_states")}),
    Change("team may have no priorities", answers={"team": _team_without_null}),
    Change("the avatar of a note's author became text", answers={"note": _author_with_object}),
    Change("admin avatar became text", answers={"admin": _avatar_as_object}),
    Change("contact enabled_push_messaging was added", answers={"contact": without("enabled_push_messaging")}),
    Change("contact location need not have a type", answers={"contact": _location_of_its_type}),
]

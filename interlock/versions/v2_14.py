"""What 2.14 changed.

2.14 also tells an unknown type from an unknown instance in the text of its 404: that text is sent in every version.
"""

from __future__ import annotations

from typing import Any

from interlock.versions.change import Body, Change, parts_of, without


def _options_as_objects(body: Body) -> None:
    """`["1-10"]` as the `[{"value": "1-10"}]` of 2.14. Before, the schema had the one and the examples the other."""
    options = body.get("options")
    if type(options) is list:
        body["options"] = [_option(one) for one in options]


def _option(one: Any) -> Any:
    return {"value": one} if type(one) is str else one


def _list_type(body: Body) -> None:
    """An attribute with options was of the type `string`, until lists had a type of their own."""
    _options_as_objects(body)
    if body.get("options") and body.get("data_type") == "string":
        body["data_type"] = "options"


def _parts_without_metadata(conversation: Body) -> None:
    for part in parts_of(conversation):
        part.pop("metadata", None)
        if type(part.get("author")) is dict:
            part["author"].pop("from_ai_agent", None)
            part["author"].pop("is_ai_answer", None)


def _rating_never_updated(conversation: Body) -> None:
    rating = conversation.get("conversation_rating")
    if type(rating) is dict:
        rating.pop("updated_at", None)


def _parts_without_updates(ticket: Body) -> None:
    for part in parts_of(ticket):
        part.pop("updated_attribute_data", None)


def _flat_assignment(body: Body) -> None:
    """`{"assignment": {"admin_id", "assignee_id"}}` became two keys."""
    nested = body.pop("assignment", None)
    if type(nested) is dict:
        for name in ("admin_id", "assignee_id"):
            if name in nested:
                body.setdefault(name, nested[name])


CHANGES: list[Change] = [
    Change("conversation parts have metadata", answers={"conversation": _parts_without_metadata}),
    Change("conversation_rating updated_at was added", answers={"conversation": _rating_never_updated}),
    Change("ticket parts tell of changed attributes", answers={"ticket": _parts_without_updates}),
    Change("ticket assignment became flat", requests={"ticket_update": _flat_assignment}),
    Change("team has limits and a method", answers={"team": without("assignment_limit", "distribution_method")}),
    Change("conversation company_id can be written", requests={"conversation_update": without("company_id")}),
    Change("admin away_status_reason_id was added", answers={"admin": without("away_status_reason_id")}),
    Change(
        "data attribute options became objects, and lists a type",
        requests={"data_attribute_create": _list_type, "data_attribute_update": _options_as_objects},
    ),
]

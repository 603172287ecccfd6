"""What 2.14 changed. 2.15 changed nothing that we serve.

2.14 also tells an unknown type from an unknown instance in the text of its 404: that text is sent in every version.
"""

from __future__ import annotations

from typing import Any

from interlock.versions.change import Body, Change, without


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


CHANGES: list[Change] = [
    Change("admin away_status_reason_id was added", answers={"admin": without("away_status_reason_id")}),
    Change(
        "data attribute options became objects, and lists a type",
        requests={"data_attribute_create": _list_type, "data_attribute_update": _options_as_objects},
    ),
]

"""What 2.13 changed, 2.12 included: that version has no published description. Versions below 2.11 count as 2.11.

2.13 also brought custom objects into contacts: a caller of an older version finds them there too, as additional keys
of `custom_attributes`.
"""

from __future__ import annotations

from interlock.versions.change import Body, Change, without


def _avatar_as_object(admin: Body) -> None:
    """The address became what the avatar is; `GET /me` still has the object."""
    if type(admin.get("avatar")) is str:
        admin["avatar"] = {"type": "avatar", "image_url": admin["avatar"]}


def _location_of_its_type(contact: Body) -> None:
    """2.11 allows no null here."""
    location = contact.get("location")
    if type(location) is dict and location.get("type") is None:
        location["type"] = "location"


CHANGES: list[Change] = [
    Change("admin avatar became text", answers={"admin": _avatar_as_object}),
    Change("contact enabled_push_messaging was added", answers={"contact": without("enabled_push_messaging")}),
    Change("contact location need not have a type", answers={"contact": _location_of_its_type}),
]

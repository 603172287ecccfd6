"""What Preview has and 2.16 has not. It lies beside the line: these are applied to 2.16, for callers of Preview only.

Its searches by the exact second are in `behaviour.py`. `GET /me` may have a `role` there, for those who have one;
nobody has yet. A contact's `language_override` may be written there; we take it in every version.
"""

from __future__ import annotations

from interlock.versions.change import Body, Change


def _formatted_phone(contact: Body) -> None:
    """Phones are stored as they are shown."""
    contact["formatted_phone"] = contact.get("phone")


def _datetime(attribute: Body) -> None:
    """A standard date of a person has a time there. Those that workspaces made are still days, as Preview says."""
    if attribute.get("data_type") == "date" and attribute.get("model") == "contact" and not attribute.get("custom"):
        attribute["data_type"] = "datetime"


def _channel_and_topics(conversation: Body) -> None:
    conversation.setdefault("channel", None)
    conversation.setdefault("ai_topics", None)


CHANGES: list[Change] = [
    Change("conversation channel and topics are shown", answers={"conversation": _channel_and_topics}),
    Change("contact formatted_phone is shown", answers={"contact": _formatted_phone}),
    Change("contact timestamps are of the type datetime", answers={"data_attribute": _datetime}),
]

"""One thing that a version changed, and what undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
Edit = Callable[[Body], None]
"""Changes an object in place: its named places only. Whatever else is in the object, and whatever is missing, it must
not raise: what is wrong with a request is for the handler to say."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of Intercom's, named by what happened.

    `answers` brings an answer from the shape that the handlers know to the other side of the change; `requests` brings
    a request body from there to the handlers. For a version in the line the other side is the older one, for the
    Preview overlay it is Preview.
    """

    what: str
    answers: Mapping[str, Edit] = field(default_factory=dict)
    requests: Mapping[str, Edit] = field(default_factory=dict)


def without(*names: str) -> Edit:
    """Takes these keys away, where they are."""

    def edit(body: Body) -> None:
        for name in names:
            body.pop(name, None)

    return edit


def parts_of(thread: Body) -> list[Body]:
    """The parts inside a conversation or a ticket, as far as there are any."""
    for name in ("conversation_parts", "ticket_parts"):
        holder = thread.get(name)
        if type(holder) is dict:
            return [one for one in holder.get(name) or () if type(one) is dict]
    return []

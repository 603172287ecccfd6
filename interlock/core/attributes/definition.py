"""An attribute: a defined, typed field of one kind of record."""

from __future__ import annotations

from dataclasses import dataclass, field

CONTACT, COMPANY, CONVERSATION, TICKET = "contact", "company", "conversation", "ticket"
STANDARD_KINDS = (CONTACT, COMPANY, CONVERSATION, TICKET)
"""Kinds with names; every other kind is the id of an object type."""

STRING, INTEGER, DECIMAL, BOOLEAN, DATETIME, LIST, REFERENCE, FILES = (
    "string",
    "integer",
    "decimal",
    "boolean",
    "datetime",
    "list",
    "reference",
    "files",
)
DATA_TYPES = (STRING, INTEGER, DECIMAL, BOOLEAN, DATETIME, LIST, REFERENCE)
"""The types that attributes of every kind may have."""


def types_of(kind: str) -> tuple[str, ...]:
    """The types that attributes of a kind may have: what was said in a thread may have files."""
    return (*DATA_TYPES, FILES) if kind in (CONVERSATION, TICKET) else DATA_TYPES


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a list attribute.

    Those of conversations have an `id` of their own (a UUID), and are archived instead of removed: the conversations
    that have one keep it. Records hold the `value`, whatever named it.
    """

    value: str
    description: str = ""
    id: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """What only attributes of conversations have: how the inbox asks for them. Source: attributes.md 7."""

    required: bool = False  # before a teammate may close the conversation; the API asks nobody
    visible_to_team_ids: tuple[str, ...] = ()  # none: every team
    multiline: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceEnd:
    """One end of a reference.

    The same association is seen from two ends, `a` (where it was defined) and `b`. `many` says whether a record
    at *this* end may point at many; `inverse_many` whether a record at the other end may be pointed at by many.
    `inverse_name` is the attribute at the other end, where it has one.
    """

    id: str
    side: str  # a, b
    to: str  # the kind at the other end
    many: bool
    inverse_name: str | None = None
    inverse_many: bool = True


@dataclass(frozen=True, slots=True)
class Attribute:
    """A custom attribute of people, companies, conversations, tickets or of an object type.

    Names are case-sensitive and immutable but by a schema plan. Values are at most 255 characters of text,
    64-bit whole numbers, finite decimals, booleans, Unix seconds, one of a list's options, or references.
    Source: reference/attributes.md 1 to 6.
    """

    id: int
    kind: str
    name: str
    data_type: str
    description: str = ""
    options: tuple[Option, ...] = ()
    messenger_writable: bool = True
    archived: bool = False
    slot: str | None = None
    slot_ready: bool = False
    reference: ReferenceEnd | None = None
    admin_id: int | None = None
    created_at: int = 0
    updated_at: int = 0
    details: Details = Details()
    full_name: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "full_name", f"custom_attributes.{self.name}")

    @property
    def choices(self) -> tuple[Option, ...]:
        """The options that may be chosen now, as they were asked for: without their ids."""
        return tuple(Option(one.value, one.description) for one in self.options if not one.archived)

"""An attribute: a defined, typed field of one kind of record."""

from __future__ import annotations

from dataclasses import dataclass, field

CONTACT, COMPANY, CONVERSATION, TICKET = "contact", "company", "conversation", "ticket"
STANDARD_KINDS = (CONTACT, COMPANY, CONVERSATION, TICKET)
"""Kinds with names; every other kind is the id of an object type."""

STRING, INTEGER, DECIMAL, BOOLEAN, DATETIME, LIST, REFERENCE = (
    "string",
    "integer",
    "decimal",
    "boolean",
    "datetime",
    "list",
    "reference",
)
DATA_TYPES = (STRING, INTEGER, DECIMAL, BOOLEAN, DATETIME, LIST, REFERENCE)


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a list attribute."""

    value: str
    description: str = ""


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
    full_name: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "full_name", f"custom_attributes.{self.name}")

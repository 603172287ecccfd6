"""What somebody wants to be defined: types and attributes in words, before anything is checked or has an id."""

from __future__ import annotations

from dataclasses import dataclass, field

from interlock.core.attributes.definition import Details, Option


@dataclass(frozen=True, slots=True)
class WantedInverse:
    """The attribute at the far end of a reference, made together with it."""

    name: str
    many: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class WantedReference:
    """`to` is contact, company, conversation, ticket or the identifier of an object type, its own included."""

    to: str
    many: bool = False
    inverse: WantedInverse | None = None


@dataclass(frozen=True, slots=True)
class WantedAttribute:
    """An attribute to be made. `data_type` is one of ours (`definition.types_of`); `options` are those of a list."""

    name: str
    data_type: str
    description: str = ""
    options: tuple[Option, ...] = ()
    messenger_writable: bool = True
    reference: WantedReference | None = None
    details: Details = field(default_factory=Details)  # of conversations alone


@dataclass(frozen=True, slots=True)
class WantedType:
    """An object type to be made. An empty `name` is the identifier, an empty `plural_name` the name with an s."""

    identifier: str
    name: str = ""
    plural_name: str = ""
    description: str = ""
    attributes: tuple[WantedAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeChange:
    """What may change on a saved type without a plan. None leaves as it is."""

    description: str | None = None
    archived: bool | None = None


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """What may change on a saved attribute without a plan. None leaves as it is."""

    description: str | None = None
    archived: bool | None = None
    messenger_writable: bool | None = None
    options: tuple[Option, ...] | None = None
    details: Details | None = None  # of conversations alone

"""What a workspace has defined, as one unchanging value: its settings, object types and attributes.

Each process keeps one `Schema` for each workspace in use (`core/schema/cache.py`); a change of a definition makes
a new one with a higher `version`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.core.attributes.definition import STANDARD_KINDS, Attribute
from interlock.kit import limits
from interlock.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """What a workspace may choose. Limits: None is no limit."""

    create_unknown_attributes: bool = False  # by the API: an unknown name makes an attribute instead of a 400
    messenger_creates_attributes: bool = True
    exact_date_search: bool = False  # dates compare to the second in every version
    search_levels: int = limits.SEARCH_LEVELS  # of groups inside one another
    search_filters: int = limits.SEARCH_FILTERS  # of one group
    max_active_attributes: int | None = None
    max_object_types: int | None = None
    max_instances: int | None = None
    history_days: int = 365
    rate_limit_per_minute: int | None = None
    away_reason_mandatory: bool = False  # whoever goes away must say why
    qualification: tuple[int | str, ...] = ()
    """What teammates ask leads, in order: ids of custom attributes, `contact.email` for standard ones."""


@dataclass(frozen=True, slots=True)
class Workspace:
    id: str
    app_id: str
    name: str
    region: str
    timezone: str
    intercom_version: str
    created_at: int
    settings: WorkspaceSettings


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A type of custom object. REST paths take its `identifier`; records are stored under its `id`."""

    id: str
    identifier: str
    name: str
    plural_name: str
    description: str = ""
    archived: bool = False
    created_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """People or companies that satisfy rules (`core/query/rules.py`), which are here as they were sent.

    `person_type` says which people are meant: `user`, or `contact` for leads. Of companies it is `user`.
    """

    id: str
    kind: str  # contact, company
    person_type: str
    name: str
    rules: Any
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything that a workspace has defined, at one version."""

    workspace: Workspace
    version: int
    types: Mapping[str, ObjectType]  # by id
    attributes: Mapping[str, Mapping[str, Attribute]]  # by kind, then by name; archived ones too
    segments: Mapping[str, Segment] = field(default_factory=dict)  # by id
    identifiers: Mapping[str, ObjectType] = field(init=False)
    by_id: Mapping[int, Attribute] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "identifiers", {one.identifier: one for one in self.types.values()})
        every = (one for of_kind in self.attributes.values() for one in of_kind.values())
        object.__setattr__(self, "by_id", {one.id: one for one in every})

    def of(self, kind: str) -> Mapping[str, Attribute]:
        """The attributes of a kind by name, archived ones too."""
        return self.attributes.get(kind, {})

    def active(self, kind: str) -> list[Attribute]:
        return [one for one in self.of(kind).values() if not one.archived]

    def references(self, kind: str) -> list[Attribute]:
        """The reference attributes of a kind that are not archived."""
        return [one for one in self.of(kind).values() if one.reference is not None and not one.archived]

    def type(self, identifier: str) -> ObjectType:
        """The object type of a REST path: 404 `not_found` when there is none. Archived ones too."""
        found = self.identifiers.get(identifier)
        if found is None:
            raise Problem("not_found", f"Custom object type `{identifier}` not found")
        return found

    def label(self, kind: str) -> str:
        """The word for a kind on the wire: `contact`, or the identifier of an object type."""
        return kind if kind in STANDARD_KINDS else self.types[kind].identifier

"""What a document wants, beside what there is: each type and attribute with the saved one that it means.

Nothing is changed here, and the database is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from msgspec.structs import replace

from interlock.core.attributes.definition import (
    COMPANY,
    CONTACT,
    CONVERSATION,
    REFERENCE,
    STANDARD_KINDS,
    Attribute,
    types_of,
)
from interlock.core.attributes.text import shown
from interlock.core.definitions.document import (
    AttributeDocument,
    Document,
    InverseDocument,
    KindDocument,
    ReferenceDocument,
    TypeDocument,
    at,
)
from interlock.core.schema.schema import ObjectType, Schema
from interlock.kit.problems import Problem, invalid

NEW = "+"
"""Before the identifier of a type that is only to be made: its kind until it has an id."""


@dataclass(slots=True)
class TypeItem:
    """A type that the document wants."""

    place: str
    document: TypeDocument
    saved: ObjectType | None

    @property
    def kind(self) -> str:
        return self.saved.id if self.saved is not None else NEW + self.document.identifier


@dataclass(slots=True)
class Item:
    """An attribute that the document wants. A reference with an inverse is two of them, each the other's partner."""

    place: str
    kind: str
    document: AttributeDocument
    saved: Attribute | None = None
    to: str | None = None  # the kind that a reference points at
    partner: tuple[str, str] | None = None
    many_at_first: bool = False  # for a new end whose `many` is not said

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.document.name

    @property
    def many(self) -> bool | None:
        return self.document.reference.many if self.document.reference is not None else None


@dataclass(slots=True)
class Matched:
    types: list[TypeItem] = field(default_factory=list)
    gone_types: list[ObjectType] = field(default_factory=list)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)  # in the order of the document
    gone: list[Attribute] = field(default_factory=list)


def match(schema: Schema, document: Document) -> Matched:
    """Raises 400 that names the place, when the document contradicts itself or means two saved ones at once."""
    return _Matcher(schema, document).matched


@contextmanager
def placing(place: str) -> Iterator[None]:
    """Problems inside tell their place in the document."""
    try:
        yield
    except Problem as problem:
        raise at(place, problem) from None


class _Matcher:
    def __init__(self, schema: Schema, document: Document) -> None:
        self.schema = schema
        self.document = document
        self.matched = Matched()
        self._match_types()
        self._kinds = self._kinds_by_label()
        self._collect()
        self._match_items()
        self._find_gone()

    # --- types

    def _match_types(self) -> None:
        documents = self.document.object_types or []
        identifiers = {one.identifier for one in documents}
        meant: set[str] = set()
        for position, one in enumerate(documents):
            place = f"object_types[{position}]"
            saved = self._saved_type(one, place)
            if one.identifier in meant or (saved is not None and saved.id in meant):
                raise at(f"{place}.identifier", invalid(f"'{shown(one.identifier)}' is there twice"))
            meant |= {one.identifier, saved.id if saved is not None else ""}
            self.matched.types.append(TypeItem(place, one, saved))
        if self.document.object_types is not None:
            self.matched.gone_types = [
                one
                for one in self.schema.types.values()
                if not one.archived and one.id not in meant and one.identifier not in identifiers
            ]

    def _saved_type(self, one: TypeDocument, place: str) -> ObjectType | None:
        saved, before = self.schema.identifiers.get(one.identifier), self.schema.identifiers.get(one.was or "")
        if before is not None and saved is not None and before is not saved:
            raise at(f"{place}.was", invalid(f"there are both '{one.was}' and '{one.identifier}' already"))
        return before or saved

    def _kinds_by_label(self) -> dict[str, str]:
        """What `to` may say. A type that is renamed goes by its new identifier."""
        renamed = {one.saved.identifier for one in self.matched.types if one.saved is not None}
        kinds = {one.identifier: one.id for one in self.schema.types.values() if one.identifier not in renamed}
        kinds |= {one.document.identifier: one.kind for one in self.matched.types}
        return kinds | {kind: kind for kind in STANDARD_KINDS}

    # --- attributes

    def _collect(self) -> None:
        for kind, section in self._sections():
            if section is not None:
                self._collect_kind(kind, section.attributes or [], f"{kind}.attributes")
        for one in self.matched.types:
            self._collect_kind(one.kind, one.document.attributes or [], f"{one.place}.attributes")

    def _sections(self) -> list[tuple[str, KindDocument | None]]:
        document = self.document
        return [(CONTACT, document.contact), (COMPANY, document.company), (CONVERSATION, document.conversation)]

    def _collect_kind(self, kind: str, documents: list[AttributeDocument], place: str) -> None:
        for position, one in enumerate(documents):
            with placing(f"{place}[{position}]"):
                self._collect_one(kind, one, f"{place}[{position}]")

    def _collect_one(self, kind: str, one: AttributeDocument, place: str) -> None:
        if one.data_type not in types_of(kind):
            allowed = ", ".join(types_of(kind))
            raise invalid(f"'{shown(one.data_type)}' is not valid. Allowed types: {allowed}", "data_type")
        if (one.data_type == REFERENCE) != (one.reference is not None):
            raise invalid("`reference` is for attributes of data_type reference, and those need it", "reference")
        one = replace(one, reference=replace(one.reference) if one.reference is not None else None)
        item = Item(place, kind, one)
        if one.reference is not None:
            item.to = self._kinds.get(one.reference.to)
            if item.to is None:
                raise invalid(f"there is no kind or object type '{shown(one.reference.to)}'", "reference.to")
        inverse = one.reference.inverse if one.reference is not None else None
        far = _far_item(item, inverse) if inverse is not None else None
        if far is not None:
            item.partner, far.partner = far.key, item.key
        self._register(item)
        if far is not None:
            self._register(far)

    def _register(self, item: Item) -> None:
        """A reference may be written down at both of its ends, as long as they agree."""
        known = self.matched.items.get(item.key)
        if known is None:
            self.matched.items[item.key] = item
            return
        partners = {one.partner for one in (known, item)} - {None}
        manys = {one.many for one in (known, item)} - {None}
        if item.to is None or known.to != item.to or len(partners) > 1 or len(manys) > 1:
            raise invalid(f"'{shown(item.document.name)}' is there twice", "name")
        known.partner = known.partner or item.partner
        for name in ("description", "was"):
            if getattr(known.document, name) is None:
                setattr(known.document, name, getattr(item.document, name))
        if known.document.reference is not None and known.many is None:
            known.document.reference.many = item.many

    # --- saved ones

    def _match_items(self) -> None:
        meant: dict[int, Item] = {}
        for item in self.matched.items.values():
            item.saved = self._saved(item)
            if item.saved is not None:
                other = meant.setdefault(item.saved.id, item)
                if other is not item:
                    raise at(f"{item.place}.was", invalid(f"'{item.saved.name}' is meant at {other.place}, too"))

    def _saved(self, item: Item) -> Attribute | None:
        of_kind = self.schema.of(item.kind)
        name, was = item.document.name, item.document.was
        saved, before = of_kind.get(name), of_kind.get(was or "")
        if before is not None and saved is not None and before is not saved:
            raise at(f"{item.place}.was", invalid(f"there are both '{was}' and '{name}' already"))
        return before or saved

    def _find_gone(self) -> None:
        """Active attributes of a list that is said, which it does not have.

        An end of a reference whose other end is in a part that is not said goes on with it.
        """
        meant = {item.saved.id for item in self.matched.items.values() if item.saved is not None}
        whole = self._whole_kinds()
        hidden = {one.id for one in self.matched.gone_types}
        for kind in whole:
            for one in self.schema.active(kind):
                if one.id not in meant and (one.reference is None or self._ends_too(one, whole | hidden)):
                    self.matched.gone.append(one)

    def _ends_too(self, one: Attribute, said: set[str]) -> bool:
        end = one.reference
        assert end is not None
        if end.inverse_name is None or self.schema.of(end.to)[end.inverse_name].archived:
            return True
        return end.to in said or (end.to in self.schema.types and self.schema.types[end.to].archived)

    def _whole_kinds(self) -> set[str]:
        kinds = {kind for kind, section in self._sections() if section is not None and section.attributes is not None}
        return kinds | {one.kind for one in self.matched.types if one.saved and one.document.attributes is not None}


def _far_item(item: Item, inverse: InverseDocument) -> Item:
    assert item.to is not None
    reference = ReferenceDocument("", inverse.many)
    document = AttributeDocument(inverse.name, REFERENCE, inverse.description, reference=reference, was=inverse.was)
    return Item(f"{item.place}.reference.inverse", item.to, document, to=item.kind, many_at_first=True)

"""Definitions while they are being changed: each change goes into the database and into the schema in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from interlock.core.attributes.definition import Attribute
from interlock.core.query.renaming import renamed
from interlock.core.query.rules import segment_predicate
from interlock.core.records.slots import free_slot
from interlock.core.records.store import lock_records
from interlock.core.schema import store
from interlock.core.schema.schema import ObjectType, Schema, Segment, Workspace
from interlock.core.staff import store as staff
from interlock.kit import clock
from interlock.kit.problems import Problem
from interlock.storage.database import Tx


class Editor:
    """One change of definitions at a time. `schema` is always what the transaction would leave behind.

    It holds no rules: those are in `define.py` and `apply.py`.
    """

    def __init__(self, tx: Tx, schema: Schema) -> None:
        self.tx = tx
        self.schema = schema
        self.now = clock.seconds()
        self._admin_id: int | None = None
        self._records_locked = False

    @classmethod
    async def open(cls, tx: Tx, schema: Schema) -> Editor:
        """Raises `SchemaChanged` unless `schema` is the newest; nobody else changes definitions from here on."""
        await store.lock_for_change(tx, schema)
        return cls(tx, replace(schema, version=schema.version + 1))

    async def lock_records(self) -> None:
        """Wait for the writes that are under way, and let no other begin."""
        if not self._records_locked:
            await lock_records(self.tx)
            self._records_locked = True

    async def admin_id(self) -> int | None:
        """Who is written down as the maker of attributes: the owner, since tokens belong to nobody."""
        if self._admin_id is None:
            owner = await staff.owner(self.tx, self.schema.workspace.id)
            self._admin_id = owner.id if owner is not None else None
        return self._admin_id

    async def put_workspace(self, workspace: Workspace) -> None:
        await store.save_workspace(self.tx, workspace)
        self.schema = replace(self.schema, workspace=workspace)

    async def put_type(self, one: ObjectType) -> ObjectType:
        """Insert or update."""
        one = replace(one, updated_at=self.now)
        await self._save_type(one, one.id in self.schema.types)
        before, self.schema = self.schema, replace(self.schema, types={**self.schema.types, one.id: one})
        self._check_segments(before, f"'{one.identifier}'")
        return one

    async def put_attribute(self, one: Attribute) -> Attribute:
        """Insert or update, whatever it was called. Both ends of a reference know each other afterwards."""
        one = replace(one, updated_at=self.now)
        before, schema = self.schema.by_id.get(one.id), self.schema
        await self._save_attribute(one, before is not None)
        self._remember([one])
        references = {end.id for end in (one.reference, before.reference if before else None) if end is not None}
        for id in references:
            self._introduce(id)
        if before is not None and before.name != one.name:
            await self._rename_in_segments(schema, before, one.name)
        self._check_segments(schema, f"'{one.name}'")
        return self.schema.by_id[one.id]

    async def _rename_in_segments(self, schema: Schema, attribute: Attribute, name: str) -> None:
        for segment in schema.segments.values():
            rules = renamed(segment.rules, segment.kind, schema, attribute.kind, attribute.name, name)
            if rules != segment.rules:
                changed = replace(segment, rules=rules, updated_at=self.now)
                await self._save_segment(changed)
                self.schema = replace(self.schema, segments={**self.schema.segments, segment.id: changed})

    def _check_segments(self, before: Schema, what: str) -> None:
        """422 `data_invalid` when the rules of a segment would fit no more."""
        for id, segment in self.schema.segments.items():
            if segment_predicate(self.schema, segment, self.now) is None and segment_predicate(
                before, before.segments[id], self.now
            ):
                raise Problem("data_invalid", f"{what} cannot change so: it is used by the segment '{segment.name}'")

    async def _save_segment(self, one: Segment) -> None:
        await store.update_segment(self.tx, self.schema.workspace.id, one)

    async def _save_type(self, one: ObjectType, is_known: bool) -> None:
        save = store.update_type if is_known else store.insert_type
        await save(self.tx, self.schema.workspace.id, one)

    async def _save_attribute(self, one: Attribute, is_known: bool) -> None:
        save = store.update_attribute if is_known else store.insert_attribute
        await save(self.tx, self.schema.workspace.id, one)

    def _remember(self, attributes: Iterable[Attribute]) -> None:
        every = dict(self.schema.by_id)
        every.update((one.id, one) for one in attributes)
        by_kind: dict[str, dict[str, Attribute]] = {}
        for one in every.values():
            by_kind.setdefault(one.kind, {})[one.name] = one
        self.schema = replace(self.schema, attributes=by_kind)

    def _introduce(self, reference_id: str) -> None:
        ends = [one for one in self.schema.by_id.values() if one.reference and one.reference.id == reference_id]
        known = []
        for one in ends:
            other = next((far for far in ends if far is not one), None)
            assert one.reference is not None
            end = replace(one.reference, inverse_name=None, inverse_many=True)
            if other is not None and other.reference is not None:
                end = replace(one.reference, inverse_name=other.name, inverse_many=other.reference.many)
            known.append(replace(one, reference=end))
        self._remember(known)

    def free_slot(self, kind: str, data_type: str) -> str | None:
        """A slot whose column is empty for every record of the kind."""
        return free_slot(self.schema.of(kind).values(), data_type)


class Sketch(Editor):
    """An editor that writes nothing: what a plan tries its changes on, by the same rules as the real one."""

    async def lock_records(self) -> None:
        return

    async def admin_id(self) -> int | None:
        return None

    async def _save_segment(self, one: Segment) -> None:
        return

    async def _save_type(self, one: ObjectType, is_known: bool) -> None:
        return

    async def _save_attribute(self, one: Attribute, is_known: bool) -> None:
        return

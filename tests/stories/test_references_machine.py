"""Upserts, links, merges and deletions at random, in lock-step on SQLite, on PostgreSQL and on a model.

After each step both databases give the same answers, and those that the model expects: values, links from both ends,
totals, lists by contact. At the end the histories agree.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from interlock.core.attributes.definition import Option
from interlock.core.definitions.wanted import WantedAttribute, WantedInverse, WantedReference, WantedType
from interlock.storage.database import Database
from interlock.storage.open import open_database
from stories.model import COMPANY, CONTACT, REFERENCES, THING, End, Model, Reference, ends_of
from stories.worlds import Worlds, canonical

EXTERNAL_IDS = ("a", "A", "ß ?#/ı\u2028", "0123456789abcdef01234567", "7")
ROOM = {THING: 5, CONTACT: 5, COMPANY: 2}


def _reference(one: Reference) -> WantedAttribute:
    inverse = WantedInverse(one.inverse, one.inverse_many) if one.inverse is not None else None
    return WantedAttribute(one.name, "reference", reference=WantedReference(one.b_kind, one.many, inverse))


PLAIN = (
    WantedAttribute("title", "string"),
    WantedAttribute("weight", "decimal"),
    WantedAttribute("count", "integer"),
    WantedAttribute("flag", "boolean"),
    WantedAttribute("when", "datetime"),
    WantedAttribute("state", "list", options=(Option("open"), Option("shut"))),
)
THINGS = WantedType(THING, attributes=(*PLAIN, *(_reference(one) for one in REFERENCES if one.a_kind == THING)))

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(["x" * 255, "«»"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": texts,
    "weight": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53),
    "count": st.integers(-(2**63), 2**63 - 1),
    "flag": st.booleans(),
    "when": st.integers(-(10**9), 10**11 - 1),
    "state": st.sampled_from(["open", "shut", "off-list"]),
}
values_of_things = st.fixed_dictionaries({}, optional={name: one | st.none() for name, one in VALUES.items()})
values_of_contacts = st.fixed_dictionaries({}, optional={"grade": st.integers(-(2**63), 2**63 - 1) | st.none()})


def as_stored(name: str, value: Any) -> Any:
    return float(value) + 0.0 if name == "weight" and value is not None else value


class Machine(RuleBasedStateMachine):
    """One workspace in each of the databases, and the model of it."""

    databases: list[Database]
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.worlds = Worlds(self.databases, self.loop, THINGS)
        self.model = Model()
        self.gone: list[str] = []
        self.avoided: set[str] = set()
        for world in self.worlds.all:
            self.loop.run_until_complete(define_on_contacts(world))

    # --- things

    @rule(data=st.data(), external_id=st.sampled_from(EXTERNAL_IDS), values=values_of_things)
    def upsert(self, data: st.DataObject, external_id: str, values: dict[str, Any]) -> None:
        model = self.model
        handle = model.by_external_id(THING, external_id)
        own = None if handle is not None else external_id
        writes = data.draw(self.link_writes(THING, own))
        sent = {**values, **{end.name: form for end, form, _ in writes}}
        body = {"external_id": external_id, "custom_attributes": sent}
        name = f"{THING.lower()}{model.made + 1}" if handle is None else None
        status, _ = self.worlds.call("POST", f"/custom_object_instances/{THING}", body, creates=name)
        if model.type_archived or self.refused(writes):
            assert status == 400
            return
        assert status == 200
        handle = handle or model.make(THING, external_id)
        model.set_values(handle, {key: as_stored(key, value) for key, value in values.items()})
        self.apply(handle, writes)

    @rule(data=st.data(), external_ids=st.lists(st.sampled_from(EXTERNAL_IDS), min_size=1, max_size=3))
    def bulk(self, data: st.DataObject, external_ids: list[str]) -> None:
        """As one upsert or deletion after the other; a row that is refused leaves the others alone."""
        deleted = data.draw(st.sets(st.sampled_from(external_ids), max_size=1))
        self.avoided = {one for one in self.model.of(THING) if self.model.records[one].external_id in deleted}
        rows: list[Any] = []
        steps: list[Any] = []
        for external_id in external_ids:
            if external_id in deleted:
                rows.append({"action": "delete", "external_id": external_id})
                steps.append((external_id, None, []))
            else:
                values, writes = data.draw(values_of_things), data.draw(self.link_writes(THING))
                sent = {**values, **{end.name: form for end, form, _ in writes}}
                rows.append({"external_id": external_id, "custom_attributes": sent})
                steps.append((external_id, values, writes))
        self.avoided = set()
        status, answer = self.worlds.call("POST", f"/interlock/v1/object_types/{THING}/instances/bulk", {"rows": rows})
        assert status == (400 if self.model.type_archived else 200), answer
        if status == 200:
            for row, step in zip(answer["rows"], steps, strict=True):
                self.after_row(row, *step)

    def after_row(self, row: Any, external_id: str, values: dict[str, Any] | None, writes: list[Any]) -> None:
        handle = self.model.by_external_id(THING, external_id)
        if values is None:
            assert (row["outcome"] == "deleted") == (handle is not None), row
            if handle is not None:
                self.forget(handle)
        elif self.refused(writes):
            assert row["error"]["code"] == "parameter_invalid", row
        else:
            assert row["outcome"] in (("created",) if handle is None else ("updated", "unchanged")), row
            if handle is None:
                handle = self.model.make(THING, external_id)
                path = f"/custom_object_instances/{THING}?external_id={quote(external_id, safe='')}"
                self.worlds.call("GET", path, creates=handle)
            self.model.set_values(handle, {key: as_stored(key, value) for key, value in values.items()})
            self.apply(handle, writes)

    @precondition(lambda self: self.model.of(THING))
    @rule(data=st.data(), by_id=st.booleans())
    def delete_thing(self, data: st.DataObject, by_id: bool) -> None:
        handle = data.draw(st.sampled_from(self.model.of(THING)))
        external_id = self.model.records[handle].external_id
        tail = f"/«{handle}»" if by_id else f"?external_id={quote(external_id or '', safe='')}"
        status, _ = self.worlds.call("DELETE", f"/custom_object_instances/{THING}{tail}")
        assert status == (400 if self.model.type_archived else 200)
        if status == 200:
            self.forget(handle)

    @rule()
    def archive_or_bring_back_the_type(self) -> None:
        self.model.type_archived = not self.model.type_archived
        body = {"archived": self.model.type_archived}
        assert self.worlds.call("PUT", f"/interlock/v1/object_types/{THING}", body)[0] == 200

    # --- people and companies

    @precondition(lambda self: len(self.model.of(CONTACT)) < ROOM[CONTACT])
    @rule(role=st.sampled_from(["user", "lead"]))
    def make_contact(self, role: str) -> None:
        external_id = f"person {self.model.made}" if role == "user" else None
        handle = self.model.make(CONTACT, external_id, role)
        body = {"role": role} | ({"external_id": external_id} if external_id else {})
        assert self.worlds.call("POST", "/contacts", body, creates=handle)[0] == 200

    @precondition(lambda self: self.model.of(CONTACT))
    @rule(data=st.data(), values=values_of_contacts)
    def update_contact(self, data: st.DataObject, values: dict[str, Any]) -> None:
        handle = data.draw(st.sampled_from(self.model.of(CONTACT)))
        writes = data.draw(self.link_writes(CONTACT))
        sent = {**values, **{end.name: form for end, form, _ in writes}}
        status, answer = self.worlds.call("PUT", f"/contacts/«{handle}»", {"custom_attributes": sent})
        if self.refused(writes):
            assert status == 400, answer
            return
        assert status == 200, answer
        self.model.set_values(handle, values)
        self.apply(handle, writes)

    @precondition(lambda self: self.model.of(CONTACT))
    @rule(data=st.data())
    def delete_contact(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(self.model.of(CONTACT)))
        assert self.worlds.call("DELETE", f"/contacts/«{handle}»")[0] == 200
        self.forget(handle)

    @precondition(lambda self: self.model.of(CONTACT))
    @rule(data=st.data())
    def archive_or_bring_back_a_contact(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(self.model.of(CONTACT)))
        known = self.model.records[handle]
        known.archived = not known.archived
        action = "archive" if known.archived else "unarchive"
        assert self.worlds.call("POST", f"/contacts/«{handle}»/{action}")[0] == 200

    @precondition(lambda self: len(self.model.of(CONTACT)) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        contacts = st.sampled_from(self.model.of(CONTACT, merged=True))
        source, target = data.draw(contacts), data.draw(contacts)
        body = {"from": f"«{source}»", "into": f"«{target}»", "skip_duplicate_validation": True}
        status, answer = self.worlds.call("POST", "/contacts/merge", body)
        one, two = self.model.records[source], self.model.records[target]
        if one.merged_into or two.merged_into:
            assert status == 410, answer
        elif (one.role, two.role) != ("lead", "user"):
            assert (status, answer["errors"][0]["code"]) == (400, "invalid_merge")
        else:
            assert status == 200, answer
            self.model.merge(source, target)

    @precondition(lambda self: len(self.model.of(COMPANY)) < ROOM[COMPANY])
    @rule()
    def make_company(self) -> None:
        handle = self.model.make(COMPANY, f"firm {self.model.made}")
        body = {"company_id": self.model.records[handle].external_id}
        assert self.worlds.call("POST", "/companies", body, creates=handle)[0] == 200

    @precondition(lambda self: self.model.of(COMPANY))
    @rule(data=st.data())
    def update_company(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(self.model.of(COMPANY)))
        writes = data.draw(self.link_writes(COMPANY))
        sent = {end.name: form for end, form, _ in writes}
        status, answer = self.worlds.call("PUT", f"/companies/«{handle}»", {"custom_attributes": sent})
        if self.refused(writes):
            assert status == 400, answer
            return
        assert status == 200, answer
        self.apply(handle, writes)

    @precondition(lambda self: self.model.of(COMPANY))
    @rule(data=st.data())
    def delete_company(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(self.model.of(COMPANY)))
        assert self.worlds.call("DELETE", f"/companies/«{handle}»")[0] == 200
        self.forget(handle)

    # --- links

    def link_writes(self, kind: str, own_external_id: str | None = None) -> st.SearchStrategy[list[Any]]:
        """Up to three ends of a kind, each with what is sent and with (replace, add, remove) as it is meant.

        None instead stands for a write that must be refused, and nothing of its request be stored.
        """
        each = [self.link_write(end, own_external_id).map(lambda made, end=end: (end, *made)) for end in ends_of(kind)]
        return st.lists(st.one_of(each), max_size=3, unique_by=lambda one: one[0])

    def link_write(self, end: End, own_external_id: str | None) -> st.SearchStrategy[tuple[Any, Any]]:
        handles = [one for one in self.model.of(end.target) if one not in self.avoided]
        if end.target == THING and own_external_id is not None:
            handles = [*handles, "itself"]
        some = (
            st.lists(st.sampled_from(handles), unique=True, max_size=3 if end.many else 1) if handles else st.just([])
        )
        forms = [
            st.tuples(some, st.lists(st.booleans(), min_size=3, max_size=3)).map(
                lambda drawn: (self.spelt(own_external_id, *drawn), (tuple(drawn[0]), (), ()))
            ),
            st.tuples(some, some).map(lambda drawn: self.change(own_external_id, *drawn)),
            st.sampled_from([None, "", []]).map(lambda form: (form, ((), (), ()))),
            st.sampled_from(["nobody", "5f0000000000000000000000"]).map(lambda id: ([id], None)),
        ]
        if self.gone:
            forms.append(st.sampled_from(self.gone).map(lambda handle: ({"id": f"«{handle}»"}, None)))
        if not end.many and len(handles) > 1:
            forms.append(st.just((self.spelt(own_external_id, handles[:2], [True] * 3), None)))
        return st.one_of(forms)

    def spelt(self, own: str | None, handles: list[str], by_id: list[bool]) -> list[Any]:
        """Handles as ids, as objects, or by external id."""
        spelt: list[Any] = []
        for handle, plain in zip(handles, by_id, strict=False):
            known = self.model.records.get(handle)
            if known is None:
                spelt.append({"external_id": own})
            elif plain or known.external_id is None:
                spelt.append(f"«{handle}»")
            else:
                spelt.append({"external_id": known.external_id})
        return spelt

    def change(self, own: str | None, add: list[str], remove: list[str]) -> tuple[Any, Any]:
        remove = [one for one in remove if one not in add]
        form = {"add": self.spelt(own, add, [True] * 3), "remove": self.spelt(own, remove, [True] * 3)}
        return form, (None, tuple(add), tuple(remove))

    def apply(self, handle: str, writes: list[Any]) -> None:
        for end, _, (replaced, add, remove) in writes:
            if self.model.type_archived and end.target == THING:
                continue
            self.model.write(end, handle, *(_named(one, handle) for one in (replaced, add, remove)))

    def refused(self, writes: list[Any]) -> bool:
        """Must a request with these writes be refused? An empty list may always be written back."""
        hidden = [meant for end, _, meant in writes if self.model.type_archived and end.target == THING]
        return any(meant is None for _, _, meant in writes) or any(any(one or ()) for meant in hidden for one in meant)

    def forget(self, handle: str) -> None:
        self.model.delete(handle)
        self.gone.append(handle)

    # --- what holds after every step

    @invariant()
    def both_databases_answer_as_the_model(self) -> None:
        model = self.model
        for handle in model.of(THING):
            self.check(handle, f"/custom_object_instances/{THING}/«{handle}»")
        for handle in model.of(CONTACT):
            self.check(handle, f"/contacts/«{handle}»")
            path = f"/custom_object_instances/{THING}?references_contact_id=«{handle}»&per_page=3"
            status, answer = self.worlds.call("GET", path)
            expected = [f"«{one}»" for one in model.things_of(handle)]
            assert status == 200
            assert ([one["id"] for one in answer["data"]], answer["total_count"]) == (expected[:3], len(expected))
        for handle in model.of(COMPANY):
            self.check(handle, f"/companies/«{handle}»")
        status, answer = self.worlds.call("GET", f"/custom_object_instances/{THING}")
        every = [] if model.type_archived else [f"«{one}»" for one in model.newest_first(model.of(THING))]
        assert (status, [one["id"] for one in answer["data"]], answer["total_count"]) == (200, every, len(every))

    def check(self, handle: str, path: str) -> None:
        status, answer = self.worlds.call("GET", path)
        assert status == 200, (path, answer)
        shown = answer["custom_attributes"]
        known = self.model.records[handle]
        for end in ends_of(known.kind):
            linked = shown.pop(end.name)
            expected = [f"«{one}»" for one in self.model.linked(end, handle)]
            assert [one["id"] for one in linked["instances"]] == expected, (handle, end)
            assert (linked["total_count"], linked["has_more"]) == (len(expected), False)
        assert canonical(shown) == canonical(known.values), handle

    def teardown(self) -> None:
        for handle in self.gone:
            if handle.startswith(THING.lower()):
                path = f"/custom_object_instances/{THING}/«{handle}»"
                assert self.worlds.call("GET", path)[0] == 404
        self.worlds.check_histories()


def _named(handles: tuple[str, ...] | None, own: str) -> Any:
    return None if handles is None else [own if one == "itself" else one for one in handles]


async def define_on_contacts(world: Any) -> None:
    from interlock.core.definitions import define

    schemas, workspace_id = world.client.app.schemas, world.workspace_id
    wanted = [WantedAttribute("grade", "integer"), *(_reference(one) for one in REFERENCES if one.a_kind == CONTACT)]
    for one in wanted:
        await schemas.define(workspace_id, define.create_attribute, CONTACT, one)


@pytest.fixture(scope="module")
def machine(migrated_sqlite: Callable[[], str], migrated_postgres: Callable[[], str]) -> Iterator[type[Machine]]:
    loop = asyncio.new_event_loop()
    databases = [loop.run_until_complete(open_database(make(), 4)) for make in (migrated_sqlite, migrated_postgres)]
    yield type("BothDatabases", (Machine,), {"databases": databases, "loop": loop})
    for one in databases:
        loop.run_until_complete(one.close())
    loop.close()


@pytest.mark.timeout(3600)
def test_both_databases_and_the_model_agree(machine: type[Machine]) -> None:
    examples = settings.default.max_examples // 2
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=25))

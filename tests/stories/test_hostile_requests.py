"""Whatever stands in a body, a query or a path: a refusal that names it or an answer, never a 5xx.

Every operation, with requests that would work but for one value. What a wrong JSON type is, the operation's own Struct
says: it is 400, with the field named. Afterwards everything can still be read: nothing broken has been stored.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from interlock.app import build
from interlock.catalogue import OPERATIONS
from interlock.core.workspaces.bootstrap import Made
from interlock.rest.operation import OPEN, Operation
from interlock.storage.blobs import FolderBlobs
from interlock.storage.database import Database
from stories.acting import bodies
from stories.everything import fill, filled, parameters
from support.client import Client
from support.direct import Direct

DEEP: Any = "x"
for _ in range(60):
    DEEP = [DEEP]
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        2**63,
        -(2**63),
        10**25,
        1e300,
        "",
        " ",
        [],
        {},
        [[]],
        [None],
        [{}],
        {"": None},
        {"a": {}},
    ),
    *("x" * 10_000, "9" * 400, "😀" * 50, "a\0b", "%00", "<script>alert(1)</script>", "'; drop table parts; --"),
    *("e\u0301\u202e", "1e5", "-1", "0", "null", "../../etc", "\ud83d", DEEP, ["x"] * 300, [1, "1", None, {}], "٣"),
)
QUERY_VALUES = (
    *("-1", "0", "x", "1.5", "9" * 30, "", "a" * 5_000, "%00", "%FF", "%ED%A0%80", "😀", "true", "[]"),
    "e30",
)
PATH_VALUES = (
    *("-1", "0", "x" * 1_000, "😀", "9" * 400, "null", "1e5", "%2e%2e", "a b", "٣", "0" * 24, "%22"),
    "f" * 16,
)
# How many of the values each place in a body gets.
FOR_EACH_PLACE = {"sqlite": 10, "postgresql": 5}
NEED_MORE = {"lisDataEvents", "getWhatsAppMessageStatus"}  # another parameter, and say so first
LAST = (
    "bulkInstances",
    "MergeContact",
    "mergeConversation",
    "convertConversationToTicket",
    "convertVisitor",
    "redactConversation",
)
WITHOUT_BODIES = {"resetWorkspace", "applySchema", "planSchema"}
REFUSED = {400, 422}  # the second where the description has it


class Shop:
    def __init__(self, client: Direct, ids: dict[str, str]) -> None:
        self.client = client
        self.ids = ids
        self.random = random.Random(5)
        self.wrong: list[Any] = []

    async def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The answer. Surrogates go out as JSON spells them."""
        content = msgspec.json.encode(body) if not _has_surrogate(body) else _escaped(body)
        bare, _, query = path.partition("?")
        raw = quote(bare, safe="/%").encode()
        status, answer = await self.client.raw(
            method, raw, quote(query, safe="=&%").encode(), self.client.headers, content
        )
        if status >= 500:
            self.wrong.append((method, path[:200], repr(body)[:300], status, answer[:200]))
        return status, msgspec.json.decode(answer) if status >= 400 else None


def _has_surrogate(value: Any) -> bool:
    return "\\ud83d" in ascii(value)


def _escaped(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture
async def shop(database: Database, workspace: Made, tmp_path: Path) -> Shop:
    app = build(database, FolderBlobs(tmp_path / "blobs"))
    ids = await fill(Client(app, workspace.token), "mine")
    return Shop(Direct(app, workspace.token), ids)


def writing() -> list[Operation]:
    """What takes a body, those last that take a record away from the others."""
    found = [
        one for one in OPERATIONS if one.body is not None and one.method != "DELETE" and one.id not in WITHOUT_BODIES
    ]
    return sorted(found, key=lambda one: one.id in LAST)


async def test_what_is_sent_works_but_for_the_hostile_value(shop: Shop) -> None:
    """Else neither this story nor that of the two workspaces would say anything."""
    refused = {}
    for operation in writing():
        answers = [
            await shop.send(operation.method, filled(operation, shop.ids), body)
            for body in bodies(shop.ids, shop.ids).get(operation.id, [])
        ]
        if answers and not any(status < 300 for status, _ in answers):
            refused[operation.id] = [answer for _, answer in answers]
    assert refused.keys() == NEEDS_ANOTHER, refused


NEEDS_ANOTHER = {"changeTicketType"}
"""Of what nobody has two: a second type of the same category."""


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of everything inside a body."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from leaves(one, (*path, key))


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = deepcopy(body)
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copy


def wrong_type(operation: Operation, body: Any) -> bool:
    try:
        msgspec.convert(body, operation.body, strict=True)
    except (msgspec.ValidationError, ValueError, RecursionError):
        return True
    return False


async def test_no_value_in_a_body_finds_a_5xx_and_wrong_types_are_named(shop: Shop) -> None:
    count = FOR_EACH_PLACE[shop.client.app.database.dialect]
    unnamed = []
    for operation in writing():
        path = filled(operation, shop.ids)
        several = bodies(shop.ids, shop.ids).get(operation.id, [{}])
        fields = {(name,) for name in getattr(operation.body, "__struct_encode_fields__", ())}
        for body in several:
            works = not wrong_type(operation, body)
            for place in dict.fromkeys([*leaves(body), *sorted(fields)]):
                for value in shop.random.sample(VALUES, count):
                    sent = changed(body, place, value)
                    status, answer = await shop.send(operation.method, path, sent)
                    if status >= 400:
                        assert answer["errors"][0]["message"], (operation.id, sent)
                    if not _has_surrogate(sent) and works and wrong_type(operation, sent):
                        named = str(answer["errors"][0].get("field")) if status >= 400 else ""
                        if status not in REFUSED or named.split(".")[0] != str(place[0]):
                            unnamed.append((operation.id, place, repr(value)[:60], status, str(answer)[:300]))
    assert shop.wrong == []
    assert unnamed == []
    await everything_can_be_read(shop)


async def everything_can_be_read(shop: Shop) -> None:
    for operation in OPERATIONS:
        if operation.method == "GET" and operation.surface != OPEN:
            await shop.send("GET", filled(operation, shop.ids))
    for kind in ("conversations", "tickets", "contacts"):
        query = {"field": "created_at", "operator": ">", "value": "0"}
        await shop.send("POST", f"/{kind}/search", {"query": query, "pagination": {"per_page": 150}})
        await shop.send("GET", f"/{kind}?per_page=150")
    assert shop.wrong == []


async def test_no_query_and_no_path_finds_a_5xx(shop: Shop) -> None:
    for operation in OPERATIONS:
        if operation.surface == OPEN or operation.id in WITHOUT_BODIES:
            continue
        path = filled(operation, shop.ids)
        body = bodies(shop.ids, shop.ids).get(operation.id, [None])[0]
        names = operation.query.__struct_fields__ if operation.query is not None else ()
        if operation.method != "DELETE":
            for name in names:
                for text in QUERY_VALUES:
                    status, answer = await shop.send(operation.method, f"{path}?{name}={text}", body)
                    counts = name in ("per_page", "page", "limit") and operation.id not in NEED_MORE
                    if counts and text in ("-1", "0", "x", "1.5", "9" * 30):
                        assert (status, answer["errors"][0]["field"]) == (400, name), (operation.id, text)
        for name in parameters(operation.path, shop.ids):
            for text in PATH_VALUES:
                ids = {**parameters(operation.path, shop.ids), name: text}
                status, _ = await shop.send(operation.method, operation.path.format(**ids), body)
                assert status >= 400 or operation.method != "DELETE", (operation.id, text)
    assert shop.wrong == []
    await everything_can_be_read(shop)

"""The floor's ASGI application: the paths of the bench, and nothing that is not needed for them."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec

from bench.floor.desk import Desk
from bench.floor.schema import ORDER_COLUMNS, ORDER_CUSTOM, PERSON_COLUMNS, PERSON_CUSTOM, SHOWN_OF_PERSON
from bench.floor.stores import Row, Store
from bench.works import NO_TOTAL, ORDERS, SEARCH

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode
_WITHOUT_TOTAL = NO_TOTAL.lstrip("?").encode()
_ORDER_END = len(ORDER_COLUMNS)
_ORDER_STANDARD = ORDER_COLUMNS[: -len(ORDER_CUSTOM) - 1]
_PERSON_STANDARD = PERSON_COLUMNS[: -len(PERSON_CUSTOM)]


class Floor:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.desk = Desk(store.desk)

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        path = scope["path"]
        if path == SEARCH:
            answer = await self.search(_decode(await _body(receive)), scope["query_string"] != _WITHOUT_TOTAL)
        elif path.startswith("/conversations"):
            answer = await self.desk.answer(path, _decode(await _body(receive)))
        elif scope["method"] == "POST":
            answer = await self.upsert(_decode(await _body(receive)))
        elif path == ORDERS:
            answer = await self.list(scope["query_string"].decode())
        elif path == "/healthz":
            answer = {"status": "ok"}
        else:
            answer = await self.fetch(path.rpartition("/")[2])
        content = _encode(answer)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": 200 if answer else 404, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def fetch(self, id: str) -> Any:
        row = await self.store.fetch(id)
        return _order(row) if row is not None else None

    async def list(self, query: str) -> Any:
        asked = parse_qs(query)
        per_page = int(asked["per_page"][0])
        rows = await self.store.list(asked["references_contact_id"][0], per_page)
        return _list([_order(row) for row in rows], rows[0][-1] if rows else 0, per_page)

    async def upsert(self, body: dict[str, Any]) -> Any:
        given, now = body["custom_attributes"], int(time.time())
        id = f"{now:08x}{os.urandom(8).hex()}"
        standard = (
            id, body["external_id"], body.get("external_created_at"), body.get("external_updated_at"), now, now,
        )  # fmt: skip
        values = (*standard, *[given.get(name) for name in ORDER_CUSTOM], given["person"][0])
        return _order(await self.store.upsert(values))

    async def search(self, body: dict[str, Any], total: bool) -> Any:
        values = [one["value"] for one in body["query"]["value"]]
        per_page = body["pagination"]["per_page"]
        rows, count = await self.store.search(values, per_page, total)
        return _list([_person(row) for row in rows], count, per_page)


async def _body(receive: Callable[[], Awaitable[Any]]) -> bytes:
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    return body


def _list(data: list[Any], total: int | None, per_page: int) -> dict[str, Any]:
    return {"type": "list", "data": data, "total_count": total, "pages": {"type": "pages", "per_page": per_page}}


def _order(row: Row) -> dict[str, Any]:
    order: dict[str, Any] = dict(zip(_ORDER_STANDARD, row, strict=False))
    order["type"] = "Order"
    start = len(_ORDER_STANDARD)
    custom: dict[str, Any] = dict(zip(ORDER_CUSTOM, row[start:], strict=False))
    person = dict(zip(SHOWN_OF_PERSON, row[_ORDER_END:], strict=False))
    custom["person"] = {"type": "contact.list", "instances": [{"type": "contact", "id": row[_ORDER_END - 1], **person}]}
    order["custom_attributes"] = custom
    return order


def _person(row: Row) -> dict[str, Any]:
    person: dict[str, Any] = dict(zip(_PERSON_STANDARD, row, strict=False))
    person["type"] = "contact"
    person["custom_attributes"] = dict(zip(PERSON_CUSTOM, row[len(_PERSON_STANDARD) :], strict=True))
    return person

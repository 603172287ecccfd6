"""The requests: bytes made beforehand, the same for Interlock and for the floor."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from bench import shop
from bench.shop import ORDER_ATTRIBUTES, ORDERS_EACH, Shop

TOKEN = "ilk_bench"  # noqa: S105 - of a database that is thrown away
ORDERS = "/custom_object_instances/Order"
SEARCH = "/contacts/search"
SEARCH_ORDERS = "/interlock/v1/object_types/Order/instances/search"
BULK = "/interlock/v1/object_types/Order/instances/bulk"
NO_TOTAL = "?without_total=true"
"""Known to the floor alone: Interlock's searches always count."""

PER_PAGE = 20
SEATS_WIDE = 200  # one in five; with one city of forty, 500 of 100,000 people
NUMBERS_WIDE = 600  # a third of these orders are open, however many there are in all


@dataclass(frozen=True)
class Work:
    """One kind of request. `requests` makes so many of them, over the data of its part."""

    name: str
    title: str
    requests: Callable[[Any, int], Iterable[bytes]]
    writes: bool = False


def request(method: str, path: str, body: object = None) -> bytes:
    content = msgspec.json.encode(body) if body is not None else b""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {TOKEN}",
        "Accept: application/json",
        "Intercom-Version: 2.16",
    ]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


def upserts(data: Shop, count: int) -> Iterable[bytes]:
    """One half updates orders that are there, a quarter creates, a quarter gives a created one to somebody else."""
    names = [name for name, _ in ORDER_ATTRIBUTES]
    for n in range(count):
        if n % 2 == 0:
            number, holder = shop.mix(n, 21) % data.orders, None
        else:
            number = data.orders + n // 4
            holder = _other_person(data, n)
        values = dict(zip(names, shop.order_attributes(number, 1 + n), strict=True))
        values["person"] = [shop.person_id(data.holder_of(number) if holder is None else holder)]
        yield request("POST", ORDERS, {"external_id": f"order-{number}", "custom_attributes": values})


def _other_person(data: Shop, n: int) -> int:
    """Somebody whose orders no list asks for."""
    number = shop.mix(n, 22) % data.people
    return number + 1 if number % data.step == 0 and data.step > 1 else number


def fetches(data: Shop, count: int) -> Iterable[bytes]:
    for n in range(count):
        yield request("GET", f"{ORDERS}/{shop.order_id(shop.mix(n, 31) % data.orders)}")


def lists(data: Shop, count: int) -> Iterable[bytes]:
    for n in range(count):
        holder = shop.person_id(shop.mix(n, 41) % data.holders * data.step)
        query = urlencode({"references_contact_id": holder, "per_page": ORDERS_EACH})
        yield request("GET", f"{ORDERS}?{query}")


def searches(data: Shop, count: int, path: str = SEARCH) -> Iterable[bytes]:
    for n in range(count):
        low = shop.mix(n, 51) % (shop.SEATS - SEATS_WIDE)
        filters = [
            {"field": "custom_attributes.city", "operator": "=", "value": shop.CITIES[shop.mix(n, 52) % 40]},
            {"field": "custom_attributes.seats", "operator": ">", "value": low},
            {"field": "custom_attributes.seats", "operator": "<=", "value": low + SEATS_WIDE},
        ]
        body = {"query": {"operator": "AND", "value": filters}, "pagination": {"per_page": PER_PAGE}}
        yield request("POST", path, body)


def searches_without_total(data: Shop, count: int) -> Iterable[bytes]:
    return searches(data, count, SEARCH + NO_TOTAL)


def order_searches(data: Shop, count: int) -> Iterable[bytes]:
    """As many matches in a large shop as in a small one: what is measured is the way to them."""
    for n in range(count):
        low = shop.mix(n, 61) % (data.orders - NUMBERS_WIDE)
        filters = [
            {"field": "custom_attributes.status", "operator": "=", "value": "open"},
            {"field": "custom_attributes.number", "operator": ">", "value": low},
            {"field": "custom_attributes.number", "operator": "<=", "value": low + NUMBERS_WIDE},
        ]
        body = {"query": {"operator": "AND", "value": filters}, "pagination": {"per_page": PER_PAGE}}
        yield request("POST", SEARCH_ORDERS, body)


def bulks(data: Shop, rows: int) -> Iterable[bytes]:
    """New orders, so many in each request, without end."""
    names = [name for name, _ in ORDER_ATTRIBUTES]
    for first in itertools.count(2 * data.orders + 1_000_000, rows):
        bulk = []
        for number in range(first, first + rows):
            values = dict(zip(names, shop.order_attributes(number), strict=True))
            values["person"] = [shop.person_id(_other_person(data, number))]
            bulk.append({"external_id": f"order-{number}", "custom_attributes": values})
        yield request("POST", BULK, {"rows": bulk})


UPSERT = Work("upsert", "upsert with a reference", upserts, writes=True)
FETCH = Work("fetch", "fetch by id", fetches)
LIST = Work("list", "list one person's 20", lists)
SEARCH_TOTAL = Work("search_total", "search with total", searches)
SEARCH_PLAIN = Work("search", "search, no total", searches_without_total)
SEARCH_INDEXED = Work("search_indexed", "indexed search", order_searches)

WORKS = (UPSERT, FETCH, LIST, SEARCH_TOTAL, SEARCH_PLAIN)
SCALE_WORKS = (FETCH, LIST, SEARCH_INDEXED)

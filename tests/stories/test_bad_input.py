"""Bad input gets a clear 4xx that names the field, and nothing of it is stored. Over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made, create_workspace
from interlock.kit import limits
from interlock.storage.database import Database
from stories.stored import rows_of
from support.server import serving

PATH = "/custom_object_instances/Order"
ORDER = {
    "identifier": "Order",
    "attributes": [
        {"name": "title", "data_type": "string"},
        {"name": "quantity", "data_type": "integer"},
        {"name": "total", "data_type": "decimal"},
        {"name": "open", "data_type": "boolean"},
        {"name": "ordered_at", "data_type": "datetime"},
        {"name": "person", "data_type": "reference", "reference": {"to": "contact", "inverse": {"name": "orders"}}},
    ],
}


@dataclass
class Shop:
    """A server on a socket, with a workspace and somebody else's contact in the same database."""

    url: str
    made: Made
    database: Database
    foreign_contact: str
    client: httpx.AsyncClient = field(repr=False)

    async def post(self, content: bytes | str | Any, path: str = PATH, **headers: str) -> httpx.Response:
        return await self.client.post(path, content=content, headers={"Content-Type": "application/json", **headers})

    async def refuses(self, sent: httpx.Response, status: int, code: str, name: str | None) -> dict[str, Any]:
        assert sent.status_code == status, sent.text
        answer = sent.json()
        assert answer["type"] == "error.list"
        assert answer["request_id"] == sent.headers["x-request-id"]
        [error] = answer["errors"]
        assert (error["code"], error.get("field")) == (code, name), error
        assert error["message"]
        return error

    async def rows(self) -> Any:
        return await rows_of(self.database, self.made.workspace_id)


@pytest.fixture
async def shop(database: Database, workspace: Made) -> AsyncIterator[Shop]:
    other = await create_workspace(database, "Other")
    async with serving(build(database).asgi) as url:
        options = {"base_url": url, "trust_env": False, "timeout": 30}
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {other.token}"}, **options) as theirs:
            foreign = (await theirs.post("/contacts", json={"external_id": "foreign"})).json()["id"]
        headers = {"Authorization": f"Bearer {workspace.token}", "Intercom-Version": "2.16"}
        async with httpx.AsyncClient(headers=headers, **options) as client:
            (await client.post("/interlock/v1/object_types", json=ORDER)).raise_for_status()
            yield Shop(url, workspace, database, foreign, client)


def order(**attributes: Any) -> str:
    return json.dumps({"external_id": "1", "custom_attributes": attributes})


def raw(attribute: str, text: str) -> str:
    """An order with one value exactly as spelt."""
    return f'{{"external_id": "1", "custom_attributes": {{"{attribute}": {text}}}}}'


def nested(levels: int) -> str:
    return raw("title", "[" * levels + "]" * levels)


BODIES: dict[str, tuple[str | bytes, str, str | None]] = {
    "not JSON": ("{nope", "parameter_invalid", None),
    "half of JSON": ('{"external_id": "1"', "parameter_invalid", None),
    "JSON and more": ('{"external_id": "1"} {}', "parameter_invalid", None),
    "nothing": ("", "parameter_invalid", None),
    "an array": ("[]", "type_mismatch", None),
    "a number": ("7", "type_mismatch", None),
    "broken UTF-8": (b'{"external_id": "\xff"}', "parameter_invalid", None),
    "200 levels": (nested(200), "parameter_invalid", None),
    "200 levels of objects": (raw("title", '{"a":' * 200 + "1" + "}" * 200), "parameter_invalid", None),
    "100,000 levels": (nested(100_000), "parameter_invalid", None),
    "NUL": (raw("title", r'"a\u0000b"'), "parameter_invalid", "custom_attributes.title"),
    "NUL in the external id": (r'{"external_id": "a\u0000"}', "parameter_invalid", "external_id"),
    "NUL in a name": (raw(r"a\u0000", "1"), "parameter_invalid", "custom_attributes.a\0"),
    "a lone surrogate": (raw("title", r'"\ud83d"'), "parameter_invalid", "custom_attributes.title"),
    "the other surrogate": (raw("title", r'"\ude00 x"'), "parameter_invalid", "custom_attributes.title"),
    "a lone surrogate in the external id": (r'{"external_id": "\udc00"}', "parameter_invalid", "external_id"),
    "2^63": (raw("quantity", str(2**63)), "parameter_invalid", "custom_attributes.quantity"),
    "-2^63-1": (raw("quantity", str(-(2**63) - 1)), "parameter_invalid", "custom_attributes.quantity"),
    "a hundred digits": (raw("quantity", "9" * 100), "parameter_invalid", "custom_attributes.quantity"),
    "a thousand digits for a decimal": (raw("total", "9" * 1000), "parameter_invalid", "custom_attributes.total"),
    "NaN": (raw("total", "NaN"), "parameter_invalid", None),
    "Infinity": (raw("total", "Infinity"), "parameter_invalid", None),
    "beyond a float": (raw("total", "1e999"), "parameter_invalid", None),
    "a fraction for an integer": (raw("quantity", "4.5"), "parameter_invalid", "custom_attributes.quantity"),
    "digits for a number": (order(quantity="4"), "parameter_invalid", "custom_attributes.quantity"),
    "a number for a text": (order(title=4), "parameter_invalid", "custom_attributes.title"),
    "a word for a boolean": (order(open="true"), "parameter_invalid", "custom_attributes.open"),
    "milliseconds": (order(ordered_at=1_700_000_000_000), "parameter_invalid", "custom_attributes.ordered_at"),
    "256 characters": (order(title="x" * 256), "parameter_invalid", "custom_attributes.title"),
    "an object for a text": (order(title={"a": 1}), "parameter_invalid", "custom_attributes.title"),
    "an unknown name": (order(colour="red"), "parameter_invalid", "custom_attributes.colour"),
    "a name in another case": (order(Title="x"), "parameter_invalid", "custom_attributes.Title"),
    "nobody": (order(person="5f0000000000000000000000"), "parameter_invalid", "custom_attributes.person"),
    "no id at all": (order(person=[True]), "parameter_invalid", "custom_attributes.person"),
    "two for one": (order(person=["a", "b"]), "parameter_invalid", "custom_attributes.person"),
    "no external id": ('{"custom_attributes": {}}', "parameter_not_found", "external_id"),
    "an empty external id": ('{"external_id": ""}', "parameter_not_found", "external_id"),
    "an external id of 256": (json.dumps({"external_id": "x" * 256}), "parameter_invalid", "external_id"),
    "a date that is none": (
        '{"external_id": "1", "external_created_at": "x"}',
        "parameter_invalid",
        "external_created_at",
    ),
    "attributes that are a list": (
        '{"external_id": "1", "custom_attributes": []}',
        "type_mismatch",
        "custom_attributes",
    ),
}


async def test_bad_bodies_are_refused_and_nothing_is_stored(shop: Shop) -> None:
    before = await shop.rows()
    wrong = {}
    for name, (content, code, place) in BODIES.items():
        try:
            await shop.refuses(await shop.post(content), 400, code, place)
        except AssertionError as problem:
            wrong[name] = str(problem)[:300]
    assert wrong == {}
    assert await shop.rows() == before


async def test_somebody_elses_contact_looks_like_a_missing_one(shop: Shop) -> None:
    before = await shop.rows()
    place = "custom_attributes.person"
    foreign = await shop.refuses(await shop.post(order(person=shop.foreign_contact)), 400, "parameter_invalid", place)
    missing = await shop.refuses(await shop.post(order(person="f" * 24)), 400, "parameter_invalid", place)
    assert foreign["message"].replace(shop.foreign_contact, "") == missing["message"].replace("f" * 24, "")
    by_external_id = await shop.post(order(person={"external_id": "foreign"}))
    await shop.refuses(by_external_id, 400, "parameter_invalid", place)
    assert await shop.rows() == before


async def test_an_unknown_type_is_named(shop: Shop) -> None:
    error = await shop.refuses(
        await shop.post('{"external_id": "1"}', "/custom_object_instances/Nope"), 404, "not_found", None
    )
    assert "Nope" in error["message"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_more_than_10_mib(shop: Shop, chunked: bool) -> None:
    before = await shop.rows()
    content = order(title="x" * limits.REQUEST_BYTES).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 2**18):
            yield content[start : start + 2**18]

    answer = await shop.post(pieces() if chunked else content)
    await shop.refuses(answer, 413, "request_too_large", None)
    assert await shop.rows() == before
    assert (await shop.client.get("/me")).status_code == 200


@pytest.mark.parametrize("text", ["0", "-1", "151", "x", "1.5", "", "9" * 30, "%D9%A3", "1%00"])
async def test_per_page_out_of_range(shop: Shop, text: str) -> None:
    for path in (PATH, "/contacts", "/companies"):
        answer = await shop.client.get(f"{path}?per_page={text}")
        await shop.refuses(answer, 400, "parameter_invalid", "per_page")


async def request(url: str, head: str, *lines: str, body: bytes = b"") -> bytes:
    """Bytes as they are, and the whole answer."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    start = "\r\n".join([f"{head} HTTP/1.1", "Host: shop.test", "Connection: close", *lines, "", ""])
    writer.write(start.encode("latin-1") + body)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


@pytest.mark.parametrize("segment", ["%00", "a%00b", "%FF", "%C3", "%ED%A0%80", "%F8%88%80%80%80", "x" * 2000])
async def test_paths_that_cannot_be_read(shop: Shop, segment: str) -> None:
    token = f"Authorization: Bearer {shop.made.token}"
    for path in (f"{PATH}/{segment}", f"/custom_object_instances/{segment}", f"/contacts/{segment}"):
        answer = await request(shop.url, f"GET {path}", token)
        assert answer.startswith(b"HTTP/1.1 400 "), answer
        assert b"path" in answer
        answer = await request(shop.url, f"DELETE {path}", token)
        assert answer.startswith(b"HTTP/1.1 400 "), answer


@pytest.mark.parametrize("query", ["external_id=%00", "external_id=%FF", "%FF=1", "external_id=\xff"])
async def test_query_strings_that_cannot_be_read(shop: Shop, query: str) -> None:
    token = f"Authorization: Bearer {shop.made.token}"
    answer = await request(shop.url, f"GET {PATH}?{query}", token, "Intercom-Version: 2.16")
    assert answer.startswith(b"HTTP/1.1 400 "), answer


async def test_of_duplicate_keys_the_last_counts(shop: Shop) -> None:
    body = '{"external_id": "0", "external_id": "1", "custom_attributes": {"title": "a"}, "custom_attributes": '
    body += '{"title": "b", "title": "c"}}'
    made = (await shop.post(body)).raise_for_status().json()
    assert (made["external_id"], made["custom_attributes"]["title"]) == ("1", "c")


ACCEPTED = (
    None,
    "application/json",
    "application/json; charset=utf-8",
    "application/x-www-form-urlencoded",
    "application/vnd.api+json",
)


@pytest.mark.parametrize("label", ACCEPTED)
async def test_a_body_labelled_as_json_as_a_form_or_not_at_all(shop: Shop, label: str | None) -> None:
    headers = [f"Authorization: Bearer {shop.made.token}"] + ([f"Content-Type: {label}"] if label else [])
    content = order(title="ü").encode()
    answer = await request(shop.url, f"POST {PATH}", *headers, f"Content-Length: {len(content)}", body=content)
    assert answer.startswith(b"HTTP/1.1 200 "), answer


@pytest.mark.parametrize("label", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "image/png"])
async def test_any_other_label_is_refused(shop: Shop, label: str) -> None:
    before = await shop.rows()
    answer = await shop.client.post(PATH, content=order(title="x"), headers={"Content-Type": label})
    await shop.refuses(answer, 415, "unsupported_media_type", None)
    assert await shop.rows() == before


@pytest.mark.parametrize(
    ("version", "status"),
    [("2.16", 200), ("Unstable", 200), ("Preview", 200), ("1.0", 200), ("", 200), ("9.9", 400), ("2.16, 2.15", 400)],
)
async def test_versions_that_there_are_and_that_there_are_not(shop: Shop, version: str, status: int) -> None:
    answer = await shop.client.get("/contacts", headers={"Intercom-Version": version})
    assert answer.status_code == status, answer.text
    if status == 400:
        await shop.refuses(answer, 400, "intercom_version_invalid", None)


async def test_head_options_and_methods_that_there_are_not(shop: Shop) -> None:
    get, head = await shop.client.get("/contacts"), await shop.client.head("/contacts")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    options = await shop.client.options("/contacts")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    patch = await shop.client.patch("/contacts", json={})
    assert (patch.status_code, patch.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert (await shop.client.get("/nothing/here")).status_code == 404

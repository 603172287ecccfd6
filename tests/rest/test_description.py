"""Our own OpenAPI document, and the page that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator

from interlock.kit.problems import CODES
from interlock.rest import page
from interlock.rest.auth import SCOPES
from interlock.rest.description import openapi
from interlock.rest.dispatch import RestApp
from interlock.rest.errors import STATUS
from interlock.rest.operation import INTERLOCK, OPEN, Operation


class Query(msgspec.Struct):
    name: str
    page: Annotated[int, msgspec.Meta(ge=1, description="Which page")] = 1
    external_id: str | None = None


class Company(msgspec.Struct):
    name: str
    size: int | None = None


class Contact(msgspec.Struct):
    email: str
    companies: list[Company] = []
    custom_attributes: dict[str, Any] = {}


class Contacts(msgspec.Struct):
    data: list[Contact]


async def nothing(call: Any) -> None: ...


def operation(line: str, **more: Any) -> Operation:
    method, path, name = line.split()
    return Operation(method, path, name, nothing, "What it does", "Test", **more)


OPERATIONS = [
    operation("GET /contacts ListContacts", scope="read_users", query=Query, answer=Contacts),
    operation("POST /contacts CreateContact", body=Contact, answer=Contact, status=202),
    operation("POST /contacts/{id}/block BlockContact", errors=("not_found", "conflict")),
    operation("GET /interlock/v1/limits limits", surface=INTERLOCK, answer={"type": "null"}),
    operation("GET /healthz health", surface=OPEN),
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi(OPERATIONS, title="Interlock", version="1", server_url="http://shop.test")


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*(references(inner) for inner in value.values()))
    return set().union(*(references(inner) for inner in value)) if isinstance(value, list) else set()


class TestDocument:
    def test_every_reference_leads_somewhere(self, document: dict[str, Any]) -> None:
        there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
        assert references(document) <= there
        assert "#/components/schemas/Query" not in there

    def test_every_schema_is_one(self, document: dict[str, Any]) -> None:
        for schema in document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)

    def test_path_and_query_parameters(self, document: dict[str, Any]) -> None:
        [block_id, _] = document["paths"]["/contacts/{id}/block"]["post"]["parameters"]
        assert (block_id["name"], block_id["in"], block_id["required"]) == ("id", "path", True)
        name, number, external_id, version = document["paths"]["/contacts"]["get"]["parameters"]
        assert (name["required"], number["required"]) == (True, False)
        assert number["schema"] == {"type": "integer", "minimum": 1, "default": 1}
        assert number["description"] == "Which page"
        assert external_id["schema"] == {"type": "string"}
        assert version["name"] == "Intercom-Version"

    def test_body_and_answer(self, document: dict[str, Any]) -> None:
        create = document["paths"]["/contacts"]["post"]
        contact = {"$ref": "#/components/schemas/Contact"}
        assert create["requestBody"] == {"required": True, "content": {"application/json": {"schema": contact}}}
        assert create["responses"]["202"]["content"]["application/json"]["schema"] == contact

    def test_errors_by_status(self, document: dict[str, Any]) -> None:
        responses = document["paths"]["/contacts/{id}/block"]["post"]["responses"]
        assert set(responses) == {"200", "400", "401", "404", "406", "409", "429", "503"}
        assert responses["409"]["description"] == "`conflict`"

    def test_our_own_and_the_open_ones_have_no_version(self, document: dict[str, Any]) -> None:
        assert document["paths"]["/interlock/v1/limits"]["get"]["parameters"] == []
        assert document["paths"]["/healthz"]["get"]["security"] == []

    def test_scope_and_first_version_are_told(self, document: dict[str, Any]) -> None:
        assert SCOPES["read_users"] in document["paths"]["/contacts"]["get"]["description"]
        assert "From version 2.13 on." in document["paths"]["/contacts/{id}/block"]["post"]["description"]

    def test_two_operations_with_one_id_are_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="health"):
            openapi([*OPERATIONS, OPERATIONS[-1]], title="", version="", server_url="/")


def test_every_code_has_a_status() -> None:
    assert set(CODES.values()) <= set(STATUS)


class TestPage:
    @pytest.fixture
    def client(self, build: Callable[..., RestApp], connect: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
        return connect(build(page.operations(OPERATIONS, title="Interlock", version="1")), None)

    async def test_the_document_is_served_with_the_clients_host(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/interlock/v1/openapi.json")
        assert answer.json()["servers"] == [{"url": "http://shop.test"}]
        assert "/interlock/v1/openapi.json" not in answer.json()["paths"]

    async def test_the_page_may_run_its_own_script_and_nothing_else(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/interlock/v1/docs")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        for kind in ("script-src", "style-src"):
            assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy[kind])

    async def test_the_page_has_no_outside_part(self, client: httpx.AsyncClient) -> None:
        text = (await client.get("/interlock/v1/docs")).text
        assert not re.search(r"https?://|\bsrc=|@import|[:,]\s*url\(|style=\"|\bon\w+=\"|innerHTML|eval\(", text)

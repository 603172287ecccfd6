"""A request through the whole machinery: headers, the order of errors, and what handlers may do."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import structlog

from interlock.rest.dispatch import RestApp
from interlock.rest.operation import Operation
from rest.sample import NewContact, echo, error

Build = Callable[..., RestApp]
Connect = Callable[..., httpx.AsyncClient]

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class TestHeaders:
    @pytest.mark.parametrize("path", ["/contacts/1", "/nowhere", "/fail/bug", "/fail/merged", "/open", "/contacts/%FF"])
    @pytest.mark.parametrize("token", ["all", None])
    async def test_every_answer_has_them(self, app: RestApp, connect: Connect, path: str, token: str | None) -> None:
        headers = (await connect(app, token).get(path, headers={"Intercom-Version": "2.15"})).headers
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert headers["cache-control"] == "no-store"
        assert UUID.fullmatch(headers["x-request-id"])
        assert headers["intercom-version"] in ("2.15", "2.14")
        for name in ("limit", "remaining", "reset"):
            assert headers[f"x-ratelimit-{name}"].isdigit()

    async def test_the_version_is_the_one_that_was_used(self, client: httpx.AsyncClient) -> None:
        for asked, used in (("2.9", "2.9"), ("unstable", "Preview"), (None, "2.14")):
            answer = await client.get("/contacts/1", headers={"Intercom-Version": asked} if asked else {})
            assert answer.headers["intercom-version"] == answer.json()["version"] == used

    async def test_an_error_before_the_version_echoes_it_all_the_same(self, app: RestApp, connect: Connect) -> None:
        answer = await connect(app, None).get("/contacts/1", headers={"Intercom-Version": "2.11"})
        assert answer.headers["intercom-version"] == "2.11"

    async def test_a_clients_request_id_is_not_taken_over(self, client: httpx.AsyncClient) -> None:
        asked = "11111111-1111-4111-8111-111111111111"
        answer = await client.get("/contacts/1", headers={"X-Request-Id": asked})
        assert answer.headers["x-request-id"] == answer.json()["request_id"] != asked

    async def test_a_value_cannot_add_a_header(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/made")
        assert answer.status_code == 202
        assert answer.headers["x-extra"] == "yes X-Evil: yes"
        assert "x-evil" not in answer.headers

    @pytest.mark.parametrize(
        "accept",
        [
            *("*/*", "application/json", "application/json, text/plain, */*", "application/vnd.intercom.3+json", ""),
            *("text/html,application/xhtml+xml;q=0.9", "application/octet-stream", "application/xml, */*;q=0.1"),
        ],
    )
    async def test_accept_is_lenient(self, client: httpx.AsyncClient, accept: str) -> None:
        assert (await client.get("/contacts/1", headers={"Accept": accept})).status_code == 200

    @pytest.mark.parametrize("accept", ["application/xml", "image/*", "text/xml;q=0.9, image/png", "*/*;q=0"])
    async def test_but_not_for_those_who_can_take_no_json(self, client: httpx.AsyncClient, accept: str) -> None:
        answer = await client.get("/contacts/1", headers={"Accept": accept})
        assert (answer.status_code, error(answer)["message"]) == (
            406,
            "The Accept header should send a media type of application/json",
        )


class TestCall:
    async def test_parameters_and_query(self, client: httpx.AsyncClient) -> None:
        seen = (await client.get("/contacts//a%2Fb/?x=1&x=2&y=a%20b+c&z&%C3%A9=%C3%A9")).json()
        assert seen["params"] == {"contact_id": "a/b"}
        assert seen["query"] == {"x": "2", "y": "a b c", "z": "", "é": "é"}
        assert seen["through"] == "token:id-all"

    async def test_the_host_is_the_one_that_the_client_used(self, client: httpx.AsyncClient) -> None:
        async def base_url(**headers: str) -> str:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return (await client.get("/contacts/1", headers=sent)).json()["base_url"]

        assert await base_url() == "http://shop.test"
        assert await base_url(Host="api.shop.test:8443", X_Forwarded_Proto="https") == "https://api.shop.test:8443"
        assert await base_url(X_Forwarded_Proto="https, http") == "https://shop.test"
        assert await base_url(X_Forwarded_Proto="javascript") == "http://shop.test"
        assert await base_url(Host="evil/path") == "http://shop.test"

    async def test_basic_authentication(self, app: RestApp, connect: Connect) -> None:
        credentials = base64.b64encode(b"all:").decode()
        answer = await connect(app, None).get("/contacts/1", headers={"Authorization": f"Basic {credentials}"})
        assert answer.status_code == 200

    @pytest.mark.parametrize("label", [None, "application/x-www-form-urlencoded", "application/json"])
    async def test_a_json_body_under_the_labels_that_clients_use(
        self, client: httpx.AsyncClient, label: str | None
    ) -> None:
        headers = {"Content-Type": label} if label else {}
        answer = await client.post("/contacts", content=b'{"email": "a@b.c"}', headers=headers)
        assert answer.json()["body"] == {"email": "a@b.c", "custom_attributes": {}}

    @pytest.mark.parametrize("content", [b"", b"null", b"  "])
    async def test_a_body_that_is_missing(self, client: httpx.AsyncClient, content: bytes) -> None:
        answer = await client.post("/contacts", content=content)
        assert (answer.status_code, error(answer)["message"]) == (400, "Body is required")
        assert (await client.post("/anything", content=content)).json()["body"] is None

    async def test_a_body_that_nobody_wants_cannot_be_wrong(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/contacts/1/archive", content=b"<x>")).json()["body"] is None

    async def test_our_own_operations_have_no_versions(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/interlock/v1/limits", headers={"Intercom-Version": "9.9"})
        assert (answer.status_code, answer.json()["version"]) == (200, "2.16")

    async def test_an_open_operation_wants_no_token(self, app: RestApp, connect: Connect) -> None:
        answer = await connect(app, None).get("/open", headers={"Accept": "application/openmetrics-text"})
        assert answer.json()["through"] == "nobody"


class TestMethods:
    async def test_head_is_get_without_a_body(self, client: httpx.AsyncClient) -> None:
        answer = await client.head("/contacts/1")
        assert answer.status_code == 200
        assert answer.content == b""
        assert int(answer.headers["content-length"]) > 50

    async def test_options_tells_the_methods_without_a_token(self, app: RestApp, connect: Connect) -> None:
        answer = await connect(app, None).options("/contacts")
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["allow"] == "OPTIONS, POST"
        assert (await connect(app, None).options("/nowhere")).status_code == 404


class TestFailures:
    @pytest.mark.parametrize(
        ("how", "status", "code"),
        [
            ("merged", 410, "contact_merged"),
            ("field", 400, "parameter_invalid"),
            ("duplicate", 409, "conflict"),
            ("unavailable", 503, "service_unavailable"),
            ("bug", 500, "server_error"),
        ],
    )
    async def test_each_has_its_status(self, client: httpx.AsyncClient, how: str, status: int, code: str) -> None:
        answer = await client.get(f"/fail/{how}")
        assert (answer.status_code, error(answer)["code"]) == (status, code)

    async def test_headers_and_field_of_a_problem(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/fail/merged")).headers["link"] == "</contacts/2>"
        assert (await client.get("/fail/unavailable")).headers["retry-after"] == "1"
        assert error(await client.get("/fail/field"))["field"] == "custom_attributes.x"

    async def test_a_bug_is_told_to_the_log_and_not_to_the_client(self, client: httpx.AsyncClient) -> None:
        with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
            answer = await client.get("/fail/bug?token=hidden", headers={"X-Private": "hidden"})
        assert "customer" not in answer.text
        [line] = [one for one in logs if one["log_level"] == "error"]
        assert line["request_id"] == answer.headers["x-request-id"]
        assert "KeyError" in line["traceback"]
        assert "hidden" not in str(logs)

    async def test_an_answer_that_cannot_be_encoded_is_a_bug_too(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/unencodable")).status_code == 500


class TestAccessLog:
    async def test_one_line_with_the_template_of_the_path(self, client: httpx.AsyncClient) -> None:
        with structlog.testing.capture_logs() as logs:
            answer = await client.get("/contacts/private?email=private")
        [line] = logs
        assert line.pop("ms") >= 0
        assert line == {
            "event": "request",
            "log_level": "info",
            "method": "GET",
            "path": "/contacts/{contact_id}",
            "status": 200,
            "version": "2.14",
            "workspace": "w1",
            "request_id": answer.headers["x-request-id"],
        }


class TestChain:
    class Chain:
        def request_up(self, operation: Operation, version: str, body: Any) -> Any:
            return {"email": body["mail"]} if version == "2.11" else body

        def answer_down(self, operation: Operation, version: str, answer: Any) -> Any:
            return {"mail": answer["body"]["email"]} if version == "2.11" else answer

    async def test_bodies_go_up_and_answers_down(self, build: Build, connect: Connect) -> None:
        operation = Operation(
            "POST", "/contacts", "CreateContact", echo, "", "", body=NewContact, accepts="contact", shape="contact"
        )
        client = connect(build([operation], chain=self.Chain()))
        answer = await client.post("/contacts", json={"mail": "a@b.c"}, headers={"Intercom-Version": "2.11"})
        assert answer.json() == {"mail": "a@b.c"}
        answer = await client.post("/contacts", json={"email": "a@b.c"})
        assert answer.json()["body"]["email"] == "a@b.c"


class TestStream:
    async def test_piece_by_piece(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/rows?rows=3")
        assert answer.text == '{"n":0}\n{"n":1}\n{"n":2}\n'
        assert answer.headers["content-type"] == "application/x-ndjson"
        assert "content-length" not in answer.headers

    async def test_nothing_at_all(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/rows?rows=0")
        assert (answer.status_code, answer.content) == (200, b"")

    async def test_what_fails_at_once_is_an_error(self, client: httpx.AsyncClient) -> None:
        assert error(await client.get("/rows?rows=0&then=fail"))["code"] == "server_error"

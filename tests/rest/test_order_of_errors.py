"""Which error wins, check by check, in the order that `rest/dispatch.py` promises."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from interlock.kit import limits
from interlock.rest.dispatch import RestApp
from rest.sample import error, operations

Build = Callable[..., RestApp]
Connect = Callable[..., httpx.AsyncClient]

HEADERS = {"Intercom-Version": "9.9", "Accept": "application/xml", "Content-Type": "text/xml"}
HEADERS_2_14 = {**HEADERS, "Intercom-Version": "2.14"}


class TestOrderOfErrors:
    """Every request is wrong in all the ways from its own on: the first one is what it hears of."""

    async def test_the_path_comes_first(self, app: RestApp, connect: Connect) -> None:
        answer = await connect(app, None).post("/contacts/%00", headers=HEADERS)
        assert (answer.status_code, error(answer)["code"]) == (400, "parameter_invalid")

    async def test_then_whether_it_leads_somewhere(self, app: RestApp, connect: Connect) -> None:
        client = connect(app, None)
        answer = await client.post("/nowhere", headers=HEADERS)
        assert (answer.status_code, error(answer)["code"]) == (404, "not_found")
        answer = await client.patch("/contacts/1", headers=HEADERS)
        assert (answer.status_code, error(answer)["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"

    async def test_then_the_token(self, app: RestApp, connect: Connect) -> None:
        for token in (None, "wrong"):
            answer = await connect(app, token).post("/contacts", headers=HEADERS)
            assert (answer.status_code, error(answer)) == (
                401,
                {"code": "unauthorized", "message": "Access Token Invalid"},
            )

    async def test_then_how_often_it_asked(self, build: Build, connect: Connect) -> None:
        client = connect(build(operations(), {"rate_limit_per_minute": 6}), "nothing")
        await client.post("/contacts", headers=HEADERS)
        answer = await client.post("/contacts", headers=HEADERS)
        assert (answer.status_code, error(answer)["code"]) == (429, "rate_limit_exceeded")
        assert 1 <= int(answer.headers["retry-after"]) <= 10
        assert answer.headers["x-ratelimit-remaining"] == "0"

    async def test_then_the_version(self, app: RestApp, connect: Connect) -> None:
        answer = await connect(app, "nothing").post("/contacts/1/block", headers=HEADERS)
        assert (answer.status_code, error(answer)) == (
            400,
            {"code": "intercom_version_invalid", "message": "The requested version could not be found"},
        )

    async def test_then_whether_that_version_has_the_operation(self, app: RestApp, connect: Connect) -> None:
        headers = {**HEADERS, "Intercom-Version": "2.11"}
        answer = await connect(app, "nothing").post("/contacts/1/block", headers=headers)
        assert (answer.status_code, error(answer)["message"]) == (
            400,
            "Requested resource is not available in current API version.",
        )

    async def test_then_the_scope(self, app: RestApp, connect: Connect) -> None:
        answer = await connect(app, "reader").post("/contacts", headers=HEADERS_2_14)
        assert (answer.status_code, error(answer)["message"]) == (
            403,
            "You do not have the required scope (write_users) to access this resource",
        )

    async def test_then_what_the_client_takes(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/contacts?a=%FF", headers=HEADERS_2_14)
        assert (answer.status_code, error(answer)["code"]) == (406, "media_type_not_acceptable")

    async def test_then_the_query_string(self, client: httpx.AsyncClient) -> None:
        headers = {"Content-Type": "text/xml"}
        for bad in ("%FF", "%00"):
            answer = await client.post(f"/contacts?a={bad}", headers=headers)
            assert (answer.status_code, error(answer)["field"]) == (400, "a")

    async def test_then_the_label_of_the_body(self, client: httpx.AsyncClient) -> None:
        large = b"x" * (limits.REQUEST_BYTES + 1)
        answer = await client.post("/contacts", headers={"Content-Type": "text/xml"}, content=large)
        assert (answer.status_code, error(answer)["code"]) == (415, "unsupported_media_type")

    async def test_then_its_size(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/contacts", content=b"x" * (limits.REQUEST_BYTES + 1))
        assert (answer.status_code, error(answer)["code"]) == (413, "request_too_large")

    async def test_then_whether_it_is_json(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/contacts", content=b'{"custom_attributes": 1')
        assert (answer.status_code, error(answer)["code"]) == (400, "parameter_invalid")

    async def test_then_its_shape(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/contacts", json={"custom_attributes": 1})
        assert (answer.status_code, error(answer)["field"]) == (400, "custom_attributes")

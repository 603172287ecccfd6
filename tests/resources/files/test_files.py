"""Files: sent with a token, read by whoever has the address, and harmless to whoever opens them."""

from __future__ import annotations

import hashlib

import pytest

from interlock.core.files import files
from interlock.core.schema.schema import Schema
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.storage.database import Tx
from support.client import Client

PATH = "/interlock/v1/files"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (3).to_bytes(4, "big") + (2).to_bytes(4, "big") + b"\x08\x06\0\0\0"


async def upload(client: Client, name: str, content: bytes, type_: str | None = None) -> dict:
    return await client.ok("POST", PATH, files={"file": (name, content, type_)})


async def test_a_file_comes_back_as_it_was_sent(client: Client) -> None:
    content = b"%PDF-1.7 " * 100_000
    sent = await upload(client, "Rechnung für Ada.pdf", content, "application/pdf")
    assert {name: sent[name] for name in ("type", "name", "content_type", "filesize")} == {
        "type": "file",
        "name": "Rechnung für Ada.pdf",
        "content_type": "application/pdf",
        "filesize": len(content),
    }
    answer = await client.without_token().get(sent["url"])
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert answer.headers.get_list("cache-control") == ["private, max-age=31536000, immutable"]
    head = await client.without_token().send("HEAD", sent["url"])
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(content)))


async def test_a_picture_says_how_large_it_is(client: Client) -> None:
    sent = await upload(client, "a.png", PNG, "image/png")
    assert (sent["width"], sent["height"]) == (3, 2)


async def test_the_body_may_be_the_file_itself(client: Client) -> None:
    sent = await client.ok("POST", f"{PATH}?name=a.png", content=PNG, headers={"Content-Type": "image/png"})
    assert (sent["name"], sent["content_type"], sent["filesize"]) == ("a.png", "image/png", len(PNG))


async def test_an_empty_file_is_a_file(client: Client) -> None:
    sent = await upload(client, "empty.txt", b"", "text/plain")
    answer = await client.get(sent["url"])
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("type_", "shown_as", "kind"),
    [
        ("image/png", "image/png", "inline"),
        ("text/plain", "text/plain", "inline"),
        ("application/zip", "application/zip", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("application/xhtml+xml", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/javascript", "application/octet-stream", "attachment"),
        ("text/xml", "application/octet-stream", "attachment"),
    ],
)
async def test_nothing_that_a_browser_would_run_is_shown(client: Client, type_: str, shown_as: str, kind: str) -> None:
    sent = await upload(client, "x", b"<script>alert(1)</script>", type_)
    answer = await client.get(sent["url"])
    assert answer.headers["content-type"] == shown_as
    assert answer.headers["content-disposition"].partition(";")[0] == kind
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_name_cannot_add_headers(client: Client) -> None:
    sent = await client.ok("POST", f"{PATH}?name=a%0d%0aX-Evil:%201%22.txt", content=b"x")
    answer = await client.get(sent["url"])
    assert "x-evil" not in answer.headers
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''aX-Evil%3A%201%22.txt"


async def test_who_sends_nothing_or_too_much_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    missing = await client.error(400, "POST", PATH, content=content, headers=form)
    assert (missing["code"], missing["field"]) == ("parameter_not_found", "file")
    two = [("file", ("a", b"1")), ("file", ("b", b"2"))]
    assert (await client.error(400, "POST", PATH, files=two))["code"] == "parameter_invalid"
    monkeypatch.setattr(limits, "FILE_BYTES", 10)
    assert (await client.error(413, "POST", PATH, files={"file": ("a", b"x" * 11)}))["code"] == "request_too_large"


async def test_sending_needs_a_token_and_reading_an_address(client: Client) -> None:
    assert (await client.without_token().post(PATH, content=b"x")).status_code == 401
    sent = await upload(client, "a.txt", b"x", "text/plain")
    address = sent["url"].removeprefix("http://interlock.test")
    others = ["/interlock/v1/files/x/a.txt", address.replace("-", "-0"), address.replace(sent["id"], "0" * 32)]
    for path in others:
        assert (await client.error(404, "GET", path))["code"] == "not_found"


async def test_an_address_leads_into_its_own_workspace_only(client: Client, other_workspace: Made) -> None:
    sent = await upload(client, "a.txt", b"x", "text/plain")
    path = f"{PATH}/{other_workspace.workspace_id}-{sent['id']}/a.txt"
    assert (await client.error(404, "GET", path))["code"] == "not_found"


async def test_a_forgotten_file_is_not_found(client: Client, workspace: Made) -> None:
    sent = await upload(client, "a.txt", b"x", "text/plain")

    async def forget(tx: Tx, schema: Schema) -> None:
        await files.forget(tx, schema.workspace.id, files.ids_in([sent, {"url": "https://elsewhere.example/x"}, {}]))

    await client.app.schemas.write(workspace.workspace_id, forget)
    assert (await client.error(404, "GET", sent["url"]))["code"] == "not_found"


async def test_bytes_that_are_not_here_are_404(client: Client) -> None:
    sent = await upload(client, "a.txt", b"lost", "text/plain")
    await client.app.blobs.delete(hashlib.sha256(b"lost").hexdigest())
    assert (await client.error(404, "GET", sent["url"]))["message"] == "The bytes of this file are not here"

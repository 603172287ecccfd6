"""Bodies in parts: fields as JSON would have them, files on the disk, and nothing left of either when it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.kit import limits
from interlock.kit.problems import Problem
from interlock.rest.multipart import nested
from interlock.rest.operation import Call, Operation
from interlock.storage.blobs import FolderBlobs

BOUNDARY = "b0undary"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


class Customer(msgspec.Struct):
    email: str | None = None


class Option(msgspec.Struct):
    text: str
    uuid: str


class Reply(msgspec.Struct):
    message_type: str
    body: str | None = None
    created_at: int | None = None
    skip_notifications: bool | None = None
    admin_id: str | int | None = None
    ids: list[str] | None = None
    reply_options: list[Option] | None = None
    customer: Customer | None = None


async def handle(call: Call) -> Any:
    sent = [[one.field, one.name, one.content_type, one.staged.size] for one in call.uploads]
    keep = call.query.get("keep")
    hashes = [await one.staged.keep() for one in call.uploads] if keep else []
    body = msgspec.to_builtins(call.body) if call.body is not None else None
    return {"body": body, "files": sent, "hashes": hashes}


OPERATIONS = [
    Operation("POST", "/reply", "reply", handle, "", "Test", body=Reply, multipart=True),
    Operation("POST", "/plain", "plain", handle, "", "Test", body=Reply),
    Operation("POST", "/raw", "raw", handle, "", "Test", raw=True),
]


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


@pytest.fixture
def client(build: Any, connect: Callable[..., httpx.AsyncClient], blobs: FolderBlobs) -> httpx.AsyncClient:
    return connect(build(OPERATIONS, blobs=blobs))


def left(blobs: FolderBlobs) -> list[str]:
    return [one.name for one in blobs.folder.rglob("*") if one.is_file()]


def part(name: str, value: bytes | str, file: str | None = None, type_: str | None = None) -> bytes:
    value = value.encode() if isinstance(value, str) else value
    disposition = f'form-data; name="{name}"' + (f'; filename="{file}"' if file is not None else "")
    headers = f"Content-Disposition: {disposition}\r\n" + (f"Content-Type: {type_}\r\n" if type_ else "")
    return f"--{BOUNDARY}\r\n{headers}\r\n".encode() + value + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
TYPE = part("message_type", "comment")


async def post(client: httpx.AsyncClient, content: bytes, path: str = "/reply", **headers: str) -> httpx.Response:
    return await client.post(path, content=content, headers={**FORM, **headers})


async def error(client: httpx.AsyncClient, status: int, content: bytes, **headers: str) -> dict[str, Any]:
    answer = await post(client, content, **headers)
    assert answer.status_code == status, answer.text
    return answer.json()["errors"][0]


async def test_fields_are_read_as_json_would_be(client: httpx.AsyncClient) -> None:
    fields = {
        "message_type": "comment",
        "body": "123",
        "created_at": "1700000000",
        "skip_notifications": "true",
        "admin_id": "5",
        "ids[]": ["1", "2"],
        "reply_options[0][text]": "Yes",
        "reply_options[0][uuid]": "u1",
        "reply_options[1][text]": "No",
        "reply_options[1][uuid]": "u2",
        "customer[email]": "ada@example.com",
    }
    answer = await client.post("/reply", data=fields, files={"files[]": ("a.txt", b"hello", "text/plain")})
    assert answer.json() == {
        "body": {
            "message_type": "comment",
            "body": "123",
            "created_at": 1700000000,
            "skip_notifications": True,
            "admin_id": "5",
            "ids": ["1", "2"],
            "reply_options": [{"text": "Yes", "uuid": "u1"}, {"text": "No", "uuid": "u2"}],
            "customer": {"email": "ada@example.com"},
        },
        "files": [["files[]", "a.txt", "text/plain", 5]],
        "hashes": [],
    }


async def test_json_is_taken_as_ever(client: httpx.AsyncClient) -> None:
    answer = await client.post("/reply", json={"message_type": "note", "created_at": 5})
    assert answer.json()["body"]["created_at"] == 5
    assert (await client.post("/reply", json={"message_type": "note", "created_at": "5"})).status_code == 400


async def test_elsewhere_a_form_is_no_json(client: httpx.AsyncClient) -> None:
    assert (await post(client, TYPE + END, "/plain")).status_code == 415


async def test_what_is_kept_stays_and_the_rest_goes(client: httpx.AsyncClient, blobs: FolderBlobs) -> None:
    content = TYPE + part("file", b"x" * 100_000, "a.bin") + END
    assert (await post(client, content)).json()["files"] == [["file", "a.bin", "", 100_000]]
    assert left(blobs) == []
    kept = (await post(client, content, "/reply?keep=1")).json()["hashes"]
    assert left(blobs) == kept


async def test_a_body_may_be_a_file_itself(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "image/png"}
    answer = await client.post("/raw?name=..%2Fa.png", content=b"png", headers=headers)
    assert answer.json()["files"] == [["file", "a.png", "image/png", 3]]
    too_large = await client.post("/raw", content=b"x" * (limits.FILE_BYTES + 1), headers=headers)
    assert too_large.json()["errors"][0]["code"] == "request_too_large"


@pytest.mark.parametrize("pieces", [1, 3, 7, 1000])
async def test_it_may_come_in_pieces_of_any_length(client: httpx.AsyncClient, pieces: int) -> None:
    data = b"\r\n--b0undar\r\n--" * 50
    content = TYPE + part("f", data, "a.bin") + END

    async def chunks() -> Any:
        for start in range(0, len(content), pieces):
            yield content[start : start + pieces]

    answer = await client.post("/reply", content=chunks(), headers=FORM)
    assert answer.json()["files"] == [["f", "a.bin", "", len(data)]]


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\\\..\\\\passwd", "/etc/passwd"])
async def test_paths_in_names_are_cut_off(client: httpx.AsyncClient, name: str) -> None:
    answer = await post(client, TYPE + part("f", b"x", name) + END)
    assert answer.json()["files"][0][1] == "passwd"


HOSTILE = {
    "nothing": b"",
    "no parts at all": b"hello",
    "another boundary": TYPE.replace(b"b0undary", b"other") + b"--other--\r\n",
    "no end": TYPE,
    "ends inside a part": TYPE + part("f", b"x" * 1000, "a.bin")[:-500],
    "ends inside the headers": TYPE + b"--b0undary\r\nContent-Dispo",
    "no name": b'--b0undary\r\nContent-Disposition: form-data\r\n\r\nx\r\n' + END,
    "no disposition": b"--b0undary\r\nContent-Type: text/plain\r\n\r\nx\r\n" + END,
    "a name that is no UTF-8": b'--b0undary\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n' + END,
    "NUL in a name": part("a\0b", "x") + TYPE + END,
    "NUL in a text": part("body", "a\0b") + TYPE + END,
    "a text that is no UTF-8": part("body", b"\xff\xfe") + TYPE + END,
    "10,000 fields": TYPE + b"".join(part(f"f{n}", "x") for n in range(10_000)) + END,
    "too many files": TYPE + b"".join(part("f[]", "x", f"{n}.txt") for n in range(11)) + END,
    "many headers": b"--b0undary\r\n" + b"X-A: b\r\n" * 1000 + b"\r\nx\r\n" + END,
    "a long header": b"--b0undary\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\nx\r\n" + END,
    "a long name": TYPE + part("x" * 1000, "y") + END,
    "deep brackets": TYPE + part("a" + "[b]" * 100, "y") + END,
    "a name that contradicts": TYPE + part("customer", "y") + part("customer[email]", "z") + END,
    "and the other way": TYPE + part("customer[email]", "z") + part("customer", "y") + END,
    "a number that is none": TYPE + part("created_at", "soon") + END,
    "a number without end": TYPE + part("created_at", "9" * 30) + END,
    "a text in place of a list": TYPE + part("ids", "1") + END,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
async def test_what_cannot_be_read_is_400_and_leaves_nothing(
    client: httpx.AsyncClient, blobs: FolderBlobs, name: str
) -> None:
    problem = await error(client, 400, HOSTILE[name])
    assert problem["code"] in ("parameter_invalid", "type_mismatch", "parameter_not_found")
    assert left(blobs) == []


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=" + "x" * 71, "; bound=x"])
async def test_a_boundary_must_be_given(client: httpx.AsyncClient, boundary: str) -> None:
    await error(client, 400, TYPE + END, **{"Content-Type": f"multipart/form-data{boundary}"})


async def test_too_much_is_413_and_leaves_nothing(
    client: httpx.AsyncClient, blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 1000)
    monkeypatch.setattr(limits, "REQUEST_BYTES", 1000)
    monkeypatch.setattr(limits, "MULTIPART_BYTES", 5000)
    problem = await error(client, 413, TYPE + part("f", b"x" * 1001, "a.bin") + END)
    assert problem["field"] == "f"
    await error(client, 413, TYPE + part("body", b"x" * 1001) + END)
    await error(client, 413, TYPE + b"".join(part("f[]", b"x" * 900, "a.bin") for _ in range(6)) + END)
    await error(client, 413, TYPE + END, **{"Content-Length": "5001"})
    assert left(blobs) == []


async def test_a_compressed_form_is_refused(client: httpx.AsyncClient) -> None:
    await error(client, 415, TYPE + END, **{"Content-Encoding": "gzip"})


@given(st.binary(max_size=300))
async def test_no_bytes_are_a_500(client: httpx.AsyncClient, noise: bytes) -> None:
    for content in (noise, TYPE + noise, TYPE + b"--b0undary\r\n" + noise + END):
        assert (await post(client, content)).status_code < 500


# --- names


@pytest.mark.parametrize(
    ("found", "value"),
    [
        ([("a", "1")], {"a": "1"}),
        ([("a", "1"), ("a", "2"), ("a", "3")], {"a": ["1", "2", "3"]}),
        ([("a[]", "1")], {"a": ["1"]}),
        ([("a[x]", "1"), ("a[y][z]", "2")], {"a": {"x": "1", "y": {"z": "2"}}}),
        ([("a[][t]", "1"), ("a[][u]", "2"), ("a[][t]", "3")], {"a": [{"t": "1", "u": "2"}, {"t": "3"}]}),
        ([("a[1]", "y"), ("a[0]", "x")], {"a": ["x", "y"]}),
        ([("[a]", "1"), ("b[", "2"), ("c]", "3"), ("0", "4")], {"[a]": "1", "b[": "2", "c]": "3", "0": "4"}),
    ],
)
def test_names_with_brackets_are_nested(found: list[tuple[str, str]], value: Any) -> None:
    assert nested(found) == value


@given(st.lists(st.tuples(st.text("ab[]01", max_size=12), st.text("x", max_size=1)), max_size=20))
def test_any_names_are_nested_or_refused(found: list[tuple[str, str]]) -> None:
    with suppress(Problem):
        msgspec.json.encode(nested(found))

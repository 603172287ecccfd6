"""Names, types, sizes of pictures, and what a request attaches."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.files.attachments import read_attachments
from interlock.core.files.files import clean_name, clean_type, read_address
from interlock.kit import images, limits
from interlock.kit.problems import Problem
from interlock.shapes.attachment import AttachmentFile

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 300, 200) + b"\x08\x06\0\0\0"
GIF = b"GIF89a" + struct.pack("<HH", 7, 9) + b"\0" * 10
JPEG = (
    b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    + b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 480, 640) + b"\0" * 10
)  # fmt: skip


@pytest.mark.parametrize(("head", "size"), [(PNG, (300, 200)), (GIF, (7, 9)), (JPEG, (640, 480)), (b"%PDF-", None)])
def test_a_picture_says_how_large_it_is(head: bytes, size: tuple[int, int] | None) -> None:
    assert images.size_of(head) == size


@given(st.sampled_from([PNG, GIF, JPEG]), st.integers(0, 60), st.binary(max_size=60))
def test_a_broken_picture_breaks_nothing(head: bytes, cut: int, rest: bytes) -> None:
    images.size_of(head[:cut] + rest)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\photo.png", "photo.png"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("..", "file"),
        ("", "file"),
        ("dir/", "file"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("Zürich 🏔.txt", "Zürich 🏔.txt"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
    ],
)
def test_a_name_is_the_last_part_of_a_path(raw: str, name: str) -> None:
    assert clean_name(raw) == name


@given(st.text())
def test_any_name_becomes_one(raw: str) -> None:
    name = clean_name(raw)
    assert 0 < len(name) <= limits.FILE_NAME_CHARS
    assert not {"/", "\\", "\0", "\n"} & set(name)
    assert name == clean_name(name)
    name.encode()


@pytest.mark.parametrize(
    ("raw", "name", "type_"),
    [
        ("image/png", "x", "image/png"),
        ("IMAGE/PNG; q=1", "x", "image/png"),
        ("text/plain; charset=UTF-8", "x", "text/plain; charset=utf-8"),
        ("text/plain; charset=a\r\nb", "x", "text/plain; charset=a"),
        (None, "a.pdf", "application/pdf"),
        ("nonsense", "a.unknown", "application/octet-stream"),
        ("multipart/mixed", "a", "multipart/mixed"),
        ("application/octet-stream", "a.png", "image/png"),
    ],
)
def test_a_type_is_given_or_suggested_by_the_name(raw: str | None, name: str, type_: str) -> None:
    assert clean_type(raw, name) == type_


@pytest.mark.parametrize(
    "address", ["", "abc", "w1-xyz", "-" + "0" * 32, "a" * 10_000, "w1-" + "0" * 33, "ä-" + "0" * 32]
)
def test_an_address_of_another_form_leads_nowhere(address: str) -> None:
    with pytest.raises(Problem) as refused:
        read_address(address)
    assert refused.value.code == "not_found"


# --- attachments


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_files_come_before_addresses() -> None:
    given_file = AttachmentFile("text/plain", in_base64(b"hi"), "a.txt")
    (only,) = read_attachments(["https://example.com/x.png"], [given_file])
    assert (only.name, only.content, only.url) == ("a.txt", b"hi", None)


def test_an_address_is_taken_as_it_is() -> None:
    (only,) = read_attachments(["https://example.com/a/My%20photo.png?x=1"], None)
    assert (only.name, only.content_type, only.url) == (
        "My photo.png",
        "image/png",
        "https://example.com/a/My%20photo.png?x=1",
    )


def test_a_data_url_is_understood() -> None:
    (only,) = read_attachments(None, [AttachmentFile("image/png", "data:image/png;base64," + in_base64(PNG), "a.png")])
    assert only.content == PNG


@pytest.mark.parametrize(
    ("urls", "files", "code", "field"),
    [
        (None, [AttachmentFile("a/b", "§§", "x")], "parameter_invalid", "attachment_files.0.data"),
        (None, [AttachmentFile("a/b", "abc", "x")], "parameter_invalid", "attachment_files.0.data"),
        (None, [AttachmentFile("a/b", None, "x")], "parameter_not_found", "attachment_files.0.data"),
        (None, [AttachmentFile("a/b", "", "x")] * 11, "parameter_invalid", "attachment_files"),
        (["https://a.example"] * 11, None, "parameter_invalid", "attachment_urls"),
        (["https://a.example", "javascript:alert(1)"], None, "parameter_invalid", "attachment_urls.1"),
        (["https://["], None, "parameter_invalid", "attachment_urls.0"),
        (["https://a.example/\nx"], None, "parameter_invalid", "attachment_urls.0"),
        (["https://a.example/" + "x" * 2048], None, "parameter_invalid", "attachment_urls.0"),
    ],
)
def test_what_cannot_be_attached_is_said_with_its_place(
    urls: list[str] | None, files: list[AttachmentFile] | None, code: str, field: str
) -> None:
    with pytest.raises(Problem) as refused:
        read_attachments(urls, files)
    assert (refused.value.code, refused.value.field) == (code, field)

"""A body in parts (`multipart/form-data`): fields as the JSON would have them, and files on the disk.

Names of fields follow the habit of forms: `customer[email]` is `{"customer": {"email": ...}}`, `ids[]` a list, as is a
name that comes more than once; `options[0][text]` is a list, too. Values stay text: the operation's Struct is then
filled leniently (`convert`). Files go to the disk while they come, never as a whole into the memory; what the handler
does not keep of them is removed when it has answered.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from interlock.core.files import files
from interlock.core.files.files import Upload, clean_name
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid
from interlock.rest.body import ClientGone, Receive, check_text, problem_of_shape
from interlock.storage.blobs import Blobs

FORM = b"multipart/form-data"
_BOUNDARY_CHARS = 70  # RFC 2046
_NAME_LEVELS = 8  # of brackets in a name
_NAME_CHARS = 512

logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # what is wrong with a request, its client is told


def is_form(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == FORM


async def read_form(
    receive: Receive, headers: Mapping[bytes, bytes], blobs: Blobs, uploads: list[Upload]
) -> dict[str, Any]:
    """The fields. Files are added to `uploads`, which are the caller's to discard, also when this raises.

    413 `request_too_large` for too much in all, or in one file; 400 `parameter_invalid` for parts that cannot be read,
    for too many of them, and for text that could not be stored.
    """
    form = _Form(_boundary(headers), blobs, uploads)
    async for chunk in _chunks(receive, headers, limits.MULTIPART_BYTES):
        await form.feed(chunk)
    return form.fields()


async def read_file(
    receive: Receive, headers: Mapping[bytes, bytes], name: str, blobs: Blobs, uploads: list[Upload]
) -> None:
    """A body that is a file itself. 413 `request_too_large`."""
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    upload = Upload("file", clean_name(name), content_type, await blobs.stage())
    uploads.append(upload)
    async for chunk in _chunks(receive, headers, limits.FILE_BYTES):
        await upload.staged.write(chunk)


def convert(value: Any, shape: Any) -> Any:
    """The fields as the type that an operation wants: "5" may be a number, "true" a truth. Raises as `body.convert`."""
    try:
        made = msgspec.convert(value, shape, strict=False)
    except msgspec.ValidationError as error:
        raise problem_of_shape(str(error)) from None
    _check_numbers(made)
    return made


def _check_numbers(made: Any) -> None:
    """No integer that a database could not keep: a number that came as text passed no other check."""
    waiting = [msgspec.to_builtins(made)]
    while waiting:
        one = waiting.pop()
        if type(one) is int and not limits.INTEGER_MIN <= one <= limits.INTEGER_MAX:
            raise invalid("The body has an integer beyond 64 bits")
        if type(one) is dict:
            waiting.extend(one.values())
        elif type(one) is list:
            waiting.extend(one)


# --- bytes


async def _chunks(receive: Receive, headers: Mapping[bytes, bytes], most: int) -> Any:
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced[:20]) > most:
        raise _too_large(most)
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        if chunk:
            yield chunk
        more = message.get("more_body", False)


def _too_large(most: int) -> Problem:
    if most == limits.FILE_BYTES:
        return files.too_large()
    return Problem("request_too_large", f"The request body is larger than {most // 2**20} MiB")


def _boundary(headers: Mapping[bytes, bytes]) -> bytes:
    boundary = parse_options_header(headers[b"content-type"].decode("latin-1"))[1].get(b"boundary", b"")
    if not 0 < len(boundary) <= _BOUNDARY_CHARS:
        raise invalid("The Content-Type header of multipart/form-data must have a boundary")
    return boundary


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (FormParserError, UnicodeDecodeError) as error:
        raise invalid(f"The body is not valid multipart/form-data: {str(error)[:200]}") from None


# --- parts


class _Part:
    __slots__ = ("content_type", "data", "file_name", "headers", "name", "upload")

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.name = ""
        self.file_name: str | None = None
        self.content_type = ""
        self.data: list[bytes] = []
        self.upload: Upload | None = None


class _Form:
    """Parts as they come. The parser calls back within `feed`; what takes time is done after each chunk."""

    def __init__(self, boundary: bytes, blobs: Blobs, uploads: list[Upload]) -> None:
        self._blobs = blobs
        self._uploads = uploads
        self._found: list[tuple[str, str]] = []
        self._field_bytes = 0
        self._part: _Part | None = None
        self._header = b""
        self._value = b""
        self._waiting: list[tuple[_Part, bytes | None]] = []  # what is to be written; None: the part begins
        self._whole = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_end": self._finish,
            },
        )

    async def feed(self, chunk: bytes) -> None:
        with _readable():
            self._parser.write(chunk)
        for part, data in self._waiting:
            if data is None:
                part.upload = Upload(part.name, part.file_name or "", part.content_type, await self._blobs.stage())
                self._uploads.append(part.upload)
            elif part.upload is not None:
                if part.upload.staged.size + len(data) > limits.FILE_BYTES:
                    raise files.too_large(part.name)
                await part.upload.staged.write(data)
        self._waiting.clear()

    def fields(self) -> dict[str, Any]:
        if not self._whole:
            raise invalid("The body ends before its last boundary")
        return nested(self._found)

    # called by the parser

    def _begin(self) -> None:
        self._part = _Part()
        if len(self._found) + len(self._uploads) >= limits.MULTIPART_FIELDS:
            raise invalid(f"The body has more than {limits.MULTIPART_FIELDS} parts")

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        assert self._part is not None
        self._part.headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        part = self._part
        assert part is not None
        kind, options = parse_options_header(part.headers.get(b"content-disposition", b"").decode("latin-1"))
        if kind != b"form-data" or b"name" not in options:
            raise invalid("Each part of the body needs a Content-Disposition of form-data with a name")
        part.name = options[b"name"].decode("utf-8")
        if len(part.name) > _NAME_CHARS:
            raise invalid(f"The name of a part is longer than {_NAME_CHARS} characters")
        check_text(part.name, None)
        part.content_type = part.headers.get(b"content-type", b"").decode("latin-1")
        if b"filename" not in options:
            return
        part.file_name = clean_name(options[b"filename"].decode("utf-8", "replace"))
        begun = sum(data is None for _, data in self._waiting)
        if len(self._uploads) + begun >= limits.FILES_SENT:
            raise invalid(f"{part.name} is one file too many: at most {limits.FILES_SENT} may be sent", part.name)
        self._waiting.append((part, None))

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        assert part is not None
        if part.file_name is not None:
            self._waiting.append((part, data[start:end]))
            return
        self._field_bytes += end - start
        if self._field_bytes > limits.REQUEST_BYTES:
            text = f"The fields of the request are larger than {limits.REQUEST_BYTES // 2**20} MiB"
            raise Problem("request_too_large", text)
        part.data.append(data[start:end])

    def _end(self) -> None:
        part = self._part
        assert part is not None
        if part.file_name is None:
            try:
                text = b"".join(part.data).decode("utf-8")
            except UnicodeDecodeError:
                raise invalid(f"{part.name} is not valid UTF-8", part.name) from None
            check_text(text, part.name)
            self._found.append((part.name, text))
        self._part = None

    def _finish(self) -> None:
        self._whole = True


# --- names


def nested(found: list[tuple[str, str]]) -> dict[str, Any]:
    """Fields with bracketed names as JSON would have them. 400 `parameter_invalid` for names that contradict."""
    root: dict[str, Any] = {}
    for name, text in found:
        _put(root, name, _steps(name), text)
    return {key: _settled(one) for key, one in root.items()}


def _steps(name: str) -> list[str]:
    """`a[b][]` -> `a`, `b`, `` (what is no such name is one step, as it stands)."""
    first, bracket, rest = name.partition("[")
    if not bracket or not first or not rest.endswith("]"):
        return [name]
    steps = [first, *rest[:-1].split("][")]
    if len(steps) > _NAME_LEVELS:
        raise invalid(f"{name[:100]} has more than {_NAME_LEVELS} levels", name[:100])
    return [name] if any("[" in one or "]" in one for one in steps[1:]) else steps


def _put(root: dict[str, Any], name: str, steps: list[str], text: str) -> None:
    at = root
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if step == "" and place:
            step = _entry(at, None if last else steps[place + 1])
        known = at.get(step)
        if type(known) is dict if last else known is not None and type(known) is not dict:
            raise invalid(f"{name[:100]} contradicts another field of the request", name[:100])
        if not last:
            at = at.setdefault(step, {})
        elif known is None:
            at[step] = text
        elif type(known) is list:  # a name that comes more than once
            known.append(text)
        else:
            at[step] = [known, text]


def _entry(at: dict[str, Any], following: str | None) -> str:
    """Which entry of a list `[]` means: the last one while it lacks what follows, else one more."""
    count = len(at)
    if following and count and isinstance(at.get(str(count - 1)), dict) and following not in at[str(count - 1)]:
        return str(count - 1)
    return str(count)


def _settled(value: Any) -> Any:
    """Objects inside whose keys are all numbers become lists, in the order of the numbers."""
    if type(value) is not dict:
        return value
    inner = {key: _settled(one) for key, one in value.items()}
    if inner and all(len(key) < 7 and key.isascii() and key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner

"""The JSON edge: from the bytes of a request to the value that a handler gets.

Nothing passes here that a database could not keep or another client could not read: no NUL, no lone surrogates, no
integers beyond 64 bits, no NaN. Of duplicate keys the last counts. Each check that must look at every value runs
only when the raw bytes give reason to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import msgspec

from interlock.kit import limits
from interlock.kit.problems import Problem, invalid, missing

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

JSON_TYPES = frozenset({b"application/json", b"text/json", b"application/x-www-form-urlencoded"})
"""Accepted labels of a JSON body. curl and axios say "form" when nobody tells them what they send."""

_LONG_NUMBER = b"0" * 19  # 2^63 has 19 digits
_DIGITS_TO_ZERO = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_BOM = b"\xef\xbb\xbf"
_SURROGATE = re.compile("[\ud800-\udfff]")
_EXPECTED = re.compile(r"Expected `([^`]+)`(?:, got `([^`]+)`| (.+))?$")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)  # only of a Struct that forbids them
_AT = re.compile(r"^(.*?)(?: - at `(?:key in )?\$(.*)`)?$", re.DOTALL)

_WORDS = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "a boolean",
    "null": "null",
    "object": "an object",
    "array": "an array",
}


class ClientGone(Exception):
    """The client closed the connection before its request was read: there is nobody to answer."""


# --- bytes


def check_coding(headers: Mapping[bytes, bytes]) -> None:
    """415 `unsupported_media_type` for a body that is compressed."""
    coding = headers.get(b"content-encoding")
    if coding and coding.strip().lower() != b"identity":
        raise Problem("unsupported_media_type", "A request body may not be compressed")


def check_type(headers: Mapping[bytes, bytes]) -> None:
    """415 `unsupported_media_type` for a body that says to be something else than JSON, or is compressed."""
    check_coding(headers)
    label = headers.get(b"content-type")
    if not label or label == b"application/json":
        return
    kind = label.partition(b";")[0].strip().lower()
    if kind and kind not in JSON_TYPES and not (kind.startswith(b"application/") and kind.endswith(b"+json")):
        raise Problem("unsupported_media_type", "The Content-Type header should be application/json")


async def read_bytes(receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    """The whole body. 413 `request_too_large` as soon as it is known to be, without reading on."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced[:20]) > limits.REQUEST_BYTES:
        raise _too_large()
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    if not message.get("more_body", False):
        body = message.get("body", b"")
        if len(body) > limits.REQUEST_BYTES:
            raise _too_large()
        return body
    return await _read_on(receive, message.get("body", b""))


async def _read_on(receive: Receive, first: bytes) -> bytes:
    parts, size, more = [first], len(first), True
    while more:
        if size > limits.REQUEST_BYTES:
            raise _too_large()
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        more = message.get("more_body", False)
    if size > limits.REQUEST_BYTES:
        raise _too_large()
    return b"".join(parts)


def _too_large() -> Problem:
    return Problem("request_too_large", f"The request body is larger than {limits.REQUEST_BYTES // 2**20} MiB")


# --- JSON


def decode(raw: bytes) -> Any:
    """The JSON value of a body; None for an empty one. 400 says what is wrong, and where it can be told."""
    if not raw or raw.isspace():
        return None
    try:
        value = msgspec.json.decode(raw)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise _unreadable(raw, error) from None
    _check_depth(value, raw)
    if b"\\u0000" in raw:
        for path, text in _texts(value):
            if "\0" in text:
                raise invalid(f"{_subject(path)} contains a NUL character", path or None)
    if _LONG_NUMBER in raw.translate(_DIGITS_TO_ZERO):
        for path, number in _values(value, int):
            if not limits.INTEGER_MIN <= number <= limits.INTEGER_MAX:
                raise invalid(f"{_subject(path)} is an integer beyond 64 bits", path or None)
    return value


def _unreadable(raw: bytes, error: Exception) -> Problem:
    """Why a body cannot be decoded, in plain words. Runs for broken bodies only, so it may be slow."""
    if raw.startswith(_BOM):
        return invalid("The body begins with a byte order mark: send UTF-8 without one")
    if isinstance(error, UnicodeDecodeError):
        return invalid("The body is not valid UTF-8")
    text = str(error)
    if "out of range" in text:
        return invalid("The body contains a number that is out of range")
    if b"\\ud" in raw.lower() and (found := _lone_surrogate(raw)) is not None:
        return found
    reason = text.partition(": ")[2] or text[:1].lower() + text[1:]
    return invalid(f"The body is not valid JSON: {reason}")


def check_text(text: str, path: str | None) -> None:
    """400 for a text that a database could not keep."""
    if "\0" in text:
        raise invalid(f"{_subject(path or '')} contains a NUL character", path)


def _lone_surrogate(raw: bytes) -> Problem | None:
    """The standard library reads lone surrogates, so it can find the field that has one."""
    try:
        value = json.loads(raw)
        for path, text in _texts(value):
            if _SURROGATE.search(text):
                path = _SURROGATE.sub("\ufffd", path)
                return invalid(f"{_subject(path)} contains half of a surrogate pair", path or None)
    except (ValueError, RecursionError):
        pass
    return None


def _check_depth(value: Any, raw: bytes) -> None:
    """400 for more levels than `limits.REQUEST_DEPTH`. Level by level: no recursion of our own."""
    if raw.count(b"[") + raw.count(b"{") <= limits.REQUEST_DEPTH:
        return
    level, depth = [value] if type(value) in (dict, list) else [], 0
    while level:
        depth += 1
        if depth > limits.REQUEST_DEPTH:
            raise _too_deep()
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]


def _too_deep() -> Problem:
    return invalid(f"The body is nested deeper than {limits.REQUEST_DEPTH} levels")


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every string with its dotted path; a key stands under its own path."""
    return _values(value, str)


def _values(value: Any, kind: type) -> Iterator[tuple[str, Any]]:
    """Every value of a type with its dotted path, and the keys too when that is `str`."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, one = waiting.pop()
        if type(one) is kind:
            yield path, one
        elif type(one) is dict:
            for key, inner in one.items():
                inside = f"{path}.{key}" if path else key
                if kind is str:
                    yield inside, key
                waiting.append((inside, inner))
        elif type(one) is list:
            waiting.extend((f"{path}.{place}" if path else str(place), inner) for place, inner in enumerate(one))


def _subject(path: str) -> str:
    return path or "The body"


# --- shape


def convert(value: Any, shape: Any) -> Any:
    """The value as the type that an operation wants. Unknown fields are ignored.

    A required field that is not there is 400 `parameter_not_found`, a wrong type 400 `type_mismatch`, an unknown field
    of a Struct that forbids them 400 `bad_request`, anything else 400 `parameter_invalid`; each names the field.
    """
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise problem_of_shape(str(error)) from None
    except RecursionError:
        raise _too_deep() from None


def problem_of_shape(text: str) -> Problem:
    """msgspec's sentence in the words of the API: "Expected `int`, got `str` - at `$.a[0]`"."""
    said, place = _AT.match(text).groups()  # type: ignore[union-attr]
    path = _dotted(place or "")
    if found := _MISSING.match(said):
        path = f"{path}.{found[1]}" if path else found[1]
        return missing(f"{path} not specified", path)
    if found := _UNKNOWN.match(said):
        name = found[1][:100]
        return Problem("bad_request", f"bad '{name}' parameter", f"{path}.{name}" if path else name)
    if found := _EXPECTED.match(said):
        expected, got, rest = found.groups()
        if got is not None:
            sentence = f"{_subject(path)} must be {_in_words(expected)}, not {_in_words(got)}"
            return Problem("type_mismatch", sentence, path or None)
        return invalid(f"{_subject(path)} must be {_in_words(expected)} {rest}", path or None)
    if said.startswith("Invalid enum value "):
        value = said.removeprefix("Invalid enum value ")
        return invalid(f"{_subject(path)} cannot be {value}", path or None)
    return invalid(f"{_subject(path)}: {said}", path or None)


def _dotted(place: str) -> str:
    """`.a[0].b[...]` -> `a.0.b`: msgspec does not tell the key of a mapping."""
    return place.replace("[...]", "").replace("[", ".").replace("]", "").lstrip(".")


def _in_words(types: str) -> str:
    names = [_WORDS.get(name, name) for name in types.split(" | ")]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"

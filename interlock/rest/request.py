"""Small readings of a request that is not yet a call: host, query string, Accept."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from interlock.kit.problems import Problem, invalid

_AS_GOOD_AS_JSON = frozenset(
    b"*/* * application/* text/* text/html text/plain application/xhtml+xml application/octet-stream".split()
)
_REFUSED = re.compile(rb"(?:^|;)\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)")  # q=0: "anything but this"
_HOST = re.compile(rb"[A-Za-z0-9._~\-:\[\]]{1,255}")


def new_request_id() -> str:
    """A random UUID. A client's own `X-Request-Id` is not taken over: it would let clients forge our logs."""
    hexed = os.urandom(16).hex()
    return f"{hexed[:8]}-{hexed[8:12]}-4{hexed[13:16]}-a{hexed[17:20]}-{hexed[20:]}"


def base_url(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str:
    """Scheme and host as the client used them, for the links in answers; a proxy tells by `X-Forwarded-Proto`."""
    forwarded = headers.get(b"x-forwarded-proto")
    scheme = scope.get("scheme", "http")
    if forwarded is not None:
        first = forwarded.partition(b",")[0].strip().lower()
        if first in (b"http", b"https"):
            scheme = first.decode()
    host = headers.get(b"host")
    if host is not None and _HOST.fullmatch(host):
        return f"{scheme}://{host.decode()}"
    name, port = scope.get("server") or ("localhost", None)
    return f"{scheme}://{name}:{port}" if port else f"{scheme}://{name}"


def client(scope: Mapping[str, Any]) -> str | None:
    """The address that the request came from; uvicorn has read a local proxy's `X-Forwarded-For` already."""
    address = scope.get("client")
    return address[0] if address else None


def read_query(raw: bytes) -> dict[str, str]:
    """The last value of each key. 400 `parameter_invalid` for broken UTF-8 and for NUL."""
    if not raw:
        return {}
    values: dict[str, str] = {}
    for pair in raw.split(b"&"):
        if not pair:
            continue
        name, _, value = pair.partition(b"=")
        try:
            key = _unquoted(name)
        except UnicodeDecodeError:
            raise invalid("A name in the query string is not valid UTF-8") from None
        try:
            text = _unquoted(value)
        except UnicodeDecodeError:
            raise invalid(f"{key} is not valid UTF-8", key) from None
        if "\0" in key or "\0" in text:
            key = key.replace("\0", "")
            raise invalid(f"{key} contains a NUL character", key)
        values[key] = text
    return values


def _unquoted(raw: bytes) -> str:
    text = raw.decode("utf-8")
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def check_accept(header: bytes | None) -> None:
    """406 `media_type_not_acceptable` for a client that can take no JSON at all: `Accept: application/xml` alone.

    Everything that real clients send passes: nothing, `*/*`, any kind of JSON (`application/vnd.intercom.3+json`),
    a browser's `text/html`, `text/plain`, and the `application/octet-stream` of downloads.
    """
    if header and header not in (b"*/*", b"application/json") and not _takes_json(header):
        raise Problem("media_type_not_acceptable", "The Accept header should send a media type of application/json")


@lru_cache(maxsize=256)
def _takes_json(header: bytes) -> bool:
    for part in header.lower().split(b","):
        kind, _, parameters = part.partition(b";")
        if _REFUSED.search(parameters):
            continue
        kind = kind.strip()
        if b"json" in kind or kind in _AS_GOOD_AS_JSON:
            return True
    return not header.strip()

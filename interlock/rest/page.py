"""Serves the description, and a page of ours that shows it and can send requests.

The page is one file without any outside part. Its policy allows exactly the script and the style inside it (by their
hashes) and requests to this server; a description that somehow carried markup could not run it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from interlock.rest.description import openapi
from interlock.rest.operation import OPEN, Answer, Call, Operation

PAGE = Path(__file__).parent / "static" / "page.html"
DOCUMENT_PATH = "/interlock/v1/openapi.json"
PAGE_PATH = "/interlock/v1/docs"


def operations(described: Sequence[Operation], *, title: str, version: str) -> list[Operation]:
    """The two open operations that show what `described` are. They do not describe themselves."""

    @lru_cache(maxsize=8)  # by host: few are used, and a client may send any
    def document(base_url: str) -> bytes:
        return msgspec.json.encode(openapi(described, title=title, version=version, server_url=base_url))

    async def show_document(call: Call) -> Answer:
        return Answer(document(call.base_url))

    async def show_page(call: Call) -> Answer:
        content, policy = read_page()
        headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        return Answer(content, headers=headers, content_type="text/html; charset=utf-8")

    return [
        Operation(
            "GET", DOCUMENT_PATH, "showDescription", show_document, "This API as OpenAPI 3.1", "Docs", surface=OPEN
        ),
        Operation("GET", PAGE_PATH, "showDocs", show_page, "This API as a page", "Docs", surface=OPEN),
    ]


@lru_cache(maxsize=1)
def read_page() -> tuple[bytes, str]:
    """The page and its content security policy."""
    content = PAGE.read_text(encoding="utf-8")
    policy = (
        "default-src 'none'; connect-src 'self'; img-src data:; "
        f"script-src {_hashes(content, 'script')}; style-src {_hashes(content, 'style')}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return content.encode(), policy


def _hashes(content: str, element: str) -> str:
    found = re.findall(rf"<{element}>(.*?)</{element}>", content, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in found)
    return " ".join(f"'sha256-{digest}'" for digest in digests)

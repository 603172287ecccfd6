"""What a problem becomes over REST: the only file of the REST edge with the status codes of errors.

Every error has one form, `{"type": "error.list", "request_id": ..., "errors": [{code, message, field?}]}`, and its
status follows from the problem's *meaning*.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

import structlog

from interlock.kit.problems import CODES, Meaning, Problem
from interlock.storage.database import Duplicate, Unavailable

STATUS: dict[Meaning, int] = {
    Meaning.INVALID: 400,
    Meaning.UNAUTHENTICATED: 401,
    Meaning.FORBIDDEN: 403,
    Meaning.NOT_FOUND: 404,
    Meaning.NOT_ALLOWED: 405,
    Meaning.NOT_ACCEPTABLE: 406,
    Meaning.CONFLICT: 409,
    Meaning.GONE: 410,
    Meaning.TOO_LARGE: 413,
    Meaning.UNSUPPORTED_MEDIA: 415,
    Meaning.UNPROCESSABLE: 422,
    Meaning.TOO_MANY: 429,
    Meaning.INTERNAL: 500,
    Meaning.UNAVAILABLE: 503,
}

NO_CONTENT = 204
RETRY_SECONDS = "1"
TRACEBACK_CHARS = 16_000

log = structlog.get_logger("interlock.errors")


def status_of(problem: Problem) -> int:
    return STATUS[problem.meaning]


def status_of_code(code: str) -> int:
    """The usual status of a code: for the description."""
    return STATUS[CODES[code]]


def envelope(problem: Problem, request_id: str) -> dict[str, Any]:
    error = {"code": problem.code, "message": problem.message}
    if problem.field is not None:
        error["field"] = problem.field
    return {"type": "error.list", "request_id": request_id, "errors": [error]}


def problem_of(error: Exception) -> Problem:
    """The problem that an exception amounts to.

    What nobody foresaw is logged here with its traceback (of code, never with the values of variables: they may be
    a customer's), and the client is told nothing but the `request_id` to ask about.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, Duplicate):
        return Problem("conflict", "A record with the same unique value already exists")
    if isinstance(error, Unavailable):
        log.warning("database unavailable", reason=str(error)[:500])
        return Problem(
            "service_unavailable",
            "The database cannot be reached at the moment. Please try again.",
            headers={"Retry-After": RETRY_SECONDS},
        )
    text = "".join(traceback.format_exception(error))
    log.error("unforeseen error", error=type(error).__name__, traceback=text[-TRACEBACK_CHARS:])
    return Problem("server_error", "Something went wrong on our side. The log has more under the request_id.")


def method_not_allowed(method: str, allowed: tuple[str, ...]) -> Problem:
    return Problem("method_not_allowed", f"{method} is not allowed here", headers={"Allow": ", ".join(allowed)})


def body_required() -> Problem:
    return Problem("parameter_invalid", "Body is required")


def too_many_requests(retry_after: int) -> Problem:
    return Problem("rate_limit_exceeded", "Exceeded rate limit", headers={"Retry-After": str(retry_after)})


def encoded_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI wants them. A line break would let a value add headers of its own: it becomes a space."""
    return [
        (name.lower().encode("latin-1"), " ".join(value.splitlines()).encode("latin-1", "replace"))
        for name, value in headers.items()
    ]

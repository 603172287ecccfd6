"""One request from its first byte to its last: the ASGI application of the REST API.

Which error wins is part of the contract. The checks run in this order, and the first that fails is the answer:

 1. the path can be read                        400 parameter_invalid
 2. it leads somewhere, with this method        404 not_found, 405 method_not_allowed (OPTIONS: 204)
 3. the token is known                          401 unauthorized
 4. it has not asked too often                  429 rate_limit_exceeded
 5. the version exists                          400 intercom_version_invalid
 6. the operation exists in that version        400 intercom_version_invalid
 7. the token has the scope                     403 forbidden
 8. the client can take JSON                    406 media_type_not_acceptable
 9. the query string can be read                400 parameter_invalid
10. the body is labelled as JSON, or as parts   415 unsupported_media_type
11. it is not too large                         413 request_too_large
12. it is JSON that can be kept                 400 parameter_invalid
13. it has the shape that the operation wants   400 parameter_not_found, type_mismatch, parameter_invalid
14. whatever the operation itself says

Operations under `/interlock/v1/` have one version, so they skip 5 and 6; open ones (health, description) skip 3 to 8.
A body that an operation has no use for is not read, so it cannot be wrong. One in parts (`rest/multipart.py`) is read
where the operation takes such; its files are on the disk before check 13.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import structlog

from interlock.core.schema.schema import Schema
from interlock.kit.problems import Problem
from interlock.rest import body, errors, multipart, request
from interlock.rest.auth import Tokens, require_scope
from interlock.rest.metrics import Metrics
from interlock.rest.operation import INTERCOM, OPEN, Answer, Call, Operation
from interlock.rest.rate_limit import Header, RateLimiter
from interlock.rest.router import Router
from interlock.versions import availability

if TYPE_CHECKING:
    from interlock.core.files.files import Upload
    from interlock.core.schema.cache import SchemaCache
    from interlock.kit.secrets import Secrets
    from interlock.storage.blobs import Blobs
    from interlock.storage.database import Database

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON_TYPE = "application/json; charset=utf-8"
_JSON_HEADER = (b"content-type", JSON_TYPE.encode())
_NO_STORE = (b"cache-control", b"no-store")
_ECHO = {version: (b"intercom-version", version.encode()) for version in availability.VERSIONS}
_encode = msgspec.json.Encoder().encode

log = structlog.get_logger("interlock.access")


class Chain(Protocol):
    """The version chain: older shapes from and to the newest. Only called for operations that name a shape."""

    def request_up(self, operation: Operation, version: str, body: Any) -> Any: ...

    def answer_down(self, operation: Operation, version: str, answer: Any) -> Any: ...


class NoChain:
    """Every version has the newest shapes."""

    def request_up(self, operation: Operation, version: str, body: Any) -> Any:
        return body

    def answer_down(self, operation: Operation, version: str, answer: Any) -> Any:
        return answer


class Exchange:
    """What is known so far about one request: enough to answer it at any point."""

    __slots__ = ("base_url", "headers", "operation", "rate", "request_id", "scope", "scopes", "version", "workspace_id")

    def __init__(self, scope: Mapping[str, Any], rate: tuple[Header, ...]) -> None:
        self.scope = scope
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.request_id = request.new_request_id()
        self.rate = rate
        self.version = availability.DEFAULT
        self.operation: Operation | None = None
        self.workspace_id: str | None = None
        self.scopes: frozenset[str] = frozenset()


class RestApp:
    """The operations, served. `chain` and `metrics` may be left out; limits are the workspaces' own."""

    def __init__(
        self,
        operations: Iterable[Operation],
        *,
        tokens: Tokens,
        schemas: SchemaCache,
        database: Database,
        chain: Chain | None = None,
        metrics: Metrics | None = None,
        limiter: RateLimiter | None = None,
        blobs: Blobs | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self.router = Router(operations)
        self.tokens = tokens
        self.schemas = schemas
        self.database = database
        self.chain = chain or NoChain()
        self.metrics = metrics or Metrics()
        self.limiter = limiter or RateLimiter()
        self.blobs: Blobs = blobs  # type: ignore[assignment]  # only operations that take files ask for it
        self.secrets: Secrets = secrets  # type: ignore[assignment]  # only operations that keep secrets ask for it

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = perf_counter()
        exchange = Exchange(scope, self.limiter.nominal().headers)
        structlog.contextvars.bind_contextvars(request_id=exchange.request_id)
        try:
            answer = await self._answer(exchange, receive)
            status = await _send_answer(exchange, answer, receive, send)
        except (body.ClientGone, OSError):
            status = 499  # nobody is there to be answered: only the log says so, as nginx does
        seconds = perf_counter() - started
        operation = exchange.operation
        self.metrics.observe(operation.id if operation else None, status, seconds)
        log.info(
            "request",
            method=scope["method"],
            path=operation.path if operation else None,
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=exchange.request_id,
            version=exchange.version,
            workspace=exchange.workspace_id,
        )

    async def _answer(self, exchange: Exchange, receive: Receive) -> Answer:
        """The answer with its body encoded, also when something is wrong: only a vanished client gets past here."""
        try:
            answer = await self._serve(exchange, receive)
            if answer.body is not None and type(answer.body) is not bytes:
                answer.body = _encode(answer.body)
            return answer
        except body.ClientGone:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: whatever it is, the client gets an error list
            return _refusal(exchange, error)

    async def _serve(self, exchange: Exchange, receive: Receive) -> Answer:
        """The checks in the order of the module's docstring, then the handler."""
        scope = exchange.scope
        method = scope["method"]
        match = self.router.match(method, _raw_path(scope))
        operation = match.operation
        if operation is None:
            if method == "OPTIONS":
                return Answer(None, errors.NO_CONTENT, {"Allow": ", ".join(match.allowed)})
            raise errors.method_not_allowed(method, match.allowed)
        exchange.operation = operation
        schema, through = None, "nobody"
        if operation.surface != OPEN:
            schema, through = await self._admit(exchange, operation)
        query = request.read_query(scope["query_string"])
        uploads: list[Upload] = []
        try:
            content = await self._read_body(exchange, operation, receive, query, uploads)
            call = Call(
                operation=operation,
                params=match.params,
                query=query,
                body=content,
                schema=schema,  # type: ignore[arg-type]  # an open operation must not ask for it
                schemas=self.schemas,
                database=self.database,
                version=exchange.version,
                through=through,
                base_url=request.base_url(scope, exchange.headers),
                request_id=exchange.request_id,
                scopes=exchange.scopes,
                client=request.client(scope),
                blobs=self.blobs,
                uploads=uploads,
                secrets=self.secrets,
            )
            answer = await operation.handler(call)
        finally:
            for upload in uploads:
                await upload.staged.discard()
        if type(answer) is not Answer:
            answer = Answer(answer, operation.status)
        if operation.shape is not None and answer.stream is None and answer.body is not None:
            answer.body = self.chain.answer_down(operation, exchange.version, answer.body)
        return answer

    async def _admit(self, exchange: Exchange, operation: Operation) -> tuple[Schema, str]:
        """Checks 3 to 8. The schema of the token's workspace, and what acts."""
        headers = exchange.headers
        entry = await self.tokens.authenticate(headers.get(b"authorization"))
        schema = await self.schemas.get(entry.workspace_id)
        workspace = schema.workspace
        exchange.workspace_id = workspace.id
        exchange.scopes = entry.scopes
        exchange.version = workspace.intercom_version
        verdict = self.limiter.count(entry.workspace_id, entry.id, workspace.settings.rate_limit_per_minute)
        exchange.rate = verdict.headers
        if verdict.retry_after:
            raise errors.too_many_requests(verdict.retry_after)
        if operation.surface == INTERCOM:
            asked = headers.get(b"intercom-version")
            if asked is not None:
                exchange.version = availability.resolve(asked.decode("latin-1"), workspace.intercom_version)
            availability.require(operation.id, exchange.version)
        else:
            exchange.version = availability.HEAD
        require_scope(entry, operation.scope)
        request.check_accept(headers.get(b"accept"))
        return schema, f"token:{entry.id}"

    async def _read_body(
        self,
        exchange: Exchange,
        operation: Operation,
        receive: Receive,
        query: Mapping[str, str],
        uploads: list[Upload],
    ) -> Any:
        """Checks 10 to 13."""
        if operation.body is None and not operation.raw:
            return None
        headers = exchange.headers
        in_parts = (operation.multipart or operation.raw) and multipart.is_form(headers)
        value: Any
        if in_parts:
            body.check_coding(headers)
            value = await multipart.read_form(receive, headers, self.blobs, uploads)
        elif operation.raw:
            body.check_coding(headers)
            await multipart.read_file(receive, headers, query.get("name", ""), self.blobs, uploads)
            return None
        else:
            body.check_type(headers)
            value = body.decode(await body.read_bytes(receive, headers))
        if operation.body is None:
            return None
        if value is None:
            if operation.body_required:
                raise errors.body_required()
            return None
        if operation.accepts is not None:
            value = self.chain.request_up(operation, exchange.version, value)
        return multipart.convert(value, operation.body) if in_parts else body.convert(value, operation.body)


def _raw_path(scope: Mapping[str, Any]) -> bytes:
    """The path as sent. Optional in ASGI: without it, a `%2F` cannot be told from a slash any more."""
    raw = scope.get("raw_path")
    return scope["path"].encode("utf-8", "surrogateescape").replace(b"%", b"%25") if raw is None else raw


def _refusal(exchange: Exchange, error: Exception) -> Answer:
    """What an exception is answered with."""
    problem = errors.problem_of(error)
    if exchange.workspace_id is None:  # it went wrong early: echo the version all the same, if it is one
        asked = exchange.headers.get(b"intercom-version", b"").decode("latin-1")
        with suppress(Problem):
            exchange.version = availability.resolve(asked, availability.DEFAULT)
    content = _encode(errors.envelope(problem, exchange.request_id))
    return Answer(content, errors.status_of(problem), problem.headers)


def _headers(exchange: Exchange, answer: Answer) -> list[Header]:
    """The headers that every answer has, and its own."""
    content_type = answer.content_type
    headers = [
        _JSON_HEADER if content_type == JSON_TYPE else (b"content-type", content_type.encode("latin-1")),
        (b"x-request-id", exchange.request_id.encode()),
        _ECHO[exchange.version],
        *exchange.rate,
    ]
    if "Cache-Control" not in answer.headers:
        headers.append(_NO_STORE)
    if answer.headers:
        headers += errors.encoded_headers(answer.headers)
    return headers


async def _send_answer(exchange: Exchange, answer: Answer, receive: Receive, send: Send) -> int:
    """Send it. The status that was sent."""
    if answer.stream is not None:
        return await _send_stream(exchange, answer, receive, send)
    headers = _headers(exchange, answer)
    content = answer.body or b""
    if answer.status != errors.NO_CONTENT:
        headers.append((b"content-length", b"%d" % len(content)))
    if exchange.scope["method"] == "HEAD":
        content = b""
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
    return answer.status


async def _send_stream(exchange: Exchange, answer: Answer, receive: Receive, send: Send) -> int:
    """Send piece by piece, until the end or until the client goes away.

    The first piece is made before the status is sent, so that what fails at once is still an error. What fails later
    is logged, and the answer stays without its end: that is how the client can tell.
    """
    pieces = aiter(answer.stream)
    gone: asyncio.Future[None] | None = None
    try:
        try:
            piece = await anext(pieces, None)
        except Exception as error:  # noqa: BLE001 - the edge, as above
            return await _send_answer(exchange, _refusal(exchange, error), receive, send)
        await send({"type": "http.response.start", "status": answer.status, "headers": _headers(exchange, answer)})
        gone = asyncio.ensure_future(_until_gone(receive))
        while piece is not None and exchange.scope["method"] != "HEAD":
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                raise body.ClientGone
            try:
                piece = await anext(pieces, None)
            except Exception as error:  # noqa: BLE001 - too late for an error list: logged, and left without an end
                errors.problem_of(error)
                return answer.status
        await send({"type": "http.response.body", "body": b""})
    finally:
        if gone is not None:
            gone.cancel()
        if hasattr(pieces, "aclose"):
            await pieces.aclose()
    return answer.status


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

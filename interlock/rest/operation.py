"""How one operation of the API is described: a value, from which routing, checking and documentation follow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interlock.core.files.files import Upload
    from interlock.core.schema.cache import SchemaCache
    from interlock.core.schema.schema import Schema
    from interlock.kit.secrets import Secrets
    from interlock.storage.blobs import Blobs
    from interlock.storage.database import Database

INTERCOM, INTERLOCK, OPEN = "intercom", "interlock", "open"


@dataclass(slots=True)
class Call:
    """One request on its way through a handler.

    `body` is an instance of the operation's `body` type (the decoded JSON where that is `Any`); None when the
    operation has none, or when the client sent nothing and need not. `query` has the last value of each key;
    `params` are the decoded path parameters. `schema` is at most a second old. `uploads` are the files of the request;
    what the handler does not keep of them is gone afterwards.
    """

    operation: Operation
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    schema: Schema
    schemas: SchemaCache
    database: Database
    version: str  # as asked for: "2.14", "Preview"
    through: str  # what acts, for the history: "token:<id>"
    base_url: str  # scheme and host as the client used them, without a slash at the end
    request_id: str
    scopes: frozenset[str] = frozenset()  # what the token may do: `rest.auth.allows`
    client: str | None = None  # the address that the request came from, where the server knows it
    blobs: Blobs = None  # type: ignore[assignment]  # the application always has one
    uploads: Sequence[Upload] = ()
    secrets: Secrets = None  # type: ignore[assignment]  # likewise

    @property
    def workspace_id(self) -> str:
        return self.schema.workspace.id


@dataclass(slots=True)
class Answer:
    """An answer that is not simply 200 with a JSON body.

    A `body` of bytes is sent as it is, under `content_type`; None is no body at all. `stream` is an asynchronous
    iterator of bytes, sent instead of `body` (exports); it is closed when the client goes away.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    stream: Any = None


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    `handler` answers a JSON-able value (sent with `status`) or an `Answer`. `query` and `body` are msgspec Structs:
    the body is converted to it (a wrong type is 400 with the field named, unknown fields are ignored; `Any` takes
    whatever JSON), and with `answer` they document the operation. `body_required` says whether an empty body is 400;
    without `body` none is read. `multipart` takes a body in parts as well, whose files are then `Call.uploads`; `raw`
    takes any other body besides that, as a file without a name.
    `shape` names the answer for the version chain (`versions/chain.py`), `accepts` the request body.
    `scope` is the permission that a token needs. `surface` is `intercom` (by version, under `/`), `interlock`
    (ours, under `/interlock/v1/`, one version), or `open` (no token: health).
    """

    method: str
    path: str
    id: str
    handler: Handler
    summary: str
    tag: str
    scope: str | None = None
    query: type | None = None
    body: Any = None
    body_required: bool = True
    answer: Any = None
    status: int = 200
    shape: str | None = None
    accepts: str | None = None
    errors: tuple[str, ...] = ()
    surface: str = INTERCOM
    description: str = ""
    multipart: bool = False
    raw: bool = False

"""From a method and a path to an operation.

A trie of path segments, walked on the *raw* path: `%2F` inside an external id stays inside its segment, since
segments are split first and decoded after. A literal is tried before a parameter, and a branch that leads nowhere
is left again: `GET /contacts/search` (where only POST is literal) is the contact whose id is "search".

`//`, a slash at the end and different parameter names at one position are all the same to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from interlock.kit import limits
from interlock.kit.problems import Problem, invalid
from interlock.rest.operation import Operation


@dataclass(slots=True)
class Node:
    literals: dict[str, Node] = field(default_factory=dict)
    parameter: Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    operation: Operation
    names: tuple[str, ...]  # of the path parameters, in order


@dataclass(slots=True)
class Match:
    """`operation` is None when the path exists, but not for this method: `allowed` then says which do."""

    operation: Operation | None
    params: dict[str, str]
    allowed: tuple[str, ...] = ()


class Router:
    """Every operation, by path. Two operations with one method and path are a mistake, found at start-up."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.root = Node()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node, names = self.root, []
        for segment in operation.path.split("/"):
            if not segment:
                continue
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node = node.parameter or Node()
            else:
                node = node.literals.setdefault(segment, Node())
        if operation.method in node.routes:
            other = node.routes[operation.method].operation
            raise ValueError(f"{operation.id} and {other.id} are both {operation.method} {operation.path}")
        node.routes[operation.method] = Route(operation, tuple(names))

    def match(self, method: str, raw_path: bytes) -> Match:
        """The operation and its decoded parameters; HEAD finds what GET would.

        400 `parameter_invalid` for a path that cannot be read, 404 when nothing is there.
        """
        segments = read_segments(raw_path)
        values: list[str] = []
        others: dict[str, Route] = {}
        wanted = "GET" if method == "HEAD" else method
        route = _find(self.root, segments, 0, values, wanted, others)
        if route is not None:
            return Match(route.operation, dict(zip(route.names, values, strict=True)))
        if not others:
            raise Problem("not_found", "Resource Not Found")
        return Match(None, {}, _allowed(others))


def _find(
    node: Node, segments: list[str], at: int, values: list[str], method: str, others: dict[str, Route]
) -> Route | None:
    """Walk on from a node; what the path would allow with other methods is gathered in `others`."""
    if at == len(segments):
        route = node.routes.get(method)
        if route is None:
            others.update(node.routes)
        return route
    literal = node.literals.get(segments[at])
    if literal is not None:
        route = _find(literal, segments, at + 1, values, method, others)
        if route is not None:
            return route
    if node.parameter is not None:
        values.append(segments[at])
        route = _find(node.parameter, segments, at + 1, values, method, others)
        if route is not None:
            return route
        values.pop()
    return None


def _allowed(routes: dict[str, Route]) -> tuple[str, ...]:
    methods = set(routes) | {"OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    return tuple(sorted(methods))


def read_segments(raw_path: bytes) -> list[str]:
    """The decoded segments of a path, without the empty ones. Raises what `Router.match` says."""
    try:
        path = raw_path.decode("utf-8")  # some clients send letters outside ASCII as they are
        segments = [segment for segment in path.split("/") if segment]
        if "%" in path:
            segments = [unquote(one, errors="strict") if "%" in one else one for one in segments]
    except UnicodeDecodeError:
        raise invalid("The path is not valid UTF-8") from None
    for segment in segments:
        if len(segment) > limits.PATH_SEGMENT_CHARS:
            raise invalid(f"A part of the path is longer than {limits.PATH_SEGMENT_CHARS} characters")
        if "\0" in segment:
            raise invalid("The path contains a NUL character")
    return segments

"""Older shapes from and to the newest: one present, many pasts.

Handlers know 2.16 alone. A request of an older version is brought up before its handler sees it, the answer is brought
down afterwards, through every version in between; each version's changes are in its own file. Preview is not the
version after 2.16 but an overlay beside it, so that its file is one more step, for its own callers.

All of it is put together at start-up: for each shape and version one function, with the places inside the shape which
hold others already known. Searching the JSON for objects by their `type` would cost ten times what encoding them does.
What holds others is changed after them, while they still are where the handler put them.

Versions below 2.11 get the shapes of 2.11: Intercom's older descriptions are not published.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from interlock.versions import preview, shapes, v2_13, v2_14, v2_15, v2_16
from interlock.versions.availability import HEAD, ORDER, PREVIEW, VERSIONS, shapes_of
from interlock.versions.change import Body, Change, Edit
from interlock.versions.shapes import Place

HISTORY: dict[str, list[Change]] = {
    "2.16": v2_16.CHANGES,
    "2.15": v2_15.CHANGES,
    "2.14": v2_14.CHANGES,
    "2.13": v2_13.CHANGES,
}
"""What each version changed, newest first."""


class Shaped(Protocol):
    """What is known here of an operation."""

    @property
    def shape(self) -> str | None: ...

    @property
    def accepts(self) -> str | None: ...


class Chain:
    """The compiled chain. What is in no table needs no change and costs one look."""

    def __init__(
        self,
        history: Mapping[str, Sequence[Change]] = HISTORY,
        overlay: Sequence[Change] = preview.CHANGES,
        answers: Mapping[str, Sequence[Place]] = shapes.ANSWERS,
        requests: Collection[str] = shapes.REQUESTS,
    ) -> None:
        """Raises `ValueError` for a change that names no known shape, or that changes nothing."""
        self._names = frozenset(answers), frozenset(requests)
        _check_changes(history, overlay, answers, requests)
        _check_places(answers)
        self._answers: dict[tuple[str, str], Edit] = {}
        self._requests: dict[tuple[str, str], Edit] = {}
        for version in VERSIONS:
            changes = _since(history, overlay, version)
            for name in answers:
                self._keep(self._answers, name, version, _answer_edits(name, changes, answers))
            for name in requests:
                self._keep(self._requests, name, version, _own([one.requests for one in reversed(changes)], name))

    @staticmethod
    def _keep(table: dict[tuple[str, str], Edit], name: str, version: str, edits: list[Edit]) -> None:
        if edits:
            table[name, version] = edits[0] if len(edits) == 1 else _in_turn(edits)

    def request_up(self, operation: Shaped, version: str, body: Any) -> Any:
        """The decoded body as the newest version would have sent it; changed in place."""
        edit = self._requests.get((operation.accepts, version))  # type: ignore[arg-type]  # None is in no table
        if edit is not None and type(body) is dict:
            edit(body)
        return body

    def answer_down(self, operation: Shaped, version: str, answer: Any) -> Any:
        """The answer as `version` has it; changed in place."""
        edit = self._answers.get((operation.shape, version))  # type: ignore[arg-type]  # None is in no table
        if edit is not None and type(answer) is dict:
            edit(answer)
        return answer

    def check_names(self, operations: Iterable[Shaped]) -> None:
        """Every shape that an operation names is known here. A misspelt one would stay the newest for everybody."""
        known_answers, known_requests = self._names
        for one in operations:
            if one.shape is not None and one.shape not in known_answers:
                raise ValueError(f"{one} answers with a shape that versions/shapes.py does not have: {one.shape}")
            if one.accepts is not None and one.accepts not in known_requests:
                raise ValueError(f"{one} accepts a shape that versions/shapes.py does not have: {one.accepts}")


def _since(history: Mapping[str, Sequence[Change]], overlay: Sequence[Change], version: str) -> list[Change]:
    """The changes between the handlers and a version, the one nearest to the handlers first."""
    if version == PREVIEW:
        return list(overlay)
    theirs = ORDER[shapes_of(version)]
    return [change for made_by, changes in history.items() if ORDER[made_by] > theirs for change in changes]


def _own(edits: Iterable[Mapping[str, Edit]], name: str) -> list[Edit]:
    return [one[name] for one in edits if name in one]


def _answer_edits(name: str, changes: Sequence[Change], answers: Mapping[str, Sequence[Place]]) -> list[Edit]:
    """What has to be done to an answer of this shape: first inside its places, then to itself."""
    edits: list[Edit] = []
    for place in answers[name]:
        inside = _answer_edits(place.shape, changes, answers)
        if inside:
            edits.append(_at(place, inside))
    return edits + _own([one.answers for one in changes], name)


def _in_turn(edits: Sequence[Edit]) -> Edit:
    def edit(body: Body) -> None:
        for one in edits:
            one(body)

    return edit


def _at(place: Place, edits: Sequence[Edit]) -> Edit:
    key, also = place.key, place.also

    def edit_one(body: Body) -> None:
        one = body.get(key)
        if one is not None:
            for edit in edits:
                edit(one)

    def edit_each(body: Body) -> None:
        many = body.get(key) or ()
        for one in many:
            for edit in edits:
                edit(one)
        if also is not None and also in body:
            body[also] = many

    return edit_each if place.many else edit_one


def _check_changes(
    history: Mapping[str, Sequence[Change]],
    overlay: Sequence[Change],
    answers: Collection[str],
    requests: Collection[str],
) -> None:
    order: Callable[[str], int] = ORDER.__getitem__
    if list(history) != sorted(history, key=order, reverse=True) or order(next(iter(history), HEAD)) > order(HEAD):
        raise ValueError(f"The chain must go from {HEAD} down, the newest first: {list(history)}")
    for made_by, changes in [*history.items(), (PREVIEW, overlay)]:
        for change in changes:
            if not change.answers and not change.requests:
                raise ValueError(f"{made_by}: {change.what!r} changes nothing")
            unknown = (change.answers.keys() - set(answers)) | (change.requests.keys() - set(requests))
            if unknown:
                raise ValueError(f"{made_by}: {change.what!r} names a shape that does not exist: {sorted(unknown)}")


def _check_places(answers: Mapping[str, Sequence[Place]]) -> None:
    """Every shape inside another is known, and none is inside itself: that could not be put together."""

    def descend(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"A shape holds itself: {' > '.join((*above, name))}")
        for place in answers[name]:
            if place.shape not in answers:
                raise ValueError(f"{name}.{place.key} names a shape that does not exist: {place.shape}")
            descend(place.shape, (*above, name))

    for name in answers:
        descend(name, ())


CHAIN = Chain()

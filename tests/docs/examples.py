"""The examples of the documentation, as they stand in its pages, and how they are run.

| block | what it is |
|---|---|
| ` ```http ` | a request: `METHOD /path`, headers if any, an empty line, the body |
| ` ```json `, ` ```json 409 ` | the answer to the request before it, and its status unless that is 200 |
| ` ```ndjson ` | the same, one value on each line |
| ` ```text ` | the same, not JSON: each line must be in the answer |
| ` ```console ` | `$ interlock ...` and all that it prints |
| ` ```yaml shop.yaml ` | a file in the folder in which the commands run |

Other blocks are only read by people. A page is run from top to bottom, in a workspace of its own. What the server makes
up (`MADE`) differs each time: an id in the page stands for the one that came in its place, from there on down; of times
only the type counts. `"...": "..."` in an object and a last `"..."` in a list stand for more of it, `...` inside a
string, in what a command prints or in text for anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANSWERS = ("json", "ndjson", "text")
MORE = "..."
MADE = frozenset(
    {
        *("id", "id_code", "workspace_id", "request_id", "plan_hash", "starting_after", "next", "cursor", "uuid"),
        *("conversation_id", "side_conversation_id", "ticket_id", "notification_id", "job_id"),
    }
)
TIMES = frozenset(
    {
        *("created_at", "updated_at", "at", "first_sent_at", "finished_at", "next_attempt_at", "wake_at"),
        *("applied_at", "waiting_since"),
    }
)


@dataclass(slots=True)
class Request:
    line: int
    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class Answer:
    line: int
    form: str
    status: int
    content: str


@dataclass(slots=True)
class Command:
    """One `$` line, and what is printed until the next one."""

    line: int
    words: str
    output: str


@dataclass(slots=True)
class File:
    line: int
    name: str
    content: str


Step = Request | Answer | Command | File


def steps(page: Path) -> Iterator[Step]:
    """What there is to do in a page, in its order. ValueError for an answer without a request."""
    text = page.read_text(encoding="utf-8")
    asked = False
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        form, word, content = found[1], found[2], found[3]
        if form == "http":
            asked = True
            yield _request(line, content)
        elif form == "console":
            yield from _commands(line, content)
        elif word is not None and "." in word:
            yield File(line, word, content)
        elif form in _ANSWERS:
            if not asked:
                raise ValueError(f"{page.name}:{line}: an answer without a request")
            asked = False
            yield Answer(line, form, int(word or 200), content)


def _request(line: int, content: str) -> Request:
    head, _, body = content.partition("\n\n")
    first, *headers = head.strip().splitlines()
    method, path = first.split(" ", 1)
    return Request(line, method, path, dict(one.split(": ", 1) for one in headers), body.strip())


def _commands(line: int, content: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
        words, _, output = part.partition("\n")
        yield Command(line, words, output)


@dataclass(slots=True)
class Names:
    """Which real id each id of a page stands for."""

    real: dict[str, str] = field(default_factory=dict)

    def put_in(self, text: str) -> str:
        """A text of the page, with the real ids in it."""
        if not self.real:
            return text
        longest_first = sorted(self.real, key=len, reverse=True)
        return re.sub("|".join(re.escape(one) for one in longest_first), lambda found: self.real[found[0]], text)

    def check(self, documented: Any, real: Any, place: str = "") -> None:
        """AssertionError, with the place, where an answer is not as documented."""
        match documented:
            case dict():
                self._check_object(documented, real, place)
            case list():
                self._check_list(documented, real, place)
            case str() if MORE in documented:
                assert isinstance(real, str), f"{place}: {real!r} is no text"
                self.check_text(documented, real)
            case str():
                assert real == self.put_in(documented), f"{place}: {real!r}, documented as {documented!r}"
            case int() if str(documented) in self.real:
                assert str(real) == self.real[str(documented)], f"{place}: {real!r} is another id"
            case _:
                assert (type(real), real) == (type(documented), documented), f"{place}: {real!r}, not {documented!r}"

    def _check_object(self, documented: dict[str, Any], real: Any, place: str) -> None:
        assert isinstance(real, dict), f"{place}: {real!r} is no object"
        wanted = [name for name in documented if name != MORE]  # in their order: an id may be part of what follows
        assert real.keys() >= set(wanted), f"{place}: there is no {sorted(set(wanted) - real.keys())}"
        if MORE not in documented:
            assert real.keys() <= set(wanted), f"{place}: not documented: {sorted(real.keys() - set(wanted))}"
        for name in wanted:
            self._check_entry(name, documented[name], real[name], f"{place}.{name}")

    def _check_entry(self, name: str, documented: Any, real: Any, place: str) -> None:
        if name in TIMES and isinstance(documented, int | float):
            assert isinstance(real, int | float), f"{place}: {real!r} is no time"
        elif name in MADE and isinstance(documented, str | int) and MORE not in str(documented):
            assert type(real) is type(documented), f"{place}: {real!r} is not like {documented!r}"
            known = self.real.setdefault(str(documented), str(real))
            assert known == str(real), f"{place}: {real!r}, where {documented!r} stood for {known!r} before"
        else:
            self.check(documented, real, place)

    def _check_list(self, documented: list[Any], real: Any, place: str) -> None:
        assert isinstance(real, list), f"{place}: {real!r} is no list"
        if documented and documented[-1] == MORE:
            documented = documented[:-1]
            assert len(real) > len(documented), f"{place}: there are only {len(real)}"
        else:
            assert len(real) == len(documented), f"{place}: {len(real)} in the list, not {len(documented)}"
        for position, one in enumerate(documented):
            self.check(one, real[position], f"{place}[{position}]")

    def check_text(self, documented: str, real: str) -> None:
        pattern = "(?s:.*?)".join(re.escape(part) for part in self.put_in(documented).split(MORE))
        assert re.fullmatch(pattern, real), f"{real!r}, documented as {documented!r}"


def values(answer: Answer, content: str) -> tuple[Any, Any]:
    """An answer as documented and as it came, as JSON values."""
    if answer.form == "ndjson":
        return [json.loads(one) for one in answer.content.splitlines()], [json.loads(o) for o in content.splitlines()]
    return json.loads(answer.content), json.loads(content)

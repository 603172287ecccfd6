"""Write the parts of the documentation that are made from the code.

    .venv/bin/python tools/docs.py            write them
    .venv/bin/python tools/docs.py --check    exit 1 when one is not as the code says

A part stands between `<!-- made: NAME -->` and `<!-- end -->` in a page of `docs/`; NAME is a key of `PARTS`. The rest
of a page is written by hand. `tests/docs` runs the check.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from interlock import settings
from interlock.app import build
from interlock.cli import main as interlock
from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, TICKET
from interlock.core.attributes.policy import POLICIES, Creates
from interlock.core.changes import change
from interlock.core.definitions.telling import ACTIONS
from interlock.core.query.field import DAY_OPERATORS, OPERATORS, Field
from interlock.core.query.fields import fields_of
from interlock.core.schema.schema import Schema, Workspace, WorkspaceSettings
from interlock.core.webhooks.topics import TOPICS
from interlock.kit import limits
from interlock.kit.problems import CODES
from interlock.rest import auth, dispatch, errors
from interlock.rest.operation import INTERCOM, OPEN, Operation
from interlock.versions import availability, behaviour, chain, preview

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SHARED = ("--database URL", "--workspace ID")
PART = re.compile(r"(<!-- made: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in row)} |\n" for row in lines)


def code(text: object) -> str:
    return f"`{text}`"


def codes(texts: Iterable[object]) -> str:
    return ", ".join(code(one) for one in texts)


# --- settings.md


def limits_table() -> str:
    """Every constant of `kit/limits.py`, with its value and what its line says about it."""
    rows: list[list[str]] = []
    for line in Path(limits.__file__).read_text(encoding="utf-8").splitlines():
        if line.startswith("# --- "):
            rows.append([f"**{line.removeprefix('# --- ').partition(':')[0]}**", "", ""])
        elif found := re.match(r"([A-Z][A-Z_, ]*) = [^#]*(?:# (.*))?$", line):
            for name in found[1].split(", "):
                rows.append([code(name), _number(getattr(limits, name)), found[2] or ""])
    return table(["name", "value", ""], rows)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def scopes() -> str:
    return table(["scope", "what it allows"], [[code(one), f"{text}."] for one, text in auth.SCOPES.items()])


def commands() -> str:
    """The command line, as it tells of itself. What many commands take stands in their first line alone."""
    lines: list[str] = []
    for path, command in leaves(interlock, "interlock"):
        told = dict(options(command))
        shared = [f"[{usage}]" for usage in told if usage in SHARED]
        lines.append(f"- `{' '.join([path, *arguments(command), *shared])}`: {first_paragraph(command.help)}")
        lines += [f"  - `{usage}`: {text}" for usage, text in told.items() if usage not in SHARED]
    return "\n".join(lines) + "\n"


def leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with the words that call it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(click.Context(command)):
        child = command.get_command(click.Context(command), name)
        assert child is not None
        yield from leaves(child, f"{path} {name}")


def options(command: click.Command) -> Iterator[tuple[str, str]]:
    """Each option as it is given, with its line of help."""
    context = click.Context(command)
    for one in command.params:
        record = one.get_help_record(context) if isinstance(one, click.Option) else None
        if record is not None:
            yield record[0], record[1].partition("  [")[0]


def arguments(command: click.Command) -> list[str]:
    context = click.Context(command)
    return [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]


def first_paragraph(text: str | None) -> str:
    return " ".join((text or "").partition("\n\n")[0].split())


# --- compatibility.md


def served() -> list[Operation]:
    """Everything that the application routes, also what is open to everybody."""
    return build(None).operations  # type: ignore[arg-type]  # nothing is asked of the database


def operations() -> str:
    """What Intercom has and we serve, with the first version that has it."""
    rows = []
    for one in sorted((one for one in served() if one.surface == INTERCOM), key=lambda one: one.tag):
        since = availability.FIRST.get(one.id, "all")
        rows.append([one.tag, code(f"{one.method} {one.path}"), code(one.id), since, _scope(one)])
    return table(["tag", "operation", "id", "since", "scope"], rows)


def extensions() -> str:
    """What is ours, with the errors that an operation has besides those that every one has."""
    rows = [
        [code(f"{one.method} {one.path}"), one.summary, _scope(one), codes(one.errors)]
        for one in served()
        if one.surface != INTERCOM
    ]
    return table(["operation", "what it does", "scope", "errors of its own"], rows)


def _scope(one: Operation) -> str:
    if one.surface == OPEN:
        return "no token"
    return code(one.scope) if one.scope is not None else "any"


def error_codes() -> str:
    rows = [[code(name), errors.STATUS[meaning]] for name, meaning in CODES.items()]
    return table(["code", "status"], sorted(rows, key=lambda row: (row[1], row[0])))


def error_order() -> str:
    """The numbered list in the docstring of `rest/dispatch.py`."""
    found = re.findall(r"^ ?(\d+)\. (.+?)(?: {2,}(.+))?$", dispatch.__doc__ or "", re.MULTILINE)
    return table(["", "check", "answer when it fails"], found)


def version_changes() -> str:
    history = [*chain.HISTORY.items()]
    rows = [[version, one.what] for version, changes in history for one in changes]
    rows += [["Preview", one.what] for one in preview.CHANGES]
    return table(["version", "what it changed"], rows)


def version_behaviour() -> str:
    functions = [one for one in vars(behaviour).values() if getattr(one, "__module__", "") == behaviour.__name__]
    return "\n".join(f"- {first_paragraph(one.__doc__)}" for one in functions) + "\n"


def held() -> str:
    """What `make contract` must reach, which `.ci/run` holds, and how many operations each version has here."""
    floors = re.findall(
        r"^FLOORS_([a-z-]+)_(\S+) := --min-complete (\d+) --min-pairs (\d+)$",
        (ROOT / "Makefile").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    rows = [[_version(name), scope, complete, pairs] for scope, name, complete, pairs in floors]
    return table(["version", "of", "operations complete at least", "operation and status at least"], rows)


def _version(name: str) -> str:
    return availability.resolve(name, availability.DEFAULT)


def _figures() -> dict[str, Any]:
    """What the last contract run showed of each version: kept by `tools/contract_figures.py`."""
    return json.loads((DOCS / "contract.json").read_text(encoding="utf-8"))


def contract_versions() -> str:
    """How much of each description the last contract run showed to hold: `docs/contract.json`."""
    ids = [one.id for one in served() if one.surface == INTERCOM]
    rows = []
    for name, kept in _figures().items():
        version, whole = _version(name), kept["whole"]
        ours = sum(availability.is_available(id, version) for id in ids)
        rows.append([version, ours, whole["operations_complete"], whole["operations"], whole["pairs_honoured"],
                     whole["invalid"]])  # fmt: skip
    head = ["version", "operations served", "shown to be complete", "in the description", "statuses shown", "invalid"]
    return table(head, rows)


def contract_groups() -> str:
    """The groups of the newest description: what is whole, what is in part, and what is not there."""
    rows = []
    for name, one in _figures()["2.16"]["tags"].items():
        state = "yes" if one["operations_complete"] == one["operations"] else "in part"
        if not one["operations_covered"]:
            state = "no"
        complete, pairs = (f"{one[a]} of {one[b]}" for a, b in _COUNTED)
        rows.append([name, state, complete, pairs])
    order = {"yes": 0, "in part": 1, "no": 2}
    rows.sort(key=lambda row: (order[row[1]], row[0]))
    return table(["group of 2.16", "there", "operations complete", "operation and status"], rows)


_COUNTED = (("operations_complete", "operations"), ("pairs_honoured", "pairs"))


def search_fields() -> str:
    """Of every kind that is searched, by type. Custom attributes come on top."""
    nothing = Schema(Workspace("", "", "", "US", "UTC", availability.DEFAULT, 0, WorkspaceSettings()), 1, {}, {})
    rows = []
    for kind, name in _SEARCHED.items():
        groups: dict[str, list[Field]] = {}
        for one in fields_of(nothing, kind).values():
            groups.setdefault(one.data_type, []).append(one)
        rows += [[name, data_type, codes(one.path for one in fields)] for data_type, fields in groups.items()]
    return table(["of", "type", "fields"], rows)


_SEARCHED = {
    CONTACT: "contacts",
    COMPANY: "companies, in segments",
    CONVERSATION: "conversations",
    TICKET: "tickets",
    "instance": "instances",
}


def search_operators() -> str:
    rows = [[name, codes(allowed)] for name, allowed in OPERATORS.items()]
    return table(["type", "operators"], [*rows, ["dates that compare by day", codes(DAY_OPERATORS)]])


# --- webhooks.md


def topics() -> str:
    """What may be asked for, by what it is about."""
    groups: dict[str, list[str]] = {}
    for one in TOPICS:
        groups.setdefault(one.partition(".")[0], []).append(one)
    return table(["about", "topics"], [[code(name), codes(several)] for name, several in groups.items()])


def change_kinds() -> str:
    return codes(sorted(set(change.KINDS))) + "\n"


def change_actions() -> str:
    return codes(change.ACTIONS) + "\n"


# --- extensions.md and decisions


def plan_actions() -> str:
    return codes(ACTIONS) + "\n"


_CREATES = {Creates.NEVER: "no", Creates.ALWAYS: "yes"}


def attribute_policy() -> str:
    """The table of `core/attributes/policy.py`."""
    rows = [
        [
            source.value,
            _CREATES.get(one.creates) or code(one.creates.value),
            *(verdict.value for verdict in (one.unknown, one.protected, one.archived, one.links)),
            "yes" if one.strict else "no",
            *(verdict.value for verdict in (one.too_long, one.off_list, one.faulty)),
            codes(f'"{text}"' for text in sorted(one.clears)),
        ]
        for source, one in POLICIES.items()
    ]
    head = "source|creates|unknown name|protected|archived|reference|strict types|too long|off the list|one bad value"
    return table([*head.split("|"), "clears, beside null"], rows)


PARTS: dict[str, Callable[[], str]] = {
    "environment": settings.as_markdown,
    "limits": limits_table,
    "scopes": scopes,
    "commands": commands,
    "operations": operations,
    "extensions": extensions,
    "error-codes": error_codes,
    "error-order": error_order,
    "version-changes": version_changes,
    "version-behaviour": version_behaviour,
    "held": held,
    "contract-versions": contract_versions,
    "contract-groups": contract_groups,
    "search-fields": search_fields,
    "search-operators": search_operators,
    "topics": topics,
    "change-kinds": change_kinds,
    "change-actions": change_actions,
    "plan-actions": plan_actions,
    "attribute-policy": attribute_policy,
}


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def made_anew(text: str) -> str:
    """A page with its parts as the code says. KeyError for a part that nothing makes."""
    return PART.sub(lambda found: found[1] + PARTS[found[2]]() + found[4], text)


def main(only_check: bool) -> int:
    outdated = 0
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = made_anew(before)
        if after == before:
            continue
        outdated += 1
        if only_check:
            print(f"{page.relative_to(ROOT)} is not as the code says: run tools/docs.py")
        else:
            page.write_text(after, encoding="utf-8")
            print(f"Wrote {page.relative_to(ROOT)}")
    return int(only_check and outdated > 0)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))

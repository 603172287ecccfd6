"""Keep the figures of the contract reports in `docs/contract.json`: tables in the documentation are made from them.

    .venv/bin/python tools/contract_figures.py VERSION REPORT            write down what a report says
    .venv/bin/python tools/contract_figures.py VERSION REPORT --check    exit 1 when it says something else

`make contract` runs the check, so the tables cannot claim what the last run did not show; `make figures` writes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).parent.parent / "docs" / "contract.json"
NEWEST = "2.16"
LEAF = re.compile(r"\{[^{}]*\}")  # a line for each group: so a change shows where it is
KEYS = ("operations", "operations_covered", "operations_complete", "pairs", "pairs_honoured", "absent")


def figures(version: str, report: dict[str, Any]) -> dict[str, Any]:
    """What the documentation shows of a report: the whole and, of the newest version, each group of operations."""
    found: dict[str, Any] = {"whole": {key: report[key] for key in KEYS} | {"invalid": len(report["invalid"])}}
    if version == NEWEST:
        found["tags"] = {name: {key: one[key] for key in KEYS} for name, one in sorted(report["tags"].items())}
    return found


def kept() -> dict[str, Any]:
    return json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}


def main(version: str, report: str, *options: str) -> int:
    found = figures(version, json.loads(Path(report).read_text(encoding="utf-8")))
    known = kept()
    if "--check" in options:
        if known.get(version) == found:
            return 0
        print(f"docs/contract.json is not what this run shows for {version}: make figures, and tools/docs.py")
        return 1
    known[version] = found
    ordered = {name: known[name] for name in sorted(known, key=_order)}
    text = LEAF.sub(lambda leaf: " ".join(leaf[0].split()), json.dumps(ordered, indent=1))
    FIGURES.write_text(text + "\n", encoding="utf-8")
    return 0


def _order(version: str) -> tuple[int, ...]:
    return tuple(-int(part) for part in version.split(".")) if version[0].isdigit() else (0,)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

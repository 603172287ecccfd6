"""The files that are ours."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ROOT / "interlock"


@cache
def our_files() -> tuple[Path, ...]:
    """Every file that git tracks or would track; in a tree without git, all but what is made."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        made = {".venv", "build", "dist", "__pycache__", ".git"}
        found = [one for one in ROOT.rglob("*") if not made & set(one.relative_to(ROOT).parts)]
    return tuple(one for one in found if one.is_file())


@cache
def code_files() -> tuple[Path, ...]:
    return tuple(one for one in our_files() if one.suffix == ".py" and CODE in one.parents)


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))

"""The floor's statements without a server: what PostgreSQL itself can do, by pgbench with prepared statements."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from bench import shop
from bench.floor import schema
from bench.shop import ORDERS_EACH, Shop
from bench.works import PER_PAGE, SEATS_WIDE

_TPS = re.compile(r"tps = ([0-9.]+) \(without")
_PERSON = "'64000000' || lpad(to_hex(cast(:person as bigint)), 14, '0') || '00'"
_ORDER = "'65000000' || lpad(to_hex(cast(:number as bigint)), 14, '0') || '00'"
_CITY = "'City ' || lpad(cast(:city as text), 2, '0')"


def find() -> Path | None:
    """Debian keeps it off the PATH."""
    found = shutil.which("pgbench")
    places = [Path(found)] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return places[-1] if places else None


def scripts(data: Shop) -> dict[str, str]:
    """By the names of the works."""
    holder = f"\\set holder random(0, {data.holders - 1})\n\\set person :holder * {data.step}\n"
    number = f"\\set number random(0, {data.orders - 1})\n"
    anyone = f"\\set person random(0, {data.people - 1})\n"
    seats = f"\\set city random(0, {len(shop.CITIES) - 1})\n\\set low random(0, {shop.SEATS - SEATS_WIDE - 1})\n"
    searched = [_CITY, ":low", f":low + {SEATS_WIDE}"]
    new_order = "'66' || lpad(to_hex(cast(:fresh as bigint)), 22, '0')"
    external = "'order-' || :number"
    written = [
        new_order, external, "null", "null", ":at", ":at",
        "'Order of things'", "'open'", ":total / 100.0", ":number", ":at", "true", _PERSON,
    ]  # fmt: skip
    values = (
        f"\\set number random(0, {2 * data.orders})\n\\set fresh random(0, 9000000000000000)\n"
        "\\set at random(1700000000, 1800000000)\n\\set total random(0, 100000)\n"
    )
    search = _sql(schema.SEARCH, *searched, str(PER_PAGE))
    return {
        "upsert": values + anyone + _sql(schema.UPSERT_AND_SHOW, *written),
        "fetch": number + _sql(schema.FETCH, _ORDER),
        "list": holder + _sql(schema.LIST, _PERSON, str(ORDERS_EACH)),
        "search_total": seats + search + _sql(schema.COUNT, *searched),
        "search": seats + search,
    }


def _sql(statement: str, *values: str) -> str:
    return statement.format("", *values) + ";\n"


def run(program: Path, url: str, script: str, connections: int, seconds: int, folder: Path) -> float:
    """Transactions a second. With the plans that both servers ask for."""
    path = folder / "pgbench.sql"
    path.write_text(script)
    command = [str(program), "-n", "-M", "prepared", "-f", str(path), "-c", str(connections), "-T", str(seconds), url]
    plans = "force_custom_plan" if "city" in script else "force_generic_plan"
    environment = {"PGOPTIONS": f"-c jit=off -c plan_cache_mode={plans}"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, env=environment)
    found = _TPS.search(done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench: {done.stderr[-1000:]}")
    return float(found[1])

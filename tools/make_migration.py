"""Write `interlock/storage/migrations/0002_support.py` anew from `interlock/storage/tables`.

Only until it has landed: from then on databases have run it, and a change is a migration of its own. 0001 was made in
the same way; this one has what the tables have and 0001 has not.

    .venv/bin/python tools/make_migration.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from interlock.storage.tables import CARRIED, RECORD_TABLES, SLOTS, metadata

MIGRATIONS = Path(__file__).parent.parent / "interlock" / "storage" / "migrations"
TARGET = MIGRATIONS / "0002_support.py"
EARLIER = MIGRATIONS / "0001_first.py"
NEW_COLUMNS = (("attributes", "details"),)
"""Columns that tables of 0001 get now. They may be null: rows without them stay as they are."""
KINDS = (
    (SmallInteger, "SMALL"),
    (BigInteger, "BIG"),
    (Boolean, "BOOL"),
    (Float, "FLOAT"),
    (JSON, "Json"),
    (Text, "TEXT"),
)

HEAD = '''"""The support half: threads, tickets, labels, events, teams, jobs, webhooks, mail, files.

Written from `storage/tables` by `tools/make_migration.py` until it landed. Every statement may be run again after it
has been carried out, so a migration that was killed is finished by running it once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0002"
down_revision = "0001"

SMALL, BIG, BOOL, FLOAT = sa.SmallInteger(), sa.BigInteger(), sa.Boolean(), sa.Float(53)
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Json = JSON().with_variant(sa.Text(), "sqlite")
# No column counts by itself, and none may be null but those marked so.
NEEDED = {"nullable": False, "autoincrement": False}

SLOTS = @SLOTS@
CARRIED = @CARRIED@

# Tables whose rows change in place: room in each page for the new version of a row, and vacuum soon, since a count that
# reads only an index must visit the table for pages that have not been vacuumed.
STORAGE = "fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"


def upgrade() -> None:
    add_columns()
    create_tables()
    create_indexes()
    if op.get_context().dialect.name == "postgresql":
        for table in RECORD_TABLES:
            op.execute(f"ALTER TABLE {table} SET ({STORAGE})")


'''

FUNCTIONS = '''
def add_columns() -> None:
    """SQLite knows no IF NOT EXISTS for columns."""
    context = op.get_context()
    for table, name in NEW_COLUMNS:
        if context.dialect.name == "postgresql":
            op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} JSON")
        elif context.as_sql or name not in {one["name"] for one in sa.inspect(op.get_bind()).get_columns(table)}:
            op.add_column(table, sa.Column(name, Json))


def slots() -> list[sa.Column]:
    kinds = {"i": BIG, "d": FLOAT, "t": TEXT}
    return [sa.Column(name, kinds[name[0]]) for name in SLOTS]


def slot_indexes(table: str, *lead: str) -> None:
    for slot in SLOTS:
        carried = (name for name in CARRIED if name != slot)
        index(f"{table}_{slot}", table, *lead, slot, "id", *carried, where=f"live = 1 and {slot} is not null")


def index(name: str, table: str, *columns: str, unique: bool = False, where: str = "") -> None:
    """`where` makes it a partial index."""
    op.create_index(
        name,
        table,
        list(columns),
        unique=unique,
        postgresql_where=sa.text(where) if where else None,
        sqlite_where=sa.text(where) if where else None,
        if_not_exists=True,
    )
'''


def column(one: Column) -> str:
    kind = next(name for known, name in KINDS if isinstance(one.type, known))
    return f'sa.Column("{one.name}", {kind}{"" if one.nullable else ", **NEEDED"}),'


def table(one: Table) -> list[str]:
    key = ", ".join(f'"{part.name}"' for part in one.primary_key.columns)
    return [
        "op.create_table(",
        f'    "{one.name}",',
        *(f"    {column(part)}" for part in one.columns if part.name not in SLOTS),
        *(["    *slots(),"] if SLOTS[0] in one.columns else []),
        f'    sa.PrimaryKeyConstraint({key}, name="{one.name}_pkey"),',
        "    if_not_exists=True,",
        ")",
    ]


def index(one: Index) -> str:
    options = dict(one.dialect_options["postgresql"].items())
    parts = [f'"{part}"' for part in (one.name, one.table.name, *one.columns.keys())]
    if one.unique:
        parts.append("unique=True")
    where = options.get("where")
    if where is not None:
        if str(where) != str(one.dialect_options["sqlite"]["where"]):
            raise SystemExit(f"{one.name}: the two databases must have the same rows")
        parts.append(f'where="{where}"')
    return f"index({', '.join(parts)})"


def source() -> str:
    tables = [one for one in metadata.tables.values() if f'"{one.name}",' not in EARLIER.read_text(encoding="utf-8")]
    lines = ["def create_tables() -> None:"]
    for one in tables:
        lines += [f"    {line}" for line in table(one)]
    lines += ["", "", "def create_indexes() -> None:"]
    for each in tables:
        found = {str(one.name): one for one in each.indexes}
        slots = [found.pop(f"{each.name}_{slot}") for slot in SLOTS if slot in each.columns]
        lines += [f"    {index(found[name])}" for name in sorted(found)]
        if slots:
            names = slots[0].columns.keys()
            lead = ", ".join(f'"{name}"' for name in names[: names.index(SLOTS[0])])
            lines.append(f'    slot_indexes("{each.name}", {lead})')
    head = HEAD.replace("@SLOTS@", _slot_names()).replace("@CARRIED@", repr(CARRIED).replace("'", '"'))
    mine = tuple(one for one in RECORD_TABLES if one in {table.name for table in tables})
    named = f"RECORD_TABLES = {mine!r}\nNEW_COLUMNS = {NEW_COLUMNS!r}".replace("'", '"')
    return head.replace("\n\ndef upgrade", f"{named}\n\n\ndef upgrade", 1) + "\n".join(lines) + "\n\n" + FUNCTIONS


def _slot_names() -> str:
    counts = {kind: sum(name[0] == kind for name in SLOTS) for kind in "idt"}
    if tuple(f"{kind}{n}" for kind, count in counts.items() for n in range(1, count + 1)) != SLOTS:
        raise SystemExit("the slots are not numbered as this expects")
    return "(" + ", ".join(f'*(f"{kind}{{n}}" for n in range(1, {count + 1}))' for kind, count in counts.items()) + ")"


def main() -> None:
    TARGET.write_text(source(), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(TARGET)], check=True)


if __name__ == "__main__":
    main()

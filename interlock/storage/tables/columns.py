"""What tables are made of: the columns and indexes that many share, and the rules that all keep.

Rules (each one tested in `tests/storage/test_schema_rules.py`):

* the workspace comes first in every primary key and unique index (`shard_key` on wide tables; `token_hash`
  where the token itself must find its workspace);
* ids and times are made by the application; no sequences, triggers, cross-table keys with SET NULL;
* JSON columns hold the truth of custom attributes, *slot* columns hold copies of searchable values.

Slots: `i*` whole numbers, booleans and dates, `d*` decimals, `t*` texts. A slot belongs to one attribute of one
kind in one workspace (`attributes.slot`); `core/records/slots.py` fills them. Every slot has a partial index that
carries some others along, so that a filter over two of them counts without touching the table.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    MetaData,
    Table,
    text,
    types,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.types import TypeEngine

metadata = MetaData(naming_convention={"pk": "%(table_name)s_pkey"})  # what PostgreSQL would call them, too

Text: TypeEngine = types.Text().with_variant(types.Text(collation="C"), "postgresql")
"""Compared byte by byte whatever the language of the database: ids sort by age, and pages go on where they ended."""

Json: TypeEngine = JSON().with_variant(types.Text(), "sqlite")

INTEGER_SLOTS = tuple(f"i{n}" for n in range(1, 9))
DECIMAL_SLOTS = tuple(f"d{n}" for n in range(1, 5))
TEXT_SLOTS = tuple(f"t{n}" for n in range(1, 9))
SLOTS = INTEGER_SLOTS + DECIMAL_SLOTS + TEXT_SLOTS
CARRIED = ("t1", "i1", "i2")
"""Slots that the index of every other slot carries. Two texts of 255 four-byte letters are the most that fit into an
index entry of PostgreSQL (2,704 bytes), so one text in the key and one carried: with a third it refuses the row."""


def column(name: str, kind: TypeEngine | type[TypeEngine], **more: object) -> Column:
    return Column(name, kind, nullable=bool(more.pop("null", False)), **more)  # type: ignore[arg-type]


def slot_columns() -> list[Column]:
    columns = [Column(name, BigInteger) for name in INTEGER_SLOTS]
    columns += [Column(name, Float(53)) for name in DECIMAL_SLOTS]
    return columns + [Column(name, Text) for name in TEXT_SLOTS]


def index_slots(table: Table, *lead: str) -> None:
    """One partial index for each slot: `(lead.., slot, id)`, and behind them the first few others.

    They are part of the key, not included columns: SQLite has none, and behind the id they change no order.
    """
    for slot in SLOTS:
        where = text(f"live = 1 and {slot} is not null")
        names = (*lead, slot, "id", *(name for name in CARRIED if name != slot))
        columns = (table.c[name] for name in names)
        Index(f"{table.name}_{slot}", *columns, postgresql_where=where, sqlite_where=where)

"""A statement, compiled once for each database; and the few constructs that the two say differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Text, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import asyncpg as _asyncpg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import BigInteger, Boolean, Float, TypeEngine

POSTGRES = _asyncpg.dialect()
SQLITE = sqlite.dialect(paramstyle="named")


class Query:
    """One statement for both databases.

    Parameters are given by name when it runs. Values that SQLAlchemy turned into parameters of their own
    (literals in `values`) are kept and bound each time.
    """

    __slots__ = ("lists", "lite", "lite_fixed", "order", "pg", "pg_fixed")

    def __init__(self, statement: Any) -> None:
        compiled = statement.compile(dialect=POSTGRES)
        self.pg = str(compiled)
        self.order: list[str] = list(compiled.positiontup or ())
        self.pg_fixed: dict[str, Any] = dict(compiled.params)
        compiled = statement.compile(dialect=SQLITE)
        self.lite = str(compiled)
        self.lite_fixed: dict[str, Any] = dict(compiled.params)
        self.lists = tuple(name for name, bind in compiled.binds.items() if isinstance(bind.type, ARRAY))

    def postgres_arguments(self, given: Mapping[str, Any]) -> list[Any]:
        fixed = self.pg_fixed
        return [given[name] if name in given else fixed[name] for name in self.order]

    def sqlite_arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        values = {**self.lite_fixed, **given}
        for name in self.lists:  # a list travels as JSON text: json_each reads it
            values[name] = msgspec.json.encode(values[name]).decode()
        return values


class AnyOf(ColumnElement[bool]):
    """`column` is one of the values of a list parameter: one statement for any number of values."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str, negate: bool = False) -> None:
        self.column = column
        self.items: BindParameter[Any] = bindparam(name, type_=ARRAY(_item_type(column)))
        self.negate = negate

    def self_group(self, against: Any = None) -> AnyOf:
        """As it is: SQLAlchemy would make `... in (...) = 1` of it for SQLite, for which no index is used."""
        return self


def _item_type(column: ColumnElement[Any]) -> TypeEngine[Any]:
    for kind in (BigInteger, Float):
        if isinstance(column.type, kind):
            return kind()
    return Text()


@compiles(AnyOf, "postgresql")
def _any_postgres(element: AnyOf, compiler: Any, **kw: Any) -> str:
    column, items = compiler.process(element.column, **kw), compiler.process(element.items, **kw)
    return f"{column} <> all ({items})" if element.negate else f"{column} = any ({items})"


@compiles(AnyOf, "sqlite")
def _any_sqlite(element: AnyOf, compiler: Any, **kw: Any) -> str:
    column, items = compiler.process(element.column, **kw), compiler.process(element.items, **kw)
    return f"{column} {'not in' if element.negate else 'in'} (select value from json_each({items}))"


def any_of(column: ColumnElement[Any], name: str) -> AnyOf:
    """`column = any(:name)`, where the parameter is a list."""
    return AnyOf(column, name)

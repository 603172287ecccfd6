"""A statement, compiled once for each database; and the few constructs that the two say differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

    It is compiled when it first runs, and only for the database at hand: hundreds of statements stand in modules that
    a server imports, and compiling all of them took a third of its start.
    """

    __slots__ = ("_statement", "lists", "lite", "lite_fixed", "order", "pg", "pg_fixed")

    lists: tuple[str, ...]
    lite: str
    lite_fixed: dict[str, Any]
    order: list[str]
    pg: str
    pg_fixed: dict[str, Any]

    def __init__(self, statement: Any) -> None:
        self._statement = statement

    @classmethod
    def of_postgres(cls, text: str, order: list[str], fixed: dict[str, Any]) -> Query:
        """One that is compiled already, and for PostgreSQL alone."""
        made = cls(None)
        made.pg, made.order, made.pg_fixed = text, order, fixed
        return made

    def __getattr__(self, name: str) -> Any:
        """Called for a slot that is still empty."""
        if name in ("pg", "order", "pg_fixed"):
            compiled = self._statement.compile(dialect=POSTGRES)
            self.order = list(compiled.positiontup or ())
            self.pg_fixed = dict(compiled.params)
            self.pg = str(compiled)
        elif name in ("lite", "lite_fixed", "lists"):
            compiled = self._statement.compile(dialect=SQLITE)
            self.lite_fixed = dict(compiled.params)
            self.lists = tuple(name for name, bind in compiled.binds.items() if isinstance(bind.type, ARRAY))
            self.lite = str(compiled)
        else:
            raise AttributeError(name)
        return object.__getattribute__(self, name)

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

    def __init__(self, column: ColumnElement[Any], name: str, many: bool = False) -> None:
        self.column = column
        self.items: BindParameter[Any] = bindparam(name, type_=ARRAY(_item_type(column)))
        self.many = many

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
    if element.many:
        return f"{column} in (select unnest({items}))"
    return f"{column} = any ({items})"


@compiles(AnyOf, "sqlite")
def _any_sqlite(element: AnyOf, compiler: Any, **kw: Any) -> str:
    column, items = compiler.process(element.column, **kw), compiler.process(element.items, **kw)
    return f"{column} in (select value from json_each({items}))"


class JsonArrays(ColumnElement[str]):
    """Aggregate: the rows of a subselect as JSON text, an array of arrays; null (SQLite: `[]`) where there are none.

    A JSON column inside is JSON on PostgreSQL, and text as ever on SQLite.
    """

    inherit_cache = False
    type = Text()

    def __init__(self, columns: Iterable[ColumnElement[Any]]) -> None:
        self.columns = list(columns)


@compiles(JsonArrays, "postgresql")
def _arrays_postgres(element: JsonArrays, compiler: Any, **kw: Any) -> str:
    return f"json_agg(json_build_array({', '.join(compiler.process(one, **kw) for one in element.columns)}))"


@compiles(JsonArrays, "sqlite")
def _arrays_sqlite(element: JsonArrays, compiler: Any, **kw: Any) -> str:
    return f"json_group_array(json_array({', '.join(compiler.process(one, **kw) for one in element.columns)}))"


def any_of(column: ColumnElement[Any], name: str) -> AnyOf:
    """`column = any(:name)`, where the parameter is a list."""
    return AnyOf(column, name)


def any_of_many(column: ColumnElement[Any], name: str) -> AnyOf:
    """The same for lists that may have tens of thousands of values, which PostgreSQL would compare one by one."""
    return AnyOf(column, name, many=True)

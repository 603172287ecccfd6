"""The rules that keep the schema open for sharding, each over every table (`docs/decisions`, `storage/tables`)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Table, Text

from interlock.storage import compare
from interlock.storage.query import POSTGRES, SQLITE
from interlock.storage.tables import GLOBAL_TABLES, QUEUE_TABLES, RECORD_TABLES, WIDE_TABLES, metadata

TABLES = [pytest.param(table, id=name) for name, table in metadata.tables.items()]
OWN_KEY = {"workspaces": "id"}  # the workspaces themselves


def first_column(table: Table) -> str | None:
    """What every key of the table begins with."""
    if table.name in (*GLOBAL_TABLES, *QUEUE_TABLES):
        return None
    return OWN_KEY.get(table.name, "shard_key" if table.name in WIDE_TABLES else "workspace_id")


@pytest.mark.parametrize("table", TABLES)
def test_every_key_begins_with_the_workspace(table: Table) -> None:
    first = first_column(table)
    keys = [table.primary_key, *(index for index in table.indexes if index.unique)]
    for key in keys:
        if first is not None:
            assert next(iter(key.columns)).name == first, key.name


@pytest.mark.parametrize("table", TABLES)
def test_every_index_begins_with_the_workspace(table: Table) -> None:
    if table.name in QUEUE_TABLES:
        return  # one queue for all: whoever works it looks for what is due, in whatever workspace
    first = first_column(table) or "workspace_id"
    for index in table.indexes:
        assert next(iter(index.columns)).name == first, index.name


@pytest.mark.parametrize("table", TABLES)
def test_the_workspace_is_text_and_never_null(table: Table) -> None:
    for name in ("workspace_id", "shard_key"):
        if name in table.columns:
            assert isinstance(table.c[name].type, Text)
            assert not table.c[name].nullable
    if table.name in WIDE_TABLES:
        assert "workspace_id" in table.columns


@pytest.mark.parametrize("table", TABLES)
def test_nothing_counts_by_itself_and_nothing_is_done_behind_our_back(table: Table) -> None:
    for column in table.columns:
        assert column.default is None
        assert column.server_default is None
        assert column.identity is None
        assert column.computed is None
    assert not table.foreign_keys
    assert table.primary_key.name == f"{table.name}_pkey"


def test_index_names_are_unique() -> None:
    names = [str(index.name) for table in metadata.tables.values() for index in table.indexes]
    names += [str(table.primary_key.name) for table in metadata.tables.values()]
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 63


@pytest.mark.parametrize("dialect", [POSTGRES, SQLITE], ids=["postgresql", "sqlite"])
def test_the_statements_have_nothing_that_is_not_portable(dialect: object) -> None:
    made = " ".join(compare.statements(dialect)).lower()
    assert not re.search(r"serial|sequence|identity|autoincrement|generated|trigger|without rowid|set null", made)


def test_partial_indexes_have_the_same_rows_on_both_databases() -> None:
    for table in metadata.tables.values():
        for index in table.indexes:
            wheres = [index.dialect_options[name]["where"] for name in ("postgresql", "sqlite")]
            assert str(wheres[0]) == str(wheres[1]), index.name


def test_the_named_tables_exist() -> None:
    assert {*GLOBAL_TABLES, *QUEUE_TABLES, *WIDE_TABLES, *RECORD_TABLES} <= set(metadata.tables)


def test_text_is_compared_byte_by_byte_whatever_the_language_of_the_database() -> None:
    made = " ".join(compare.statements(POSTGRES)).replace("\t", " ")
    assert made.count(" TEXT") == made.count(' TEXT COLLATE "C"') > 0

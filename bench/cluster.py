"""A PostgreSQL that keeps what it commits, as the tests start theirs, with memory for two million rows."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # not a package: the tests' helpers live beside them

from support.postgres import Postgres, PostgresUnavailable, start_postgres

SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}
"""Checkpoints would fall into some rounds and not into others. Commits still wait for the disk."""


def start() -> Postgres:
    return start_postgres(durable=True, settings=SETTINGS)


__all__ = ["Postgres", "PostgresUnavailable", "start"]

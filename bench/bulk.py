"""Bulk upserts over HTTP, beside COPY of as many rows into all the tables that they write, with their indexes.

Both make new orders of a thousand, each thousand in one transaction. The rows for COPY are made beforehand.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from statistics import median
from typing import Any

import msgspec

from bench import fill, works
from bench.measure import Load, ratio
from bench.options import Options
from bench.servers import Server
from bench.shop import Shop
from interlock.core.changes import change
from interlock.core.schema import store as definitions
from interlock.core.schema.schema import Schema
from interlock.kit import ids
from interlock.storage import tables
from interlock.storage.database import Tx
from interlock.storage.open import open_database

ROWS = 1000
THROUGH = "token:bench"

Tables = tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]


async def measure(load: Load, server: Server, url: str, options: Options) -> dict[str, Any]:
    """Rows a second of both, and the median of their ratios in the same round."""
    each = options.bulk_requests
    bodies = islice(works.bulks(options.shop, ROWS), each * (options.rounds + 1))
    load.prepare("bulk", bodies)
    database = await open_database(url, 2)
    try:
        workspace_id = (await database.read(definitions.all_workspaces))[0][0]
        schema = await database.read(definitions.load, workspace_id)
        assert schema is not None
        first = 10 * options.shop.orders + 10_000_000
        _upsert(load, server, 1)
        ours, copied, cpu = [], [], []
        for _ in range(options.rounds):
            before = server.cpu()
            ours.append(_upsert(load, server, each))
            cpu.append((server.cpu() - before) / each / ROWS * 1e6)
            batches = [_rows(schema, options.shop, first + n * ROWS) for n in range(each)]
            first += each * ROWS
            started = time.perf_counter()
            for batch in batches:
                await database.transact(_copy, batch)
            copied.append(each * ROWS / (time.perf_counter() - started))
    finally:
        await database.close()
    return {
        "rows_per_second": round(median(ours)),
        "copy_rows_per_second": round(median(copied)),
        "cpu_us": round(median(cpu), 1),
        "ratio": round(ratio(ours, copied), 3),
    }


def _upsert(load: Load, server: Server, count: int) -> float:
    result = load.run_all("bulk", server, count)
    return count * ROWS / result.seconds


async def _copy(tx: Tx, batch: Tables) -> None:
    for table, rows in zip((tables.instances, tables.links, tables.changes), batch, strict=True):
        await tx.copy(table, rows)


def _rows(schema: Schema, data: Shop, first: int) -> Tables:
    """What an upsert of new orders writes."""
    kind, key = schema.type("Order").id, schema.workspace.id
    numbers: Sequence[int] = range(first, first + ROWS)
    orders, links = fill.order_rows(schema, data, numbers)
    notes = []
    for row, link in zip(orders, links, strict=True):
        row["id"] = link["a_id"] = ids.record_id()
        custom = msgspec.json.decode(row["attributes"]) | {"person": [link["b_id"]]}
        after = {"external_id": row["external_id"], "custom_attributes": custom}
        notes.append(change.row(key, kind, row["id"], change.CREATED, THROUGH, 0, {}, after))
    return orders, links, notes

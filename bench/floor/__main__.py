"""`python -m bench.floor URL PORT CONNECTIONS`: serve the floor as `interlock serve` would serve Interlock."""

from __future__ import annotations

import gc
import sys

import uvicorn
import uvloop

from bench.floor.app import Floor
from bench.floor.stores import PostgresStore, SQLiteStore, Store


async def main(url: str, port: int, connections: int) -> None:
    store: Store
    if url.startswith("sqlite:///"):
        store = SQLiteStore(url.removeprefix("sqlite:///"))
    else:
        store = await PostgresStore.open(url, connections)
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        Floor(store),
        host="127.0.0.1",
        port=port,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=2048,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
